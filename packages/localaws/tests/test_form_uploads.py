"""Uploads by a browser's form are held to their policy, and are the writes of whom they name."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from packages.localaws.tests.front import Front, allow
from packages.localaws.tests.test_uploads import BODY, bucket, code_of, stored

__all__ = ["bucket"]


def form(fields: dict[str, str], content: bytes = BODY) -> tuple[bytes, dict[str, str]]:
    """A browser's form: body and headers."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="folder/log.txt"\r\n'
    body = (
        "".join(parts).encode()
        + f"{head}Content-Type: text/plain\r\n\r\n".encode()
        + content
        + b"\r\n--x--\r\n"
    )
    return body, {"Content-Type": "multipart/form-data; boundary=x"}


def policy(*conditions: Any, hours: float = 1) -> str:
    """A policy as forms carry it."""
    until = (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return base64.b64encode(json.dumps({"expiration": until, "conditions": conditions}).encode()).decode()


def test_a_browser_s_form_uploads_as_whom_it_names(strict_front: Front) -> None:
    """boto3's presigned form works for whoever may write, and for nobody else; the object is the field's."""
    strict_front.client("s3").create_bucket(Bucket="example-bucket")
    writer = strict_front.user("writer", allow("s3:PutObject", resource="arn:aws:s3:::example-bucket/up/*"))
    reader = strict_front.user("reader", allow("s3:GetObject"))
    for key, status in ((writer, 204), (reader, 403)):
        post = strict_front.client("s3", key).generate_presigned_post("example-bucket", "up/${filename}")
        body, headers = form(post["fields"])
        assert strict_front.request("POST", "/example-bucket", body, headers).status == status
    found = strict_front.client("s3").get_object(Bucket="example-bucket", Key="up/log.txt")
    assert found["Body"].read() == BODY
    anonymous, headers = form({"key": "up/anonymous"})
    assert strict_front.request("POST", "/example-bucket/", anonymous, headers).status == 403


SCOPE = "test/20260101/us-east-1/s3/aws4_request"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"key": "a", "policy": policy({"bucket": "example-bucket"}, ["eq", "$key", "b"])}, "AccessDenied"),
        ({"key": "a", "policy": policy({"bucket": "other"}, {"key": "a"})}, "AccessDenied"),
        ({"key": "a", "policy": policy({"key": "a"}, hours=-1)}, "AccessDenied"),
        ({"key": "a", "policy": policy({"key": "a"}, ["content-length-range", 0, 3])}, "AccessDenied"),
        ({"key": "a", "acl": "private", "policy": policy({"key": "a"})}, "AccessDenied"),
        ({"key": "a", "policy": "e30="}, "InvalidPolicyDocument"),
        ({"key": "a"}, "InvalidArgument"),
        ({"policy": policy()}, "InvalidArgument"),
    ],
)
def test_a_form_is_held_to_its_policy(bucket: Front, fields: dict[str, str], code: str) -> None:
    """What its policy does not name or allow is refused, and nothing is stored."""
    if "policy" in fields and fields["policy"] != "e30=":
        document = json.loads(base64.b64decode(fields["policy"]))
        document["conditions"].append(["starts-with", "$x-amz-credential", ""])
        fields = fields | {"policy": base64.b64encode(json.dumps(document).encode()).decode()}
    body, headers = form(fields | {"x-amz-credential": SCOPE})
    assert code_of(bucket.request("POST", "/example-bucket", body, headers)) == code
    assert stored(bucket, "a") is None


def test_a_form_gets_the_answer_it_asks_for(bucket: Front) -> None:
    """A status, a document, or a redirection; and no copy, whatever its fields are called."""
    common = {"key": "a", "AWSAccessKeyId": "test", "signature": "0"}
    conditions = [
        {"key": "a"},
        ["starts-with", "$success_action_status", ""],
        ["starts-with", "$x-amz-copy-source", ""],
    ]
    fields = common | {"success_action_status": "201", "x-amz-copy-source": "example-bucket/secret"}
    body, headers = form(fields | {"policy": policy(*conditions)})
    answer = bucket.request("POST", "/example-bucket", body, headers)
    assert answer.status == 201
    assert b"<Key>a</Key>" in answer.content
    assert stored(bucket, "a") == BODY
    fields = common | {"success_action_redirect": "http://localhost/done?a=1"}
    body, headers = form(
        fields | {"policy": policy({"key": "a"}, ["starts-with", "$success_action_redirect", ""])}
    )
    answer = bucket.request("POST", "/example-bucket", body, headers)
    assert (answer.status, answer.headers["Location"].split("&etag")[0]) == (
        303,
        "http://localhost/done?a=1&bucket=example-bucket&key=a",
    )
