"""No web page but those of this machine can do anything here."""

from __future__ import annotations

import json

import pytest

from packages.localaws.tests.front import Front, signed
from packages.localaws.tests.wire import exchange, request, statuses

FORM = "application/x-www-form-urlencoded"
CREATE = "Action=CreateUser&Version=2010-05-08&UserName=alice"


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/_localaws/clock", "text/plain", '{"offset_seconds": 86400}'),
        ("/_localaws/clock", "application/json", '{"offset_seconds": 86400}'),
        ("/_localaws/faults", "text/plain", '[{"kind": "deny"}]'),
        ("/_localaws/reset", "text/plain", ""),
        ("/moto-api/reset", FORM, ""),
        ("/", FORM, CREATE),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://localhost.example.com"},
        {"Origin": "http://127.0.0.1.example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "rebound.example.com"},
        {"Host": "rebound.example.com:4566", "Origin": "http://rebound.example.com:4566"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": "localhost@example.com"},
    ],
    ids=str,
)
def test_pages_of_others_can_do_nothing(
    front: Front, page: dict[str, str], path: str, content_type: str, body: str
) -> None:
    """Whatever a page sends: it is refused, nothing happens, and the page may not read why."""
    front.client("iam").create_user(UserName="bob")
    before = (front.cloud.instance, front.cloud.faults.described())
    answer = front.request("POST", path, body, signed("iam") | {"Content-Type": content_type} | page)
    assert answer.status == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (front.cloud.instance, front.cloud.faults.described()) == before
    assert [user["UserName"] for user in front.client("iam").list_users()["Users"]] == ["bob"]


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_pages_of_others_can_read_nothing(front: Front, method: str) -> None:
    """Neither a preflight nor a link lets them in."""
    headers = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    for path in ("/", "/_localaws/info", "/moto-api/data.json", "/example-bucket/key"):
        answer = front.request(method, path, None, headers)
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:80", "http://app.localhost"]
)
def test_pages_of_this_machine_may_use_it(front: Front, origin: str) -> None:
    """After a preflight for any header they call, and read the answer."""
    wanted = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-amz-date",
    }
    asked = front.request("OPTIONS", "/", None, {"Origin": origin, "Sec-Fetch-Site": "cross-site"} | wanted)
    assert asked.status == 200
    assert asked.headers["Access-Control-Allow-Headers"] == "authorization,x-amz-date"
    answer = front.request("POST", "/", CREATE, signed("iam") | {"Origin": origin, "Content-Type": FORM})
    assert answer.status == 200
    for one in (asked, answer):
        assert one.headers.get_all("Access-Control-Allow-Origin") == [origin]


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_what_is_typed_into_the_browser_is_answered(front: Front, site: str) -> None:
    """Moto's dashboard, for one."""
    assert front.request("GET", "/moto-api/", None, {"Sec-Fetch-Site": site}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:4566",
        "localhost.",
        "127.0.0.1:4566",
        "127.1.2.3",
        "[::1]:4566",
        "bucket.localhost",
        "123456789012.127.0.0.1:4566",
        "iam.amazonaws.com",
        "sts.eu-west-1.amazonaws.com:443",
        "sts.cn-north-1.amazonaws.com.cn",
    ],
)
def test_hosts_of_this_machine_and_of_aws_are_answered(front: Front, host: str) -> None:
    """Clients may take AWS's own names and be led here by a proxy or a hosts file."""
    assert front.request("GET", "/_localaws/info", None, {"Host": host}).status == 200


def test_a_target_with_a_host_counts_as_that_host(front: Front) -> None:
    """An absolute target says more than the Host header."""
    sent = request("GET http://rebound.example.com/_localaws/info HTTP/1.1", "Connection: close")
    assert statuses(exchange(front.server.url, sent)) == [403]
    sent = request("GET http://localhost/_localaws/info HTTP/1.1", "Connection: close")
    assert statuses(exchange(front.server.url, sent)) == [200]


@pytest.mark.parametrize("content_type", ["", "text/plain", FORM, "multipart/form-data; boundary=x"])
def test_control_endpoints_want_json(front: Front, content_type: str) -> None:
    """Which no page can send without a preflight; the answer says what to send."""
    for name in ("clock", "faults", "reset", "deliver", "digests", "records", "invoke"):
        answer = front.request("POST", f"/_localaws/{name}", b"{}", {"Content-Type": content_type})
        assert answer.status == 415
        assert "application/json" in json.loads(answer.content)["error"]
