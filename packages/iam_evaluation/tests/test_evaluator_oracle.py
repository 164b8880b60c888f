"""The evaluator and a second, slow and obvious implementation agree."""

from __future__ import annotations

from collections import Counter

import pytest

from iam_evaluation import PolicyError, evaluate
from packages.iam_evaluation.tests import oracle
from packages.iam_evaluation.tests.random_cases import PRINCIPALS, Case, World

CHUNKS, CASES = 10, 10_000


def _evaluated(case: Case) -> str:
    try:
        return evaluate(case.request, case.policies).verdict.name
    except PolicyError:
        return "REFUSED"


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_evaluator_and_oracle_agree_on_random_cases(seed: int) -> None:
    """No case differs, and enough of them allow, deny, refuse, and turn by one change of the request."""
    verdicts: Counter[str] = Counter()
    met: set[tuple[str, str]] = set()
    turned, before = 0, ""
    for case in World(seed).cases(CASES):
        expected = oracle.verdict(case.request, case.policies)
        assert _evaluated(case) == expected, f"{case.request}\n{case.policies}"
        verdicts[expected] += 1
        met.add((case.request.principal.kind.name, expected))
        turned += case.varied and expected != before
        before = expected
    assert verdicts.total() == CASES
    assert verdicts["ALLOW"] >= CASES // 10
    assert verdicts["EXPLICIT_DENY"] >= CASES // 10
    assert verdicts["IMPLICIT_DENY"] >= CASES // 10
    assert CASES // 200 <= verdicts["REFUSED"] <= CASES // 10
    assert turned >= CASES // 2 // 10, "too few near misses among the pairs"
    kinds = {principal.kind.name for principal in PRINCIPALS}
    wanted = ("ALLOW", "EXPLICIT_DENY", "IMPLICIT_DENY")
    assert {(kind, verdict) for kind in kinds for verdict in wanted} <= met, (
        "a kind of principal misses a verdict"
    )
