from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from localaws.imagebuilder import ImageBuilder
from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    eventually,
    status_of,
)


class SlowCloud(RememberingCloud):
    """Answers calls about the first build only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def invoke(
        self, service: str, operation: str, parameters: Mapping[str, Any], **about: Any
    ) -> Mapping[str, Any]:
        """Wait at the gate, where the call is about the image named slow."""
        if "/slow/" in str(parameters):
            self.gate.wait(60)
        return super().invoke(service, operation, parameters, **about)


@pytest.fixture
def cloud() -> SlowCloud:
    """A cloud with one slow build."""
    return SlowCloud()


def test_a_slow_build_holds_no_other_up(client: DirectClient, cloud: SlowCloud) -> None:
    """Nor does it hold up calls; it goes on when its own call has been answered."""
    slow = client.create_image(**build_inputs(client, "slow"))["imageBuildVersionArn"]
    quick = client.create_image(**build_inputs(client, "quick"))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, quick) == "AVAILABLE")
    assert status_of(client, slow) == "BUILDING"
    cloud.gate.set()
    eventually(lambda: status_of(client, slow) == "AVAILABLE")


def test_the_background_rests_when_nothing_is_left_to_do(
    client: DirectClient, cloud: RememberingCloud, service: ImageBuilder
) -> None:
    """And wakes up again for the next build."""
    for name in ("one", "two"):
        image = client.create_image(**build_inputs(client, name))["imageBuildVersionArn"]
        cloud.move(minutes=1)
        eventually(lambda arn=image: status_of(client, arn) == "AVAILABLE")  # type: ignore[misc]
        eventually(lambda: service._progress._thread is None)


def test_after_a_stop_nothing_more_is_called_or_told(
    client: DirectClient, cloud: RememberingCloud, service: ImageBuilder
) -> None:
    """A stop waits for the call that is under way, and builds stay where they are."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    eventually(lambda: cloud.invocations)
    service.stop()
    eventually(lambda: service._progress._thread is None)
    called, told = len(cloud.invocations), len(cloud.events)
    cloud.move(minutes=1)
    other = client.create_image(**build_inputs(client, "other"))["imageBuildVersionArn"]
    assert service._progress._thread is None
    assert (status_of(client, image), status_of(client, other)) == ("BUILDING", "PENDING")
    assert (len(cloud.invocations), len(cloud.events)) == (called, told)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_effect_that_breaks_does_not_hold_its_build_up(
    client: DirectClient, cloud: RememberingCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake behind the cloud is shown, and the build goes on."""
    shown = []
    monkeypatch.setattr(threading, "excepthook", lambda args: shown.append(args.exc_type))
    monkeypatch.setattr(cloud, "put_event", lambda **event: event["mistake"])
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    eventually(lambda: len(shown) == 4)
    assert set(shown) == {KeyError}
