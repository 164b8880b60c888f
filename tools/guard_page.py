"""Makes docs/guard.md: the policy pack's rules, from their cards."""

from __future__ import annotations

from typing import Final

from policies.guard.card import Card, Options
from policies.guard.cards import all_cards

_HEAD: Final = """# The guard pack: rules for anybody's Pulumi program

Made from `policies/guard/cards/` by `make generate`.

`policies/guard` is a Pulumi policy pack. It stops a program, yours or somebody else's, before it deploys a
trail that would be blind, forgeable, readable by anyone or short-lived. It knows nothing of this project's
own component.

```console
pulumi preview --policy-pack policies/guard
```

From another project give the folder of a checkout of this one, after `make setup` there: the pack runs in
that environment. Each violation is one line: the rule's code, the resource, what is wrong, why, and how to
correct it. All rules are mandatory. To loosen one, hand Pulumi a file by `--policy-pack-config`:

```json
{
  "ibt414-require-expiration-days": {"minimum_expiration_days": 365},
  "ibt407-forbid-force-destroy": "advisory"
}
```

## Rules

| Rule | Severity | What it asks for | Framework | Options |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    rows = "".join(_row(card) for card in all_cards())
    options = "".join(f"| `{name}` | {_default(name)} |\n" for name in Options.__dataclass_fields__)
    return f"{_HEAD}{rows}\n## Options\n\n| Option | Default |\n|---|---|\n{options}"


def _row(card: Card) -> str:
    asks = f"[{card.why}]({card.link}) To fix: {card.fix}"
    options = ", ".join(f"`{name}`" for name in card.options)
    return f"| `{card.name}` | {card.severity} | {asks} | {card.framework} | {options} |\n"


def _default(name: str) -> str:
    value = getattr(Options(), name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
