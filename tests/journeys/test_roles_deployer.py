"""The deployer's policy is enough for the life of every stack, and nothing of it can be left out.

Whole lives are lived under the policy just as it is rendered, on a local AWS that enforces IAM. To live one
more for each statement left out would take hours, so that each request of a life is judged again instead, as
it was judged then but for the statement: where one is denied now, that life would have ended there. A few
statements are really left out, to see that a denied request does end an `up`, and that nothing but the
statement is needed to correct it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from iam_evaluation import evaluate
from packages.localaws.tests.front import allow, document, refused
from policies.documents import documents
from tests.journeys.inventory import inventory
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand
from tests.journeys.role_stage import Judged, Stage

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]
CHANGES: dict[str, Any] = {"expiration_days": 1500, "tags": {"Team": "audit"}}
OUTSIDE_ACCOUNT = "210987654321"
OUTSIDE_AUDITORS = f"arn:aws:iam::{OUTSIDE_ACCOUNT}:root"
TAG_DELAY_SECONDS = 300
MORE_CHANGES: dict[str, dict[str, Any]] = {
    "local": {"auditor_trusted_arns": [OUTSIDE_AUDITORS], "auditor_external_id": "an-id"},
    "dev": {"access_logs": True},
    "prod": {},
}


@pytest.fixture(scope="module", params=["local", "dev", "prod"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stack after a whole life: up, refresh, changed settings, up, and destroyed at last."""
    folder = tmp_path_factory.mktemp(request.param)
    with Stage.opened(folder, request.param, tag_delay_seconds=TAG_DELAY_SECONDS) as stage:
        stage.pulumi("up")
        stage.pulumi("refresh", "--expect-no-changes")
        stage.configure(**CHANGES, **MORE_CHANGES[stage.name])
        stage.permit()
        stage.pulumi("up")
        stage.pulumi("up", "--expect-no-changes")
        if stage.stack.settings.access.auditor_external_id:
            _assume_by_external_id(stage, stage.stack.settings.access.auditor_external_id)
        assert stage.delivered(), "there are logs to be lost"
        if stage.stack.protected:
            _unprotect(stage)
        stage.pulumi("destroy")
        yield stage


def _unprotect(stage: Stage) -> None:
    """See that nothing is destroyed, then lift the protections in the order that the documentation says."""
    before = inventory(stage.front), _shields(stage)
    assert "protected" in stage.pulumi("destroy", expect=None)
    assert (inventory(stage.front), _shields(stage)) == before
    stage.configure(protect_logs=False)
    stage.pulumi("up")
    if stage.stack.settings.log_bucket.locks:
        stage.configure(object_lock_mode="OFF", object_lock_days=0)
        stage.pulumi("up")
    stage.permit()
    assert _locked_versions(stage) or stage.name != "prod", "there are locked logs to be destroyed"


def _shields(stage: Stage) -> list[Any]:
    """What keeps logs arriving and safe, as AWS has it."""
    s3, bucket = stage.front.client("s3"), {"Bucket": stage.stack.bucket}
    status = stage.front.client("cloudtrail").get_trail_status(Name=stage.stack.trail_arn)
    return [
        status["IsLogging"],
        s3.get_bucket_policy(**bucket)["Policy"],
        s3.get_bucket_versioning(**bucket)["Status"],
        s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"],
        s3.get_bucket_ownership_controls(**bucket)["OwnershipControls"],
        s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"],
        s3.get_bucket_lifecycle_configuration(**bucket)["Rules"],
    ]


def _assume_by_external_id(stage: Stage, external_id: str) -> None:
    """See that the auditor from another account gets in by the id alone, and nobody of this one by it."""
    auditor, iam = str(stage.stack.auditor_role_arn), stage.front.client("iam", access_key=OUTSIDE_ACCOUNT)
    iam.create_user(UserName="outside")
    iam.put_user_policy(UserName="outside", PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole")))
    outside = iam.create_access_key(UserName="outside")["AccessKey"]
    stage.session(auditor, key=outside, ExternalId=external_id)
    with refused("AccessDenied"):
        stage.session(auditor, key=outside, ExternalId="another-id")
    for key in (None, stage.session_with_mfa()):
        with refused("AccessDenied"):
            stage.session(auditor, key=key, ExternalId=external_id)


def _locked_versions(stage: Stage) -> list[str]:
    """The keys of the versions that a retention still locks."""
    s3, bucket, found = stage.front.client("s3"), stage.stack.bucket, []
    for one in s3.list_object_versions(Bucket=bucket)["Versions"]:
        named = {"Bucket": bucket, "Key": one["Key"], "VersionId": one["VersionId"]}
        if s3.head_object(**named).get("ObjectLockMode") == "GOVERNANCE":
            found.append(one["Key"])
    return found


def allowed_without(judged: Judged, sid: str) -> bool:
    """Whether a request would have been allowed without one statement of who made it."""
    identity = [
        {**document, "Statement": [one for one in document["Statement"] if one["Sid"] != sid]}
        for document in judged.policies.identity
    ]
    return evaluate(judged.request, replace(judged.policies, identity=identity)).allowed


def test_the_whole_life_of_a_stack_works_under_the_deployers_policy(lived: Stage) -> None:
    """All was made, changed and destroyed by the deployer, locked logs too, though tags count only later."""
    left = {(kind, name) for kind, name in inventory(lived.front) if name != lived.deployer}
    assert {kind for kind, _ in left} <= {"policy"}, left
    requests = lived.deployers()
    denied = {one.request.action for one in requests if not evaluate(one.request, one.policies).allowed}
    assert denied == set()
    assert len({one.request.action for one in requests}) >= 40


def test_no_statement_can_be_left_out(lived: Stage) -> None:
    """Without any one statement that allows, some request of that life is denied."""
    statements = documents(lived.stack)["deployer"].statements
    sids = {statement.sid for statement in statements if statement.effect == "Allow"}
    requests = lived.deployers()
    needless = {sid for sid in sids if all(allowed_without(one, sid) for one in requests)}
    assert needless == set()


def test_a_missing_statement_stops_the_engine_until_it_is_there(tmp_path: Path) -> None:
    """Where a statement is really left out, `up` ends in AccessDenied; with all of them it goes on."""
    with Stage.opened(tmp_path, "local") as stage:
        # In this order: what one round lacks, no round before could have made.
        for sid, action in (("MakeTaggedKey", "kms:CreateKey"), ("DeployTrail", "cloudtrail:CreateTrail")):
            _refused_without(stage, sid, action)
        stage.permit()
        stage.pulumi("up")
        stage.configure(expiration_days=CHANGES["expiration_days"])
        _refused_without(stage, "DeployBuckets", "s3:PutLifecycleConfiguration")
        stage.permit()
        stage.pulumi("up")
        stage.pulumi("up", "--expect-no-changes")


def _refused_without(stage: Stage, sid: str, action: str) -> None:
    stage.permit(without=sid)
    assert f"is not authorized to perform: {action}" in stage.pulumi("up", expect=None)
