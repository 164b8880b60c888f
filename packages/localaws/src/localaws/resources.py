"""Which IAM actions an operation needs, and on which resources.

Actions, resource types and the form of their ARNs come from AWS's service authorization reference. The parts
of an ARN are looked for among the call's parameters by their names; what is not found there is `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from localaws.actions import action_details, iam_action, iam_prefix, resource_type_arn
from localaws.call import Call
from localaws.iam_policies import bucket_owner, find_user, key_arn, role_named
from localaws.kms_needs import ciphertext_pairs
from localaws.models import service_model
from localaws.s3_needs import s3_pairs

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
# What the reference calls otherwise in an ARN than the operation in its parameters.
_CALLED_OTHERWISE = {
    ("ec2", "securitygroupid"): "groupid",
    ("imagebuilder", "resourceid"): "infrastructureconfigurationname",
    ("imagebuilder", "workflowtype"): "type",
}
_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.+")


def needed(call: Call) -> list[tuple[str, str]]:
    """The (action, resource ARN) pairs that must all be allowed for a call to go through."""
    prefix, name = iam_prefix(call.service), iam_action(call.service, call.operation)
    action = f"{prefix}:{name}"
    if call.service == "s3":
        pairs = list(s3_pairs(call, name))
    elif call.service == "kms" and "CiphertextBlob" in call.parameters:
        pairs = list(ciphertext_pairs(call))
    else:
        pairs = [(action, resource) for resource in _resources(call, prefix, name)]
    if call.service == "sts":
        pairs += [(also, resource) for _, resource in tuple(pairs) for also in _session_actions(call)]
    pairs += [("iam:PassRole", role) for role in passed_roles(call)]
    return pairs


def _session_actions(call: Call) -> Iterator[str]:
    """What a session's tags and source identity need besides the role."""
    if call.parameters.get("Tags"):
        yield "sts:TagSession"
    if call.parameters.get("SourceIdentity") or call.caller.source_identity:  # a session hands its own on
        yield "sts:SetSourceIdentity"


def passed_roles(call: Call) -> Iterator[str]:
    """The roles that a call hands to a service, for which `iam:PassRole` is needed."""
    if call.service in {"iam", "sts"}:
        return
    for name, value in _strings(call.parameters):
        if "role" in name.lower() and _ROLE_ARN.fullmatch(value):
            yield value


def owner_of(resource: str, call: Call) -> str:
    """The account that owns a resource."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return call.caller.account_id
    if parts[2] == "s3" and not parts[4]:
        return bucket_owner(parts[5].split("/", 1)[0], parts[1]) or call.account_id
    return parts[4] if parts[4].isdigit() else call.account_id


def _resources(call: Call, prefix: str, action: str) -> list[str]:
    if call.service == "sts" and "RoleArn" in call.parameters:
        return [call.parameters["RoleArn"]]
    if call.service == "kms" and "KeyId" in call.parameters:
        return [key_arn(call.parameters["KeyId"], call.account_id, call.region, call.partition)]
    if call.service == "kms" and "AliasName" in call.parameters:
        return _alias_and_keys(call)
    if call.service == "logs" and call.operation == "DescribeLogGroups":
        # A list of no group in particular, which AWS judges, and names in its denials, by this ARN.
        return [f"arn:{call.partition}:logs:{call.region}:{call.account_id}:log-group::log-stream:"]
    details = action_details(prefix, action) or {"resourceTypes": []}
    found: list[str] = []
    for kind in details["resourceTypes"]:
        arn, complete = _arn(call, resource_type_arn(prefix, kind["name"]))
        if complete or (kind["required"] and not found):
            found.append(arn)
    return found or ["*"]


def _alias_and_keys(call: Call) -> list[str]:
    """The alias, the key that it is to name, and the one that it names now.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
    """
    name = call.parameters["AliasName"]
    named = (call.parameters.get("TargetKeyId"), None if call.operation == "CreateAlias" else name)
    keys = (key_arn(key, call.account_id, call.region, call.partition) for key in named if key)
    return [f"arn:{call.partition}:kms:{call.region}:{call.account_id}:{name}", *keys]


def _arn(call: Call, template: str) -> tuple[str, bool]:
    """An ARN of a form, and whether all its parts were found in the call's parameters."""
    pattern = re.compile(
        _PLACEHOLDER.sub("[^:]*?", re.escape(template).replace(r"\$\{", "${").replace(r"\}", "}"))
    )
    for _, value in _strings(call.parameters):
        if value.startswith("arn:") and pattern.fullmatch(value):
            return value, True
    if entity := _iam_entity(call, template):
        return entity, True
    complete = True

    def fill(match: re.Match[str]) -> str:
        nonlocal complete
        part = match.group(1)
        fixed = {"Partition": call.partition, "Region": call.region, "Account": call.account_id}
        if part in fixed:
            return fixed[part]
        value = _part(call, part)
        complete = complete and value is not None
        return value or "*"

    return _PLACEHOLDER.sub(fill, template), complete


def _part(call: Call, part: str) -> str | None:
    """The value of an ARN's part: of the parameter that bears its name, or is simply called `name`."""
    wanted = part.removesuffix("WithPath").lower()
    wanted = _CALLED_OTHERWISE.get((call.service, wanted), wanted)
    given = {name.lower(): value for name, value in call.parameters.items() if isinstance(value, str)}
    version = "semanticversion" if wanted.endswith("version") and "build" not in wanted else None
    for name in (
        wanted,
        version,
        f"{wanted}name",
        wanted.removesuffix("name"),
        f"{wanted}arn",
        f"{wanted}url",
    ):
        if name and name in given:
            value = given[name].rsplit("/", 1)[-1] if name.endswith("url") else given[name]
            return value.lower() if wanted == "type" else value  # of a workflow: TEST, and test in its ARN
    if wanted == "queuename" and "queueurl" in given:
        return given["queueurl"].rsplit("/", 1)[-1]
    if wanted.endswith("name") and "name" in given:
        return _image_builder_name(given["name"]) if call.service == "imagebuilder" else given["name"]
    return None


def _iam_entity(call: Call, template: str) -> str | None:
    """The ARN of a user or role with its path, which only IAM knows; the caller's own where none is named."""
    if call.service != "iam":
        return None
    if template.endswith("role/${RoleNameWithPath}") and "RoleName" in call.parameters:
        name, path = call.parameters["RoleName"], call.parameters.get("Path", "/")
        role = role_named(name, call.account_id, call.partition)
        return (
            f"arn:{call.partition}:iam::{call.account_id}:role{path}{name}" if role is None else str(role.arn)
        )
    if template.endswith("user/${UserNameWithPath}"):
        name = call.parameters.get("UserName", call.caller.user_name)
        user = find_user(str(name), call.account_id, call.partition)
        return None if user is None else str(user.arn)
    return None


def _image_builder_name(name: str) -> str:
    """A resource's name as Image Builder writes it into ARNs."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """All strings in the parameters with the names of their members."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, name)


def passed_to(call: Call) -> str:
    """The service principal that a role is passed to."""
    return f"{service_model(call.service).signing_name}.amazonaws.com"
