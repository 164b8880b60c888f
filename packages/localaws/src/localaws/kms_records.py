"""How KMS prints its calls: defaults filled in, the keys among the resources and in the answer.

https://docs.aws.amazon.com/kms/latest/developerguide/understanding-kms-entries.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.call import Call
from localaws.iam_policies import find_key, key_arn

_KEY_PARAMETERS = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId", "ResourceArn")
_SYMMETRIC = "SYMMETRIC_DEFAULT"
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "CreateKey": {
        "description": "",
        "origin": "AWS_KMS",
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": _SYMMETRIC,
        "keySpec": _SYMMETRIC,
        "keyUsage": "ENCRYPT_DECRYPT",
    },
    "Decrypt": {"encryptionAlgorithm": _SYMMETRIC},
    "Encrypt": {"encryptionAlgorithm": _SYMMETRIC},
    "PutKeyPolicy": {"bypassPolicyLockoutSafetyCheck": False, "policyName": "default"},
    "ReEncrypt": {
        "sourceEncryptionAlgorithm": _SYMMETRIC,
        "destinationEncryptionAlgorithm": _SYMMETRIC,
    },
}
# Printed by the general rule they would begin in lower case.
_NAMES = {"aWSAccountId": "AWSAccountId"}


def named_resources(call: Call) -> tuple[str, ...]:
    """The ARNs of alias and keys that a call to KMS names and that exist when it is made."""
    found: list[str] = []
    alias = call.parameters.get("AliasName")
    if alias:
        found.append(f"arn:{call.partition}:kms:{call.region}:{call.account_id}:{alias}")
    named = [call.parameters[name] for name in _KEY_PARAMETERS if call.parameters.get(name)]
    for key in [alias, *named]:
        arn = _existing(call, str(key)) if key else None
        if arn is not None:
            found.append(arn)
    return tuple(dict.fromkeys(found))


def _existing(call: Call, identifier: str) -> str | None:
    arn = key_arn(identifier, call.account_id, call.region, call.partition)
    return arn if find_key(arn) else None


def all_resources(call: Call, named: tuple[str, ...], members: Mapping[str, Any]) -> tuple[str, ...]:
    """What a call named and the key that its answer tells of: one just made, or one that decrypted."""
    told = members.get("KeyMetadata", {}).get("Arn") or (None if named else members.get("KeyId"))
    if not told:
        return named
    return (*named, key_arn(str(told), call.account_id, call.region, call.partition))


def kms_parameters(call: Call, printed: Any, resources: tuple[str, ...]) -> Any:
    """Fill in what KMS prints although the request did not say it."""
    shown = {**_DEFAULTS.get(call.operation, {}), **(printed or {})}
    if call.operation == "CreateKey":
        spec = call.parameters.get("KeySpec") or call.parameters.get("CustomerMasterKeySpec") or _SYMMETRIC
        shown |= {"keySpec": spec, "customerMasterKeySpec": spec}
    if call.operation == "Decrypt" and "keyId" not in shown and resources:
        shown["keyId"] = resources[-1]
    return shown or None


def kms_elements(call: Call, printed: Any, resources: tuple[str, ...]) -> Any:
    """The answer to a change; where it says nothing of the key, the key's ARN is added."""
    shown = _renamed(printed) or {}
    shown.pop("grantToken", None)
    keys = [arn for arn in resources if ":key/" in arn]
    if keys and call.operation not in {"CreateKey", "ReplicateKey"}:
        shown["keyId"] = keys[0]
    return shown or None


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_NAMES.get(name, name): _renamed(item) for name, item in value.items()}
    return value
