"""All channels, found by their files: a new channel is a new file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from audit.delivery.channel import Channel, Context, TrailChannel


def all_channels() -> list[type[Channel]]:
    """Return every channel: first what needs no trail, last what follows another channel."""
    names = [f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)]
    found = [channel for name in names for channel in _declared(name)]
    return sorted(found, key=lambda one: (issubclass(one, TrailChannel), one.follows is not None, one.name))


def channels_for(context: Context) -> list[Channel]:
    """Return the channels through which the probes of this context ought to arrive."""
    return [channel(context) for channel in all_channels() if channel.applies(context)]


def _declared(module_name: str) -> list[type[Channel]]:
    """The channels of a module: those that it imports belong to another."""
    values = vars(importlib.import_module(module_name)).values()
    return [
        value
        for value in values
        if isinstance(value, type)
        and issubclass(value, Channel)
        and not inspect.isabstract(value)
        and value.__module__ == module_name
    ]
