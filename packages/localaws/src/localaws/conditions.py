"""The condition keys of a call: what policies may ask of who calls, from where, how and with what.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localaws.call import Call, Caller
from localaws.iam_policies import find_role, key_aliases, key_tags, role_tags, user_tags
from localaws.models import service_model
from localaws.resources import owner_of, passed_to

Context = dict[str, str | list[str]]

# Where S3's parameters are called otherwise than its condition keys: by their headers and query parameters.
_S3_QUERY_KEYS = {"prefix", "delimiter", "max-keys", "VersionId"}


def context_of(call: Call, action: str, resource: str) -> Context:
    """All condition keys of a call, for one of the actions that it needs on one resource.

    The local AWS stands for AWS's HTTPS endpoints, so every call counts as made over TLS 1.3.
    """
    context: Context = {
        "aws:CurrentTime": call.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(call.time.timestamp())),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
        "aws:UserAgent": call.user_agent,
        "aws:ViaAWSService": "true" if call.caller.invoked_by else "false",
        "aws:ResourceAccount": owner_of(resource, call),
    }
    context.update(_caller_keys(call))
    context.update(_tag_keys(call))
    if action == "iam:PassRole":
        context["iam:PassedToService"] = passed_to(call)
    elif action.startswith("s3:"):
        context.update(_s3_keys(call))
    elif action.startswith("kms:"):
        context.update(_kms_keys(call, resource))
    elif action.startswith("sts:"):
        context.update(_sts_keys(call))
    elif action.startswith("iam:"):
        context.update(_iam_keys(call, resource))
    return context


def _caller_keys(call: Call) -> Iterator[tuple[str, str | list[str]]]:
    caller = call.caller
    if caller.invoked_by:
        yield "aws:CalledVia", [caller.invoked_by]
        yield "aws:CalledViaFirst", caller.invoked_by
        yield "aws:CalledViaLast", caller.invoked_by
    else:
        yield "aws:SourceIp", call.source_ip
    if caller.principal_id:
        yield "aws:userid", caller.principal_id
    if caller.session_created is not None:
        yield "aws:TokenIssueTime", caller.session_created.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield from _mfa_keys(call)
    if caller.source_identity:
        yield "aws:SourceIdentity", caller.source_identity
    if caller.federated_provider:
        yield "aws:FederatedProvider", caller.federated_provider
    for key, value in _principal_tags(caller).items():
        yield f"aws:PrincipalTag/{key}", value


def _principal_tags(caller: Caller) -> Mapping[str, str]:
    """The tags of who calls; those of a session override the role's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    if caller.type == "IAMUser" and caller.arn:
        return user_tags(caller.arn)
    if caller.type == "AssumedRole" and caller.session_issuer is not None:
        return role_tags(caller.session_issuer.arn) | dict(caller.session_tags)
    return caller.session_tags


def _mfa_keys(call: Call) -> Iterator[tuple[str, str | list[str]]]:
    """Whether and how long ago (seconds) a device vouched for the caller.

    A call of AssumeRole that brings a device's code counts as made with it, just now.
    """
    caller = call.caller
    if call.operation == "AssumeRole" and call.parameters.get("SerialNumber"):
        yield "aws:MultiFactorAuthPresent", "true"
        yield "aws:MultiFactorAuthAge", "0"
    elif caller.session_created is not None:
        yield "aws:MultiFactorAuthPresent", "true" if caller.mfa_authenticated else "false"
        if caller.mfa_authenticated:
            yield "aws:MultiFactorAuthAge", str(int((call.time - caller.session_created).total_seconds()))


def _tag_keys(call: Call) -> Iterator[tuple[str, str | list[str]]]:
    """The tags that a call gives to a resource: a list of key and value, or a map."""
    given = next(
        (call.parameters[name] for name in ("Tags", "tags", "TagsList") if name in call.parameters), None
    )
    if isinstance(given, list):
        pairs = {
            _either(tag, "Key", "key", "TagKey"): _either(tag, "Value", "value", "TagValue") for tag in given
        }
    elif isinstance(given, Mapping):
        pairs = dict(given)
    else:
        return
    yield "aws:TagKeys", list(pairs)
    for key, value in pairs.items():
        yield f"aws:RequestTag/{key}", value


def _either(tag: Mapping[str, str], *names: str) -> str:
    return next((tag[name] for name in names if name in tag), "")


def _s3_keys(call: Call) -> Iterator[tuple[str, str | list[str]]]:
    """S3's keys are the names of the headers and of some query parameters."""
    yield "s3:TlsVersion", "1.3"
    shape = service_model("s3").operation_model(call.operation).input_shape
    for name, value in call.parameters.items():
        member = shape.members[name] if shape is not None else None
        wire = member.serialization.get("name", name) if member is not None else name
        if wire.startswith("x-amz-") or wire in _S3_QUERY_KEYS:
            yield f"s3:{wire}", str(value)


def _kms_keys(call: Call, resource: str) -> Iterator[tuple[str, str | list[str]]]:
    yield "kms:CallerAccount", call.caller.account_id
    for key, value in key_tags(resource, call.time).items():
        yield f"aws:ResourceTag/{key}", value
    if aliases := key_aliases(resource):
        yield "kms:ResourceAliases", aliases
    if call.caller.invoked_by:
        yield (
            "kms:ViaService",
            call.caller.invoked_by.replace(".amazonaws.com", f".{call.region}.amazonaws.com"),
        )
    if call.service == "s3":
        suffix = "amazonaws.com.cn" if call.partition == "aws-cn" else "amazonaws.com"
        # S3 asks KMS in the caller's name, in the Region of bucket and key, whatever the caller's.
        region = resource.split(":")[3] if resource.count(":") >= 5 else call.region
        yield "kms:ViaService", f"s3.{region}.{suffix}"
    encryption: Mapping[str, str] = call.parameters.get("EncryptionContext") or {}
    for key, value in encryption.items():
        yield f"kms:EncryptionContext:{key}", value
    if encryption:
        yield "kms:EncryptionContextKeys", list(encryption)
    if "alias/" in str(call.parameters.get("KeyId", "")):
        yield "kms:RequestAlias", "alias/" + str(call.parameters["KeyId"]).rsplit("alias/", 1)[-1]


def _sts_keys(call: Call) -> Iterator[tuple[str, str | list[str]]]:
    for parameter, key in (
        ("ExternalId", "sts:ExternalId"),
        ("RoleSessionName", "sts:RoleSessionName"),
        ("SourceIdentity", "sts:SourceIdentity"),
        ("TransitiveTagKeys", "sts:TransitiveTagKeys"),
    ):
        if parameter in call.parameters:
            yield key, call.parameters[parameter]
    caller = call.caller
    if caller.type == "WebIdentityUser" and caller.principal_id:
        provider = str(caller.federated_provider).removeprefix("https://")
        yield f"{provider}:sub", caller.user_name or ""
        yield f"{provider}:aud", caller.principal_id.rsplit(":", 2)[1]


def _iam_keys(call: Call, resource: str) -> Iterator[tuple[str, str | list[str]]]:
    """The boundary is the one that the call sets, else the one that the role has.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    if policy := call.parameters.get("PolicyArn"):
        yield "iam:PolicyARN", policy
    boundary: Any = call.parameters.get("PermissionsBoundary")
    role = find_role(resource) if ":role/" in resource else None
    boundary = boundary or (role.permissions_boundary_arn if role else None)
    if boundary:
        yield "iam:PermissionsBoundary", boundary
