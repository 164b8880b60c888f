"""`aws.kms.Key` and `aws.kms.Alias`."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import REGION, TAGS, Field, Path, document, flag, text, whole
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
from localaws.pulumi.wire import Properties

_DEFAULT_WINDOW_DAYS = 30


class Key(ResourceType):
    """A customer key. AWS never deletes one at once: it is disabled, and its deletion scheduled."""

    type_name = "aws:kms/key:Key"
    creation = Creation("kms", "CreateKey", ("responseElements", "keyMetadata", "keyId"))
    fields: ClassVar[Mapping[str, Field]] = {
        "bypassPolicyLockoutSafetyCheck": flag(default=False),
        "customerMasterKeySpec": text(default="SYMMETRIC_DEFAULT", replaces=True),
        "deletionWindowInDays": whole(minimum=7, maximum=30),
        "description": text(computed=True),
        "enableKeyRotation": flag(computed=True),
        "isEnabled": flag(default=True),
        "keyUsage": text(
            "ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", default="ENCRYPT_DECRYPT", replaces=True
        ),
        "multiRegion": flag(computed=True, replaces=True),
        "policy": document(computed=True),
        "region": REGION,
        "rotationPeriodInDays": whole(computed=True, minimum=90, maximum=2560),
        "tags": TAGS,
    }
    outputs = ("arn", "keyId")
    kept = ("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays")

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the key with its policy and tags."""
        request: dict[str, Any] = {
            "KeyUsage": inputs["keyUsage"],
            "KeySpec": inputs["customerMasterKeySpec"],
            "BypassPolicyLockoutSafetyCheck": inputs["bypassPolicyLockoutSafetyCheck"],
        }
        for ours, theirs in (
            ("description", "Description"),
            ("policy", "Policy"),
            ("multiRegion", "MultiRegion"),
        ):
            if inputs.get(ours):
                request[theirs] = inputs[ours]
        if inputs.get("tags"):
            request["Tags"] = tag_list(inputs["tags"], "TagKey", "TagValue")
        answer = aws.client("kms", region_of(aws, inputs)).create_key(**request)
        return str(answer["KeyMetadata"]["KeyId"])

    def complete(self, aws: Aws, resource_id: str, inputs: Properties) -> None:
        """Switch rotation on, and the key off, if asked."""
        kms = aws.client("kms", region_of(aws, inputs))
        if inputs.get("enableKeyRotation"):
            self._rotate(kms, resource_id, inputs)
        if not inputs["isEnabled"]:
            kms.disable_key(KeyId=resource_id)

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read the key, its policy, rotation and tags; one that awaits deletion counts as gone."""
        kms = aws.client("kms", region_of(aws, known))
        absent = ("NotFoundException",)
        answers = aws.together(
            lambda: found(kms.describe_key, absent, KeyId=resource_id),
            lambda: found(kms.get_key_policy, absent, KeyId=resource_id, PolicyName="default"),
            lambda: found(
                kms.get_key_rotation_status,
                (*absent, "UnsupportedOperationException", "KMSInvalidStateException"),
                KeyId=resource_id,
            ),
            lambda: found(kms.list_resource_tags, absent, KeyId=resource_id),
        )
        described, policy, rotation, tags = answers
        if described is None or described["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return None
        key, rotation = described["KeyMetadata"], rotation or {}
        rotates = rotation.get("KeyRotationEnabled", False)
        return {
            "arn": key["Arn"],
            "keyId": key["KeyId"],
            "region": key["Arn"].split(":")[3],
            "description": key.get("Description", ""),
            "keyUsage": key.get("KeyUsage") or "ENCRYPT_DECRYPT",
            "customerMasterKeySpec": key.get("KeySpec") or key.get("CustomerMasterKeySpec"),
            "isEnabled": key["Enabled"],
            "multiRegion": key.get("MultiRegion", False),
            "enableKeyRotation": rotates,
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays") if rotates else None,
            "policy": policy["Policy"] if policy else None,
            "tags": tag_map((tags or {}).get("Tags", []), "TagKey", "TagValue"),
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Change it; a disabled key is enabled first, since only an enabled one takes changes."""
        kms = aws.client("kms", region_of(aws, inputs))
        if "isEnabled" in changed and inputs["isEnabled"]:
            kms.enable_key(KeyId=resource_id)
        if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            self._rotate(kms, resource_id, inputs)
        if "description" in changed:
            kms.update_key_description(KeyId=resource_id, Description=inputs.get("description", ""))
        if "policy" in changed:
            kms.put_key_policy(
                KeyId=resource_id,
                PolicyName="default",
                Policy=inputs["policy"],
                BypassPolicyLockoutSafetyCheck=inputs["bypassPolicyLockoutSafetyCheck"],
            )
        if "isEnabled" in changed and not inputs["isEnabled"]:
            kms.disable_key(KeyId=resource_id)
        if "tags" in changed:
            gone, wanted = tag_changes(known, inputs)
            if gone:
                kms.untag_resource(KeyId=resource_id, TagKeys=gone)
            if wanted:
                kms.tag_resource(KeyId=resource_id, Tags=tag_list(wanted, "TagKey", "TagValue"))

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Schedule the deletion."""
        window = known.get("deletionWindowInDays") or _DEFAULT_WINDOW_DAYS
        with ignoring("NotFoundException", "KMSInvalidStateException"):
            aws.client("kms", region_of(aws, known)).schedule_key_deletion(
                KeyId=resource_id, PendingWindowInDays=window
            )

    def _rotate(self, kms: Any, resource_id: str, inputs: Properties) -> None:
        if not inputs.get("enableKeyRotation"):
            kms.disable_key_rotation(KeyId=resource_id)
            return
        period = inputs.get("rotationPeriodInDays")
        kms.enable_key_rotation(KeyId=resource_id, **({"RotationPeriodInDays": period} if period else {}))


class Alias(ResourceType):
    """A name for a key."""

    type_name = "aws:kms/alias:Alias"
    creation = Creation("kms", "CreateAlias", ("requestParameters", "aliasName"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": text(replaces=True, computed=True),
        "namePrefix": text(replaces=True, computed=True),
        "region": REGION,
        "targetKeyId": text(required=True),
    }
    outputs = ("arn", "targetKeyArn")
    kept = ("namePrefix",)
    automatic_name = AutomaticName(start="alias/", longest=256)

    def differences(
        self, name: str, field: Field, state: Properties, wanted: Any
    ) -> Iterator[tuple[Path, str, bool]]:
        """A key's id and its ARN mean the same key."""
        if name == "targetKeyId" and wanted in (state.get("targetKeyId"), state.get("targetKeyArn")):
            return
        yield from super().differences(name, field, state, wanted)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the alias; a name that is taken is an error."""
        aws.client("kms", region_of(aws, inputs)).create_alias(
            AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"]
        )
        return str(inputs["name"])

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Find the alias; KMS has no call for just one."""
        kms = aws.client("kms", region_of(aws, known))
        for page in kms.get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                if alias["AliasName"] == resource_id:
                    return self._properties(alias, known)
        return None

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Point it at another key."""
        aws.client("kms", region_of(aws, inputs)).update_alias(
            AliasName=resource_id, TargetKeyId=inputs["targetKeyId"]
        )

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the alias; its key stays."""
        with ignoring("NotFoundException"):
            aws.client("kms", region_of(aws, known)).delete_alias(AliasName=resource_id)

    def _properties(self, alias: dict[str, Any], known: Properties) -> Properties:
        key_arn = alias["AliasArn"].rsplit(":", 1)[0] + f":key/{alias['TargetKeyId']}"
        target = known.get("targetKeyId")
        return {
            "name": alias["AliasName"],
            "arn": alias["AliasArn"],
            "region": alias["AliasArn"].split(":")[3],
            "targetKeyId": target if target == key_arn else alias["TargetKeyId"],
            "targetKeyArn": key_arn,
        }
