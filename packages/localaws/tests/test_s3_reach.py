"""`--enforce-iam`: no way of writing a request to S3 reaches an object that its policies keep shut."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from packages.localaws.tests.front import Front, allow, deny, refused

BUCKET = "data"
CONTENT = b"what nobody may read"
SECRET = f"arn:aws:s3:::{BUCKET}/secret.txt"


def buckets(front: Front) -> Any:
    """A bucket with an object that is kept shut; root's client of S3."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket="mine")
    s3.put_object(Bucket=BUCKET, Key="secret.txt", Body=CONTENT)
    return s3


@pytest.mark.parametrize(
    "source",
    [
        *("data/secret.txt", "/data/secret.txt", "data/secret%2Etxt", "%64ata/secret.txt"),
        *("data%2Fsecret.txt", "data/secret.txt#f", "data/secret.txt;x", "http://h/data/secret.txt"),
    ],
)
def test_a_copy_is_judged_by_what_is_copied(strict_front: Front, source: str) -> None:
    """However the source is written, a Deny of the object holds."""
    buckets(strict_front)
    key = strict_front.user("alice", allow("s3:*"), deny("s3:GetObject", resource=SECRET))
    s3 = strict_front.client("s3", key)

    def write(request: Any, **_: Any) -> None:
        if "x-amz-copy-source" in request.headers:  # boto3 encodes it; others send it as it is
            request.headers.replace_header("x-amz-copy-source", source)

    s3.meta.events.register("before-sign.s3", write)
    with refused("AccessDenied", "explicit deny"):
        s3.copy_object(Bucket="mine", Key="copy", CopySource=source)
    upload = s3.create_multipart_upload(Bucket="mine", Key="copy")["UploadId"]
    with refused("AccessDenied", "explicit deny"):
        s3.upload_part_copy(Bucket="mine", Key="copy", UploadId=upload, PartNumber=1, CopySource=source)


def test_copying_a_version_needs_the_action_of_versions(strict_front: Front) -> None:
    """A source with a version id is read by s3:GetObjectVersion."""
    root = buckets(strict_front)
    root.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    version = root.put_object(Bucket=BUCKET, Key="secret.txt", Body=b"x")["VersionId"]
    s3 = strict_front.client("s3", strict_front.user("alice", allow("s3:PutObject", "s3:GetObject")))
    with refused("AccessDenied", "s3:GetObjectVersion on resource"):
        s3.copy_object(Bucket="mine", Key="c", CopySource=f"{BUCKET}/secret.txt?versionId={version}")


def test_nothing_is_read_as_a_torrent(strict_front: Front) -> None:
    """`?torrent` gives no object away, as S3 has none any more."""
    buckets(strict_front)
    s3 = strict_front.client("s3", strict_front.user("alice", allow("s3:GetObjectTorrent")))
    with refused("MethodNotAllowed"):
        s3.get_object_torrent(Bucket=BUCKET, Key="secret.txt")


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("upload_part", {"PartNumber": 1, "Body": b"x"}),
        ("complete_multipart_upload", {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "x"}]}}),
        ("list_parts", {}),
        ("abort_multipart_upload", {}),
    ],
)
def test_an_upload_belongs_to_its_key(front: Front, call: str, more: dict[str, Any]) -> None:
    """An upload in parts that was begun for one key is not to be had under another."""
    s3 = buckets(front)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="secret.txt")["UploadId"]
    with refused("NoSuchUpload"):
        getattr(s3, call)(Bucket=BUCKET, Key="mine.txt", UploadId=upload, **more)


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("get_object_retention", {}),
        ("get_object_legal_hold", {}),
        ("get_object_acl", {}),
        ("get_object_tagging", {}),
        ("get_object_torrent", {}),
        ("get_object_annotation", {"AnnotationName": "a"}),
        ("list_object_annotations", {}),
        ("get_object_attributes", {"ObjectAttributes": ["ETag"]}),
    ],
)
def test_what_is_asked_about_an_object_does_not_give_it_away(
    strict_front: Front, operation: str, more: dict[str, Any]
) -> None:
    """No other reading operation answers with the object itself."""
    buckets(strict_front)
    s3 = strict_front.client("s3", strict_front.user("alice", allow("s3:*"), deny("s3:GetObject")))
    url = s3.generate_presigned_url(operation, {"Bucket": BUCKET, "Key": "secret.txt"} | more)
    answer = strict_front.request("GET", urlsplit(url)._replace(scheme="", netloc="").geturl())
    assert CONTENT not in answer.content
