"""Two rules of IAM that moto has not: boundaries exist, and policies in use stay.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
"""

from __future__ import annotations

from moto.iam.models import iam_backends

from localaws.call import Call
from localaws.errors import AwsError


class NoSuchEntityError(AwsError):
    """There is no such policy."""

    code = "NoSuchEntity"
    http_status = 404


class DeleteConflictError(AwsError):
    """The policy is in use."""

    code = "DeleteConflict"
    http_status = 409


def check(call: Call) -> None:
    """Refuse a call that IAM refuses.

    Raises:
        NoSuchEntityError: a permissions boundary is a policy that does not exist.
        DeleteConflictError: a policy is to be deleted that is attached, or somebody's boundary.

    """
    backend = iam_backends[call.account_id][call.partition]
    boundary = call.parameters.get("PermissionsBoundary")
    if boundary and boundary not in backend.managed_policies:
        raise NoSuchEntityError(f"Scope ARN: {boundary} does not exist or is not attachable.")
    if call.operation == "DeletePolicy":
        arn = call.parameters["PolicyArn"]
        policy = backend.managed_policies.get(arn)
        bounds = any(role.permissions_boundary_arn == arn for role in backend.roles.values())
        if bounds or (policy is not None and policy.attachment_count):
            raise DeleteConflictError("Cannot delete a policy attached to entities.")
