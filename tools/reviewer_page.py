"""The table of short answers on the reviewer's page, made from the proofs of `prod`."""

from __future__ import annotations

import re

from config.stack_file import read_stack
from iam_evaluation import Verdict
from policies.proofs import World
from policies.questions import questions

_BEGIN, _END = (
    "<!-- made from the proofs of prod by `make generate` -->\n\n",
    "\n<!-- end of what is made -->\n",
)
_ROWS = {
    "write logs": ("write-log", "write-digest"),
    "read and decrypt logs, by reading them from S3": ("decrypt-through-s3-auditor",),
    "read the access logs": ("read-access-logs",),
    "delete logs, versions of them or the buckets": ("delete-logs-break-glass",),
    "disable or delete the key": ("stop-key-break-glass",),
    "change the settings that protect logs": ("change-settings-deployer",),
    "replace or remove the bucket's policy": ("change-policy-deployer",),
    "change who rules the key": ("change-key-policy-locked", "change-key-policy-at-once"),
    "take away the key's alias, by which the roles know it": ("change-key-alias-locked",),
    "take over another key by the stack's tags": ("take-over-another-key",),
    "stop the trail": ("stop-trail",),
    "redirect or delete the trail": ("change-trail",),
    "become the auditor, with a second factor": ("become-auditor-mfa",),
    "break the glass, with a second factor": ("become-break-glass",),
    "become either without a second factor": ("become-auditor-no-mfa", "become-break-glass-no-mfa"),
    "write who becomes auditor or break-glass, within the boundary": ("write-roles",),
    "write roles without the boundary, up to administrator": ("write-roles-unbounded", "take-boundary-away"),
    "read events in the log group, as long as it keeps them": ("read-log-group",),
    "write events into the log group": ("write-log-stream", "write-another-log-stream"),
    "delete the log group, events and all": ("delete-log-group-protected",),
    "search Event history": ("search-event-history",),
}
_COLUMNS = {
    "CloudTrail, this trail": ("cloudtrail",),
    "any other trail or service": ("second-trail", "namesake-trail", "foreign-trail", "other-service"),
    "root user": ("root",),
    "administrator": ("administrator",),
    "deployer": ("deployer",),
    "auditor": ("auditor",),
    "break-glass": ("break-glass",),
    "anybody outside": ("neighbour", "stranger", "anonymous"),
}


def page(text: str) -> str:
    """Return the page with its table made anew.

    Raises:
        ValueError: the page has no place for the table, or a question of the table is not asked.

    """
    place = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
    if not place.search(text):
        raise ValueError(f"docs/reviewer.md: no line {_BEGIN.strip()}")
    return place.sub(lambda _: _BEGIN + _table() + _END, text)


def _table() -> str:
    wanted = {name for names in _ROWS.values() for name in names}
    asked = [one for one in questions() if one.name in wanted]
    answers: dict[tuple[str, str], set[bool]] = {}
    for proof in World(read_stack("prod")).prove(asked):
        if not proof.near_miss:
            answers.setdefault((proof.question, proof.actor), set()).add(proof.verdict is Verdict.ALLOW)
    unanswered = wanted - {question for question, _ in answers}
    if unanswered:
        raise ValueError(f"tools/reviewer_page.py: not asked on prod: {', '.join(sorted(unanswered))}")
    head = f"| | {' | '.join(_COLUMNS)} |\n|{'---|' * (len(_COLUMNS) + 1)}\n"
    return head + "".join(_row(title, names, answers) for title, names in _ROWS.items())


def _row(title: str, names: tuple[str, ...], answers: dict[tuple[str, str], set[bool]]) -> str:
    cells = []
    for actors in _COLUMNS.values():
        said = {one for name in names for actor in actors for one in answers.get((name, actor), ())}
        cells.append({frozenset({True}): "yes", frozenset({True, False}): "some"}.get(frozenset(said), "no"))
    return f"| {title} | {' | '.join(cells)} |\n"
