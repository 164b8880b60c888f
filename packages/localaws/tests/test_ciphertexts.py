"""Who may read a ciphertext is said by the policies of the key that made it."""

from __future__ import annotations

import pytest

from packages.localaws.tests.front import Front, allow, refused


@pytest.fixture
def keys(strict_front: Front) -> tuple[str, str]:
    """Two keys, as ARNs: one that made a ciphertext, and another."""
    kms = strict_front.client("kms")
    return kms.create_key()["KeyMetadata"]["Arn"], kms.create_key()["KeyMetadata"]["Arn"]


def test_a_ciphertext_needs_its_own_key_only(strict_front: Front, keys: tuple[str, str]) -> None:
    """Decrypt without a KeyId is judged on the key that the ciphertext names."""
    own, other = keys
    blob = strict_front.client("kms").encrypt(KeyId=own, Plaintext=b"text")["CiphertextBlob"]
    alice = strict_front.client("kms", strict_front.user("alice", allow("kms:Decrypt", resource=own)))
    assert alice.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"
    bob = strict_front.client("kms", strict_front.user("bob", allow("kms:*", resource=other)))
    for named in ({}, {"KeyId": own}, {"KeyId": other}):
        with refused("AccessDeniedException", f"kms:Decrypt on resource: {own}"):
            bob.decrypt(CiphertextBlob=blob, **named)


@pytest.mark.parametrize(
    ("on_source", "on_destination", "missing"),
    [
        ("kms:ReEncryptFrom", "kms:ReEncryptTo", None),
        ("kms:Decrypt", "kms:ReEncryptTo", "kms:ReEncryptFrom"),
        ("kms:ReEncryptFrom", "kms:Encrypt", "kms:ReEncryptTo"),
        ("kms:ReEncryptTo", "kms:ReEncryptFrom", "kms:ReEncryptFrom"),
    ],
)
def test_to_encrypt_again_needs_both_keys(
    strict_front: Front, keys: tuple[str, str], on_source: str, on_destination: str, missing: str | None
) -> None:
    """One key is read from, the other written with."""
    source, destination = keys
    blob = strict_front.client("kms").encrypt(KeyId=source, Plaintext=b"text")["CiphertextBlob"]
    statements = allow(on_source, resource=source), allow(on_destination, resource=destination)
    alice = strict_front.client("kms", strict_front.user("alice", *statements))
    if missing is None:
        assert alice.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)["KeyId"] == destination
    else:
        with refused("AccessDeniedException", missing):
            alice.re_encrypt(CiphertextBlob=blob, DestinationKeyId=destination)
