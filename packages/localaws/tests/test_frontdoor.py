"""HTTP as every client speaks it: each request reaches the right service, whole."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import RpcV2CBORParser

from packages.localaws.tests.front import ACCOUNT_ID, Front, refused, signed


def test_services_are_told_apart_by_the_signature(front: Front) -> None:
    """One endpoint serves all services and all protocols."""
    front.client("ec2").describe_vpcs()
    front.client("route53").list_hosted_zones()
    front.client("dynamodb").list_tables()
    front.client("lambda").list_functions()
    front.client("cloudwatch").describe_alarms()
    front.client("imagebuilder").list_images()
    sources = [record["eventSource"].split(".")[0] for record in front.records]
    assert sources == ["ec2", "route53", "dynamodb", "lambda", "monitoring", "imagebuilder"]


def test_unknown_service_is_said_to_be_unknown(front: Front) -> None:
    """A service that nobody imitates is refused in words, not with a broken connection."""
    with refused("NotImplemented", "no service codeartifact"):
        front.client("codeartifact").list_domains()


def test_operation_that_moto_lacks_is_named(front: Front) -> None:
    """An operation that moto does not imitate is refused, with its name, and recorded as failed."""
    with refused("NotImplemented", "list_agents"):
        front.client("datasync").list_agents()
    assert front.record("ListAgents")["errorCode"] == "NotImplemented"


def test_path_that_is_no_operation_is_not_found(front: Front) -> None:
    """A path that no operation has is answered and leaves no record."""
    response = front.request("POST", "/NoSuchOperation", b"{}", signed("imagebuilder"))
    assert response.status in {404, 501}
    assert front.records == []


def test_malformed_body_is_refused(front: Front) -> None:
    """A body that is no JSON gets SerializationException."""
    headers = signed("imagebuilder") | {"Content-Type": "application/json"}
    response = front.request("PUT", "/CreateComponent", b"{", headers)
    assert response.status == 400
    assert json.loads(response.content)["__type"] == "SerializationException"


@pytest.mark.parametrize(
    "host",
    [
        "example-bucket.s3.amazonaws.com",
        "example-bucket.s3.eu-west-1.amazonaws.com",
        "example-bucket.localhost",
    ],
)
def test_bucket_may_be_named_by_the_host(front: Front, host: str) -> None:
    """Virtual-hosted requests reach the bucket in the Host header."""
    front.client("s3").create_bucket(Bucket="example-bucket")
    response = front.request("PUT", "/folder/key", b"body", signed("s3") | {"Host": host})
    assert response.status == 200
    answer = front.client("s3").get_object(Bucket="example-bucket", Key="folder/key")
    assert answer["Body"].read() == b"body"


def test_presigned_url_works_without_a_header(front: Front) -> None:
    """A presigned URL reads the object, and an unsigned request does not."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"body")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "example-bucket", "Key": "key"})
    response = front.request("GET", url.removeprefix(front.server.url))
    assert response.content == b"body"
    assert front.request("GET", "/example-bucket/key").status == 403


def test_chunked_upload_arrives_whole(front: Front) -> None:
    """Transfer-Encoding: chunked needs no length."""

    def chunks() -> Iterator[bytes]:
        yield b"first, "
        yield b"second"

    front.client("s3").create_bucket(Bucket="example-bucket")
    response = front.request("PUT", "/example-bucket/key", chunks(), signed("s3"), encode_chunked=True)
    assert response.status == 200
    answer = front.client("s3").get_object(Bucket="example-bucket", Key="key")
    assert answer["Body"].read() == b"first, second"


def test_large_upload_arrives_whole(front: Front) -> None:
    """Twenty megabytes, in one request with a checksum trailer as boto3 sends it."""
    body = bytes(range(256)) * 80_000
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=body, ChecksumAlgorithm="CRC32")
    assert s3.get_object(Bucket="example-bucket", Key="key")["Body"].read() == body


def test_expected_continue_is_sent_at_once(front: Front) -> None:
    """A client that waits for 100 Continue gets it, then the answer, on a connection that stays open."""
    front.client("s3").create_bucket(Bucket="example-bucket")
    host, port = front.server.url.removeprefix("http://").split(":")
    head = [
        "PUT /example-bucket/key HTTP/1.1",
        f"Host: {host}",
        "Content-Length: 4",
        f"Authorization: {signed('s3')['Authorization']}",
    ]
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        for expect in (["Expect: 100-continue"], []):
            connection.sendall("\r\n".join([*head, *expect, "", ""]).encode())
            if expect:
                assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"body")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_connection_is_kept_alive(front: Front) -> None:
    """Several requests go over one connection, whatever their answers."""
    connection = front.connection()
    connection.connect()
    used = connection.sock
    for method, path in (
        ("GET", "/"),
        ("HEAD", "/none/none"),
        ("GET", "/none"),
        ("OPTIONS", "/"),
        ("GET", "/"),
    ):
        connection.request(method, path, headers=signed("s3"))
        connection.getresponse().read()
        assert connection.sock is used, (method, path)
    connection.close()


def test_head_tells_the_length_without_a_body(front: Front) -> None:
    """HEAD of an object carries its Content-Length."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"12345")
    response = front.request("HEAD", "/example-bucket/key", None, signed("s3"))
    assert (response.headers["Content-Length"], response.content) == ("5", b"")


def test_metadata_names_keep_their_underscores(front: Front) -> None:
    """`my_key` does not become `my-key`."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"", Metadata={"my_key": "1"})
    found = s3.head_object(Bucket="example-bucket", Key="key")["Metadata"]
    assert found == {"my_key": "1"}


def test_cbor_is_understood_and_answered(front: Front) -> None:
    """A client that speaks CBOR gets results and errors in CBOR, and its calls are recorded."""
    headers = signed("monitoring") | {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    front.client("cloudwatch").put_dashboard(DashboardName="board", DashboardBody='{"widgets": []}')
    parser = RpcV2CBORParser()

    def ask(operation: str, body: bytes) -> tuple[int, Any]:
        path = f"/service/GraniteServiceVersion20100801/operation/{operation}"
        answer = front.request("POST", path, body, headers)
        return answer.status, parser.parse_data_item(io.BufferedReader(io.BytesIO(answer.content)))

    status, listed = ask("ListDashboards", b"\xa0")
    assert status == 200
    assert [board["DashboardName"] for board in listed["DashboardEntries"]] == ["board"]
    status, error = ask("GetDashboard", b"\xa1\x6dDashboardName\x64none")
    assert (status, error["__type"]) == (404, front.record("GetDashboard")["errorCode"])
    assert front.record("GetDashboard")["requestParameters"] == {"dashboardName": "none"}


def test_motos_own_api_passes_through(front: Front) -> None:
    """Whoever uses moto's server finds its dashboard, its data and its reset, unrecorded."""
    front.client("iam").create_user(UserName="alice")
    front.records.clear()
    assert front.request("GET", "/moto-api/").status == 200
    data = json.loads(front.request("GET", "/moto-api/data.json").content)
    assert data["iam"]["User"][0]["name"] == "alice"
    assert front.records == []
    front.client("imagebuilder").create_infrastructure_configuration(
        name="here", instanceProfileName="profile"
    )
    assert front.request("POST", "/moto-api/reset", b"").status == 200
    assert front.client("iam").list_users()["Users"] == []
    left = front.client("imagebuilder").list_infrastructure_configurations()
    assert left["infrastructureConfigurationSummaryList"] == []


def test_account_header_of_moto_is_respected(front: Front) -> None:
    """`x-moto-account-id` chooses the account, as in moto's server."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "x-moto-account-id": "111122223333"}
    body = "Action=CreateUser&Version=2010-05-08&UserName=there"
    assert front.request("POST", "/", body, signed("iam") | form).status == 200
    assert front.record("CreateUser")["recipientAccountId"] == "111122223333"
    assert front.client("iam", access_key="111122223333").list_users()["Users"][0]["UserName"] == "there"


def test_other_clients_of_moto_see_the_same_resources(front: Front) -> None:
    """What Terraform asks first works: who am I, which Regions, an error with its code, tags as given."""
    assert front.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID
    assert front.client("ec2").describe_regions()["Regions"]
    with pytest.raises(ClientError) as caught:
        front.client("iam").get_role(RoleName="none")
    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    key = front.client("kms").create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    assert front.client("kms").list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
