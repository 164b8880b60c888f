"""How EC2 prints its calls: names of its XML, lists as `{"items": […]}`, dates in milliseconds.

Operations on flow logs and launch templates are printed as the API's newer documents, under one name.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/using-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from localaws.call import Call
from localaws.models import Operation

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_NEWER = ("FlowLogs", "LaunchTemplate")
# Lists whose items are printed with a name each, and the lists' own names.
_LISTS = {
    "InstanceIds": ("instancesSet", "instanceId"),
    "ImageIds": ("imagesSet", "imageId"),
    "SnapshotIds": ("snapshotSet", "snapshotId"),
    "VolumeIds": ("volumeSet", "volumeId"),
    "VpcIds": ("vpcSet", "vpcId"),
    "SubnetIds": ("subnetSet", "subnetId"),
    "GroupIds": ("securityGroupIdSet", "groupId"),
    "SecurityGroupIds": ("groupSet", "groupId"),
    "SecurityGroups": ("groupSet", "groupName"),
    "Owners": ("ownersSet", "owner"),
    "Resources": ("resourcesSet", "resourceId"),
    "Values": ("valueSet", "value"),
}
_NAMES = {
    "BlockDeviceMappings": "blockDeviceMapping",
    "Filters": "filterSet",
    "Tags": "tagSet",
    "TagSpecifications": "tagSpecificationSet",
}
_LAUNCHED = ("ImageId", "KeyName", "MinCount", "MaxCount")  # RunInstances prints these with the instances
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "RunInstances": {
        "blockDeviceMapping": {},
        "disableApiStop": False,
        "disableApiTermination": False,
        "monitoring": {"enabled": False},
    },
    "AuthorizeSecurityGroupEgress": {"ipPermissions": {}},
    "AuthorizeSecurityGroupIngress": {"ipPermissions": {}},
    "RevokeSecurityGroupEgress": {"ipPermissions": {}},
    "RevokeSecurityGroupIngress": {"ipPermissions": {}},
}
_ATTRIBUTES = {"CreateVolumePermission": "CREATE_VOLUME_PERMISSION", "LaunchPermission": "launchPermission"}


def ec2_parameters(operation: Operation, call: Call) -> Any:
    """The request parameters of a call to EC2."""
    shape = operation.model.input_shape
    if shape is None:
        return None
    if _is_newer(operation):
        return {f"{operation.name}Request": _newer(shape, call.parameters)}
    shown = {**_DEFAULTS.get(operation.name, {}), **_structure(shape, call.parameters)}
    if operation.name == "RunInstances":
        launched = {
            _lower(name): call.parameters[name] for name in _LAUNCHED if call.parameters.get(name) is not None
        }
        shown = {name: value for name, value in shown.items() if name not in launched}
        shown["instancesSet"] = {"items": [launched]}
    for member, name in _ATTRIBUTES.items():
        if operation.name.startswith("Modify") and member in call.parameters:
            shown["attributeType"] = name
    return shown or None


def ec2_elements(operation: Operation, members: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """The response elements of a call that changed something."""
    shape = operation.model.output_shape
    if _is_newer(operation):
        shown = {} if shape is None else _newer_response(shape, members)
        return {f"{operation.name}Response": {"xmlns": _NAMESPACE, "requestId": request_id, **shown}}
    if shape is None:
        return {"requestId": request_id, "_return": True}
    shown = _response(shape, members)
    if "Return" in shape.members:
        shown.pop("return", None)
        shown["_return"] = True
    return {"requestId": request_id, **shown}


def _is_newer(operation: Operation) -> bool:
    return any(noun in operation.name for noun in _NEWER)


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    """A structure of a request, whose XML has no names of its own."""
    shown: dict[str, Any] = {}
    for name, member in shape.members.items():
        if value.get(name) is None:
            continue
        listed, item = _LISTS.get(name, (_NAMES.get(name, _lower(name)), ""))
        if isinstance(member, ListShape):
            shown[listed] = _items([_request_item(member.member, one, item) for one in value[name]])
        else:
            shown[_NAMES.get(name, _lower(name))] = _request_value(member, value[name])
    return shown


def _request_item(shape: Shape, value: Any, name: str) -> Any:
    shown = _request_value(shape, value)
    return {name: shown} if name and not isinstance(shown, dict) else shown


def _request_value(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, value)
    if isinstance(shape, ListShape):
        return _items([_request_value(shape.member, one) for one in value])
    return _scalar(shape, value)


def _response(shape: Shape, value: Any) -> Any:
    """A value of a response under the names that it has in XML."""
    if isinstance(shape, StructureShape):
        return {
            str(member.serialization.get("name", _lower(name))): _response(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
            and not member.metadata.get("sensitive")
            # Where others are printed empty, tags are not.
            and (name != "Tags" or value[name])
        }
    if isinstance(shape, ListShape):
        return _items([_response(shape.member, one) for one in value])
    return _scalar(shape, value)


def _newer_response(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in the newer form: as its XML, in which an empty list is an empty element."""
    shown = _response(shape, value)
    for name, member in shape.members.items():
        if isinstance(member, ListShape) and not value.get(name):
            shown[str(member.serialization.get("name", _lower(name)))] = ""
    return dict(shown)


def _newer(shape: Shape, value: Any) -> Any:
    """A value in the newer form: members' own names, and numbered items in place of a list."""
    if isinstance(shape, StructureShape):
        return {
            str(member.serialization.get("name", name)): _newer(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        items = [_numbered(_newer(shape.member, one), number) for number, one in enumerate(value, 1)]
        return items[0] if len(items) == 1 else items
    return _scalar(shape, value)


def _numbered(item: Any, number: int) -> dict[str, Any]:
    return {**item, "tag": number} if isinstance(item, dict) else {"content": item, "tag": number}


def _items(items: list[Any]) -> dict[str, Any]:
    return {"items": items} if items else {}


def _scalar(shape: Shape, value: Any) -> Any:
    if shape.metadata.get("sensitive") or shape.type_name == "blob":
        return "<sensitiveDataRemoved>"
    if isinstance(value, datetime):
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)
    return value


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
