"""What a session of STS brings along: policies that narrow it, tags; and what its credentials cannot do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends

from localaws.call import Call
from localaws.errors import AwsError
from localaws.iam_policies import default_document
from localaws.identity import InvalidKeyError


class ValidationError(AwsError):
    """A parameter breaks its bounds."""

    code = "ValidationError"


class MalformedPolicyDocumentError(AwsError):
    """A session policy is no policy."""

    code = "MalformedPolicyDocument"


def session_policies(call: Call, account_id: str) -> tuple[Mapping[str, Any], ...]:
    """The policies that narrow a session of an account: the inline one, the managed ones as they stand now.

    Raises:
        ValidationError: the account has no such managed policy.
        MalformedPolicyDocumentError: the inline one is no policy.

    """
    documents = [call.parameters["Policy"]] if call.parameters.get("Policy") else []
    backend = iam_backends[account_id][call.partition]
    for reference in call.parameters.get("PolicyArns") or []:
        arn = reference.get("arn", "")
        policy = backend.managed_policies.get(arn)
        if policy is None:
            raise ValidationError(f"Policy {arn} does not exist or is not attachable.")
        documents.append(default_document(policy))
    return tuple(_read(document) for document in documents)


def _read(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyDocumentError("The policy is not in the valid JSON format.") from error
    if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list | Mapping):
        raise MalformedPolicyDocumentError("Syntax errors in policy.")
    return document


def session_tags(call: Call) -> dict[str, str]:
    """The tags of the session that a call opens: those that it gives, and transitive ones of the caller's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
    """
    given = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags") or []}
    caller = call.caller
    return given | {key: caller.session_tags[key] for key in caller.transitive_tag_keys}


def transitive_tag_keys(call: Call) -> frozenset[str]:
    """The keys of the session's tags that sessions opened with it have as well."""
    own = {tag["Key"] for tag in call.parameters.get("Tags") or []}
    asked = set(call.parameters.get("TransitiveTagKeys") or [])
    return frozenset(own & asked) | call.caller.transitive_tag_keys


def check_session_limits(call: Call) -> None:
    """Refuse what credentials of GetSessionToken without MFA, and of GetFederationToken, cannot do: call IAM.

    Raises:
        InvalidKeyError: AWS knows no such credentials there.

    """
    caller = call.caller
    of_a_user = caller.session_created is not None and caller.type in {"IAMUser", "Root"}
    unsure = of_a_user and not caller.mfa_authenticated
    if call.service == "iam" and caller.invoked_by is None and (unsure or caller.type == "FederatedUser"):
        raise InvalidKeyError
