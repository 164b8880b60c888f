"""Two rules of KMS that moto has not: the lockout check of key policies, and tags that count only later.

https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from moto.kms.models import kms_backends

from iam_evaluation import Policies, PolicyError, Request, evaluate
from localaws.call import Call
from localaws.conditions import context_of
from localaws.enforcement import identity_policies, principal_of
from localaws.errors import AwsError
from localaws.iam_policies import TAG_HISTORY, find_key, key_arn

_CHANGING = {"CreateKey", "ReplicateKey", "TagResource", "UntagResource"}


class MalformedPolicyDocumentError(AwsError):
    """A key policy that is no policy, or that locks its author out."""

    code = "MalformedPolicyDocumentException"


class NotFoundError(AwsError):
    """A key or an alias is named that cannot be where the call is made."""

    code = "NotFoundException"


_NAMING = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")


def check_identifiers(call: Call) -> None:
    """Let keys be named by id, by alias, or by an ARN of the Region in which they are asked for.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id

    Raises:
        NotFoundError: a text with a colon is no such ARN.

    """
    form = rf"arn:{re.escape(call.partition)}:kms:{re.escape(call.region)}:\d{{12}}:(key|alias)/[^:]+"
    for name in _NAMING:
        value = call.parameters.get(name)
        if value is not None and ":" in value and not re.fullmatch(form, value):
            raise NotFoundError(f"Invalid arn {value}")


@dataclass(frozen=True, slots=True)
class KmsRules:
    """`tag_delay`: how long a change of a key's tags takes to count; nothing by default."""

    tag_delay: timedelta = timedelta()

    def check_policy(self, call: Call) -> None:
        """Refuse a key policy under which the caller could not change it again.

        A key that is created without a policy gets the default one, which is not checked.

        Raises:
            MalformedPolicyDocumentError: no JSON, or the caller may not PutKeyPolicy afterwards.

        """
        text = call.parameters.get("Policy")
        if text is None or call.parameters.get("BypassPolicyLockoutSafetyCheck"):
            return
        try:
            document = json.loads(text)
        except ValueError as error:
            raise MalformedPolicyDocumentError("Policy contains invalid JSON") from error
        if not self._may_change(call, document):
            raise MalformedPolicyDocumentError(
                "The new key policy will not allow you to update the key policy in the future."
            )

    def _may_change(self, call: Call, document: Mapping[str, Any]) -> bool:
        """Whether the caller may PutKeyPolicy once the key has this policy."""
        key = call.parameters.get("KeyId") or str(uuid.uuid4())
        arn = key_arn(key, call.account_id, call.region, call.partition)
        later = replace(call, operation="PutKeyPolicy", parameters={"KeyId": key})
        context = context_of(later, "kms:PutKeyPolicy", arn)
        if not self.tag_delay:
            tags = call.parameters.get("Tags") or []
            context |= {f"aws:ResourceTag/{tag['TagKey']}": tag["TagValue"] for tag in tags}
        identity, boundary = identity_policies(call.caller)
        policies = Policies(
            identity=identity, resource=document, boundary=boundary, session=call.caller.session_policies
        )
        asked = Request(principal_of(call.caller), "kms:PutKeyPolicy", arn, call.account_id, context)
        try:
            return evaluate(asked, policies).allowed
        except (PolicyError, ValueError):
            return False

    def note_tags(self, call: Call, members: Mapping[str, Any]) -> None:
        """Remember from when on a key's tags count, after a call that may have changed them."""
        if not self.tag_delay or call.operation not in _CHANGING:
            return
        made = members.get("KeyMetadata") or members.get("ReplicaKeyMetadata") or {}
        arn = key_arn(
            made.get("Arn") or call.parameters["KeyId"], call.account_id, call.region, call.partition
        )
        key = find_key(arn)
        if key is not None:
            backend = kms_backends[key.account_id][key.region]
            tags = dict(backend.tagger.get_tag_dict_for_resource(key.id))
            history = key.__dict__.setdefault(TAG_HISTORY, [])
            history.append((call.time + self.tag_delay, tags))
