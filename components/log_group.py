"""The CloudWatch Logs group that takes the trail's events, and the role by which CloudTrail writes there."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.policy import policy_text
from config.stack import Stack
from policies.documents import log_delivery


class LogGroup(pulumi.ComponentResource):
    """An encrypted log group, and a role by which CloudTrail writes to the trail's streams, and nothing else.

    Makes `<name>` (cloudwatch.LogGroup), `<name>-delivery` (iam.Role) and `<name>-delivery-permissions`
    (iam.RolePolicy). `key_arn` is the key that the group is encrypted with.

        group = LogGroup("log-group", stack, key.arn)
        Trail("trail", stack, bucket.writable_name, key.arn, group)
    """

    arn: pulumi.Output[str]
    """The group's ARN with `:*` behind it, as a trail takes it."""
    role_arn: pulumi.Output[str]
    """The role's ARN, known only when the role may write: a trail made with it waits."""

    def __init__(
        self,
        name: str,
        stack: Stack,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("image-builder-trail:index:LogGroup", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        group = self._group(name, stack, key_arn)
        self.arn = pulumi.Output.concat(group.arn, ":*")
        self.role_arn = self._role(f"{name}-delivery", stack)
        self.register_outputs({"arn": self.arn, "role_arn": self.role_arn})

    def _group(self, name: str, stack: Stack, key_arn: pulumi.Input[str]) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=stack.log_group,
            retention_in_days=stack.settings.log_group.log_group_retention_days,
            kms_key_id=key_arn,
            tags=stack.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=stack.protected),
        )

    def _role(self, name: str, stack: Stack) -> pulumi.Output[str]:
        role = aws.iam.Role(
            name,
            name=stack.log_delivery_role,
            description="Lets CloudTrail write the trail's events to its log group, and nothing else",
            assume_role_policy=policy_text(log_delivery.TRUST, stack),
            permissions_boundary=stack.boundary_arn,
            tags=stack.tags,
            opts=self._child,
        )
        permissions = aws.iam.RolePolicy(
            f"{name}-permissions",
            role=role.name,
            policy=policy_text(log_delivery.PERMISSIONS, stack),
            opts=self._child,
        )
        return pulumi.Output.all(role.arn, permissions.id).apply(lambda known: str(known[0]))
