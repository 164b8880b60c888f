from __future__ import annotations

import pytest

from localaws.imagebuilder.filters import ALLOWED, accepts
from localaws.imagebuilder.shapes import operation_model, service_model
from packages.localaws.tests.imagebuilder.direct import DirectClient, code_of, component


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("web-server", True), ("web*", True), ("*serv*", True), ("*server", False), ("web", False), ("*", True)],
)
def test_names_know_two_wildcards(wanted: str, found: bool) -> None:
    """`web*` begins with, `*web*` contains; elsewhere a star is a star."""
    assert accepts([{"name": "name", "values": [wanted]}], {"name": "web-server"}) is found


def test_all_filters_must_hold_and_any_value_is_enough() -> None:
    """Filters are joined by and, values by or."""
    document = {"platform": "Linux", "type": "BUILD"}
    linux = {"name": "platform", "values": ["Windows", "Linux"]}
    assert accepts([linux, {"name": "type", "values": ["BUILD"]}], document)
    assert not accepts([linux, {"name": "type", "values": ["TEST"]}], document)


def test_every_listing_with_filters_knows_their_names() -> None:
    """The operations with filters in botocore's model are those with names here."""
    with_filters = {
        name
        for name in service_model().operation_names
        if "filters" in operation_model(name).input_shape.members
    }
    assert with_filters == set(ALLOWED)


@pytest.mark.parametrize("operation", sorted(ALLOWED))
def test_the_names_are_those_that_the_model_documents(operation: str) -> None:
    """Each allowed name stands in the documentation of the operation's filters."""
    text = operation_model(operation).input_shape.members["filters"].documentation
    assert [name for name in ALLOWED[operation] if name not in text] == []


def test_an_unknown_filter_is_refused(client: DirectClient) -> None:
    """With the names that there are."""
    client.create_component(**component())
    unknown = [{"name": "colour", "values": ["red"]}]
    assert code_of(client.list_components, filters=unknown) == "InvalidParameterValueException"


def test_filters_choose_among_what_is_listed(client: DirectClient) -> None:
    """By platform, and by status: components are ACTIVE."""
    client.create_component(**component("penguin"))
    client.create_component(**component("window", platform="Windows"))
    windows = [{"name": "platform", "values": ["Windows"]}]
    names = [item["name"] for item in client.list_components(filters=windows)["componentVersionList"]]
    assert names == ["window"]
    active = [{"name": "status", "values": ["ACTIVE"]}]
    assert len(client.list_components(filters=active)["componentVersionList"]) == 2
