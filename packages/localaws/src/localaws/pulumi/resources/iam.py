"""`aws.iam.Role`, `RolePolicy`, `Policy` and `RolePolicyAttachment`. IAM is global: none has a Region."""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.aws import Aws
from localaws.pulumi.fields import TAGS, Field, document, flag, text, whole
from localaws.pulumi.resources.base import (
    AutomaticName,
    Creation,
    ResourceType,
    found,
    ignoring,
    tag_changes,
    tag_list,
    tag_map,
)
from localaws.pulumi.wire import Properties

_GONE = ("NoSuchEntity",)
_MOST_VERSIONS = 5  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html


def _text(policy: Any) -> str:
    """A policy document as text: boto3 has parsed it already."""
    return policy if isinstance(policy, str) else json.dumps(policy)


class Role(ResourceType):
    """A role. Policies are resources of their own."""

    type_name = "aws:iam/role:Role"
    creation = Creation("iam", "CreateRole", ("requestParameters", "roleName"))
    fields: ClassVar[Mapping[str, Field]] = {
        "assumeRolePolicy": document(required=True),
        "description": text(),
        "forceDetachPolicies": flag(default=False),
        "maxSessionDuration": whole(default=3600, minimum=3600, maximum=43200),
        "name": text(replaces=True, computed=True),
        "namePrefix": text(replaces=True, computed=True),
        "path": text(default="/", replaces=True),
        "permissionsBoundary": text(),
        "tags": TAGS,
    }
    outputs = ("arn", "createDate", "uniqueId")
    kept = ("forceDetachPolicies", "namePrefix")
    automatic_name = AutomaticName()

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the role with its trust policy."""
        request: dict[str, Any] = {
            "RoleName": inputs["name"],
            "Path": inputs["path"],
            "AssumeRolePolicyDocument": inputs["assumeRolePolicy"],
            "MaxSessionDuration": inputs["maxSessionDuration"],
        }
        for ours, theirs in (("description", "Description"), ("permissionsBoundary", "PermissionsBoundary")):
            if inputs.get(ours):
                request[theirs] = inputs[ours]
        if inputs.get("tags"):
            request["Tags"] = tag_list(inputs["tags"])
        aws.client("iam").create_role(**request)
        return str(inputs["name"])

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read the role and its tags."""
        answer = found(aws.client("iam").get_role, _GONE, RoleName=resource_id)
        if answer is None:
            return None
        role = answer["Role"]
        return {
            "name": role["RoleName"],
            "arn": role["Arn"],
            "uniqueId": role["RoleId"],
            "createDate": role["CreateDate"].isoformat(),
            "path": role["Path"],
            "assumeRolePolicy": _text(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description", ""),
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "tags": tag_map(role.get("Tags", [])),
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Change it; each property has a call of its own."""
        iam = aws.client("iam")
        if "assumeRolePolicy" in changed:
            iam.update_assume_role_policy(RoleName=resource_id, PolicyDocument=inputs["assumeRolePolicy"])
        if changed & {"description", "maxSessionDuration"}:
            iam.update_role(
                RoleName=resource_id,
                Description=inputs.get("description", ""),
                MaxSessionDuration=inputs["maxSessionDuration"],
            )
        if "permissionsBoundary" in changed:
            boundary = inputs.get("permissionsBoundary")
            if boundary:
                iam.put_role_permissions_boundary(RoleName=resource_id, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=resource_id)
        if "tags" in changed:
            gone, wanted = tag_changes(known, inputs)
            if gone:
                iam.untag_role(RoleName=resource_id, TagKeys=gone)
            if wanted:
                iam.tag_role(RoleName=resource_id, Tags=tag_list(wanted))

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the role; with `forceDetachPolicies` its policies are taken away first."""
        iam = aws.client("iam")
        with ignoring(*_GONE):
            if known.get("forceDetachPolicies"):
                for policy in iam.list_attached_role_policies(RoleName=resource_id)["AttachedPolicies"]:
                    iam.detach_role_policy(RoleName=resource_id, PolicyArn=policy["PolicyArn"])
                for name in iam.list_role_policies(RoleName=resource_id)["PolicyNames"]:
                    iam.delete_role_policy(RoleName=resource_id, PolicyName=name)
            iam.delete_role(RoleName=resource_id)


class RolePolicy(ResourceType):
    """A policy inside a role. Its id is "role:name"."""

    type_name = "aws:iam/rolePolicy:RolePolicy"
    fields: ClassVar[Mapping[str, Field]] = {
        "name": text(replaces=True, computed=True),
        "namePrefix": text(replaces=True, computed=True),
        "policy": document(required=True),
        "role": text(required=True, replaces=True),
    }
    kept = ("namePrefix",)
    automatic_name = AutomaticName(longest=128)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Put the policy into the role."""
        self._put(aws, inputs)
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read the policy."""
        role, name = resource_id.split(":", 1)
        answer = found(aws.client("iam").get_role_policy, _GONE, RoleName=role, PolicyName=name)
        if answer is None:
            return None
        return {"role": role, "name": name, "policy": _text(answer["PolicyDocument"])}

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Put the policy anew."""
        self._put(aws, inputs)

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Take the policy out of the role."""
        role, name = resource_id.split(":", 1)
        with ignoring(*_GONE):
            aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def _put(self, aws: Aws, inputs: Properties) -> None:
        aws.client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
        )


class Policy(ResourceType):
    """A managed policy. Its id is its ARN; a change is a new default version."""

    type_name = "aws:iam/policy:Policy"
    creation = Creation("iam", "CreatePolicy", ("responseElements", "policy", "arn"))
    fields: ClassVar[Mapping[str, Field]] = {
        "description": text(replaces=True),
        "name": text(replaces=True, computed=True),
        "namePrefix": text(replaces=True, computed=True),
        "path": text(default="/", replaces=True),
        "policy": document(required=True),
        "tags": TAGS,
    }
    outputs = ("arn", "attachmentCount", "policyId")
    kept = ("namePrefix",)
    automatic_name = AutomaticName(longest=128)

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Make the policy."""
        answer = aws.client("iam").create_policy(
            PolicyName=inputs["name"],
            Path=inputs["path"],
            PolicyDocument=inputs["policy"],
            Description=inputs.get("description", ""),
            Tags=tag_list(inputs.get("tags")),
        )
        return str(answer["Policy"]["Arn"])

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Read the policy and its default version."""
        iam = aws.client("iam")
        answer = found(iam.get_policy, _GONE, PolicyArn=resource_id)
        if answer is None:
            return None
        policy = answer["Policy"]
        version = iam.get_policy_version(PolicyArn=resource_id, VersionId=policy["DefaultVersionId"])
        return {
            "arn": policy["Arn"],
            "name": policy["PolicyName"],
            "path": policy["Path"],
            "policyId": policy["PolicyId"],
            "attachmentCount": policy["AttachmentCount"],
            "description": policy.get("Description", ""),
            "policy": _text(version["PolicyVersion"]["Document"]),
            "tags": tag_map(policy.get("Tags", [])),
        }

    def update(
        self, aws: Aws, resource_id: str, known: Properties, inputs: Properties, changed: set[str]
    ) -> None:
        """Make a new default version; the oldest goes first where there are as many as AWS keeps."""
        iam = aws.client("iam")
        if "policy" in changed:
            versions = iam.list_policy_versions(PolicyArn=resource_id)["Versions"]
            if len(versions) >= _MOST_VERSIONS:
                spare = [one for one in versions if not one["IsDefaultVersion"]]
                oldest = min(spare, key=lambda one: one["CreateDate"])
                iam.delete_policy_version(PolicyArn=resource_id, VersionId=oldest["VersionId"])
            iam.create_policy_version(
                PolicyArn=resource_id, PolicyDocument=inputs["policy"], SetAsDefault=True
            )
        if "tags" in changed:
            gone, wanted = tag_changes(known, inputs)
            if gone:
                iam.untag_policy(PolicyArn=resource_id, TagKeys=gone)
            if wanted:
                iam.tag_policy(PolicyArn=resource_id, Tags=tag_list(wanted))

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Delete the policy and all its versions."""
        iam = aws.client("iam")
        with ignoring(*_GONE):
            for version in iam.list_policy_versions(PolicyArn=resource_id)["Versions"]:
                if not version["IsDefaultVersion"]:
                    iam.delete_policy_version(PolicyArn=resource_id, VersionId=version["VersionId"])
            iam.delete_policy(PolicyArn=resource_id)


class RolePolicyAttachment(ResourceType):
    """A managed policy attached to a role. Its id is "role/policy ARN"."""

    type_name = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    fields: ClassVar[Mapping[str, Field]] = {
        "policyArn": text(required=True, replaces=True),
        "role": text(required=True, replaces=True),
    }

    def create(self, aws: Aws, inputs: Properties) -> str:
        """Attach it."""
        aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, aws: Aws, resource_id: str, known: Properties) -> Properties | None:
        """Look whether it is attached."""
        role, arn = resource_id.split("/", 1)
        answer = found(aws.client("iam").list_attached_role_policies, _GONE, RoleName=role)
        attached = {policy["PolicyArn"] for policy in (answer or {}).get("AttachedPolicies", [])}
        return {"role": role, "policyArn": arn} if arn in attached else None

    def delete(self, aws: Aws, resource_id: str, known: Properties) -> None:
        """Detach it."""
        role, arn = resource_id.split("/", 1)
        with ignoring(*_GONE):
            aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)
