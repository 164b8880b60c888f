"""Mistakes of a client are answered as such, in the service's protocol, and nothing happens."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, Answer, Front, refused, signed

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CBOR = {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
DEEP = 50_000


def ask_kms(front: Front, operation: str, body: str | bytes, region: str = "us-east-1") -> Answer:
    """Send a body to KMS."""
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{operation}"}
    return front.request("POST", "/", body, signed("kms", region=region) | headers)


def code_of(answer: Answer) -> Any:
    """The code of an error of KMS."""
    return json.loads(answer.content)["__type"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xef\xbb\xbf{}", "SerializationException"),
        ("{}".encode("utf-16"), "SerializationException"),
        ('{"Tags":' + "[" * DEEP + "]" * DEEP + "}", "SerializationException"),
        ('{"Tags": [{}]}', "ValidationException"),
        ('{"Tags": [{"TagKey": "a"}]}', "ValidationException"),
    ],
    ids=["BOM", "UTF-16", "deep", "empty tag", "half a tag"],
)
def test_a_body_that_kms_cannot_take_makes_no_key(front: Front, body: str | bytes, code: str) -> None:
    """The error is the client's, and there is no key afterwards."""
    answer = ask_kms(front, "CreateKey", body)
    assert (answer.status, code_of(answer)) == (400, code)
    assert front.client("kms").list_keys()["Keys"] == []


def test_an_empty_body_has_no_parameters(front: Front) -> None:
    """All of CreateKey's have defaults."""
    assert ask_kms(front, "CreateKey", b"").status == 200


@pytest.mark.parametrize(
    "prefix", ["x:key/", "arn:aws:kms:us-west-2:123456789012:key/", "arn:aws:kms:zz:1:key/", "x:alias/"]
)
@pytest.mark.parametrize("operation", ["DescribeKey", "DisableKey"])
def test_a_key_is_named_by_its_id_or_its_arn(front: Front, operation: str, prefix: str) -> None:
    """What only looks like one of them, or is another Region's, names no key."""
    key = front.client("kms").create_key()["KeyMetadata"]["KeyId"]
    answer = ask_kms(front, operation, json.dumps({"KeyId": prefix + key}))
    assert (answer.status, code_of(answer)) == (400, "NotFoundException")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "MissingRequestBodyError"),
        ("<Delete/>", "MalformedXML"),
        ("<Delete><Object/></Delete>", "MalformedXML"),
        ("<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>", "MalformedXML"),
        ("<Other><Object><Key>a</Key></Object></Other>", "MalformedXML"),
        ("<Delete>", "MalformedXML"),
        ("<Delete>" + "<Object>" * DEEP + "</Object>" * DEEP + "</Delete>", "MalformedXML"),
    ],
    ids=["empty", "no object", "no key", "two keys", "another", "open", "deep"],
)
def test_xml_that_s3_cannot_take_is_malformed(front: Front, body: str, code: str) -> None:
    """Wrong XML is no fault of the server's."""
    front.client("s3").create_bucket(Bucket="bucket")
    answer = front.request("POST", "/bucket?delete", body, signed("s3"))
    assert (answer.status, f"<Code>{code}</Code>".encode() in answer.content) == (400, True)


@pytest.mark.parametrize(
    "query", ["max-keys=-1", "list-type=2&max-keys=-1", "uploads&max-uploads=-1", "max-keys=x"]
)
def test_pages_have_no_negative_size(front: Front, query: str) -> None:
    """Nor one that is no number."""
    front.client("s3").create_bucket(Bucket="bucket")
    answer = front.request("GET", f"/bucket?{query}", None, signed("s3"))
    assert (answer.status, b"<Code>InvalidArgument</Code>" in answer.content) == (400, True)


@pytest.mark.parametrize("region", ["mars-north-1", "us-east-99", "aws-global"])
def test_a_region_that_does_not_exist_is_refused(front: Front, region: str) -> None:
    """In every protocol, with the code that it has there."""
    answer = ask_kms(front, "CreateKey", "{}", region)
    assert (answer.status, code_of(answer)) == (400, "InvalidSignatureException")
    asked = "Action=ListUsers&Version=2010-05-08"
    answer = front.request("POST", "/", asked, signed("iam", region=region) | FORM)
    assert (answer.status, b"<Code>SignatureDoesNotMatch</Code>" in answer.content) == (400, True)
    answer = front.request("GET", "/bucket", None, signed("s3", region=region))
    assert (answer.status, b"<Code>AuthorizationHeaderMalformed</Code>" in answer.content) == (400, True)


@pytest.mark.parametrize("body", [b"\xa1", b"\xa1aa", b"\xbf", b"\xff", b"\xa1aN\xf9", b"\x9f" * DEEP])
def test_cbor_that_is_cut_off_is_refused_in_cbor(front: Front, body: bytes) -> None:
    """The client reads no other protocol."""
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    answer = front.request("POST", path, body, signed("monitoring") | CBOR)
    assert answer.status == 400
    assert b"SerializationException" in answer.content


def test_what_iam_cannot_do_without_is_asked_for(front: Front) -> None:
    """A user has a name, and a session a duration within bounds."""
    with refused("ValidationError", "'userName' failed to satisfy constraint: Member must not be null"):
        front.client("iam", parameter_validation=False).create_user()
    with refused("ValidationError", "Member must have value less than or equal to 129600"):
        front.client("sts", access_key=ACCOUNT_ID).get_session_token(DurationSeconds=10**14)


@pytest.mark.parametrize("count", [51, 30_000])
def test_too_many_tags_are_refused(front: Front, count: int) -> None:
    """However many there are, nobody reads them one by one before they are counted."""
    tags = "".join(f"&Tags.member.{n}.Key=k{n}&Tags.member.{n}.Value=v" for n in range(1, count + 1))
    asked = f"Action=CreateUser&Version=2010-05-08&UserName=alice{tags}"
    answer = front.request("POST", "/", asked, signed("iam") | FORM)
    assert (answer.status, b"<Code>ValidationError</Code>" in answer.content) == (400, True)
    assert front.client("iam").list_users()["Users"] == []


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(front: Front) -> None:
    """Compressed bodies are bounded by what they hold."""
    body = gzip.compress(b'{"NextToken": "' + b"a" * 20_000_000 + b'"}')
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "Logs_20140328.DescribeLogGroups",
    }
    answer = front.request("POST", "/", body, signed("logs") | headers | {"Content-Encoding": "gzip"})
    assert (answer.status, code_of(answer)) == (400, "SerializationException")


@pytest.mark.parametrize("path", ["recorder/start-recording", "recorder/upload-recording", "reset-auth"])
def test_moto_neither_writes_files_nor_authorises(front: Front, path: str) -> None:
    """These parts of its own API are shut."""
    assert front.request("POST", f"/moto-api/{path}", "0").status == 501
