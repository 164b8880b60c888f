"""Policy documents: one file, one card. A new document is a new file here, found by its `CARD`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from config.stack import Stack
from policies.documents.card import DocumentCard
from policies.documents.statement import Document

DEPLOYER = "deployer"


@cache
def all_cards() -> tuple[DocumentCard, ...]:
    """Return every card, in the order in which documents are rendered."""
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    cards = (module.CARD for module in modules if hasattr(module, "CARD"))
    return tuple(sorted(cards, key=lambda card: (card.order, card.name)))


def cards_of(stack: Stack) -> Iterator[DocumentCard]:
    """Yield the cards of the documents that a stack has."""
    return (card for card in all_cards() if card.applies(stack))


def documents(stack: Stack) -> dict[str, Document]:
    """Return every policy document of a stack, by the name of its file among the rendered ones.

    The deployer may do what its own card says, and what the other cards say that it needs.
    """
    found = {card.name: Document(card.title, card.build(stack)) for card in cards_of(stack)}
    needed = tuple(one for card in cards_of(stack) for one in card.deployer(stack))
    deployer = found[DEPLOYER]
    return {**found, DEPLOYER: Document(deployer.title, (*deployer.statements, *needed))}
