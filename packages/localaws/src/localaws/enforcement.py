"""`--enforce-iam`: every call is authorised by the policies of who calls and of what is called.

The verdict is `iam_evaluation`'s; here the policies are gathered and a denial is put in AWS's own words.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from console.messages import say
from iam_evaluation import Document, Policies, PolicyError, Principal, PrincipalKind, Request, evaluate
from localaws.call import Call, Caller
from localaws.conditions import context_of
from localaws.errors import AwsError
from localaws.iam_policies import resource_document, role_boundary, role_documents, user_documents
from localaws.models import service_model
from localaws.resources import needed, owner_of

# Allowed to everybody, whatever a policy says:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_ALWAYS_ALLOWED = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}


class DeniedError(AwsError):
    """A call that no policy allows, or that one denies."""


def authorise(call: Call) -> None:
    """Let a call through, or refuse it.

    Calls that a service makes for itself are let through: what it may do with the customer's resources is
    checked where it does it (CloudTrail's delivery), or given by its service-linked role.

    Raises:
        DeniedError: the caller may not do that.

    """
    if (call.service, call.operation) in _ALWAYS_ALLOWED or _is_for_a_service(call.caller):
        return
    principal = principal_of(call.caller)
    if principal.kind is PrincipalKind.ANONYMOUS and call.service != "s3":
        if service_model(call.service).operation_model(call.operation).auth_type == "none":
            return  # AWS asks nobody for a signature there
        raise DeniedError("Missing Authentication Token", code="MissingAuthenticationToken", http_status=403)
    for action, resource in needed(call):
        request = Request(
            principal, action, resource, owner_of(resource, call), context_of(call, action, resource)
        )
        try:
            decision = evaluate(request, _policies(call, action, resource))
        except (PolicyError, ValueError) as error:
            say(f"localaws: {action} on {resource} denied, as a policy cannot be evaluated: {error}")
            raise _denied(call, action, resource, "because a policy cannot be evaluated") from error
        if not decision.allowed:
            raise _denied(call, action, resource, decision.reason)


def _is_for_a_service(caller: Caller) -> bool:
    """Whether a service calls for itself: by its own name, or in a session of its service-linked role."""
    issuer = caller.session_issuer
    linked = issuer is not None and ":role/aws-service-role/" in issuer.arn
    return caller.type == "AWSService" or (linked and caller.invoked_by is not None)


def principal_of(caller: Caller) -> Principal:
    """The caller as policies see it."""
    arn = caller.arn or ""
    if caller.type == "Root":
        return Principal.root(caller.account_id, arn.split(":")[1])
    if caller.type == "IAMUser":
        return Principal.user(arn)
    if caller.type == "AssumedRole" and caller.session_issuer is not None:
        return Principal.role_session(arn, caller.session_issuer.arn)
    if caller.type == "FederatedUser":
        issuer = caller.session_issuer
        return Principal.federated_user(arn, issuer.arn if issuer and issuer.type == "IAMUser" else None)
    if caller.federated_provider is not None:
        return Principal.federated(caller.federated_provider)
    return Principal.anonymous()


def _policies(call: Call, action: str, resource: str) -> Policies:
    identity, boundary = identity_policies(call.caller)
    own = action != "iam:PassRole" and (":iam:" not in resource or action.startswith("sts:"))
    document = resource_document(resource) if own and resource.count(":") >= 5 else None
    return Policies(
        identity=identity, resource=document, boundary=boundary, session=call.caller.session_policies
    )


def identity_policies(caller: Caller) -> tuple[list[Document], Document | None]:
    """The identity policies of a caller and the boundary around them."""
    if caller.type == "IAMUser" and caller.arn:
        return user_documents(caller.arn), None
    issuer = caller.session_issuer
    if issuer is None or issuer.type == "Root":
        return [], None
    if issuer.type == "Role":
        return role_documents(issuer.arn), role_boundary(issuer.arn)
    return user_documents(issuer.arn), None


def _denied(call: Call, action: str, resource: str, reason: str) -> DeniedError:
    """The refusal in the service's own words and code."""
    who = call.caller.arn or "anonymous"
    protocol = service_model(call.service).protocol
    shown = f'"{resource}"' if action.startswith("s3:") else resource
    message = f"User: {who} is not authorized to perform: {action} on resource: {shown} {reason}"
    if call.service == "ec2":
        return DeniedError(
            f"You are not authorized to perform this operation. {message}",
            code="UnauthorizedOperation",
            http_status=403,
        )
    if call.service == "sts":
        # STS does not say why.
        message = message.removesuffix(f" {reason}")
    if call.service == "sns":
        return DeniedError(message, code="AuthorizationError", http_status=403)
    if protocol in {"query", "rest-xml"}:
        return DeniedError(message, code="AccessDenied", http_status=403)
    return DeniedError(
        message, code="AccessDeniedException", http_status=403 if protocol == "rest-json" else 400
    )
