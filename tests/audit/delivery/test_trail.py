"""Which trail is followed where several are visible."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from audit.delivery.trail import DescribedTrail, own_trail
from audit.sources.source import SourceError
from localaws.testing import ACCOUNT_ID
from tests import ROOT
from tests.audit.delivery.deployed import REGION, TRAIL, TRAIL_ARN, Deployed, policy_for, verify

MANAGEMENT = "999999999999"


def make_trail(aws: Any, name: str, account_id: str = ACCOUNT_ID, **settings: Any) -> str:
    """Create a trail with a bucket that takes whatever CloudTrail writes; return its ARN."""
    s3 = aws.client("s3", access_key=account_id)
    s3.create_bucket(Bucket=f"{name}-logs")
    resources = [f"arn:aws:s3:::{name}-logs", f"arn:aws:s3:::{name}-logs/*"]
    policy = policy_for("cloudtrail.amazonaws.com", Action="s3:*", Resource=resources)
    s3.put_bucket_policy(Bucket=f"{name}-logs", Policy=policy)
    cloudtrail = aws.client("cloudtrail", access_key=account_id)
    created = cloudtrail.create_trail(Name=name, S3BucketName=f"{name}-logs", **settings)
    cloudtrail.start_logging(Name=name)
    return str(created["TrailARN"])


def test_several_trails_of_the_account_ask_for_a_name(deployed: Deployed) -> None:
    """One line, exit code 2, with the names to choose from."""
    other = make_trail(deployed.aws, "other", IsMultiRegionTrail=True)
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify"],
        cwd=ROOT,
        env=dict(deployed.aws.environment()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert TRAIL_ARN in finished.stderr
    assert other in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_the_accounts_own_trail_is_followed_beside_an_organizations(deployed: Deployed) -> None:
    """A member account sees its organization's trail too, perhaps Control Tower's; the choice is told."""
    aws = deployed.aws
    organizations = aws.client("organizations", access_key=MANAGEMENT)
    organizations.create_organization(FeatureSet="ALL")
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    created = organizations.create_account(Email="member@example.com", AccountName="member")
    member = created["CreateAccountStatus"]["AccountId"]
    of_all = make_trail(aws, "landing-zone", MANAGEMENT, IsOrganizationTrail=True, IsMultiRegionTrail=True)
    own = make_trail(aws, "own", member, IsMultiRegionTrail=True)
    visible = aws.client("cloudtrail", access_key=member).describe_trails()["trailList"]
    assert {trail["TrailARN"] for trail in visible} == {own, of_all}
    finished = subprocess.run(
        [sys.executable, "-m", "audit", "verify", "--format", "json", "--timeout", "60"],
        cwd=ROOT,
        env=dict(aws.environment(access_key=member)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert json.loads(finished.stdout)["trail_arn"] == own
    assert f"following {own}; --trail follows another: {of_all}" in finished.stderr


def test_a_trail_is_found_by_its_name_in_other_regions_too(deployed: Deployed) -> None:
    """DescribeTrails knows a multi-Region trail there, though not by its name alone."""
    code, result = verify(deployed.aws, "--trail", TRAIL, "--timeout", "60", region="eu-west-1")
    assert code == 0, result
    assert result["trail_arn"] == TRAIL_ARN


OWN = DescribedTrail(
    arn=TRAIL_ARN,
    name=TRAIL,
    home_region=REGION,
    multi_region=True,
    of_organization=False,
    bucket="logs",
    prefix="",
    key=None,
    topic=None,
    log_group=None,
    log_role=None,
)
OTHERS = {
    "another account's": replace(OWN, arn=TRAIL_ARN.replace(ACCOUNT_ID, MANAGEMENT)),
    "one that the account keeps for its organization": replace(
        OWN, arn=TRAIL_ARN + "o", of_organization=True
    ),
    "one of a single Region": replace(OWN, arn=TRAIL_ARN + "s", multi_region=False),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_accounts_own_trail_goes_before(other: DescribedTrail) -> None:
    """Whichever of the two DescribeTrails names first."""
    assert own_trail([OWN, other], ACCOUNT_ID) == own_trail([other, OWN], ACCOUNT_ID) == OWN


@pytest.mark.parametrize("only", OTHERS.values(), ids=OTHERS)
def test_the_only_trail_is_followed_whatever_it_is(only: DescribedTrail) -> None:
    """A member account without a trail of its own has its organization's."""
    assert own_trail([only], ACCOUNT_ID) == only


def test_two_trails_alike_are_not_chosen_from() -> None:
    """Neither is more the account's own than the other."""
    with pytest.raises(SourceError, match="name one with --trail"):
        own_trail([OWN, replace(OWN, arn=TRAIL_ARN + "2")], ACCOUNT_ID)
