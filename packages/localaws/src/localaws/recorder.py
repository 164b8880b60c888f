"""CloudTrail records of calls.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from localaws.actions import is_read_only, shows_response
from localaws.arns import account_of
from localaws.call import Call, Caller, SessionIssuer
from localaws.models import Operation, event_source, record_name, record_region
from localaws.record_values import Outcome, request_parameters, response_elements

EVENT_VERSION = "1.11"


def records_of(call: Call, operation: Operation, outcome: Outcome) -> list[dict[str, Any]]:
    """Build the records of a call: for the account that was called, and for the role's if that is another.

    Both then bear the same `sharedEventID`. A role that was refused hears nothing of it.
    """
    recipients = [call.account_id] if _is_denied_role(call, outcome) else _recipients(call)
    shared = str(uuid.uuid4()) if len(recipients) > 1 else None
    return [_record(call, operation, outcome, recipient, shared) for recipient in recipients]


def bare_record(call: Call, operation: Operation, outcome: Outcome) -> dict[str, Any]:
    """Build the record of a call whose parameters and answer cannot be printed: without them.

    What else it holds is written as text that any reader takes.
    """
    bare = replace(outcome, members={}, key_arns=())
    record = _record(
        replace(call, parameters={}), replace(operation, parameters={}), bare, call.account_id, None
    )
    return writable(record | {"requestParameters": None, "responseElements": None})


def writable(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with a question mark for each character that cannot be written."""
    text = json.dumps(record, ensure_ascii=False, default=str)
    written: dict[str, Any] = json.loads(text.encode("utf-8", "replace"))
    return written


def _is_denied_role(call: Call, outcome: Outcome) -> bool:
    """Whether a role was denied: STS then prints neither the request nor the role."""
    return (call.service, call.operation, outcome.error_code) == ("sts", "AssumeRole", "AccessDenied")


def _recipients(call: Call) -> list[str]:
    recipients = [call.account_id]
    role_account = account_of(str(call.parameters.get("RoleArn", ""))) if call.service == "sts" else ""
    return recipients if role_account in {"", call.account_id} else [*recipients, role_account]


def _record(
    call: Call, operation: Operation, outcome: Outcome, recipient: str, shared: str | None
) -> dict[str, Any]:
    service = call.caller.invoked_by
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _user_identity(call.caller),
        "eventTime": _iso(call.time),
        "eventSource": event_source(operation.service),
        "eventName": record_name(operation),
        "awsRegion": record_region(operation.service, call.region, call.partition),
        "sourceIPAddress": service or call.source_ip,
        "userAgent": service or call.user_agent,
    }
    if outcome.error_code:
        record |= {"errorCode": _error_code(call, outcome), "errorMessage": outcome.error_message}
    untold = _is_denied_role(call, outcome)
    record |= {
        "requestParameters": None if untold else request_parameters(operation, call, outcome),
        "responseElements": _response_elements(call, operation, outcome),
        "requestID": call.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": is_read_only(operation.service, operation.name),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": recipient,
    }
    resources = [] if untold else _resources(call, operation, outcome)
    if resources:
        record["resources"] = resources
    if shared:
        record["sharedEventID"] = shared
    record["eventCategory"] = "Management"
    if not service:
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": call.host,
        }
    return record


def _error_code(call: Call, outcome: Outcome) -> str | None:
    """EC2 says in its records whose fault an error is."""
    if call.service != "ec2":
        return outcome.error_code
    ours = outcome.error_code in {"InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable"}
    return f"{'Server' if ours else 'Client'}.{outcome.error_code}"


def _response_elements(call: Call, operation: Operation, outcome: Outcome) -> Any:
    if outcome.error_code or not shows_response(operation.service, operation.name):
        return None
    return response_elements(operation, call, outcome)


def _resources(call: Call, operation: Operation, outcome: Outcome) -> list[dict[str, str]]:
    """The resources that S3, KMS, STS and Systems Manager name in their records."""
    if operation.service == "s3" and "Bucket" in call.parameters:
        arn = f"arn:{call.partition}:s3:::{call.parameters['Bucket']}"
        return [{"accountId": call.account_id, "type": "AWS::S3::Bucket", "ARN": arn}]
    if operation.service == "sts" and "RoleArn" in call.parameters:
        arn = call.parameters["RoleArn"]
        return [{"accountId": account_of(arn), "type": "AWS::IAM::Role", "ARN": arn}]
    if operation.service == "kms":
        return [
            {"accountId": account_of(arn), "type": "AWS::KMS::Key", "ARN": arn} for arn in outcome.key_arns
        ]
    if operation.service == "ssm" and operation.name in {"GetParameter", "GetParameters"}:
        names = call.parameters.get("Names") or [call.parameters.get("Name", "")]
        prefix = f"arn:{call.partition}:ssm:{call.region}:{call.account_id}:parameter/"
        return [{"ARN": prefix + name.lstrip("/"), "accountId": call.account_id} for name in names]
    return []


def _user_identity(caller: Caller) -> dict[str, Any]:
    if caller.type == "AWSService":
        return {"type": "AWSService", "invokedBy": caller.invoked_by}
    identity: dict[str, Any] = {
        "type": caller.type,
        "principalId": caller.principal_id,
        "arn": caller.arn,
        "accountId": caller.account_id,
        "accessKeyId": caller.access_key_id,
        "userName": caller.user_name,
        "identityProvider": caller.federated_provider
        if caller.type in {"SAMLUser", "WebIdentityUser"}
        else None,
    }
    context = _session_context(caller)
    if context:
        identity["sessionContext"] = context
    identity["invokedBy"] = caller.invoked_by
    return {name: value for name, value in identity.items() if value is not None}


def _session_context(caller: Caller) -> dict[str, Any]:
    if caller.session_created is None:
        return {}
    context: dict[str, Any] = {}
    if caller.session_issuer:
        context["sessionIssuer"] = _issuer(caller.session_issuer)
    if caller.federated_provider:
        context["webIdFederationData"] = {"federatedProvider": caller.federated_provider, "attributes": {}}
    context["attributes"] = {
        "creationDate": _iso(caller.session_created),
        "mfaAuthenticated": "true" if caller.mfa_authenticated else "false",
    }
    if caller.source_identity:
        context["sourceIdentity"] = caller.source_identity
    return context


def _issuer(issuer: SessionIssuer) -> dict[str, Any]:
    described = {
        "type": issuer.type,
        "principalId": issuer.principal_id,
        "arn": issuer.arn,
        "accountId": issuer.account_id,
        "userName": issuer.user_name,
    }
    return {name: value for name, value in described.items() if value is not None}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
