"""The AWS SDKs for Go, JavaScript and Java, each in its own protocols and words, against the local AWS.

Each language's program tells the same stories, once where IAM is not enforced and once where it is; there a
user without a policy tries the same. `told/` holds what each must tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests.clients.programs import PROGRAMS, STORIES
from tests.clients.stage import INSIDER, LOGS, OUTSIDER, Outcome, Stage

pytestmark = pytest.mark.timeout(600)
LANGUAGES = [
    pytest.param(name, marks=[pytest.mark.optional_part] if name == "java" else []) for name in PROGRAMS
]
TOLD = Path(__file__).parent / "told"
# Data events: the local AWS records management events only.
UNRECORDED = frozenset(
    {
        *("s3 CompleteMultipartUpload", "s3 CreateMultipartUpload", "s3 DeleteObjects", "s3 GetObject"),
        *("s3 ListObjectsV2", "s3 PutObject", "s3 UploadPart"),
        *("sns Publish", "sqs ReceiveMessage", "sqs SendMessage"),
    }
)
# Allowed to everybody; and what the local AWS refuses before it asks who calls (see its LIMITS.md).
NOT_DENIED = frozenset({f"sts GetCallerIdentity: {OUTSIDER}", "s3 PutObject: refused, untyped: BadDigest"})
# What CloudTrail calls an error of a service that once spoke another protocol.
RECORDED_AS = {"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"}


@cache
def told(language: str, *, enforced: bool) -> Mapping[str, Outcome]:
    """What came of the stories, by who told them."""
    flags = ["--enforce-iam"] if enforced else []
    with LocalAws.started("--delivery-seconds", "0.1", *flags) as aws:
        stage = Stage.prepared(aws)
        users = ["insider", "outsider"] if enforced else ["insider"]
        return {user: stage.tell(PROGRAMS[language], user) for user in users}


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    """A language whose program is there."""
    name: str = request.param
    if reason := PROGRAMS[name].missing():
        pytest.skip(reason)
    return name


def expected(story: str, limited: str) -> list[str]:
    """The lines of a story; `limited` is what comes of the call that a session's policy does not allow."""
    return (TOLD / f"{story}.txt").read_text("utf-8").format(limited=limited).splitlines()


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("enforced", [False, True], ids=["open", "enforced"])
@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_each_call_gives_what_it_gives_in_every_language(language: str, enforced: bool, story: str) -> None:
    """Values, pages, checksums and the SDK's own types of errors, for a user with the needed policy."""
    limited = "refused, untyped: AccessDenied" if enforced else "ok"
    assert told(language, enforced=enforced)["insider"].told[story] == expected(story, limited)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_each_call_of_a_user_without_a_policy_is_refused(language: str, story: str) -> None:
    """In every protocol that the SDK speaks, by the code that the service has for it."""
    lines = told(language, enforced=True)["outsider"].told[story]
    calls = [line.split(": ")[0] for line in expected(story, "")]
    assert [line.split(": ")[0] for line in lines] == calls
    assert {line for line in lines if not is_denied(line)} <= NOT_DENIED


def is_denied(line: str) -> bool:
    """Whether a call was refused as AWS refuses it, whether or not the SDK has a type for that."""
    call, outcome = line.split(": ", 1)
    code = "AuthorizationError" if call.startswith("sns ") else "AccessDenied"
    return outcome in {f"refused: {code}", f"refused, untyped: {code}"}


@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_a_user_without_a_policy_makes_nothing_and_changes_nothing(language: str) -> None:
    """What the other user left behind, down to the log files, is what there is afterwards."""
    outcome = told(language, enforced=True)["outsider"]
    assert f"bucket {LOGS}" in outcome.before
    assert outcome.after == outcome.before


@pytest.mark.parametrize("user", [INSIDER, OUTSIDER], ids=["insider", "outsider"])
@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
def test_each_call_stands_in_the_records(language: str, user: str) -> None:
    """By service, name and error code, as that user's, made with that SDK; and there are no others."""
    outcome = told(language, enforced=True)[user.rsplit("/", 1)[-1]]
    found = {summary(record) for record in made_with(language, outcome.records) if is_by(user, record)}
    assert found == {
        (f"{service}.amazonaws.com", name, code)
        for lines in outcome.told.values()
        for service, name, code in map(parted, lines)
        if f"{service} {name}" not in UNRECORDED
    }


def made_with(language: str, records: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The records of calls by a language's SDK."""
    agent = PROGRAMS[language].user_agent
    return (record for record in records if record["userAgent"].startswith(agent))


def is_by(user: str, record: Mapping[str, Any]) -> bool:
    """Whether a call is a user's, or was made in the role that the insider assumes."""
    identity = record["userIdentity"]
    return identity["arn"] == user or (user == INSIDER and identity["type"] == "AssumedRole")


def summary(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """Service, name and error code, as the stories have them."""
    return (
        record["eventSource"],
        record["eventName"],
        record.get("errorCode", "").removesuffix("Exception"),
    )


def parted(line: str) -> tuple[str, str, str]:
    """Service, name and error code of a line."""
    call, outcome = line.split(": ", 1)
    service, name = call.split(" ")
    code = outcome.rsplit(": ", 1)[1] if outcome.startswith("refused") else ""
    return service, name, RECORDED_AS.get(code, code)
