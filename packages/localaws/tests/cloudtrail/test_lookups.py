"""LookupEvents: Event history as any client sees it."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localaws.cloudtrail.exceptions import CloudTrailError, ThrottlingException
from localaws.cloudtrail.history import Attribute, EventHistory
from localaws.cloudtrail.lookups import RateLimit
from localaws.cloudtrail.models import Event
from localaws.testing import LocalAws
from packages.localaws.tests.cloudtrail.conftest import ACCOUNT_ID, Service, make_record
from packages.localaws.tests.front import Front, refused

ATTRIBUTES = {
    "EventId": "the-one",
    "EventName": "CreateComponent",
    "ReadOnly": "false",
    "Username": "grace",
    "ResourceType": "AWS::ImageBuilder::Component",
    "ResourceName": "arn:aws:imagebuilder:us-east-1:123456789012:component/agent/1.0.0/1",
    "EventSource": "imagebuilder.amazonaws.com",
    "AccessKeyId": "AKIAGRACE",
}


class Patient:
    """LookupEvents as often as a test likes: each of its questions has a Region or a clock of its own."""

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.service = service
        monkeypatch.setattr(RateLimit, "take", lambda *_: None)

    def ask(self, **parameters: Any) -> Mapping[str, Any]:
        """Look up in us-east-1."""
        return self.service.call("LookupEvents", **parameters)

    def names(self, **parameters: Any) -> list[str]:
        """Return the event names of one page."""
        return [event["EventName"] for event in self.ask(**parameters)["Events"]]


@pytest.fixture
def patient(service: Service, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """A service whose lookups are not limited."""
    return Patient(service, monkeypatch)


def everything(history: EventHistory, now: datetime, attribute: Attribute | None) -> list[dict[str, Any]]:
    """Return all of a history about a moment, as LookupEvents gives it."""
    end = (now + timedelta(days=1)).timestamp()
    entries, _ = history.page(
        ACCOUNT_ID, "us-east-1", attribute=attribute, start=0, end=end, before=None, size=1_000
    )
    return [entry.describe() for entry in entries]


def resident_bytes() -> int:
    """Return what this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_events_come_newest_first_page_by_page(patient: Patient) -> None:
    """Pages of 50 follow each other without gap or overlap, though new events come in between."""
    for number in range(120):
        patient.service.record(eventName=f"Call{number}")
        patient.service.cloud.advance(seconds=1)
    first = patient.ask()
    patient.service.record(eventName="Late")
    second = patient.ask(NextToken=first["NextToken"])
    third = patient.ask(NextToken=second["NextToken"])
    names = [event["EventName"] for page in (first, second, third) for event in page["Events"]]
    assert names == [f"Call{number}" for number in reversed(range(120))]
    assert [len(page["Events"]) for page in (first, second, third)] == [50, 50, 20]
    assert "NextToken" not in third


@pytest.mark.parametrize("key", ATTRIBUTES)
def test_each_lookup_attribute_finds_its_event_and_no_other(patient: Patient, key: str) -> None:
    """The eight attributes that AWS knows each find the one event that has the value."""
    patient.service.record(eventSource="kms.amazonaws.com", eventName="ListKeys")
    patient.service.record(
        eventID="the-one",
        eventName="CreateComponent",
        readOnly=False,
        userIdentity={"type": "IAMUser", "userName": "grace", "accessKeyId": "AKIAGRACE"},
        responseElements={"componentBuildVersionArn": ATTRIBUTES["ResourceName"]},
    )
    attribute = {"AttributeKey": key, "AttributeValue": ATTRIBUTES[key]}
    (event,) = patient.ask(LookupAttributes=[attribute])["Events"]
    assert event["EventId"] == "the-one"
    assert event["Resources"] == [
        {"ResourceType": ATTRIBUTES["ResourceType"], "ResourceName": ATTRIBUTES["ResourceName"]}
    ]
    assert '"eventName":"CreateComponent"' in event["CloudTrailEvent"]
    assert patient.names(LookupAttributes=[attribute | {"AttributeValue": "something else"}]) == []


def test_history_ends_after_90_days(patient: Patient) -> None:
    """An event is found for 90 days, and not any longer."""
    patient.service.record(eventName="Old")
    patient.service.cloud.advance(days=89, hours=23)
    assert patient.names() == ["Old"]
    patient.service.cloud.advance(hours=2)
    assert patient.names() == []


def test_a_time_range_includes_both_its_ends(patient: Patient) -> None:
    """Start and end time belong to the range; events outside stay away."""
    start = patient.service.cloud.now()
    for number in range(5):
        patient.service.record(eventName=f"Call{number}")
        patient.service.cloud.advance(minutes=1)
    wanted = {"StartTime": start + timedelta(minutes=1), "EndTime": start + timedelta(minutes=3)}
    assert patient.names(**wanted) == ["Call3", "Call2", "Call1"]


def test_each_region_and_account_has_its_own_history(patient: Patient) -> None:
    """Events of another Region or account are not found here, nor are data events."""
    patient.service.record(awsRegion="eu-west-1")
    patient.service.record(recipientAccountId="999999999999")
    patient.service.record(managementEvent=False, eventCategory="Data")
    assert patient.names() == []
    assert len(patient.service.call("LookupEvents", region="eu-west-1")["Events"]) == 1


def test_records_that_come_late_are_sorted_in(patient: Patient) -> None:
    """The order is that of event times, not of arrival."""
    now = patient.service.cloud.now()
    for name, hours in (("Second", 2), ("First", 3), ("Third", 1)):
        patient.service.cloudtrail.accept(make_record(now - timedelta(hours=hours), eventName=name))
    assert patient.names() == ["Third", "Second", "First"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "nonsense"}, "InvalidNextTokenException"),
        ({"EventCategory": "data"}, "InvalidEventCategoryException"),
        (
            {"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "red"}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": ""}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "X"}] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {"StartTime": datetime(2026, 3, 2, tzinfo=UTC), "EndTime": datetime(2026, 3, 1, tzinfo=UTC)},
            "InvalidTimeRangeException",
        ),
    ],
)
def test_a_wrong_question_is_refused(patient: Patient, parameters: dict[str, Any], code: str) -> None:
    """Each wrong parameter is answered with AWS's own code."""
    with pytest.raises(CloudTrailError) as refused:
        patient.ask(**parameters)
    assert refused.value.code == code


def test_a_token_is_good_for_its_own_question_only(patient: Patient) -> None:
    """A token goes with the parameters that it was given for."""
    for _ in range(60):
        patient.service.record()
    token = patient.ask()["NextToken"]
    with pytest.raises(CloudTrailError) as refused:
        patient.ask(
            NextToken=token, LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "true"}]
        )
    assert refused.value.code == "InvalidNextTokenException"


def test_the_oldest_events_are_forgotten_beyond_the_maximum() -> None:
    """The newest events are kept, whatever they are looked up by."""
    history, now = EventHistory(maximum=100), datetime(2026, 3, 4, tzinfo=UTC)
    for number in range(250):
        history.add(Event.of(make_record(now + timedelta(seconds=number), eventName=f"Call{number}")))
    for attribute in (None, ("EventSource", "imagebuilder.amazonaws.com")):
        kept = everything(history, now, attribute)
        assert [entry["EventName"] for entry in kept] == [f"Call{number}" for number in range(249, 149, -1)]
    assert not everything(history, now, ("EventName", "Call149"))


def test_event_history_takes_no_memory() -> None:
    """What a lookup may be asked for is in a file: 60 MB of events take less than 20."""
    history, now = EventHistory(), datetime(2026, 3, 4, tzinfo=UTC)
    before = resident_bytes()
    for number in range(3_000):
        record = make_record(now, eventName=f"Call{number}", requestParameters={"data": "x" * 20_000})
        history.add(Event.of(record))
    assert resident_bytes() - before < 20_000_000
    assert everything(history, now, ("EventName", "Call0"))


def test_the_third_lookup_within_a_second_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each account and Region has two lookups a second; another Region has its own two."""
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    limit = RateLimit(2)
    limit.take(("123456789012", "us-east-1"))
    limit.take(("123456789012", "us-east-1"))
    with pytest.raises(ThrottlingException, match="Rate exceeded"):
        limit.take(("123456789012", "us-east-1"))
    limit.take(("123456789012", "eu-west-1"))
    clock[0] += 1
    limit.take(("123456789012", "us-east-1"))


def test_clients_are_told_of_throttling(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst of lookups over HTTP meets ThrottlingException, however long each takes."""
    monkeypatch.setattr("localaws.cloudtrail.lookups.time", SimpleNamespace(monotonic=lambda: 100.0))
    client = front.client("cloudtrail")
    client.lookup_events()
    client.lookup_events()
    with refused("ThrottlingException", "Rate exceeded"):
        client.lookup_events()


def test_seeded_records_are_found_like_any_other(local_aws: LocalAws) -> None:
    """Records handed in at the control endpoint stand in Event history."""
    record = make_record(datetime.now(UTC), awsRegion="sa-east-1", eventName="GetImage")
    assert local_aws.control("records", {"Records": [record]}) == {"accepted": 1}
    (event,) = local_aws.client("cloudtrail", region="sa-east-1").lookup_events()["Events"]
    assert (event["EventName"], event["EventId"]) == ("GetImage", record["eventID"])
