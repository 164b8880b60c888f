from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localaws.imagebuilder.exceptions import InvalidVersionNumberException
from localaws.imagebuilder.versions import (
    Arn,
    check_pattern,
    fits,
    latest_references,
    next_version,
    parse_version,
    slug,
)

_NODE = st.integers(0, 2**30 - 1)
_KINDS = st.sampled_from(["component", "image", "image-recipe", "workflow/build", "workflow/distribution"])
_NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)


@given(_KINDS, _NAMES, st.tuples(_NODE, _NODE, _NODE), st.none() | st.integers(1, 99))
def test_an_arn_reads_back_as_it_was_written(
    kind: str, name: str, nodes: tuple[int, int, int], build: int | None
) -> None:
    """Whatever its kind, name, version and build: writing and reading are inverse."""
    arn = Arn("aws", "us-west-2", "123456789012", kind, name, ".".join(map(str, nodes)), build)
    assert Arn.parse(str(arn)) == arn


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ami-0123456789abcdef0",
        "arn:aws:s3:::bucket",
        "arn:aws:imagebuilder:us-west-2:1:image/Upper/1.0.0",
    ],
)
def test_what_is_no_image_builder_arn_is_not_read(text: str) -> None:
    """Other texts give None instead of a wrong ARN."""
    assert Arn.parse(text) is None


def test_names_are_lower_case_with_hyphens_in_arns() -> None:
    """Spaces and underscores become hyphens."""
    assert slug("My Example_Component") == "my-example-component"


@pytest.mark.parametrize(
    ("version", "pattern", "expected"),
    [
        ("1.7.8", "x.x.x", True),
        ("1.7.8", "1.x.x", True),
        ("1.7.8", "1.7.8", True),
        ("1.07.8", "1.7.8", True),
        ("1.7.8", "1.6.x", False),
        ("11.7.8", "1.x.x", False),
    ],
)
def test_a_wildcard_fits_any_number_in_its_place(version: str, pattern: str, expected: bool) -> None:
    """And numbers fit only themselves."""
    assert fits(version, pattern) is expected


@pytest.mark.parametrize("pattern", ["x.2.x", "1.x.8", "x.x.1"])
def test_a_number_after_a_wildcard_is_refused(pattern: str) -> None:
    """All nodes to the right of the first wildcard must be wildcards."""
    with pytest.raises(InvalidVersionNumberException):
        check_pattern(pattern)


def test_a_node_has_an_upper_limit() -> None:
    """2^30-1 is the highest node, and one more is refused."""
    assert parse_version("1073741823.0.0") == (1073741823, 0, 0)
    with pytest.raises(InvalidVersionNumberException):
        parse_version("1073741824.0.0")


@pytest.mark.parametrize(
    ("pattern", "taken", "expected"),
    [
        ("1.0.x", [], "1.0.1"),
        ("1.0.x", ["1.0.1", "1.0.9", "1.1.30"], "1.0.10"),
        ("1.x.x", ["1.0.1", "2.7.0"], "1.1.0"),
        ("x.x.x", ["4.0.1"], "5.0.0"),
    ],
)
def test_a_recipes_wildcard_counts_on_from_the_highest(pattern: str, taken: list[str], expected: str) -> None:
    """One above the highest of the versions that fit, and only of those."""
    assert next_version(pattern, taken) == expected


def test_latest_references_have_ever_fewer_wildcards() -> None:
    """From any version down to the latest build of this very version."""
    arn = Arn("aws", "us-west-2", "123456789012", "component", "hello", "1.2.3", 4)
    assert [text.rpartition("/")[2] for text in latest_references(arn).values()] == [
        "x.x.x",
        "1.x.x",
        "1.2.x",
        "1.2.3",
    ]
