"""Policy documents as cards. A new document is a card in a new file here, found by its being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from config.stack import Stack
from policies.documents.card import DocumentCard
from policies.documents.statement import Document


@cache
def all_cards() -> tuple[DocumentCard, ...]:
    """Return every card, in the order in which documents are rendered."""
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    values = (value for module in modules for value in vars(module).values())
    cards = {value.name: value for value in values if isinstance(value, DocumentCard)}
    return tuple(sorted(cards.values(), key=lambda card: (card.order, card.name)))


def cards_of(stack: Stack) -> Iterator[DocumentCard]:
    """Yield the cards of the documents that a stack has."""
    return (card for card in all_cards() if card.applies(stack))


def documents(stack: Stack) -> dict[str, Document]:
    """Return every policy document of a stack, by the name of its file among the rendered ones.

    A document has the statements of its own card, then those that other cards add to it.
    """
    cards = tuple(cards_of(stack))
    added = [(name, add(stack)) for card in cards for name, add in card.adds.items()]
    return {
        card.name: Document(
            card.title,
            (*card.build(stack), *(one for name, more in added if name == card.name for one in more)),
        )
        for card in cards
    }
