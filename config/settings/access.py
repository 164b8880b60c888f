"""The settings of the roles that people take on, and of the role that deploys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from config.place import (
    LONGEST_ROLE_NAME,
    auditor_role_name,
    break_glass_role_name,
    log_delivery_role_name,
    shorter,
    trail_name,
)
from config.settings.group import PLACEHOLDER, Anew, Change, Given, Group, Impossible, check, setting
from config.settings.log_bucket import LogBucketSettings
from config.settings.log_group import LogGroupSettings
from config.settings.trail import TrailSettings
from config.settings.values import Arns, Switch

MFA, SOURCE_IDENTITY, TRUSTED_ARN = "MFA", "SOURCE_IDENTITY", "TRUSTED_ARN"
Requirement = Literal["MFA", "SOURCE_IDENTITY", "TRUSTED_ARN"]
_REQUIRES = f"{MFA}, {SOURCE_IDENTITY} or {TRUSTED_ARN}"
_ARNS_ALLOWED = (
    'a list of up to 20 ARNs of users, roles or accounts, as ["arn:aws:iam::111122223333:role/name"]'
)


class AccessSettings(Group):
    """Whether there are roles of their own to read logs and to lift protections, and who may take them on."""

    heading: ClassVar[str] = "Roles"

    roles: Switch = setting(
        False,
        "true or false",
        "Whether to make the roles <trail name>-auditor, then the only one to decrypt the bucket's logs, and "
        "<trail name>-break-glass, then the only one to lift their protections. A log group is read by "
        "whom this account's IAM policies let.",
        Change.UPDATE,
        Anew.BOTH,
    )
    auditor_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may become the auditor. Empty: whom this account's IAM policies let.",
        Change.UPDATE,
        Anew.DEPLOYER,
        max_length=20,
    )
    auditor_external_id: str = setting(
        "",
        "2 to 1224 letters, digits and _+=,.@:/-; or empty",
        "The id by which those of auditor_trusted_arns that belong to other accounts prove themselves. "
        "Empty: they are asked for the same as those of this account.",
        Change.UPDATE,
        pattern=r"(?a)^([\w+=,.@:/-]{2,1224})?\Z",
    )
    auditor_requires: Requirement = setting(
        MFA,
        _REQUIRES,
        "What the session must have that becomes the auditor. MFA: a second factor, which sessions from "
        "Identity Center, SAML or another role never have in AWS's eyes. SOURCE_IDENTITY: a source identity "
        "that the sign-in gave it. TRUSTED_ARN: nothing more, the sign-in answers for the second factor. A "
        "session that comes from another role's lasts an hour at most.",
        Change.UPDATE,
    )
    break_glass_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may break the glass. Empty: whom this account's IAM policies let.",
        Change.UPDATE,
        Anew.DEPLOYER,
        max_length=20,
    )
    break_glass_requires: Requirement = setting(
        MFA,
        _REQUIRES,
        "What the session must have that breaks the glass, as for auditor_requires; MFA: a second factor of "
        "the last 15 minutes.",
        Change.UPDATE,
    )
    deployer_role_name: str = setting(
        "",
        "up to 128 letters, digits and _+=,.@-, in parts with one slash between, none at the ends; or empty",
        "The role of this account, with its path if it has one, that deploys the stack under the policy that "
        "`policies render` shows, and may change what roles and protect_logs lock for all others. It must be "
        "there before the first `pulumi up`. Empty: an administrator deploys.",
        Change.UPDATE,
        Anew.BOTH,
        pattern=r"(?a)^(?=.{0,128}\Z)([\w+=,.@-]+(/[\w+=,.@-]+)*)?\Z",
    )

    @check
    def _nobody_deploys(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        if access.roles and given[LogBucketSettings].protect_logs and not access.deployer_role_name:
            wrong = "would lock out whoever deploys; allowed: the name of the role that deploys"
            yield Impossible("deployer_role_name", wrong, PLACEHOLDER, beside="roles")

    @check
    def _settings_without_roles(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        for key, field in () if access.roles else type(self).model_fields.items():
            if key != "deployer_role_name" and getattr(access, key) != field.default:
                yield Impossible(
                    key, "names roles that are not made; allowed: roles true", None, beside="roles"
                )

    @check
    def _id_of_nobody(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        if access.roles and access.auditor_external_id and not access.auditor_trusted_arns:
            wrong = "is asked of nobody; allowed: together with auditor_trusted_arns of other accounts"
            yield Impossible("auditor_external_id", wrong, None, beside="auditor_trusted_arns")

    @check
    def _anybody_of_an_account(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        for who in ("auditor", "break_glass") if access.roles else ():
            trusted = getattr(access, f"{who}_trusted_arns")
            named = trusted and not any(arn.endswith(":root") for arn in trusted)
            if getattr(access, f"{who}_requires") != MFA and not named:
                wrong = (
                    "would let in whole accounts without a second factor; allowed: roles and users by name"
                )
                yield Impossible(f"{who}_requires", wrong, MFA, beside=f"{who}_trusted_arns")

    @check
    def _own_role_deploys(self, given: Given) -> Iterator[Impossible]:
        name = given[AccessSettings].deployer_role_name
        if _role_name(name) in _own_roles(given):
            wrong = "is a role that the stack makes itself; allowed: one that is there before it"
            yield Impossible("deployer_role_name", wrong, PLACEHOLDER)

    @check
    def _own_role_trusted(self, given: Given) -> Iterator[Impossible]:
        # In any account: settings know of none.
        access = given[AccessSettings]
        for who in ("auditor", "break_glass") if access.roles else ():
            trusted = getattr(access, f"{who}_trusted_arns")
            if own := [arn for arn in trusted if "/" in arn and _names_own_role(arn, given)]:
                wrong = f"names {own[0]}, a role that the stack makes itself; allowed: roles that people have"
                better = [arn for arn in trusted if arn not in own] or [PLACEHOLDER]
                yield Impossible(f"{who}_trusted_arns", wrong, better)

    @check
    def _long_role_name(self, given: Given) -> Iterator[Impossible]:
        trail = trail_name(given[TrailSettings].trail_name, given.project, given.stack)
        longest = LONGEST_ROLE_NAME - len(break_glass_role_name(""))
        if given[AccessSettings].roles and len(trail) > longest:
            wrong = f"is too long to name the roles after; allowed: {longest} characters"
            yield Impossible("trail_name", wrong, shorter(trail, longest), given=trail)


def _own_roles(given: Given) -> set[str]:
    """Return the names of the roles that the stack makes, in lower case: IAM knows no other difference.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    trail = trail_name(given[TrailSettings].trail_name, given.project, given.stack)
    people = (auditor_role_name(trail), break_glass_role_name(trail)) if given[AccessSettings].roles else ()
    delivery = (log_delivery_role_name(trail),) if given[LogGroupSettings].log_group else ()
    return {name.lower() for name in (*people, *delivery)}


def _role_name(role: str) -> str:
    return role.rpartition("/")[2].lower()


def _names_own_role(arn: str, given: Given) -> bool:
    """Whether an ARN is that of a role of the stack, or of a session of one."""
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    role = {"role": rest, "assumed-role": rest.partition("/")[0]}.get(kind, "")
    return _role_name(role) in _own_roles(given)
