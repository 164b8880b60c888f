from __future__ import annotations

from typing import Any

import pytest

from localaws.imagebuilder import configurations
from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    code_of,
    error_of,
)

OUTPUT = {"amiDistributionConfiguration": {"name": "golden"}}
RULE = {"action": {"type": "DELETE"}, "filter": {"type": "AGE", "value": 6, "unit": "MONTHS"}}


def lifecycle_policy(**changes: Any) -> dict[str, Any]:
    """What CreateLifecyclePolicy needs."""
    return {
        "name": "half-a-year",
        "executionRole": "lifecycle",
        "resourceType": "AMI_IMAGE",
        "policyDetails": [RULE],
        "resourceSelection": {"tagMap": {"team": "a"}},
        **changes,
    }


def test_an_update_replaces_the_whole_configuration(client: DirectClient, cloud: RememberingCloud) -> None:
    """What it leaves out goes back to its default; name, tags and date of creation stay."""
    made = client.create_infrastructure_configuration(
        name="small", instanceProfileName="p", description="old", keyPair="k", tags={"a": "b"}
    )
    arn = {"infrastructureConfigurationArn": made["infrastructureConfigurationArn"]}
    cloud.move(hours=1)
    client.update_infrastructure_configuration(**arn, instanceProfileName="q")
    shown = client.get_infrastructure_configuration(**arn)["infrastructureConfiguration"]
    assert shown == {
        "arn": arn["infrastructureConfigurationArn"],
        "name": "small",
        "instanceProfileName": "q",
        "terminateInstanceOnFailure": True,
        "dateCreated": "2020-03-01T12:00:00.000Z",
        "dateUpdated": "2020-03-01T13:00:00.000Z",
        "tags": {"a": "b"},
    }


def test_a_region_without_output_is_refused(client: DirectClient) -> None:
    """In the words of the service."""
    error = error_of(
        client.create_distribution_configuration, name="dist", distributions=[{"region": "us-west-2"}]
    )
    assert error["Code"] == "InvalidParameterValueException"
    assert error["Message"] == (
        "The value supplied for parameter 'distributions[0]' is not valid. "
        "One or more outputs should be provided for each region in a distribution configuration."
    )


def test_a_region_may_be_there_once(client: DirectClient) -> None:
    """Two regions are fine and listed, the same twice is not."""
    twice = [{"region": "us-west-2", **OUTPUT}] * 2
    refused = error_of(client.create_distribution_configuration, name="dist", distributions=twice)
    assert "distributions[1].region" in refused["Message"]
    two = [{"region": region, **OUTPUT} for region in ("us-west-2", "eu-west-1")]
    client.create_distribution_configuration(name="dist", distributions=two)
    (listed,) = client.list_distribution_configurations()["distributionConfigurationSummaryList"]
    assert listed["regions"] == ["us-west-2", "eu-west-1"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"resourceSelection": {}}, "InvalidParameterCombinationException"),
        ({"policyDetails": [RULE, RULE]}, "InvalidParameterValueException"),
        (
            {"resourceType": "CONTAINER_IMAGE", "policyDetails": [{**RULE, "action": {"type": "DISABLE"}}]},
            "InvalidParameterValueException",
        ),
        ({"policyDetails": []}, "InvalidParameterValueException"),
    ],
)
def test_an_impossible_lifecycle_policy_is_refused(
    client: DirectClient, changes: dict[str, Any], code: str
) -> None:
    """No or two selections, two rules for one action, a rule that containers do not have, no rule."""
    assert code_of(client.create_lifecycle_policy, **lifecycle_policy(**changes)) == code


def test_a_lifecycle_policys_resource_type_stays(client: DirectClient) -> None:
    """Everything else may change."""
    arn = client.create_lifecycle_policy(**lifecycle_policy())["lifecyclePolicyArn"]
    changed = lifecycle_policy(status="DISABLED")
    del changed["name"]
    client.update_lifecycle_policy(lifecyclePolicyArn=arn, **changed)
    assert client.get_lifecycle_policy(lifecyclePolicyArn=arn)["lifecyclePolicy"]["status"] == "DISABLED"
    changed["resourceType"] = "CONTAINER_IMAGE"
    refused = code_of(client.update_lifecycle_policy, lifecyclePolicyArn=arn, **changed)
    assert refused == "InvalidParameterValueException"


def test_a_quota_ends_the_number_of_policies(client: DirectClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the quota is ServiceQuotaExceededException."""
    monkeypatch.setattr(configurations, "LIFECYCLE_POLICIES", 1)
    client.create_lifecycle_policy(**lifecycle_policy())
    another = lifecycle_policy(name="another")
    assert code_of(client.create_lifecycle_policy, **another) == "ServiceQuotaExceededException"


def test_what_a_pipeline_uses_cannot_be_deleted(client: DirectClient) -> None:
    """Neither its infrastructure nor its distribution configuration, until it is gone."""
    inputs = build_inputs(client)
    made = client.create_distribution_configuration(
        name="dist", distributions=[{"region": "us-west-2", **OUTPUT}]
    )
    distribution = {"distributionConfigurationArn": made["distributionConfigurationArn"]}
    infrastructure = {"infrastructureConfigurationArn": inputs["infrastructureConfigurationArn"]}
    pipeline = client.create_image_pipeline(name="nightly", **inputs, **distribution)["imagePipelineArn"]
    assert code_of(client.delete_distribution_configuration, **distribution) == "ResourceDependencyException"
    assert (
        code_of(client.delete_infrastructure_configuration, **infrastructure) == "ResourceDependencyException"
    )
    client.delete_image_pipeline(imagePipelineArn=pipeline)
    client.delete_distribution_configuration(**distribution)
    client.delete_infrastructure_configuration(**infrastructure)


def test_names_are_unique_whatever_their_case(client: DirectClient) -> None:
    """Names that give the same ARN are the same."""
    client.create_infrastructure_configuration(name="My Infra", instanceProfileName="p")
    again = {"name": "my_infra", "instanceProfileName": "p"}
    assert code_of(client.create_infrastructure_configuration, **again) == "ResourceAlreadyExistsException"
