from __future__ import annotations

from typing import Any

import pytest

from localaws.imagebuilder.exceptions import (
    InvalidParameterException,
    InvalidParameterValueException,
    InvalidRequestException,
)
from localaws.imagebuilder.shapes import operation_model, service_model
from localaws.imagebuilder.validation import validate
from packages.localaws.tests.imagebuilder.direct import component, image_recipe

ARN = "arn:aws:imagebuilder:us-west-2:123456789012:component/hello/1.0.0/1"


@pytest.mark.parametrize("operation", service_model().operation_names)
def test_a_missing_required_member_is_refused(operation: str) -> None:
    """Of every operation that requires any: the message names the first that is missing."""
    required = operation_model(operation).input_shape.required_members
    if not required:
        validate(operation, {})
        return
    with pytest.raises(InvalidRequestException, match=f"'{required[0]}'"):
        validate(operation, {})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": "no/slash"}, "name"),
        ({"semanticVersion": "1.0"}, "semanticVersion"),
        ({"platform": "BeOS"}, "platform"),
        ({"data": ""}, "data"),
        ({"data": "x" * 16001}, "data"),
        ({"supportedOsVersions": ["Linux"] * 26}, "supportedOsVersions"),
        ({"tags": {"aws:reserved": "x"}}, "tags.aws:reserved"),
        ({"tags": {"key": "x" * 257}}, "tags.key"),
    ],
)
def test_a_value_that_breaks_its_shape_is_refused_by_name(changes: dict[str, Any], path: str) -> None:
    """Pattern, enumeration, length and size: the message says which parameter."""
    good = component(clientToken="t")
    validate("CreateComponent", good)
    with pytest.raises(InvalidParameterValueException, match=f"parameter '{path}' is not valid"):
        validate("CreateComponent", good | changes)


def test_a_path_into_lists_and_structures_is_told() -> None:
    """A wrong value deep inside is found, with where it is."""
    devices = [{"deviceName": "/dev/xvda"}, {"deviceName": "/dev/xvdb", "ebs": {"volumeSize": 0}}]
    with pytest.raises(InvalidParameterValueException, match=r"'blockDeviceMappings\[1\]\.ebs\.volumeSize'"):
        validate("CreateImageRecipe", image_recipe(clientToken="t", blockDeviceMappings=devices))


def test_a_nested_required_member_is_refused() -> None:
    """Structures inside the request have required members too."""
    with pytest.raises(InvalidParameterValueException, match=r"components\[0\]\.componentArn"):
        validate("CreateImageRecipe", image_recipe(clientToken="t", components=[{}]))


def test_tagging_operations_have_an_error_of_their_own() -> None:
    """They declare InvalidParameterException where the others answer InvalidParameterValueException."""
    with pytest.raises(InvalidParameterException):
        validate("TagResource", {"resourceArn": "nonsense", "tags": {"a": "b"}})
    validate("TagResource", {"resourceArn": ARN, "tags": {"a": "b"}})


@pytest.mark.parametrize(("size", "fine"), [(0, False), (1, True), (100, True), (101, False)])
def test_page_sizes_have_bounds(size: int, fine: bool) -> None:
    """Between 1 and 100 items."""
    if fine:
        validate("ListComponents", {"maxResults": size})
    else:
        with pytest.raises(InvalidParameterValueException, match="maxResults"):
            validate("ListComponents", {"maxResults": size})
