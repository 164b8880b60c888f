"""Which services and actions AWS has, from botocore's own list: to tell a mistyped name from a rare event.

Not every event source has a client in botocore (signin.amazonaws.com has none), and not every event is a
call: a name that is not known here may still be right. So names are judged where nothing was found by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from botocore.loaders import Loader

from audit.errors import AuditError
from audit.selection import Selection

_ENDING = ".amazonaws.com"
_VERSIONED = re.compile(r"20\d{6}(?:v\d+)?$")  # as Lambda's events end: CreateFunction20150331
_WORD = re.compile(r"[A-Z][a-z]+")
_LOADER = Loader()


class UnknownNameError(AuditError):
    """Nothing was found by an event source or event name, and AWS has none of that name."""


def check_sources(names: Iterable[str]) -> None:
    """Refuse a service's short name, which no event has for its source.

    Raises:
        UnknownNameError: one is short, such as imagebuilder.

    """
    for name in names:
        if "." not in name:
            raise UnknownNameError(f"--event-source {name}: no event source is called so{_near(name)}")


def check_found_by(selection: Selection) -> None:
    """Judge the names in a selection by which nothing was found.

    Raises:
        UnknownNameError: one is no service or no action that AWS has; the message says which come near.

    """
    for name in sorted(selection.event_sources):
        if name.removesuffix(_ENDING) not in _services():
            raise UnknownNameError(
                f"nothing found: --event-source {name} is no service that botocore knows{_near(name)}"
            )
    actions = _actions(selection.event_sources)
    for name in sorted(selection.event_names):
        if actions and _VERSIONED.sub("", name) not in actions:
            service = " or ".join(sorted(selection.event_sources))
            raise UnknownNameError(
                f"nothing found: --event-name {name} is no action of {service}{_meant(_close(name, actions))}"
            )


def _services() -> set[str]:
    """What event sources begin with: names of clients and of endpoints, which AWS uses both."""
    endpoints = _LOADER.load_data("endpoints")["partitions"]
    return {
        *_LOADER.list_available_services("service-2"),
        *(service for partition in endpoints for service in partition["services"]),
    }


def _actions(sources: Iterable[str]) -> set[str]:
    """The actions of these services; none where any of them is not known, or where all are meant."""
    known = set(_LOADER.list_available_services("service-2"))
    services = [source.removesuffix(_ENDING) for source in sources]
    if not services or not known.issuperset(services):
        return set()
    return {
        name
        for service in services
        for name in _LOADER.load_service_model(service, "service-2")["operations"]
    }


def _near(source: str) -> str:
    found = _close(source.removesuffix(_ENDING), _services())
    return _meant([f"{name}{_ENDING}" for name in found])


def _close(name: str, known: Iterable[str]) -> list[str]:
    """Up to three names that have all words of this one, such as StartPipeline; else those most like it."""
    spelled = {one.casefold(): one for one in sorted(known)}
    words = [word.casefold() for word in _WORD.findall(name)]
    holding = [one for one in spelled if len(words) > 1 and all(word in one for word in words)]
    if holding:
        return [spelled[one] for one in holding[:3]]
    return [spelled[one] for one in get_close_matches(name.casefold(), spelled, n=3, cutoff=0.7)]


def _meant(names: list[str]) -> str:
    return f"; did you mean {' or '.join(names)}?" if names else ""
