"""The settings of the roles that people take on, and of the role that deploys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from config.place import LONGEST_ROLE_NAME, break_glass_role_name, shorter, trail_name
from config.settings.group import Change, Given, Group, Impossible, check, setting
from config.settings.log_bucket import LogBucketSettings
from config.settings.trail import TrailSettings
from config.settings.values import Arns, Switch

_ARNS_ALLOWED = (
    'a list of up to 20 ARNs of users, roles or accounts, as ["arn:aws:iam::111122223333:role/name"]'
)


class AccessSettings(Group):
    """Whether there are roles of their own to read logs and to lift protections, and who may take them on."""

    heading: ClassVar[str] = "Roles"

    roles: Switch = setting(
        False,
        "true or false",
        "Whether to make the roles <trail name>-auditor, then the only reader of the logs, and "
        "<trail name>-break-glass, then the only one to lift their protections.",
        Change.POLICY,
    )
    auditor_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may become the auditor. Empty: whom this account's IAM policies let.",
        Change.POLICY,
        max_length=20,
    )
    auditor_external_id: str = setting(
        "",
        "2 to 1224 letters, digits and _+=,.@:/-; or empty",
        "The id by which auditors from outside prove themselves. Empty: a second factor is asked for.",
        Change.POLICY,
        pattern=r"^([\w+=,.@:/-]{2,1224})?\Z",
    )
    break_glass_trusted_arns: Arns = setting(
        (),
        _ARNS_ALLOWED,
        "Who may break the glass, always with a second factor. Empty: whom this account's IAM policies let.",
        Change.POLICY,
        max_length=20,
    )
    deployer_role_name: str = setting(
        "",
        "up to 128 letters, digits and _+=,.@/-; or empty",
        "The role of this account, with its path if it has one, that deploys the stack and so may go on "
        "changing settings that roles and protect_logs lock for all others.",
        Change.POLICY,
        pattern=r"^([\w+=,.@-][\w+=,.@/-]{0,127})?\Z",
    )

    @check
    def _nobody_deploys(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        if access.roles and given[LogBucketSettings].protect_logs and not access.deployer_role_name:
            wrong = "would lock out whoever deploys; allowed: the name of the role that deploys"
            yield Impossible("deployer_role_name", wrong, "image-builder-trail-deployer", beside="roles")

    @check
    def _settings_without_roles(self, given: Given) -> Iterator[Impossible]:
        access = given[AccessSettings]
        for key in () if access.roles else type(self).model_fields:
            if getattr(access, key):
                yield Impossible(
                    key, "names roles that are not made; allowed: roles true", None, beside="roles"
                )

    @check
    def _long_role_name(self, given: Given) -> Iterator[Impossible]:
        trail = trail_name(given[TrailSettings].trail_name, given.project, given.stack)
        longest = LONGEST_ROLE_NAME - len(break_glass_role_name(""))
        if given[AccessSettings].roles and len(trail) > longest:
            wrong = f"is too long to name the roles after; allowed: {longest} characters"
            yield Impossible("trail_name", wrong, shorter(trail, longest), given=trail)
