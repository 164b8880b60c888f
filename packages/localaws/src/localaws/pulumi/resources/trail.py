"""`aws.cloudtrail.Trail`.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, TAGS, Field, blocks, flag, text, texts
from localaws.pulumi.resources.base import (
    AutomaticName,
    Creation,
    ResourceType,
    found,
    ignoring,
    region_of,
    tag_changes,
    tag_list,
    tag_map,
)
from localaws.pulumi.resources.retry import until_roles_are_known
from localaws.pulumi.wire import Properties

_CALL = {  # our name -> CreateTrail's and UpdateTrail's
    "s3BucketName": "S3BucketName",
    "s3KeyPrefix": "S3KeyPrefix",
    "snsTopicName": "SnsTopicName",
    "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
    "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "isOrganizationTrail": "IsOrganizationTrail",
    "enableLogFileValidation": "EnableLogFileValidation",
    "kmsKeyId": "KmsKeyId",
}
_READ = {**_CALL, "enableLogFileValidation": "LogFileValidationEnabled", "snsTopicArn": "SnsTopicARN"}
_SELECTORS = {"eventSelectors", "advancedEventSelectors"}
_CONDITIONS = {
    "equals": "Equals",
    "notEquals": "NotEquals",
    "startsWiths": "StartsWith",
    "notStartsWiths": "NotStartsWith",
    "endsWiths": "EndsWith",
    "notEndsWiths": "NotEndsWith",
}


class Trail(ResourceType):
    """A trail. Its id is its ARN; `enableLogging` stands for StartLogging and StopLogging."""

    type_name = "aws:cloudtrail/trail:Trail"
    creation = Creation("cloudtrail", "CreateTrail", ("responseElements", "trailARN"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": text(replaces=True, computed=True),
        "s3BucketName": text(required=True),
        "s3KeyPrefix": text(),
        "snsTopicName": text(),
        "cloudWatchLogsGroupArn": text(),
        "cloudWatchLogsRoleArn": text(),
        "enableLogFileValidation": flag(default=False),
        "enableLogging": flag(default=True),
        "includeGlobalServiceEvents": flag(default=True),
        "isMultiRegionTrail": flag(default=False),
        "isOrganizationTrail": flag(default=False),
        "kmsKeyId": text(),
        "region": REGION,
        "tags": TAGS,
        "eventSelectors": blocks(
            {
                "readWriteType": text("ReadOnly", "WriteOnly", "All", default="All"),
                "includeManagementEvents": flag(default=True),
                "excludeManagementEventSources": texts(),
                "dataResources": blocks(
                    {"type": text(required=True), "values": Field("list", item=text(), required=True)}
                ),
            },
            most=5,
        ),
        "advancedEventSelectors": blocks(
            {
                "name": text(),
                "fieldSelectors": blocks(
                    {
                        "field": text(required=True),
                        **{name: Field("list", item=text()) for name in _CONDITIONS},
                    },
                    ordered=False,
                    required=True,
                ),
            }
        ),
        "insightSelectors": blocks(
            {"insightType": text("ApiCallRateInsight", "ApiErrorRateInsight", required=True)}, ordered=False
        ),
    }
    outputs = ("arn", "homeRegion", "snsTopicArn")
    automatic_name = AutomaticName(prefix_property=None, longest=128)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the trail. AWS checks bucket, key, topic and role here, and says what it lacks."""
        request = {
            theirs: inputs[ours] for ours, theirs in _CALL.items() if inputs.get(ours) not in (None, "")
        }
        cloudtrail = aws.client("cloudtrail", region_of(aws, inputs))
        tags = {"TagsList": tag_list(inputs["tags"])} if inputs.get("tags") else {}
        answer = until_roles_are_known(
            lambda: cloudtrail.create_trail(Name=inputs["name"], **request, **tags)
        )
        return str(answer["TrailARN"])

    def complete(self, aws: Aws, resource_id: str, inputs: Properties) -> None:
        """Say what to record, then start recording."""
        cloudtrail = aws.client("cloudtrail", region_of(aws, inputs))
        if inputs["enableLogging"]:
            cloudtrail.start_logging(Name=resource_id)
        self._select(cloudtrail, resource_id, inputs, _SELECTORS & inputs.keys())
        if inputs.get("insightSelectors"):
            self._select_insights(cloudtrail, resource_id, inputs)

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read the trail, whether it records, its selectors and tags."""
        cloudtrail = aws.client("cloudtrail", region_of(aws, known))
        absent = ("TrailNotFoundException", "InsightNotEnabledException", "ResourceNotFoundException")
        answers = aws.together(
            lambda: found(cloudtrail.describe_trails, absent, trailNameList=[resource_id]),
            lambda: found(cloudtrail.get_trail_status, absent, Name=resource_id),
            lambda: found(cloudtrail.get_event_selectors, absent, TrailName=resource_id),
            lambda: found(cloudtrail.list_tags, absent, ResourceIdList=[resource_id]),
        )
        described, status, selectors, tags = answers
        trail = next(iter((described or {}).get("trailList", [])), None)
        if trail is None:
            return None
        properties = {ours: trail.get(theirs) for ours, theirs in _READ.items()}
        properties |= {
            "name": trail["Name"],
            "arn": trail["TrailARN"],
            "homeRegion": trail["HomeRegion"],
            "region": trail["HomeRegion"],
            "enableLogging": bool(status and status["IsLogging"]),
            "tags": _tags(tags),
            **_selectors_from_aws(selectors or {}),
        }
        if trail.get("HasInsightSelectors"):
            insights = cloudtrail.get_insight_selectors(TrailName=resource_id)["InsightSelectors"]
            properties["insightSelectors"] = [{"insightType": one["InsightType"]} for one in insights]
        return properties

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Change it; what UpdateTrail does not take has calls of its own."""
        cloudtrail = aws.client("cloudtrail", region_of(aws, inputs))
        if changed & _CALL.keys():
            request = {theirs: inputs.get(ours, "") for ours, theirs in _CALL.items() if ours in changed}
            until_roles_are_known(lambda: cloudtrail.update_trail(Name=resource_id, **request))
        if "tags" in changed:
            gone, wanted = tag_changes(known, inputs)
            if gone:
                old = tag_list({name: known["tags"][name] for name in gone})
                cloudtrail.remove_tags(ResourceId=resource_id, TagsList=old)
            if wanted:
                cloudtrail.add_tags(ResourceId=resource_id, TagsList=tag_list(wanted))
        self._select(cloudtrail, resource_id, inputs, _SELECTORS & changed)
        if "insightSelectors" in changed:
            self._select_insights(cloudtrail, resource_id, inputs)
        if "enableLogging" in changed:
            switch = cloudtrail.start_logging if inputs["enableLogging"] else cloudtrail.stop_logging
            switch(Name=resource_id)

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the trail; what it delivered stays."""
        with ignoring("TrailNotFoundException"):
            aws.client("cloudtrail", region_of(aws, known)).delete_trail(Name=resource_id)

    def _select(self, cloudtrail: Any, resource_id: str, inputs: Properties, names: set[str]) -> None:
        """Put the selectors named; none at all means all management events, AWS's default."""
        if not names:
            return
        if inputs.get("advancedEventSelectors"):
            advanced = [_advanced_to_aws(one) for one in inputs["advancedEventSelectors"]]
            cloudtrail.put_event_selectors(TrailName=resource_id, AdvancedEventSelectors=advanced)
            return
        basic = inputs.get("eventSelectors") or [{"readWriteType": "All", "includeManagementEvents": True}]
        cloudtrail.put_event_selectors(
            TrailName=resource_id, EventSelectors=[_basic_to_aws(one) for one in basic]
        )

    def _select_insights(self, cloudtrail: Any, resource_id: str, inputs: Properties) -> None:
        wanted = [{"InsightType": one["insightType"]} for one in inputs.get("insightSelectors") or []]
        cloudtrail.put_insight_selectors(TrailName=resource_id, InsightSelectors=wanted)


def _tags(answer: Mapping[str, Any] | None) -> dict[str, str]:
    listed = (answer or {}).get("ResourceTagList") or [{}]
    return tag_map(listed[0].get("TagsList", []))


def _basic_to_aws(selector: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ReadWriteType": selector["readWriteType"],
        "IncludeManagementEvents": selector["includeManagementEvents"],
        "ExcludeManagementEventSources": selector.get("excludeManagementEventSources") or [],
        "DataResources": [
            {"Type": one["type"], "Values": one["values"]} for one in selector.get("dataResources") or []
        ],
    }


def _advanced_to_aws(selector: Mapping[str, Any]) -> dict[str, Any]:
    conditions = [
        {"Field": one["field"]} | {theirs: one[ours] for ours, theirs in _CONDITIONS.items() if one.get(ours)}
        for one in selector["fieldSelectors"]
    ]
    name = {"Name": selector["name"]} if selector.get("name") else {}
    return {**name, "FieldSelectors": conditions}


def _selectors_from_aws(answer: Mapping[str, Any]) -> Properties:
    """The selectors in the state; AWS's default one is left out, as nobody asked for it."""
    basic = [
        {
            "readWriteType": one.get("ReadWriteType", "All"),
            "includeManagementEvents": one.get("IncludeManagementEvents", True),
            "excludeManagementEventSources": one.get("ExcludeManagementEventSources", []),
            "dataResources": [
                {"type": data["Type"], "values": data["Values"]} for data in one.get("DataResources", [])
            ],
        }
        for one in answer.get("EventSelectors") or []
    ]
    advanced = [
        {
            "name": one.get("Name", ""),
            "fieldSelectors": [
                {"field": condition["Field"]}
                | {ours: condition[theirs] for ours, theirs in _CONDITIONS.items() if condition.get(theirs)}
                for condition in one["FieldSelectors"]
            ],
        }
        for one in answer.get("AdvancedEventSelectors") or []
    ]
    return {"eventSelectors": [] if _is_default(basic) else basic, "advancedEventSelectors": advanced}


def _is_default(basic: list[dict[str, Any]]) -> bool:
    return basic == [
        {
            "readWriteType": "All",
            "includeManagementEvents": True,
            "excludeManagementEventSources": [],
            "dataResources": [],
        }
    ]
