"""Tags of trails."""

from __future__ import annotations

import pytest

from localaws.testing import LocalAws
from packages.localaws.tests.cloudtrail.deployment import TRAIL_ARN, Deployment, refusal


@pytest.fixture
def deployment(local_aws: LocalAws) -> Deployment:
    """Bucket and key, in an otherwise empty cloud."""
    local_aws.control("reset", {})
    return Deployment(local_aws)


def test_tags_come_and_go(deployment: Deployment) -> None:
    """Tags of CreateTrail and AddTags are listed, and RemoveTags takes them away."""
    deployment.create_trail(TagsList=[{"Key": "team", "Value": "security"}])
    client = deployment.cloudtrail
    client.add_tags(
        ResourceId=TRAIL_ARN, TagsList=[{"Key": "team", "Value": "audit"}, {"Key": "cost", "Value": "7"}]
    )
    client.remove_tags(ResourceId=TRAIL_ARN, TagsList=[{"Key": "cost"}])
    (listed,) = client.list_tags(ResourceIdList=[TRAIL_ARN])["ResourceTagList"]
    assert listed == {"ResourceId": TRAIL_ARN, "TagsList": [{"Key": "team", "Value": "audit"}]}
    many = [{"Key": str(number), "Value": "x"} for number in range(50)]
    code, _ = refusal(client.add_tags, ResourceId=TRAIL_ARN, TagsList=many)
    assert code == "TagsLimitExceededException"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (TRAIL_ARN.replace("trail/audit", "trail/none"), "ResourceNotFoundException"),
        (TRAIL_ARN.replace("123456789012", "210987654321"), "ResourceNotFoundException"),
        (TRAIL_ARN.replace("trail/audit", "channel/c"), "ResourceTypeNotSupportedException"),
        ("arn:aws:s3:::audit", "CloudTrailARNInvalidException"),
        ("audit", "CloudTrailARNInvalidException"),
    ],
)
def test_only_trails_that_are_there_have_tags(deployment: Deployment, resource: str, expected: str) -> None:
    """All three operations answer with the same code."""
    client, tags = deployment.cloudtrail, [{"Key": "team", "Value": "audit"}]
    codes = {
        refusal(client.add_tags, ResourceId=resource, TagsList=tags)[0],
        refusal(client.remove_tags, ResourceId=resource, TagsList=tags)[0],
        refusal(client.list_tags, ResourceIdList=[resource])[0],
    }
    assert codes == {expected}
