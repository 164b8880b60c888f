"""Controls are called as others call them: numbers and titles, held against Prowler's data."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from policies.controls import Control, controls
from policies.guard.cards import all_cards
from tests.policies import prowler

ELSEWHERE = {
    ("NIST 800-53 r5", "AU-9(1)"),
    ("NIST 800-53 r5", "AU-9(4)"),
    ("NIST 800-53 r5", "AC-6(5)"),
    ("PCI DSS 4.0.1", "10.6.1"),
    ("Security Hub", "CloudTrail.9"),
    ("Security Hub", "CloudWatch.16"),
}
"""What Prowler does not have: looked up by hand where the framework is published."""
FSBP = {
    "CloudTrail.1",
    "CloudTrail.2",
    "CloudTrail.4",
    "CloudTrail.5",
    "S3.5",
    "S3.8",
    "S3.9",
    "S3.13",
    "KMS.3",
}
"""AWS's list: https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html"""
_SMALL = "a an the is are be should ensure of in for to with by and at that on all its not least one"


def known(framework: str, number: str) -> Iterator[str]:
    """The ids under which Prowler has a control: the same, or those of its parts, as 10.2.1.1 and au_2_b."""
    own = (
        number.lower().replace("-", "_").replace("(", "_").replace(")", "") if number[0].isalpha() else number
    )
    for name in prowler.requirements(framework):
        found = name if framework == "Security Hub" else name.lower()
        if framework == "Security Hub":
            own = number
        elif framework == "SOC 2":
            found = found.replace("_", "", 1).replace("_", ".")
        if found == own or found.startswith((f"{own}.", f"{own}_")):
            yield name


def cited() -> Iterator[tuple[str, str]]:
    """Every framework and number that controls and the cards of the guard pack speak of."""
    yield from ((one.framework.name, one.id) for one in controls())
    for card in all_cards():
        for framework in card.framework.split("; "):
            name, numbers = framework.split(": ")
            yield from ((name, number) for number in numbers.split(", "))


CITED = sorted(set(cited()))


def words(title: str) -> set[str]:
    """What a title speaks of: without small words, endings and differences of case."""
    plain = title.lower().replace("region", "regions").replace("secure socket layer", "ssl")
    return {word.rstrip("s")[:8] for word in re.findall(r"[a-z0-9]+", plain)} - set(_SMALL.split())


def title(framework: str, number: str) -> str:
    """Prowler's title of a control."""
    found = prowler.requirements(framework)[number]
    return str(found["Description"] if framework.startswith("CIS") else found.get("Name", ""))


@pytest.mark.parametrize(("framework", "number"), CITED)
def test_every_number_is_one_of_its_framework(framework: str, number: str) -> None:
    """What is cited exists in that version, as others know it; only what they lack stands in our own list."""
    assert bool(list(known(framework, number))) is ((framework, number) not in ELSEWHERE)


@pytest.mark.parametrize(
    "control",
    [one for one in controls() if one.framework.name.startswith(("CIS", "Security"))],
    ids=lambda control: control.name,
)
def test_no_other_title_is_nearer_than_the_one_of_the_same_number(control: Control) -> None:
    """A number that slipped would have the title of another control."""
    framework, own = control.framework.name, words(control.title)
    if (framework, control.id) in ELSEWHERE:
        return

    def likeness(number: str) -> float:
        theirs = words(title(framework, number))
        return len(own & theirs) / len(own | theirs)

    best = max(map(likeness, prowler.requirements(framework)))
    assert likeness(control.id) == best, (control.title, title(framework, control.id))


def test_the_foundational_practices_hold_what_aws_lists() -> None:
    """Of the controls of Security Hub, just those are marked that AWS's standard has."""
    assert {one.id for one in controls() if one.fsbp} == FSBP
