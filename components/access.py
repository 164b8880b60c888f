"""The roles that people take on: the auditor, who reads all, and break-glass, who lifts protections."""

from __future__ import annotations

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from policies.documents.roles import (
    AUDITOR_SESSION_SECONDS,
    BREAK_GLASS_SESSION_SECONDS,
    auditor_policy,
    auditor_trust_policy,
    break_glass_policy,
    break_glass_trust_policy,
)


class AccessArgs(TypedDict):
    """What the roles reach, and who may take them on."""

    partition: pulumi.Input[str]
    """aws, aws-cn or aws-us-gov."""
    region: pulumi.Input[str]
    """The Region of bucket and key."""
    account_id: pulumi.Input[str]
    """The account that the roles belong to."""
    trail_arn: pulumi.Input[str]
    """The trail that the auditor looks at."""
    bucket_name: pulumi.Input[str]
    """The log bucket."""
    protected_bucket_names: list[pulumi.Input[str]]
    """All buckets whose protections break-glass may lift."""
    key_arn: pulumi.Input[str]
    """The encryption key."""
    key_prefix: str
    """What stands before AWSLogs/; empty for nothing."""
    auditor_role_name: str
    """The auditor's name, which the key policy knows too."""
    auditor_trusted_arns: list[str]
    """Who may become the auditor; empty: whom this account's IAM policies let."""
    auditor_external_id: str
    """The id that auditors from outside prove themselves by; empty asks for a second factor instead."""
    break_glass_role_name: str
    """Break-glass's name, which bucket and key policies know too."""
    break_glass_trusted_arns: list[str]
    """Who may break the glass; empty: whom this account's IAM policies let."""
    tags: dict[str, str]
    """Tags of the roles."""


class Access(pulumi.ComponentResource):
    """The auditor's and the break-glass role, each with the one policy that says what it may do.

    Makes `<name>-auditor` and `<name>-break-glass` (iam.Role), and `-permissions` for each (iam.RolePolicy).

        access = Access("access", {"bucket_name": bucket.name, "key_arn": key.arn, ...})
        pulumi.export("auditor_role_arn", access.auditor_role_arn)
    """

    auditor_role_arn: pulumi.Output[str]
    break_glass_role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("image-builder-trail:index:Access", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        auditor = self._auditor(f"{name}-auditor", args)
        break_glass = self._break_glass(f"{name}-break-glass", args)
        self.auditor_role_arn = auditor.arn
        self.break_glass_role_arn = break_glass.arn
        self.register_outputs(
            {"auditor_role_arn": auditor.arn, "break_glass_role_arn": break_glass.arn},
        )

    def _auditor(self, name: str, args: AccessArgs) -> aws.iam.Role:
        trust = pulumi.Output.all(partition=args["partition"], account_id=args["account_id"]).apply(
            lambda known: auditor_trust_policy(
                **known,
                trusted_arns=tuple(args["auditor_trusted_arns"]),
                external_id=args["auditor_external_id"] or None,
            )
        )
        permissions = pulumi.Output.all(
            partition=args["partition"],
            region=args["region"],
            trail_arn=args["trail_arn"],
            bucket_name=args["bucket_name"],
            key_arn=args["key_arn"],
        ).apply(lambda known: auditor_policy(**known, key_prefix=args["key_prefix"]))
        role = aws.iam.Role(
            name,
            name=args["auditor_role_name"],
            description="Reads logs, digests and Event history; writes nothing",
            assume_role_policy=trust.apply(json.dumps),
            max_session_duration=AUDITOR_SESSION_SECONDS,
            tags=args["tags"],
            opts=self._child,
        )
        self._permissions(name, role, permissions.apply(json.dumps))
        return role

    def _break_glass(self, name: str, args: AccessArgs) -> aws.iam.Role:
        trust = pulumi.Output.all(partition=args["partition"], account_id=args["account_id"]).apply(
            lambda known: break_glass_trust_policy(
                **known, trusted_arns=tuple(args["break_glass_trusted_arns"])
            )
        )
        permissions = pulumi.Output.all(
            args["partition"], args["key_arn"], *args["protected_bucket_names"]
        ).apply(
            lambda known: break_glass_policy(
                partition=known[0], key_arn=known[1], bucket_names=tuple(known[2:])
            )
        )
        role = aws.iam.Role(
            name,
            name=args["break_glass_role_name"],
            description="The one way round the protections of the logs, for emergencies",
            assume_role_policy=trust.apply(json.dumps),
            max_session_duration=BREAK_GLASS_SESSION_SECONDS,
            tags=args["tags"],
            opts=self._child,
        )
        self._permissions(name, role, permissions.apply(json.dumps))
        return role

    def _permissions(self, name: str, role: aws.iam.Role, policy: pulumi.Output[str]) -> None:
        aws.iam.RolePolicy(f"{name}-permissions", role=role.name, policy=policy, opts=self._child)
