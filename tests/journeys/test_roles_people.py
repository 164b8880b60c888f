"""The auditor reads and does nothing else; break-glass deletes, but neither reads nor forges; nor do admins.

Every call is really sent, to one deployed stack of the strictest kind, with IAM enforced.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config.stack_file import LOCAL_ACCOUNT
from packages.localaws.tests.front import allow, deny, refused
from tests import ROOT
from tests.audit.delivery.test_trail import make_trail
from tests.journeys import role_calls
from tests.journeys.pulumi_project import NO_ENGINE, engine_at_hand
from tests.journeys.role_calls import Call, filled, title
from tests.journeys.role_stage import Stage, environment

pytestmark = [
    pytest.mark.in_order,
    pytest.mark.engine,
    pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE),
]
AUDITORS_REFUSED = (
    *role_calls.FORGING,
    *role_calls.DELETING,
    *role_calls.LOOSENING,
    *role_calls.DECRYPTING,
    *role_calls.STOPPING,
    *role_calls.RISING,
    *role_calls.ELSEWHERE,
    ("sts", "assume_role", {"RoleArn": "{break_glass}", "RoleSessionName": "trying"}),
)
READING_LOGS = tuple(call for call in role_calls.READING if call[1] == "get_object")
BREAK_GLASSES_REFUSED = (
    *READING_LOGS,
    *role_calls.FORGING,
    *role_calls.DECRYPTING,
    *role_calls.STOPPING,
    *role_calls.RISING,
    ("sts", "assume_role", {"RoleArn": "{auditor}", "RoleSessionName": "trying"}),
)
# Copying a log is reading it, and the key's use is in the key policy alone.
ADMINISTRATORS_REFUSED = (
    *READING_LOGS,
    *role_calls.FORGING,
    *role_calls.DELETING,
    *role_calls.LOOSENING,
    *role_calls.DECRYPTING,
)


@dataclass
class Deployed:
    """The deployed stack, what its things are called, and the credentials of those who try."""

    stage: Stage
    names: Mapping[str, str]
    credentials: Mapping[str, Any]

    def send(self, who: str, call: Call) -> Any:
        """Really make a call as somebody."""
        service, operation, parameters = call
        names = {**self.names, "role": self.names[f"{who}_name"]}
        client = self.stage.front.client(service, self.credentials[who])
        return getattr(client, operation)(**filled(parameters, names))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The stack `prod` with logs and a digest in its bucket."""
    with Stage.opened(tmp_path_factory.mktemp("people"), "prod") as stage:
        stage.pulumi("up")
        stack, control = stage.stack, stage.front.request
        stage.front.client("imagebuilder").list_images()
        assert control("POST", "/_localaws/clock", json.dumps({"offset_seconds": 7200})).status == 200
        stage.front.cloud.cloudtrail.deliver_digests()
        keys = stage.delivered()
        log = next(key for key in keys if "/CloudTrail/" in key and key.endswith(".json.gz"))
        head = stage.front.client("s3").head_object(Bucket=stack.bucket, Key=log)
        names = {
            "bucket": stack.bucket,
            "access_bucket": str(stack.access_log_bucket),
            "log": log,
            "log_version": head["VersionId"],
            "digest": next(key for key in keys if "/CloudTrail-Digest/" in key),
            "key": stack.key_arn,
            "alias": stack.alias,
            "trail": stack.trail_arn,
            "image": f"arn:aws:imagebuilder:us-east-1:{LOCAL_ACCOUNT}:image/x/1.0.0/1",
            "auditor": str(stack.auditor_role_arn),
            "auditor_name": str(stack.auditor_role),
            "break_glass": str(stack.break_glass_role_arn),
            "break_glass_name": str(stack.break_glass_role),
            "deployer": str(stack.deployer_role_arn),
            "admin_name": "admin",
        }
        credentials = {
            "auditor": stage.session(names["auditor"], key=stage.session_with_mfa()),
            "break_glass": stage.break_the_glass(),
            "admin": stage.front.user("admin", allow("*")),
        }
        yield Deployed(stage, names, credentials)


def test_the_auditor_comes_with_a_second_factor_only(deployed: Deployed) -> None:
    """Without a second factor nobody becomes the auditor, or breaks the glass."""
    for role in ("auditor", "break_glass"):
        with refused("AccessDenied", "sts:AssumeRole"):
            deployed.stage.session(deployed.names[role])


def test_a_second_factor_given_long_ago_breaks_no_glass(deployed: Deployed) -> None:
    """After a quarter of an hour the second factor must be given again, for break-glass only."""
    session, request = deployed.stage.session_with_mfa(), deployed.stage.front.request
    request("POST", "/_localaws/clock", json.dumps({"offset_seconds": 7200 + 1000}))
    try:
        with refused("AccessDenied", "sts:AssumeRole"):
            deployed.stage.session(deployed.names["break_glass"], key=session)
        deployed.stage.session(deployed.names["auditor"], key=session)
    finally:
        request("POST", "/_localaws/clock", json.dumps({"offset_seconds": 7200}))


def test_at_least_fifty_calls_are_tried() -> None:
    """The tables are not cut short by accident, and no call is in them twice."""
    tried = [repr(call) for call in (*role_calls.READING, *AUDITORS_REFUSED)]
    assert len(set(tried)) == len(tried) >= 100


@pytest.mark.parametrize("call", role_calls.READING, ids=title)
def test_the_auditor_reads(deployed: Deployed, call: Call) -> None:
    """Logs and digests are read decrypted, and settings, the states of trail and key, and Event history."""
    answer = deployed.send("auditor", call)
    if call in READING_LOGS:
        content = json.loads(gzip.decompress(answer["Body"].read()))
        assert content.get("Records") or content["digestStartTime"]


@pytest.mark.parametrize("command", [("events", "s3://{bucket}"), ("history",)], ids=lambda words: words[0])
def test_the_auditors_tools_work_with_the_auditors_role(deployed: Deployed, command: tuple[str, ...]) -> None:
    """`python -m audit` needs nothing that the auditor may not: it finds who listed images."""
    words = [word.format_map(deployed.names) for word in command]
    finished = subprocess.run(
        [sys.executable, "-m", "audit", *words, "--event-name", "ListImages", "--format", "json"],
        cwd=ROOT,
        env=environment(deployed.stage.front.server.url, deployed.credentials["auditor"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "ListImages" in finished.stdout


@pytest.fixture
def present(deployed: Deployed) -> Iterator[None]:
    """The time as this machine has it, for what compares the two clocks."""
    set_clock = deployed.stage.front.request
    set_clock("POST", "/_localaws/clock", json.dumps({"offset_seconds": 0}))
    yield
    set_clock("POST", "/_localaws/clock", json.dumps({"offset_seconds": 7200}))


def verified(deployed: Deployed, region: str) -> tuple[int, Any]:
    """Run `audit verify` as the auditor while CloudTrail delivers: its exit code, and what it found."""
    own = environment(deployed.stage.front.server.url, deployed.credentials["auditor"])
    with subprocess.Popen(
        [sys.executable, "-m", "audit", "verify", "--format", "json", "--timeout", "120"],
        cwd=ROOT,
        env={**own, "AWS_REGION": region, "AWS_DEFAULT_REGION": region},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        while True:
            deployed.stage.front.cloud.cloudtrail.flush()
            try:
                stdout, stderr = running.communicate(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            assert b"Traceback" not in stderr, stderr
            return running.returncode, json.loads(stdout)


@pytest.fixture
def organizations_trail(deployed: Deployed) -> str:
    """A trail of the account's organization, visible beside its own."""
    front = deployed.stage.front
    organizations = front.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    return make_trail(front, "landing-zone", LOCAL_ACCOUNT, IsOrganizationTrail=True, IsMultiRegionTrail=True)


@pytest.mark.usefixtures("present")
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_auditor_verifies_delivery_from_any_region(deployed: Deployed, region: str) -> None:
    """Each channel is seen, and nothing that a cause would need is hidden from the auditor."""
    code, result = verified(deployed, region)
    assert (code, result["findings"]) == (0, [])
    assert {row["channel"] for row in result["channels"]} == {
        "Event history",
        "S3 log file",
        "CloudWatch Logs",
    }


@pytest.mark.usefixtures("present")
def test_the_auditor_sees_a_fault_of_one_region_there_alone(deployed: Deployed) -> None:
    """Where the bucket refuses one Region's logs, the others' arrive."""
    s3, bucket = deployed.stage.front.client("s3"), deployed.names["bucket"]
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    denied = deny(
        "s3:PutObject", resource=f"arn:aws:s3:::{bucket}/*/eu-west-1/*", Principal="*", Sid="TooStrict"
    )
    broken = json.loads(policy) | {"Statement": [*json.loads(policy)["Statement"], denied]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(broken))
    try:
        code, result = verified(deployed, "eu-west-1")
        assert (code, "TooStrict" in str(result["findings"])) == (1, True)
        code, result = verified(deployed, "us-east-1")
        assert (code, result["findings"]) == (0, [])
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)


@pytest.mark.usefixtures("present")
def test_the_auditor_verifies_the_stacks_trail_beside_an_organizations(
    deployed: Deployed, organizations_trail: str
) -> None:
    """The account's own is followed, though the organization's is visible too."""
    visible = deployed.stage.front.client("cloudtrail", deployed.credentials["auditor"]).describe_trails()
    assert organizations_trail in {trail["TrailARN"] for trail in visible["trailList"]}
    code, result = verified(deployed, "us-east-1")
    assert (code, result["findings"], result["trail_arn"]) == (0, [], deployed.names["trail"])


@pytest.mark.parametrize("call", AUDITORS_REFUSED, ids=title)
def test_the_auditor_does_nothing_else(deployed: Deployed, call: Call) -> None:
    """Nothing is written, deleted, loosened, decrypted past S3, stopped, taken on or seen elsewhere."""
    with pytest.raises(ClientError, match="is not authorized to perform"):
        deployed.send("auditor", call)


@pytest.mark.parametrize("call", BREAK_GLASSES_REFUSED, ids=title)
def test_break_glass_neither_reads_nor_forges(deployed: Deployed, call: Call) -> None:
    """Who lifts the protections gets neither the logs nor the power to make up others."""
    with pytest.raises(ClientError, match="is not authorized to perform"):
        deployed.send("break_glass", call)


@pytest.mark.parametrize("call", ADMINISTRATORS_REFUSED, ids=title)
def test_an_administrator_neither_reads_nor_forges_nor_deletes(deployed: Deployed, call: Call) -> None:
    """All permissions of IAM together do not open bucket or key, nor loosen what protects them."""
    with pytest.raises(ClientError, match="is not authorized to perform"):
        deployed.send("admin", call)


def test_all_that_was_refused_left_the_logs_as_they_were(deployed: Deployed) -> None:
    """Trail, key and log are as before, and each refusal of a management call is in Event history."""
    front, names = deployed.stage.front, deployed.names
    assert front.client("cloudtrail").get_trail_status(Name=names["trail"])["IsLogging"]
    assert front.client("kms").describe_key(KeyId=names["key"])["KeyMetadata"]["KeyState"] == "Enabled"
    listed = front.client("s3").list_object_versions(Bucket=names["bucket"], Prefix=names["log"])
    assert [one["VersionId"] for one in listed["Versions"]] == [names["log_version"]]
    assert "DeleteMarkers" not in listed
    denied = {record["eventName"] for record in front.records if record.get("errorCode") == "AccessDenied"}
    assert {"DeleteBucketPolicy", "PutBucketPolicy", "PutBucketVersioning", "DeleteBucket"} <= denied


def test_break_glass_deletes(deployed: Deployed) -> None:
    """Break-glass lifts a lock, deletes a log for good, and puts the key out of use and back."""
    for call in (
        role_calls.DELETING[2],
        ("kms", "disable_key", {"KeyId": "{key}"}),
        ("kms", "enable_key", {"KeyId": "{key}"}),
    ):
        deployed.send("break_glass", call)
    listed = deployed.stage.front.client("s3").list_object_versions(
        Bucket=deployed.names["bucket"], Prefix=deployed.names["log"]
    )
    assert "Versions" not in listed
