"""Every form of every operation reaches the same place, authorised and recorded, or is refused."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import EnvironBuilder

from localaws.canonical import read_wish
from localaws.catalogue import FILE, REST, described, services, written
from localaws.hosts import read_host
from localaws.identity import Credential
from localaws.models import Operation, service_model
from localaws.protocol import CanonicalRequest, write_request
from localaws.routing import UnroutableError, find_route
from localaws.testing import LocalAws
from packages.localaws.tests.front import Answer, Front, allow, deny, refused, signed

FORM = "application/x-www-form-urlencoded"
JSON_SERVICES = [one.name for one in services().values() if one.target and one.speaks("json")]
QUERY_SERVICES = [one.name for one in services().values() if one.speaks("query", "ec2")]
REST_SERVICES = [one.name for one in services().values() if one.speaks(*REST)]
# Requests that are the same as another operation's: the older of two, or of another bucket type.
SAME_REQUESTS = {
    "GetBucketLifecycle",
    "GetBucketNotification",
    "ListDirectoryBuckets",
    "PutBucketLifecycle",
    "PutBucketNotification",
}
VALUES = {"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True, "timestamp": 0, "blob": b""}


@pytest.fixture(scope="module")
def strict() -> Iterator[LocalAws]:
    """A local AWS that enforces IAM, for calls that change nothing."""
    with LocalAws.started("--enforce-iam") as aws:
        yield aws


@pytest.fixture(scope="module")
def nobody(strict: LocalAws) -> str:
    """The access key of a user without any policy."""
    iam = strict.client("iam")
    iam.create_user(UserName="nobody")
    return str(iam.create_access_key(UserName="nobody")["AccessKey"]["AccessKeyId"])


def ask(aws: LocalAws, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
    """Make one plain request."""
    connection = http.client.HTTPConnection(aws.endpoint.removeprefix("http://"), timeout=60)
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    answer = Answer(response.status, response.read(), response.headers)
    connection.close()
    return answer


def is_denied(answer: Answer) -> bool:
    """Whether a call was refused because no policy allows it."""
    words = (b"AccessDenied", b"UnauthorizedOperation", b"AuthorizationError")
    return any(word in answer.content for word in words) and b"is not authorized to perform" in answer.content


def some_operation(service: str) -> str:
    """The first operation of a service by name."""
    return str(min(service_model(service).operation_names))


def test_the_catalogue_is_what_the_libraries_say() -> None:
    """The table of services is in step with the installed botocore and moto."""
    assert FILE.read_text() == written(described())


@pytest.mark.parametrize("service", JSON_SERVICES)
def test_no_target_passes_the_policies(strict: LocalAws, nobody: str, service: str) -> None:
    """Neither the long nor the short form of a target, nor an unusual content type, gets past them."""
    one, operation = services()[service], some_operation(service)
    for prefix in (one.target_prefix, one.target, f"com.example.{one.target}"):
        for content_type in ("application/x-amz-json-1.1", "application/json", "text/plain", FORM):
            headers = {"X-Amz-Target": f"{prefix}.{operation}", "Content-Type": content_type}
            answer = ask(strict, "POST", "/", b"{}", signed(one.signing_name, nobody) | headers)
            assert is_denied(answer), (prefix, content_type, answer)


@pytest.mark.parametrize("service", QUERY_SERVICES)
def test_no_query_passes_the_policies(strict: LocalAws, nobody: str, service: str) -> None:
    """Neither in the query string nor in a form, with or without a character set."""
    one, operation = services()[service], some_operation(service)
    asked = f"Action={operation}&Version={one.api_version}"
    for method, path, body, content_type in (
        ("GET", f"/?{asked}", None, ""),
        ("POST", f"/?{asked}", "", ""),
        ("POST", "/", asked, FORM),
        ("POST", "//any/path", asked, f"{FORM.upper()}; charset=utf-8"),
        ("POST", f"/?Version={one.api_version}", f"Action={operation}", FORM),
    ):
        headers = signed(one.signing_name, nobody) | {"Content-Type": content_type}
        answer = ask(strict, method, path, body, headers)
        assert is_denied(answer), (method, path, answer)


@pytest.mark.parametrize("service", REST_SERVICES)
def test_every_path_is_its_own_operation(service: str) -> None:
    """What botocore writes for an operation is read as that operation, of that service."""
    one = services()[service]
    protocol = next(one for one in one.protocols if one in REST)
    for name in set(service_model(service).operation_names) - SAME_REQUESTS:
        model = service_model(service).operation_model(name)
        shape = model.input_shape
        required = [] if shape is None else [(part, shape.members[part]) for part in shape.required_members]
        given = {part: some_value(member) for part, member in required}
        method, url, headers, body = write_request(Operation(service, model, protocol, given))
        environ = EnvironBuilder(url, method=method, headers=list(headers.items())).get_environ()
        environ["RAW_URI"] = url
        wish = read_wish(environ, body, read_host("localhost"), Credential("test", None, one.signing_name))
        route = find_route(wish, CanonicalRequest(environ))
        assert (route.service.name, route.operation) == (service, name), url


def some_value(shape: object) -> object:
    """A value of a shape."""
    kind = shape.type_name  # type: ignore[attr-defined]
    if kind == "list":
        return [some_value(shape.member)]  # type: ignore[attr-defined]
    if kind in {"structure", "map"}:
        return {}
    return VALUES.get(kind, next(iter(getattr(shape, "enum", [])), "a1"))


@pytest.mark.parametrize(
    "prefix", ["CloudTrail_20131101", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"]
)
@pytest.mark.parametrize("host", ["localhost", "cloudtrail.us-east-1.amazonaws.com"])
def test_every_sdk_reaches_our_cloudtrail(front: Front, prefix: str, host: str) -> None:
    """SDKs for Go and JavaScript send the short form of a target, botocore and Java the long one."""
    headers = {
        "X-Amz-Target": f"{prefix}.CreateTrail",
        "Content-Type": "application/x-amz-json-1.1",
        "Host": host,
    }
    body = json.dumps({"Name": "trail-1", "S3BucketName": "no-such-bucket"})
    answer = front.request("POST", "/", body, signed("cloudtrail") | headers)
    assert json.loads(answer.content)["__type"].endswith("S3BucketDoesNotExistException")
    assert front.record("CreateTrail")["errorCode"] == "S3BucketDoesNotExistException"


AMBIGUOUS = {
    "another action in the query string": (
        "kms",
        "/?Action=ScheduleKeyDeletion",
        "TrentService.ListKeys",
        "{}",
        "",
    ),
    "a form and a target": ("sqs", "/", "AmazonSQS.ListQueues", "Action=ListQueues", FORM),
    "two actions": ("iam", "/?Action=DeleteUser", "", "Action=ListUsers&Version=2010-05-08", FORM),
    "an action twice": ("iam", "/", "", "Action=ListUsers&Action=DeleteUser&Version=2010-05-08", FORM),
    "another service's target": ("kms", "/", "CloudTrail_20131101.DescribeTrails", "{}", ""),
    "another service's action": ("sts", "/", "", "Action=ListUsers&Version=2010-05-08", FORM),
    "an unknown operation": ("kms", "/", "TrentService.NoSuchThing", "{}", ""),
    "an old version's target": ("dynamodb", "/", "DynamoDB_20111205.ListTables", "{}", ""),
    "no operation": ("kms", "/", "", "{}", "application/x-amz-json-1.1"),
    "a slash encoded": ("es", "/2015-01-01/es/domain/a%2Fconfig", "", "", ""),
    "the paths of moto's own calls": ("kms", "/iam_us-east-1/?Action=ListUsers", "", "", ""),
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_what_is_ambiguous_or_unknown_is_refused(front: Front, case: str) -> None:
    """In AWS's own words, and nothing is carried out: no record, no change."""
    service, path, target, body, content_type = AMBIGUOUS[case]
    headers = {
        name: value for name, value in {"X-Amz-Target": target, "Content-Type": content_type}.items() if value
    }
    answer = front.request("POST", path, body, signed(service) | headers)
    assert 400 <= answer.status < 500, answer
    words = (b"UnknownOperation", b"InvalidAction", b"MalformedQueryString")
    assert any(word in answer.content for word in words), answer
    assert front.records == []


def test_a_host_and_a_signature_must_agree(front: Front) -> None:
    """A call signed for one service is not carried out by another."""
    headers = signed("iam") | {"Host": "kms.us-east-1.amazonaws.com", "Content-Type": FORM}
    answer = front.request("POST", "/", "Action=ListUsers&Version=2010-05-08", headers)
    assert answer.status == 403
    assert b"Credential should be scoped to correct service: 'kms'" in answer.content
    assert front.records == []


@pytest.mark.parametrize("header", ["Action", "X-HTTP-Method-Override"])
def test_no_header_names_another_operation(front: Front, header: str) -> None:
    """Moto takes a header called Action for the operation, if nothing else is called so."""
    headers = signed("kms") | {"X-Amz-Target": "TrentService.ListKeys", header: "CreateKey"}
    answer = front.request("POST", "/", b"{}", headers)
    assert json.loads(answer.content)["Keys"] == []
    assert [record["eventName"] for record in front.records] == ["ListKeys"]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "HEAD"])
def test_only_get_and_post_carry_actions(front: Front, method: str) -> None:
    """Moto looks at the action whatever the method is."""
    path = "/?Action=CreateUser&Version=2010-05-08&UserName=alice"
    front.request(method, path, None, signed("iam") | {"Origin": "http://localhost:3000"})
    assert front.client("iam").list_users()["Users"] == []


@pytest.mark.parametrize(
    "authorization", [{}, {"Authorization": "Bearer token"}, {"Authorization": "Basic dXNlcg=="}]
)
def test_nobody_gets_in_unsigned(front: Front, authorization: dict[str, str]) -> None:
    """As on AWS, also where policies are not enforced."""
    asked = "Action=CreateUser&Version=2010-05-08&UserName=alice"
    answers = [
        front.request("POST", "/", asked, authorization | {"Content-Type": FORM}),
        front.request("GET", f"/?{asked}", None, authorization),
        front.request("POST", "/", b"{}", authorization | {"X-Amz-Target": "TrentService.CreateKey"}),
    ]
    assert [answer.status for answer in answers] == [403] * 3
    assert all(b"MissingAuthenticationToken" in answer.content for answer in answers)
    assert front.records == []


def test_signature_version_2_and_4a_are_read(strict_front: Front) -> None:
    """An older client's key may stand in a form; a signature for all Regions names none."""
    key = strict_front.user("lister", allow("iam:ListUsers", "s3:ListAllMyBuckets"))["AccessKeyId"]
    old = f"AWSAccessKeyId={key}&SignatureVersion=2&Signature=x&Action=ListUsers&Version=2010-05-08"
    scope = f"{key}/20260101/s3/aws4_request"
    for_all = {"Authorization": f"AWS4-ECDSA-P256-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
    answers = [
        strict_front.request("GET", f"/?{old}"),
        strict_front.request("POST", "/", old, {"Content-Type": FORM}),
        strict_front.request("GET", "/", None, for_all | {"X-Amz-Region-Set": "*"}),
        strict_front.request("GET", "/", None, {"Authorization": f"AWS {key}:signature"}),
    ]
    assert [answer.status for answer in answers] == [200] * 4


def test_a_queue_may_be_named_by_the_path_only(strict_front: Front) -> None:
    """A policy that denies one queue also denies it to whoever names it by its URL."""
    strict_front.client("sqs").create_queue(QueueName="precious")
    arn = "arn:aws:sqs:us-east-1:123456789012:precious"
    key = strict_front.user("user", allow("sqs:*"), deny("sqs:DeleteQueue", resource=arn))["AccessKeyId"]
    headers = signed("sqs", key) | {"Content-Type": FORM}
    body = "Action=DeleteQueue&Version=2012-11-05"
    assert is_denied(strict_front.request("POST", "/123456789012/precious", body, headers))
    other = f"{body}&QueueUrl={quote('http://localhost/123456789012/other', safe='')}"
    assert strict_front.request("POST", "/123456789012/precious", other, headers).status == 400
    assert strict_front.client("sqs").list_queues()["QueueUrls"]


@pytest.mark.parametrize(
    "path", ["/example-bucket%2Fsecret", "/example-bucket/secret?x-amz-acl=private&Signature=1"]
)
def test_no_spelling_of_a_path_gets_past_s3(front: Front, path: str) -> None:
    """An encoded slash is no slash, and a signature that is none opens nothing."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="secret", Body=b"secret")
    answer = front.request("GET", path)
    assert answer.status in {400, 403, 404}
    assert b"secret" not in answer.content.replace(b"example-bucket/secret", b"")


def test_a_presigned_put_is_no_copy(strict_front: Front) -> None:
    """Headers that a presigned URL holds as parameters decide about the operation as headers do."""
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="secret", Body=b"secret")
    writer = allow("s3:PutObject", resource="arn:aws:s3:::example-bucket/*")
    key = strict_front.user("writer", writer)["AccessKeyId"]
    scope = quote(f"{key}/20260101/us-east-1/s3/aws4_request", safe="")
    signature = f"X-Amz-Credential={scope}&X-Amz-Signature=0"
    copy = f"/example-bucket/copy?x-amz-copy-source=example-bucket%2Fsecret&{signature}"
    answer = strict_front.request("PUT", copy, b"")
    assert answer.status == 403
    with refused("404"):
        s3.head_object(Bucket="example-bucket", Key="copy")


def test_access_points_are_refused(front: Front) -> None:
    """A policy about a bucket would not hold for them."""
    host = {"Host": "point-123456789012.s3-accesspoint.us-east-1.amazonaws.com"}
    assert front.request("GET", "/key", None, signed("s3") | host).status == 501


def test_unknown_operations_raise_in_the_service_s_protocol() -> None:
    """A client understands what was wrong."""
    environ = EnvironBuilder("/?Action=Nothing&Version=2010-05-08").get_environ()
    wish = read_wish(environ, b"", read_host("localhost"), Credential("test", None, "iam"))
    with pytest.raises(
        UnroutableError, match="Could not find operation Nothing for version 2010-05-08"
    ) as raised:
        find_route(wish, CanonicalRequest(environ))
    assert (raised.value.code, raised.value.protocol) == ("InvalidAction", "query")
