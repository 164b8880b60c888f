"""The environment variables in which a process talks to one local AWS, and to nobody else.

What a user's shell holds for AWS itself, for the real Pulumi or for a proxy must not reach anything local:
neither may it lead a call elsewhere, nor may real credentials come along.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_FOREIGN: Final = ("AWS_", "MOTO_", "PULUMI_")
# Switches of moto, of which one would let it authorise calls by rules of its own.
_MOTOS: Final = frozenset(
    {
        "DEFAULT_CONTAINER_REGISTRY",
        "INITIAL_NO_AUTH_ACTION_COUNT",
        "MAX_SHARED_ACCOUNTS",
        "SF_EXECUTION_HISTORY_TYPE",
        "TEST_PROXY_MODE",
        "TEST_SERVER_MODE",
    }
)
_FOREIGN_NAMES: Final = _MOTOS | {"BOTO_CONFIG"}  # the file in which boto once looked for credentials
REGION_VARIABLES: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
# Credentials that the local AWS itself gave out; those of AWS's own variables may be real ones.
OWN_CREDENTIALS: Final[Mapping[str, str]] = {
    "LOCALAWS_ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID",
    "LOCALAWS_SECRET_ACCESS_KEY": "AWS_SECRET_ACCESS_KEY",
    "LOCALAWS_SESSION_TOKEN": "AWS_SESSION_TOKEN",
}
_DUMMY: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # the account's root


def cleaned(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without any variable of AWS's, of Pulumi's, of moto's, or for a proxy."""
    return {name: value for name, value in environment.items() if not _is_foreign(name)}


def pointed_at(endpoint: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, cleaned, in which every AWS tool talks to the local AWS at `endpoint`.

    The calls are the account root's, unless LOCALAWS_ACCESS_KEY_ID and its like name another caller.
    """
    own = {name: environment[given] for given, name in OWN_CREDENTIALS.items() if environment.get(given)}
    return {
        **cleaned(environment),
        **_DUMMY,
        **(own if "AWS_ACCESS_KEY_ID" in own else {}),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",  # some systems have proxies in their settings too
    }


def drops_credentials(environment: Mapping[str, str]) -> bool:
    """Whether there are credentials that `pointed_at` leaves out, for want of any that it takes."""
    given = environment.get("AWS_ACCESS_KEY_ID")
    return (
        bool(given) and given != _DUMMY["AWS_ACCESS_KEY_ID"] and "LOCALAWS_ACCESS_KEY_ID" not in environment
    )


@contextmanager
def in_force(environment: Mapping[str, str]) -> Iterator[None]:
    """Make this the environment of this very process, and of all that it starts."""
    before = dict(os.environ)
    try:
        _replace(environment)
        yield
    finally:
        _replace(before)


def _replace(environment: Mapping[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _is_foreign(name: str) -> bool:
    upper = name.upper()
    return upper.startswith(_FOREIGN) or upper.endswith("_PROXY") or upper in _FOREIGN_NAMES
