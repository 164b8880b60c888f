"""What is uploaded is stored byte for byte, and what is not what the request says is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localaws.checksums import ALGORITHMS
from packages.localaws.tests.front import Answer, Front, allow, deny, signed

BODY = b"a=1&b=2%20not+a+form"
OTHER = b"something else"
CRC = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
CHUNK = f"{len(BODY):x}".encode()


@pytest.fixture
def bucket(front: Front) -> Front:
    """A local AWS with one bucket."""
    front.client("s3").create_bucket(Bucket="example-bucket")
    return front


def put(front: Front, body: bytes = BODY, path: str = "/example-bucket/key", **headers: Any) -> Answer:
    """Upload an object with headers, whose names have underscores here."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return front.request("PUT", path, body, signed("s3") | named)


def stored(front: Front, key: str = "key") -> bytes | None:
    """What a bucket holds under a key; None for nothing."""
    answer = front.request("GET", f"/example-bucket/{key}", None, signed("s3"))
    return answer.content if answer.status == 200 else None


def encoded(checksum: bytes) -> str:
    """A checksum as headers carry it."""
    return base64.b64encode(checksum).decode()


def code_of(answer: Answer) -> str:
    """The code of S3's error."""
    return answer.content.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "multipart/form-data; boundary=x",
        "application/x-amz-json-1.1",
        "",
    ],
)
def test_a_body_is_stored_whatever_its_type(bucket: Front, content_type: str) -> None:
    """`curl -d` and urllib send the type of a form with everything."""
    assert put(bucket, Content_Type=content_type).status == 200
    assert stored(bucket) == BODY
    head = bucket.request("HEAD", "/example-bucket/key", None, signed("s3"))
    assert not content_type or head.headers["Content-Type"] == content_type


def test_parts_of_an_upload_are_stored_whatever_their_type(bucket: Front) -> None:
    """The same holds for parts, and for policies."""
    s3 = bucket.client("s3")
    upload = s3.create_multipart_upload(Bucket="example-bucket", Key="key")["UploadId"]
    form = "application/x-www-form-urlencoded"
    path = f"/example-bucket/key?partNumber=1&uploadId={upload}"
    etag = put(bucket, path=path, Content_Type=form).headers["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    s3.complete_multipart_upload(Bucket="example-bucket", Key="key", UploadId=upload, MultipartUpload=parts)
    assert stored(bucket) == BODY
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny("s3:*") | {"Principal": "*"}]})
    assert put(bucket, policy.encode(), "/example-bucket?policy", Content_Type=form).status in {200, 204}
    assert json.loads(s3.get_bucket_policy(Bucket="example-bucket")["Policy"])["Statement"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content_MD5": base64.b64encode(hashlib.md5(OTHER).digest()).decode()}, "BadDigest"),  # noqa: S324
        ({"Content_MD5": "not base64"}, "InvalidDigest"),
        ({"Content_MD5": "YWJj"}, "InvalidDigest"),
        ({"x_amz_content_sha256": hashlib.sha256(OTHER).hexdigest()}, "XAmzContentSHA256Mismatch"),
        ({"x_amz_content_sha256": "UNKNOWN"}, "InvalidArgument"),
        ({"x_amz_checksum_crc32": "AAAAAA=="}, "BadDigest"),
        ({"x_amz_checksum_crc32": "AAAA"}, "InvalidRequest"),
        ({"x_amz_checksum_crc32": CRC, "x_amz_checksum_sha1": "AAAA"}, "InvalidRequest"),
        ({"x_amz_checksum_xxhash64": "AAAAAAAAAAA="}, "NotImplemented"),
    ],
)
def test_a_wrong_checksum_is_refused(bucket: Front, headers: dict[str, str], code: str) -> None:
    """Nothing is stored."""
    assert code_of(put(bucket, BODY, **headers)) == code
    assert stored(bucket) is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_checksum_is_computed(bucket: Front, algorithm: str) -> None:
    """The right value is taken and told; one bit more is refused."""
    header = f"x_amz_checksum_{algorithm.lower()}"
    right = ALGORITHMS[algorithm](BODY)
    wrong = bytes([right[0] ^ 1, *right[1:]])
    assert code_of(put(bucket, BODY, **{header: encoded(wrong)})) == "BadDigest"
    assert put(bucket, BODY, **{header: encoded(right)}).status == 200
    assert stored(bucket) == BODY


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [("CRC32", "cbf43926"), ("CRC32C", "e3069283"), ("CRC64NVME", "ae8b14860a799888")],
)
def test_cyclic_checksums_are_the_published_ones(algorithm: str, value: str) -> None:
    """The check value of a CRC is that of the digits from 1 to 9."""
    assert ALGORITHMS[algorithm](b"123456789").hex() == value


def test_a_checksum_that_is_only_announced_is_kept(bucket: Front) -> None:
    """Readers get it back."""
    assert put(bucket, x_amz_sdk_checksum_algorithm="CRC32").status == 200
    head = bucket.client("s3").head_object(Bucket="example-bucket", Key="key", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == CRC


STREAMS = {
    "unsigned": ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", b""),
    "signed": ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", b";chunk-signature=" + b"0" * 64),
    "signed for all Regions": ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", b";chunk-signature=00"),
}


def stream(front: Front, body: bytes, kind: str = "unsigned", **headers: str) -> Answer:
    """Upload a body in aws-chunked form, with a checksum in the trailer."""
    given = {
        "x_amz_content_sha256": STREAMS[kind][0],
        "x_amz_decoded_content_length": str(len(BODY)),
        "x_amz_trailer": "x-amz-checksum-crc32",
        "Content_Encoding": "aws-chunked",
    }
    return put(front, body, **(given | headers))


def chunks(extension: bytes = b"", trailer: str = f"x-amz-checksum-crc32:{CRC}\r\n") -> bytes:
    """The body in one chunk, and the trailer."""
    head = CHUNK + extension + b"\r\n" + BODY + b"\r\n0" + extension + b"\r\n"
    return head + trailer.encode() + b"\r\n"


@pytest.mark.parametrize("kind", STREAMS)
def test_chunks_are_taken_apart(bucket: Front, kind: str) -> None:
    """Every SDK's form of an upload in chunks stores the body alone, and its checksum."""
    trailer = f"x-amz-checksum-crc32:{CRC}\r\n" + (
        "x-amz-trailer-signature:00\r\n" if "signed f" in kind else ""
    )
    assert stream(bucket, chunks(STREAMS[kind][1], trailer), kind).status == 200
    assert stored(bucket) == BODY
    head = bucket.client("s3").head_object(Bucket="example-bucket", Key="key", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32"] == CRC
    assert "aws-chunked" not in head.get("ContentEncoding", "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (chunks(trailer="x-amz-checksum-crc32:AAAAAA==\r\n"), "BadDigest"),
        (chunks(trailer=""), "MalformedTrailerError"),
        (chunks(trailer="no colon\r\n"), "MalformedTrailerError"),
        (chunks(trailer=f"x-amz-checksum-crc32:{CRC}\r\nx-amz-meta-a:1\r\n"), "MalformedTrailerError"),
        (CHUNK + b"\r\n" + BODY[:5], "IncompleteBody"),
        (CHUNK + b"\r\n" + BODY + b"\r\n", "IncompleteBody"),
        (b"5\r\nfirst\r\n0\r\n" + f"x-amz-checksum-crc32:{CRC}\r\n\r\n".encode(), "IncompleteBody"),
        (b"no chunk at all", "IncompleteBody"),
        (BODY, "IncompleteBody"),
    ],
)
def test_broken_chunks_are_refused(bucket: Front, body: bytes, code: str) -> None:
    """Nothing of them is stored."""
    assert code_of(stream(bucket, body)) == code
    assert stored(bucket) is None


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


def test_a_compressed_body_is_understood(front: Front) -> None:
    """SDKs compress large requests; one that is cut off, or that swells, is refused."""
    packed = zlib.compressobj(wbits=31)
    body = packed.compress(b"Action=CreateUser&Version=2010-05-08&UserName=alice") + packed.flush()
    headers = signed("iam") | {
        "Content-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert front.request("POST", "/", body[:-9], headers).status == 400
    assert front.request("POST", "/", b"no gzip", headers).status == 400
    assert front.records == []
    assert front.request("POST", "/", body, headers).status == 200
    assert front.record("CreateUser")["requestParameters"] == {"userName": "alice"}


def test_a_bucket_in_the_host_is_the_bucket_of_the_path(front: Front) -> None:
    """Names with dots, Regions and older forms of the host all name one bucket."""
    front.client("s3").create_bucket(Bucket="my.bucket")
    hosts = (
        "my.bucket.s3.amazonaws.com",
        "my.bucket.s3.us-east-1.amazonaws.com",
        "my.bucket.s3-us-west-2.amazonaws.com",
        "my.bucket.s3.dualstack.us-east-1.amazonaws.com",
        "MY.bucket.localhost:4566",
        "my.bucket.s3.localhost",
        "my.bucket.127.0.0.1",
    )
    for number, host in enumerate(hosts):
        put(front, path=f"/folder/{number}", Host=host)
    listed = front.client("s3").list_objects_v2(Bucket="my.bucket")["Contents"]
    assert [one["Key"] for one in listed] == [f"folder/{number}" for number in range(len(hosts))]


def test_keys_keep_their_slashes_and_signs(bucket: Front) -> None:
    """What a key consists of is not tidied up."""
    keys = ["a//b", "/leading", "trailing/", "a/../b", "a b", "a+b", "ä", "100%", "a?b#c", "%2F"]
    s3 = bucket.client("s3")
    for key in keys:
        s3.put_object(Bucket="example-bucket", Key=key, Body=key.encode())
    listed = [one["Key"] for one in s3.list_objects_v2(Bucket="example-bucket")["Contents"]]
    assert sorted(listed) == sorted(keys)
    assert [s3.get_object(Bucket="example-bucket", Key=key)["Body"].read().decode() for key in keys] == keys
