"""The policy documents of a stack as deployed, each statement explained: Markdown, HTML, or JSON alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from html import escape

from config.stack import UNKNOWN_KEY_ID, Stack
from policies.documents import documents
from policies.documents.statement import Document, Statement

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1f24; background: #fff }
pre { background: #f4f6f8; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; border-radius: 6px }
h2 { border-bottom: 1px solid #d5dae0; margin-top: 3rem } .deny { color: #a3210f } .allow { color: #0b6b3a }
@media (prefers-color-scheme: dark) { body { color: #e6e9ec; background: #14171a } pre { background: #1f2429 }
  .deny { color: #ff9a8a } .allow { color: #7bd8a5 } a { color: #8fc1ff } }
"""


class RenderFormat(StrEnum):
    """How documents are written."""

    MARKDOWN = "md"
    JSON = "json"
    HTML = "html"


def render(stack: Stack, how: RenderFormat) -> str:
    """Return all documents of a stack as text, ending in a newline."""
    found = documents(stack)
    if how is RenderFormat.JSON:
        return policy_json({name: document.document() for name, document in found.items()})
    return _html(stack, found) if how is RenderFormat.HTML else _markdown(stack, found)


def policy_json(value: object) -> str:
    """Return a document, or several by name, as the JSON that is committed."""
    return json.dumps(value, indent=2) + "\n"


def _introduction(stack: Stack) -> str:
    place = stack.place
    key = "" if stack.key_id != UNKNOWN_KEY_ID else " KMS chooses the key's id when it makes the key."
    return (
        f"Account {place.account_id}, Region {place.region}, partition {place.partition}, "
        f"trail {stack.trail}, bucket {stack.bucket}.{key}"
    )


def _markdown(stack: Stack, found: Mapping[str, Document]) -> str:
    parts = [f"# Policies of the stack {stack.name}", _introduction(stack)]
    for name, document in found.items():
        parts.append(f"## {document.title}\n\nThe document alone: [{name}.json]({name}.json)")
        parts.extend(_statement_markdown(statement) for statement in document.statements)
    return "\n\n".join(parts) + "\n"


def _statement_markdown(statement: Statement) -> str:
    body = json.dumps(statement.body(), indent=2)
    return (
        f"### {statement.effect}: {statement.sid}\n\n{statement.purpose} [AWS]({statement.reference})\n\n"
        f"```json\n{body}\n```"
    )


def _html(stack: Stack, found: Mapping[str, Document]) -> str:
    title = escape(f"Policies of the stack {stack.name}")
    contents = "".join(
        f'<li><a href="#{escape(name)}">{escape(document.title)}</a></li>' for name, document in found.items()
    )
    sections = "".join(
        f'<h2 id="{escape(name)}">{escape(document.title)}</h2>\n'
        + "".join(_statement_html(statement) for statement in document.statements)
        for name, document in found.items()
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{title}</h1>\n<p>{escape(_introduction(stack))}</p>\n"
        f"<ul>{contents}</ul>\n{sections}</html>\n"
    )


def _statement_html(statement: Statement) -> str:
    effect = statement.effect
    body = json.dumps(statement.body(), indent=2)
    return (
        f'<h3><span class="{effect.lower()}">{effect}</span>: {escape(statement.sid)}</h3>\n'
        f'<p>{escape(statement.purpose)} <a href="{escape(statement.reference)}">AWS</a></p>\n'
        f"<pre>{escape(body)}</pre>\n"
    )
