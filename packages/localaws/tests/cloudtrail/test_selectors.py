"""Event selectors: which events a trail logs, and which selectors it takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from localaws.cloudtrail.exceptions import CloudTrailError, InvalidEventSelectorsException
from localaws.cloudtrail.selectors import Selectors, checked_selectors
from packages.localaws.tests.cloudtrail.conftest import BUCKET, Service, make_bucket, make_record

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def selects(parameters: dict[str, Any], **members: Any) -> bool:
    """Whether a trail with these selectors logs a record with these members."""
    return checked_selectors(parameters).select(make_record(NOW, **members))


def fields(*conditions: dict[str, Any], category: str = "Management") -> dict[str, Any]:
    """Return the parameters of one advanced event selector."""
    chosen = {"Field": "eventCategory", "Equals": [category]}
    return {"AdvancedEventSelectors": [{"Name": "one", "FieldSelectors": [chosen, *conditions]}]}


def test_a_new_trail_logs_every_management_event_and_no_other() -> None:
    """The default selector takes reads and writes, and no data events."""
    assert Selectors().select(make_record(NOW, readOnly=True))
    assert Selectors().select(make_record(NOW, readOnly=False))
    assert not Selectors().select(make_record(NOW, managementEvent=False, eventCategory="Data"))


@pytest.mark.parametrize(
    ("kind", "reads", "writes"), [("All", True, True), ("ReadOnly", True, False), ("WriteOnly", False, True)]
)
def test_basic_selectors_tell_reads_from_writes(kind: str, reads: bool, writes: bool) -> None:
    """ReadWriteType decides by the record's readOnly."""
    parameters = {"EventSelectors": [{"ReadWriteType": kind}]}
    assert selects(parameters, readOnly=True) == reads
    assert selects(parameters, readOnly=False) == writes


def test_basic_selectors_leave_sources_out() -> None:
    """Excluded sources are not logged, others are; without management events nothing is."""
    parameters = {"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}
    assert not selects(parameters, eventSource="kms.amazonaws.com")
    assert selects(parameters, eventSource="s3.amazonaws.com")
    assert not selects({"EventSelectors": [{"IncludeManagementEvents": False}]})


@pytest.mark.parametrize(
    ("condition", "matching", "other"),
    [
        ({"Field": "readOnly", "Equals": ["false"]}, {"readOnly": False}, {"readOnly": True}),
        (
            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
            {"eventSource": "imagebuilder.amazonaws.com"},
            {"eventSource": "kms.amazonaws.com"},
        ),
        (
            {"Field": "eventName", "StartsWith": ["Create", "Delete"]},
            {"eventName": "DeleteImage"},
            {"eventName": "GetImage"},
        ),
        (
            {"Field": "eventName", "EndsWith": ["Pipeline"], "NotStartsWith": ["Get"]},
            {"eventName": "CreateImagePipeline"},
            {"eventName": "GetImagePipeline"},
        ),
        (
            {"Field": "userIdentity.arn", "NotEndsWith": [":root"]},
            {"userIdentity": {"arn": "arn:aws:iam::123456789012:user/ada"}},
            {"userIdentity": {"arn": "arn:aws:iam::123456789012:root"}},
        ),
        (
            {"Field": "sessionCredentialFromConsole", "Equals": ["true"]},
            {"sessionCredentialFromConsole": "true"},
            {},
        ),
    ],
)
def test_advanced_selectors_match_fields(
    condition: dict[str, Any], matching: dict[str, Any], other: dict[str, Any]
) -> None:
    """Each operator takes what fits one of its values, or none of them where it is negative."""
    assert selects(fields(condition), **matching)
    assert not selects(fields(condition), **other)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"EventSelectors": [{}], **fields()},
        {"EventSelectors": [{}] * 6},
        {"EventSelectors": [{"ReadWriteType": "Both"}]},
        {"EventSelectors": [{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]},
        {
            "EventSelectors": [
                {"IncludeManagementEvents": False, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
            ]
        },
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]},
        fields(category="Weather"),
        fields(category="Data"),
        fields({"Field": "colour", "Equals": ["red"]}),
        fields({"Field": "resources.type", "Equals": ["AWS::S3::Object"]}),
        fields({"Field": "eventName"}),
        fields({"Field": "readOnly", "Equals": ["yes"]}),
        fields({"Field": "readOnly", "Equals": ["true"]}, {"Field": "readOnly", "Equals": ["false"]}),
        fields({"Field": "eventName", "NotEquals": [f"Call{number}" for number in range(500)]}),
    ],
    ids=str,
)
def test_wrong_selectors_are_refused(parameters: dict[str, Any]) -> None:
    """Each wrong selector is an InvalidEventSelectorsException."""
    with pytest.raises(CloudTrailError) as refused:
        checked_selectors(parameters)
    assert refused.value.code == "InvalidEventSelectorsException"


def test_a_trail_keeps_and_obeys_its_selectors(service: Service) -> None:
    """What PutEventSelectors sets, GetEventSelectors shows and delivery follows."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET)
    service.call("StartLogging", Name="audit")
    assert service.call("GetEventSelectors", TrailName="audit")["EventSelectors"] == [
        {
            "ReadWriteType": "All",
            "IncludeManagementEvents": True,
            "DataResources": [],
            "ExcludeManagementEventSources": [],
        }
    ]
    assert service.call("GetTrail", Name="audit")["Trail"]["HasCustomEventSelectors"] is False
    wanted = fields({"Field": "eventSource", "Equals": ["imagebuilder.amazonaws.com"]})
    service.call("PutEventSelectors", TrailName="audit", **wanted)
    assert (
        service.call("GetEventSelectors", TrailName="audit")["AdvancedEventSelectors"]
        == (wanted["AdvancedEventSelectors"])
    )
    assert service.call("GetTrail", Name="audit")["Trail"]["HasCustomEventSelectors"] is True
    service.record(eventSource="s3.amazonaws.com")
    service.record()
    assert service.cloudtrail.flush()["delivered"] == 1


def test_insight_selectors_are_kept(service: Service) -> None:
    """Insights are off until they are asked for."""
    make_bucket()
    service.call("CreateTrail", Name="audit", S3BucketName=BUCKET)
    with pytest.raises(CloudTrailError) as refused:
        service.call("GetInsightSelectors", TrailName="audit")
    assert refused.value.code == "InsightNotEnabledException"
    wanted = [{"InsightType": "ApiCallRateInsight"}]
    service.call("PutInsightSelectors", TrailName="audit", InsightSelectors=wanted)
    assert service.call("GetInsightSelectors", TrailName="audit")["InsightSelectors"] == wanted
    with pytest.raises(CloudTrailError) as refused:
        service.call("PutInsightSelectors", TrailName="audit", InsightSelectors=[{"InsightType": "Other"}])
    assert refused.value.code == "InvalidInsightSelectorsException"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::S3::Bucket", "arn:aws:s3:::logs/"),
        ("AWS::SNS::Topic", "arn:aws:sns:us-east-1:123456789012:topic"),
        ("AWS::S3::Object", "arn:aws:lambda"),
        ("AWS::Lambda::Function", "function"),
    ],
)
def test_basic_selectors_refuse_what_needs_advanced_ones(kind: str, value: str) -> None:
    """Only objects, functions and tables can be told by type and ARN."""
    selector = {"DataResources": [{"Type": kind, "Values": [value]}]}
    with pytest.raises(InvalidEventSelectorsException, match="is not valid"):
        checked_selectors({"EventSelectors": [selector]})


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("AWS::S3::Object", []),
        ("AWS::S3::Object", ["arn:aws:s3"]),
        ("AWS::S3::Object", ["arn:aws:s3:::"]),
        ("AWS::Lambda::Function", ["arn:aws:lambda"]),
        ("AWS::DynamoDB::Table", ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/t"]),
    ],
)
def test_basic_selectors_take_objects_functions_and_tables(kind: str, values: list[str]) -> None:
    """One by one, or all of a service."""
    selector = {"DataResources": [{"Type": kind, "Values": values}]}
    assert checked_selectors({"EventSelectors": [selector]}).custom


def test_basic_selectors_hold_at_most_250_data_resources() -> None:
    """Over all selectors of a trail."""
    values = [f"arn:aws:s3:::bucket-{number}/" for number in range(251)]
    selectors = [
        {"DataResources": [{"Type": "AWS::S3::Object", "Values": part}]} for part in (values[:1], values[1:])
    ]
    with pytest.raises(InvalidEventSelectorsException, match="at most 250"):
        checked_selectors({"EventSelectors": selectors})
