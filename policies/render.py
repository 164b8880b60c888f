"""The policy documents of a stack as deployed, each statement explained: Markdown, HTML, or JSON alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from config.stack import UNKNOWN_KEY_ID, Stack
from console.output import Format
from console.page import page
from console.text import html
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


def render(stack: Stack, format: Format) -> str:
    """Return all documents of a stack as Markdown, HTML or JSON, ending in a newline."""
    found = documents(stack)
    if format is Format.JSON:
        return policy_json({name: document.document() for name, document in found.items()})
    return _html(stack, found) if format is Format.HTML else _markdown(stack, found)


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
    title = f"Policies of the stack {stack.name}"
    contents = "".join(
        f'<li><a href="#{html(name)}">{html(document.title)}</a></li>' for name, document in found.items()
    )
    sections = "".join(
        f'<h2 id="{html(name)}">{html(document.title)}</h2>\n'
        + "".join(_statement_html(statement) for statement in document.statements)
        for name, document in found.items()
    )
    body = f"<h1>{html(title)}</h1>\n<p>{html(_introduction(stack))}</p>\n<ul>{contents}</ul>\n{sections}"
    return page(title, body, style=_STYLE)


def _statement_html(statement: Statement) -> str:
    effect = statement.effect
    body = "\n".join(map(html, json.dumps(statement.body(), indent=2).split("\n")))
    return (
        f'<h3><span class="{effect.lower()}">{effect}</span>: {html(statement.sid)}</h3>\n'
        f'<p>{html(statement.purpose)} <a href="{html(statement.reference)}">AWS</a></p>\n'
        f"<pre>{body}</pre>\n"
    )
