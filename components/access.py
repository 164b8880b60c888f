"""The roles that people take on: the auditor, who reads all, and break-glass, who lifts protections."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.policy import policy_text, policy_with_key
from config.stack import Stack
from policies.documents import auditor, auditor_trust, break_glass, break_glass_trust
from policies.documents.card import DocumentCard


class Access(pulumi.ComponentResource):
    """The auditor's and the break-glass role, each with the one policy that says what it may do.

    Makes `<name>-auditor` and `<name>-break-glass` (iam.Role), and `-permissions` for each (iam.RolePolicy).

        access = Access("access", stack, key.arn)
        pulumi.export("auditor_role_arn", access.auditor_role_arn)
    """

    auditor_role_arn: pulumi.Output[str]
    break_glass_role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        stack: Stack,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("image-builder-trail:index:Access", name, {}, opts)
        self._stack, self._key_arn = stack, key_arn
        self.auditor_role_arn = self._auditor(f"{name}-auditor")
        self.break_glass_role_arn = self._break_glass(f"{name}-break-glass")
        self.register_outputs(
            {"auditor_role_arn": self.auditor_role_arn, "break_glass_role_arn": self.break_glass_role_arn}
        )

    def _auditor(self, name: str) -> pulumi.Output[str]:
        role = aws.iam.Role(
            name,
            name=self._stack.auditor_role,
            description="Reads logs, digests and Event history; writes nothing",
            assume_role_policy=policy_text(auditor_trust.CARD, self._stack),
            max_session_duration=auditor.SESSION_SECONDS,
            permissions_boundary=self._stack.boundary_arn,
            tags=self._stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._permissions(name, role, auditor.CARD)
        return role.arn

    def _break_glass(self, name: str) -> pulumi.Output[str]:
        role = aws.iam.Role(
            name,
            name=self._stack.break_glass_role,
            description="The one way round the protections of the logs, for emergencies",
            assume_role_policy=policy_text(break_glass_trust.CARD, self._stack),
            max_session_duration=break_glass.SESSION_SECONDS,
            permissions_boundary=self._stack.boundary_arn,
            tags=self._stack.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._permissions(name, role, break_glass.CARD)
        return role.arn

    def _permissions(self, name: str, role: aws.iam.Role, card: DocumentCard) -> None:
        aws.iam.RolePolicy(
            f"{name}-permissions",
            role=role.name,
            policy=policy_with_key(card, self._stack, self._key_arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
