"""What of a user's environment reaches a process that talks to the local AWS."""

from __future__ import annotations

import os

import pytest

from localaws.environment import cleaned, drops_credentials, in_force, pointed_at

HOSTILE = {
    "AWS_PROFILE": "prod",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "PULUMI_ACCESS_TOKEN": "real",
    "PULUMI_STACK": "prod",
    "https_proxy": "http://127.0.0.1:1",
    "ALL_PROXY": "http://127.0.0.1:1",
    "no_proxy": "nothing",
    "BOTO_CONFIG": "/etc/boto.cfg",
    "MOTO_ENABLE_RECORDING": "true",
    "INITIAL_NO_AUTH_ACTION_COUNT": "0",
}
KEPT = {"PATH": "/bin", "HOME": "/home/a", "PYTHONPATH": "b", "LOCALAWS_ENGINE_SOURCES": "none"}


def test_what_leads_elsewhere_is_left_out() -> None:
    """Nothing of AWS, of Pulumi, of moto, or about proxies is left, and everything else is."""
    assert cleaned({**HOSTILE, **KEPT}) == KEPT


def test_calls_are_the_roots_with_credentials_that_open_nothing() -> None:
    """Whatever credentials the user has for AWS itself, the local AWS gets dummies."""
    variables = pointed_at("http://127.0.0.1:4566", {**HOSTILE, **KEPT})
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert not {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_S3"} & variables.keys()
    assert variables["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_credentials_of_the_local_aws_have_names_of_their_own() -> None:
    """LOCALAWS_ACCESS_KEY_ID and its like say who calls; a part of them alone says nothing."""
    own = {
        "LOCALAWS_ACCESS_KEY_ID": "ASIALOCAL",
        "LOCALAWS_SECRET_ACCESS_KEY": "s",
        "LOCALAWS_SESSION_TOKEN": "t",
    }
    variables = pointed_at("http://127.0.0.1:4566", {**HOSTILE, **own})
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    assert [variables[name] for name in names] == ["ASIALOCAL", "s", "t"]
    without = pointed_at("http://127.0.0.1:4566", {"LOCALAWS_SESSION_TOKEN": "t"})
    assert without["AWS_ACCESS_KEY_ID"] == "test"
    assert "AWS_SESSION_TOKEN" not in without


@pytest.mark.parametrize(
    ("given", "dropped"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIAREAL"}, True),
        ({"AWS_ACCESS_KEY_ID": "AKIAREAL", "LOCALAWS_ACCESS_KEY_ID": "AKIALOCAL"}, False),
        ({"AWS_ACCESS_KEY_ID": "test"}, False),
        ({}, False),
    ],
)
def test_credentials_that_are_not_used_are_noticed(given: dict[str, str], dropped: bool) -> None:
    """Whoever has credentials that go unused can be told so; dummies are worth no word."""
    assert drops_credentials(given) is dropped


def test_an_environment_in_force_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has the other environment until the block ends, also by an error."""
    monkeypatch.setenv("AWS_PROFILE", "prod")
    before = dict(os.environ)

    def fail() -> None:
        with in_force(KEPT):
            assert dict(os.environ) == KEPT
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert dict(os.environ) == before
