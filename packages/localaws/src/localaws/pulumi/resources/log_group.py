"""`aws.cloudwatch.LogGroup`.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, TAGS, Field, flag, text, whole
from localaws.pulumi.resources.base import (
    AutomaticName,
    Creation,
    ResourceType,
    ignoring,
    region_of,
    tag_changes,
)
from localaws.pulumi.wire import Properties

_ABSENT = "ResourceNotFoundException"


class LogGroup(ResourceType):
    """A log group. Its id is its name; a retention of 0 days means for ever."""

    type_name = "aws:cloudwatch/logGroup:LogGroup"
    creation = Creation("logs", "CreateLogGroup", ("requestParameters", "logGroupName"))
    fields: ClassVar[Mapping[str, Field]] = {
        "kmsKeyId": text(),
        "logGroupClass": text("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", computed=True, replaces=True),
        "name": text(replaces=True, computed=True),
        "namePrefix": text(replaces=True, computed=True),
        "region": REGION,
        "retentionInDays": whole(default=0, minimum=0, maximum=3653),
        "skipDestroy": flag(default=False),
        "tags": TAGS,
    }
    outputs = ("arn",)
    kept = ("namePrefix", "skipDestroy")
    automatic_name = AutomaticName(longest=512)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the group with its key and tags."""
        request: dict[str, Any] = {"logGroupName": inputs["name"]}
        for ours, theirs in (("kmsKeyId", "kmsKeyId"), ("tags", "tags"), ("logGroupClass", "logGroupClass")):
            if inputs.get(ours):
                request[theirs] = inputs[ours]
        self._logs(aws, inputs).create_log_group(**request)
        return str(inputs["name"])

    def complete(self, aws: Aws, resource_id: str, inputs: Properties) -> None:
        """Set how long it keeps events."""
        self._retain(self._logs(aws, inputs), resource_id, inputs)

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Find the group among those that begin with its name, and read its tags."""
        logs = self._logs(aws, known)
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=resource_id)
        groups = (group for page in pages for group in page["logGroups"])
        group = next((group for group in groups if group["logGroupName"] == resource_id), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "name": group["logGroupName"],
            "arn": arn,
            "region": arn.split(":")[3],
            "retentionInDays": group.get("retentionInDays", 0),
            "kmsKeyId": group.get("kmsKeyId"),
            "logGroupClass": group.get("logGroupClass", "STANDARD"),
            "tags": logs.list_tags_for_resource(resourceArn=arn).get("tags") or {},
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Change retention, key and tags."""
        logs = self._logs(aws, inputs)
        if "retentionInDays" in changed:
            self._retain(logs, resource_id, inputs)
        if "kmsKeyId" in changed and inputs.get("kmsKeyId"):
            logs.associate_kms_key(logGroupName=resource_id, kmsKeyId=inputs["kmsKeyId"])
        elif "kmsKeyId" in changed:
            logs.disassociate_kms_key(logGroupName=resource_id)
        removed, set_anew = tag_changes(known, inputs)
        if removed:
            logs.untag_resource(resourceArn=known["arn"], tagKeys=removed)
        if set_anew:
            logs.tag_resource(resourceArn=known["arn"], tags=set_anew)

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the group and its events, unless it is to outlive the stack."""
        if known.get("skipDestroy"):
            return
        with ignoring(_ABSENT):
            self._logs(aws, known).delete_log_group(logGroupName=resource_id)

    def _logs(self, aws: Aws, properties: Properties) -> Any:
        return aws.client("logs", region_of(aws, properties))

    def _retain(self, logs: Any, name: str, inputs: Properties) -> None:
        if inputs.get("retentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
        else:
            logs.delete_retention_policy(logGroupName=name)
