"""What became of the project's tests: the JUnit file that `make test` writes, read as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

FILE = "test-results.xml"
"""Its name, in the folder of Pulumi.yaml."""


class ResultsError(ValueError):
    """The file of results cannot be read. One line: which, and why."""


@dataclass(frozen=True, slots=True)
class Results:
    """What became of each test function, by FILE::FUNCTION, and when they ran; both empty where none did.

    A function with parameters has passed where it passed with all of them.
    """

    outcomes: Mapping[str, str]
    when: str = ""

    def problem(self, test: str) -> str | None:
        """Return what keeps a test from being evidence, or None where it passed."""
        path, _, function = test.partition("::")
        outcome = self.outcomes.get(f"{path.removesuffix('.py').replace('/', '.')}.{function}")
        if outcome is None:
            return f"has no result: `make test` writes {FILE}"
        return None if outcome == "passed" else outcome

    def unknown(self, test: str) -> bool:
        """Return whether nothing is known of a test: it did not run, which is no finding."""
        return self.problem(test) not in {None, "failed"}


NONE = Results({})


def read_results(file: Path) -> Results:
    """Read the results that stand in a file; there are none where it is missing.

    Raises:
        ResultsError: it is not what pytest writes with --junitxml.

    """
    try:
        suites = list(ET.parse(file).getroot().iter("testsuite"))  # noqa: S314 - our own tests wrote it
    except FileNotFoundError:
        return NONE
    except (OSError, ET.ParseError) as error:
        raise ResultsError(f"{file}: no results of tests: {error}; write it anew with `make test`") from None
    found: dict[str, str] = {}
    for case in (case for suite in suites for case in suite.iter("testcase")):
        name = f"{case.get('classname')}.{str(case.get('name')).partition('[')[0]}"
        found[name] = max(found.get(name, "passed"), _outcome(case), key=_RANK.index)
    return Results(found, suites[0].get("timestamp", "").partition(".")[0] if suites else "")


_RANK = ("passed", "was skipped", "failed")


def _outcome(case: ET.Element) -> str:
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return "failed"
    return "was skipped" if "skipped" in kinds else "passed"
