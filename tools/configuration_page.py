"""The configuration page, made from the settings."""
# ruff: noqa: E501 - the lines are a page's

from __future__ import annotations

import json

from pydantic.fields import FieldInfo

from config.settings import GROUPS
from config.settings.group import Group, said

_INTRODUCTION = """\
# Configuration

Made from `config/settings/` by `make generate`, as the `config:` block of `Pulumi.yaml` and the component's arguments.

A stack's values stand in `config/Pulumi.<stack>.yaml`. Set one with `pulumi config set KEY VALUE --stack STACK`, an item
of a map or list with `--path`, as in `pulumi config set --path tags.CostCenter 42`. Days are whole days.

All mistakes are told at once, one line each with the command that corrects it, before any resource is touched:

```
expiration_days: "ten" is not allowed (allowed: a whole number from 0 to 36500); run: pulumi config set expiration_days VALUE --stack dev
```

`VALUE` stands where only you know what was meant: put the right value in its place.

"A change is" says what it does on a live stack. *Replacement* means that Pulumi would make the thing anew and
delete the old one, which it refuses where `protect_logs` is true. "Give anew" names the documents that change with it and that the stack may
not write itself, so that an administrator gives them to the deployer and to the boundary: see
[Changing a live stack](live-stack.md). All other policies are the stack's, and `pulumi up` puts them.

"""

_HEAD = """\
| Key | Default | Allowed | Meaning | A change is | Give anew |
|---|---|---|---|---|---|
"""

_STACKS = """
## Stacks

| Stack | For | Differs from the defaults by |
|---|---|---|
| `local` | the local AWS | logs that may be destroyed, roles to look at |
| `dev` | a real account to try things in | 90 days of logs, which still cannot be destroyed by accident |
| `prod` | the real thing | three years of logs, locked for one, in the bucket read by auditors alone, with access logs and a log group |

Before the first `pulumi up` of `prod` its `deployer_role_name` must be a role that exists, and the one that deploys, and
the boundary of its roles must be there: see [First deployment](first-deployment.md). The bucket's settings are locked for everybody else.

To destroy a stack whose logs are protected, follow [Removal](upgrade-and-removal.md#removal): before the protections are
lifted, `pulumi destroy` refuses and removes nothing.
"""


def page() -> str:
    """Return the configuration page."""
    tables = "\n".join(_table(kind) for kind in GROUPS.values())
    return _INTRODUCTION + tables + _STACKS


def _table(kind: type[Group]) -> str:
    rows = "".join(_row(key, field) for key, field in kind.model_fields.items())
    return f"## {kind.heading}\n\n{_summary(kind)}\n\n{_HEAD}{rows}"


def _summary(kind: type[Group]) -> str:
    return str(kind.__doc__).splitlines()[0]


def _row(key: str, field: FieldInfo) -> str:
    default = json.dumps(field.default).strip('"') if field.default or _is_number(field.default) else "empty"
    live = (said(field, "change"), said(field, "anew"))
    cells = (f"`{key}`", default, said(field, "allowed"), str(field.description), *live)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |\n"


def _is_number(value: object) -> bool:
    return isinstance(value, int)  # true and false count as numbers, and no other empty value does
