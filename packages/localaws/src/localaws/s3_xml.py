"""The XML in requests to S3, held to the model of its operation before anybody reads more of it.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
"""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from localaws.errors import AwsError

_BODILESS = frozenset({"CreateBucket", "PutBucketAcl", "PutObjectAcl"})


class MalformedXmlError(AwsError):
    """The body is not the XML that the operation asks for."""

    code = "MalformedXML"

    def __init__(self) -> None:
        super().__init__(
            "The XML you provided was not well-formed or did not validate against our published schema"
        )


class MissingBodyError(AwsError):
    """There is no body where one is needed."""

    code = "MissingRequestBodyError"

    def __init__(self) -> None:
        super().__init__("Request Body is empty")


def check_xml(body: bytes, operation: OperationModel) -> None:
    """Check the body of an operation that takes XML; bodies of others are no matter of this.

    Raises:
        MissingBodyError: it is empty where the operation needs it.
        MalformedXmlError: it is no XML, another document, or says twice what can be said once.

    """
    shape = operation.input_shape
    payload = None if shape is None else shape.members.get(shape.serialization.get("payload"))
    if not isinstance(payload, StructureShape):
        return
    if not body.strip():
        if operation.name in _BODILESS:
            return
        raise MissingBodyError
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat expands no entities without bounds
    except ET.ParseError as error:
        raise MalformedXmlError from error
    if _name(root) != payload.serialization.get("name", payload.name) or _doubles(root, payload):
        raise MalformedXmlError


def _doubles(element: ET.Element, shape: Shape) -> bool:
    """Whether something below an element stands twice that is no list."""
    counted = Counter(map(_name, element))
    if isinstance(shape, ListShape):
        return any(_doubles(child, shape.member) for child in element)
    if not isinstance(shape, StructureShape):
        return False
    for name, member in shape.members.items():
        wire = str(member.serialization.get("name", name))
        flat = isinstance(member, ListShape) and bool(member.serialization.get("flattened"))
        if counted[wire] > 1 and not flat:
            return True
        below = member.member if isinstance(member, ListShape) and flat else member
        if any(_doubles(child, below) for child in element if _name(child) == wire):
            return True
    return False


def _name(element: ET.Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
