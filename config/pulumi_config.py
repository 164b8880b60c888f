"""The one reader of Pulumi's configuration. Errors are told at once, one line each, before any resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime import config as stack_config

from config import regions
from config.settings import ConfigurationError, Settings, checked
from config.settings.problems import IN_ARGUMENTS, Correction


def load_settings() -> Settings:
    """Return the settings of the selected stack.

    Raises:
        pulumi.RunError: settings are wrong. Pulumi prints it without a traceback.

    """
    project = pulumi.get_project()
    given = {**stack_config.get_config_env(), **stack_config.CONFIG.get()}
    if "aws:region" in given:  # else from the provider's other sources: see components/here.py
        check_region(given["aws:region"])
    own = {name.removeprefix(f"{project}:"): given[name] for name in given if name.startswith(f"{project}:")}
    return _checked(own, None)


def settings_of(arguments: Mapping[str, Any]) -> Settings:
    """Return the settings that a program gives to the component as arguments.

    Raises:
        pulumi.RunError: settings are wrong.

    """
    given = {key: value for key, value in arguments.items() if value is not None}
    return _checked(given, IN_ARGUMENTS)


def check_region(region: object) -> None:
    """Refuse what is no Region for the stack.

    Raises:
        pulumi.RunError: one line that says what to do.

    """
    given = {**stack_config.get_config_env(), **stack_config.CONFIG.get()}
    unseen = given.get(f"aws:{regions.UNSEEN}")
    if wrong := regions.problem(region, pulumi.get_stack(), unseen=unseen):
        raise pulumi.RunError(wrong)


def _checked(given: Mapping[str, Any], correction: Correction | None) -> Settings:
    try:
        return checked(given, pulumi.get_project(), pulumi.get_stack(), correction)
    except ConfigurationError as error:
        raise pulumi.RunError(str(error)) from None
