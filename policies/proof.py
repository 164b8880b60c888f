"""One answer to a question of the proofs, and whether it is the expected one."""

from __future__ import annotations

from dataclasses import dataclass

from iam_evaluation import Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """One actor's answer to one action of a question on one target."""

    question: str
    ask: str
    actor: str
    action: str
    target: str
    expected: Verdict
    expected_sids: frozenset[str]
    verdict: Verdict
    sids: tuple[str, ...]
    because: str
    others_deny: bool = False
    """Whether further statements may deny it too."""
    near_miss: str = ""
    """What is missed by a hair, where that is asked: any refusal is right then."""

    @property
    def right(self) -> bool:
        """Whether the documents say what is expected."""
        if self.near_miss:
            return self.verdict is not Verdict.ALLOW
        if self.verdict is not self.expected:
            return False
        if self.verdict is not Verdict.EXPLICIT_DENY:
            return True
        return self.expected_sids <= {*self.sids} and (self.others_deny or self.expected_sids == {*self.sids})
