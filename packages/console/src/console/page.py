"""The skeleton of every HTML page: one file that loads nothing and runs only what it says itself."""

from __future__ import annotations

import base64
import hashlib

from console.text import html


def page(title: str, body: str, *, style: str, script: str = "") -> str:
    """A whole page. `body` is HTML, whose outside text went through `console.text.html`."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(style, script)}">\n'
        f"<title>{html(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}"
        + (f"<script>{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def policy(style: str, script: str = "") -> str:
    """What a page may use: this very style and script, and nothing that a text might bring.

    No request, no form, no other script: https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
    """
    run = f"; script-src '{_hash(script)}'" if script else ""
    return (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{_hash(style)}'{run};"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
