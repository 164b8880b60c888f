from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from localaws.imagebuilder.pagination import page
from packages.localaws.tests.imagebuilder.direct import DirectClient, code_of, component


@given(st.sets(st.integers(0, 1000), max_size=60), st.integers(1, 100))
def test_pages_hold_every_item_once_newest_first(numbers: set[int], size: int) -> None:
    """Whatever the page size, following the tokens gives the whole list in order."""
    entries = [(number, {"number": number}) for number in numbers]
    found: list[int] = []
    token = None
    while True:
        parameters = {"maxResults": size} if token is None else {"maxResults": size, "nextToken": token}
        output = page("ListComponents", parameters, "items", entries)
        assert len(output["items"]) <= size
        found += [item["number"] for item in output["items"]]
        token = output.get("nextToken")
        if token is None:
            break
    assert found == sorted(numbers, reverse=True)


def test_an_item_deleted_between_pages_hides_no_other(client: DirectClient) -> None:
    """A token points behind an item, not at a place in the list."""
    arns = [
        client.create_component(**component(f"number-{number}"))["componentBuildVersionArn"]
        for number in range(4)
    ]
    first = client.list_components(maxResults=2)
    client.delete_component(componentBuildVersionArn=arns[3])
    rest = client.list_components(maxResults=2, nextToken=first["nextToken"])
    assert [item["name"] for item in rest["componentVersionList"]] == ["number-1", "number-0"]


def test_a_token_of_another_operation_is_refused(client: DirectClient) -> None:
    """And so is one that nobody gave out."""
    for number in range(2):
        client.create_component(**component(f"number-{number}"))
    token = client.list_components(maxResults=1)["nextToken"]
    assert code_of(client.list_images, nextToken=token) == "InvalidPaginationTokenException"
    assert code_of(client.list_components, nextToken="made up") == "InvalidPaginationTokenException"


def test_a_page_without_a_size_has_25_items(client: DirectClient) -> None:
    """As the model documents."""
    for number in range(26):
        client.create_component(**component(f"number-{number}"))
    listed = client.list_components()
    assert len(listed["componentVersionList"]) == 25
    assert "nextToken" in listed
