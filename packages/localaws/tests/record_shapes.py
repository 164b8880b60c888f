"""The shapes of records that AWS itself wrote: paths of members and their types.

Facts read from the published records of real calls (DataDog's stratus-red-team, docs/detonation-logs).
`[]` after a name is a list, whose first item stands for all; `{}` and `[]` as types are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    """What is in `requestParameters` and `responseElements`, and in the resources of a record."""

    parameters: str
    elements: str = ": null"
    resources: str = ": null"


def shape_of(value: Any, path: str = "") -> Iterator[str]:
    """The paths of a value with their types."""
    if isinstance(value, Mapping) and value:
        for name in value:
            yield from shape_of(value[name], f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        yield from shape_of(value[0], f"{path}[]")
    else:
        kind = {dict: "{}", list: "[]", type(None): "null"}.get(type(value), type(value).__name__)
        yield f"{path}: {kind}"


def lines(text: str) -> set[str]:
    """The paths of a shape as it is written below, several on a line."""
    return {part.strip() for part in text.replace("\n", ";").split(";") if part.strip()}


NOTHING = ": null"
SHAPES: Mapping[str, Shape] = {
    "AssumeRole": Shape(
        "durationSeconds: int; roleArn: str; roleSessionName: str",
        "assumedRoleUser.arn: str; assumedRoleUser.assumedRoleId: str; credentials.accessKeyId: str;"
        "credentials.expiration: str; credentials.sessionToken: str",
        "[].ARN: str; [].accountId: str; [].type: str",
    ),
    "AssumeRole, denied": Shape(NOTHING),
    "AttachUserPolicy": Shape("policyArn: str; userName: str"),
    "AuthorizeSecurityGroupIngress": Shape(
        "cidrIp: str; fromPort: int; groupId: str; ipPermissions: {}; ipProtocol: str; toPort: int",
        "_return: bool; requestId: str; securityGroupRuleSet.items[].cidrIpv4: str;"
        "securityGroupRuleSet.items[].fromPort: int; securityGroupRuleSet.items[].groupId: str;"
        "securityGroupRuleSet.items[].groupOwnerId: str; securityGroupRuleSet.items[].ipProtocol: str;"
        "securityGroupRuleSet.items[].isEgress: bool;"
        "securityGroupRuleSet.items[].securityGroupRuleId: str; securityGroupRuleSet.items[].toPort: int",
    ),
    "CreateAccessKey": Shape(
        "userName: str",
        "accessKey.accessKeyId: str; accessKey.createDate: str; accessKey.status: str;"
        "accessKey.userName: str",
    ),
    "CreateLoginProfile": Shape(
        "passwordResetRequired: bool; userName: str",
        "loginProfile.createDate: str; loginProfile.passwordResetRequired: bool; loginProfile.userName: str",
    ),
    "CreateUser": Shape(
        "tags[].key: str; tags[].value: str; userName: str",
        "user.arn: str; user.createDate: str; user.path: str; user.tags[].key: str; user.tags[].value: str;"
        "user.userId: str; user.userName: str",
    ),
    "DeleteFlowLogs": Shape(
        "DeleteFlowLogsRequest.FlowLogId.content: str; DeleteFlowLogsRequest.FlowLogId.tag: int",
        "DeleteFlowLogsResponse.requestId: str; DeleteFlowLogsResponse.unsuccessful: str;"
        "DeleteFlowLogsResponse.xmlns: str",
    ),
    "DeleteLoginProfile": Shape("userName: str"),
    "DescribeParameters": Shape("maxResults: int"),
    "GetCallerIdentity": Shape(NOTHING),
    "GetParameters": Shape("names[]: str; withDecryption: bool", NOTHING, "[].ARN: str; [].accountId: str"),
    "GetPasswordData, denied": Shape("instanceId: str"),
    "ModifySnapshotAttribute": Shape(
        "attributeType: str; createVolumePermission.add.items[].userId: str; snapshotId: str",
        "_return: bool; requestId: str",
    ),
    "PutEventSelectors": Shape(
        "eventSelectors[].dataResources[].type: str; eventSelectors[].dataResources[].values: [];"
        "eventSelectors[].excludeManagementEventSources: [];"
        "eventSelectors[].includeManagementEvents: bool; eventSelectors[].readWriteType: str; trailName: str",
        "eventSelectors[].dataResources[].type: str; eventSelectors[].dataResources[].values: [];"
        "eventSelectors[].excludeManagementEventSources: [];"
        "eventSelectors[].includeManagementEvents: bool; eventSelectors[].readWriteType: str; trailARN: str",
    ),
    "RunInstances, denied": Shape(
        "blockDeviceMapping: {}; clientToken: str; disableApiStop: bool; disableApiTermination: bool;"
        "instanceType: str; instancesSet.items[].imageId: str; instancesSet.items[].maxCount: int;"
        "instancesSet.items[].minCount: int; monitoring.enabled: bool; subnetId: str",
    ),
    "SendCommand": Shape(
        "documentName: str; instanceIds[]: str; interactive: bool; parameters: str",
        "command.alarmConfiguration.alarms: []; command.alarmConfiguration.ignorePollAlarmFailure: bool;"
        "command.clientName: str; command.clientSourceId: str;"
        "command.cloudWatchOutputConfig.cloudWatchLogGroupName: str;"
        "command.cloudWatchOutputConfig.cloudWatchOutputEnabled: bool; command.commandId: str;"
        "command.comment: str; command.completedCount: int; command.deliveryTimedOutCount: int;"
        "command.documentName: str; command.documentVersion: str; command.errorCount: int;"
        "command.expiresAfter: str; command.hasCancelCommandSignature: bool;"
        "command.hasSendCommandSignature: bool; command.instanceIds[]: str; command.interactive: bool;"
        "command.maxConcurrency: str; command.maxErrors: str;"
        "command.notificationConfig.notificationArn: str;"
        "command.notificationConfig.notificationEvents: [];"
        "command.notificationConfig.notificationType: str; command.outputS3BucketName: str;"
        "command.outputS3KeyPrefix: str; command.outputS3Region: str; command.parameters: str;"
        "command.requestedDateTime: str; command.serviceRole: str; command.status: str;"
        "command.statusDetails: str; command.targetCount: int; command.targets: [];"
        "command.timeoutSeconds: int; command.triggeredAlarms: []",
    ),
    "UpdateAssumeRolePolicy": Shape("policyDocument: str; roleName: str"),
    "UpdateLoginProfile": Shape("userName: str"),
}

# Where moto's answers, which the records tell of, have more or less than AWS's.
MOTOS_OWN: Mapping[str, str] = {
    "AuthorizeSecurityGroupIngress": "securityGroupRuleSet.items[].groupOwnerId: str",
    "SendCommand": "command.alarmConfiguration.alarms: [];"
    "command.alarmConfiguration.ignorePollAlarmFailure: bool; command.clientName: str;"
    "command.clientSourceId: str; command.cloudWatchOutputConfig.cloudWatchLogGroupName: str;"
    "command.cloudWatchOutputConfig.cloudWatchOutputEnabled: bool; command.documentVersion: str;"
    "command.hasCancelCommandSignature: bool; command.hasSendCommandSignature: bool;"
    "command.interactive: bool; command.notificationConfig.notificationEvents: [];"
    "command.notificationConfig.notificationEvents[]: str; command.triggeredAlarms: []",
}
