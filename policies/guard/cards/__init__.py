"""All cards of the pack, found by their files: a new rule is a new file."""

from __future__ import annotations

import importlib
import pkgutil

from policies.guard.card import ResourceCard, StackCard


def all_cards() -> list[ResourceCard | StackCard]:
    """Return every card, in the order of the codes."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    cards: list[ResourceCard | StackCard] = [
        importlib.import_module(f"{__name__}.{name}").CARD for name in names
    ]
    return sorted(cards, key=lambda card: card.code)
