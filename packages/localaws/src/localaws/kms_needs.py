"""What KMS asks of calls that bring a ciphertext: it is the ciphertext that says which key is meant.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.kms.models import kms_backends

from localaws.call import Call
from localaws.iam_policies import key_arn

_KEY_ID_LENGTH = 36  # with it moto's ciphertexts begin


def ciphertext_pairs(call: Call) -> Iterator[tuple[str, str]]:
    """The (action, key ARN) pairs of Decrypt and ReEncrypt."""
    source = call.parameters.get("KeyId") or call.parameters.get("SourceKeyId") or "*"
    arn = key_arn(_key_of(call) or source, call.account_id, call.region, call.partition)
    if call.operation != "ReEncrypt":
        yield f"kms:{call.operation}", arn
        return
    destination = call.parameters.get("DestinationKeyId", "*")
    yield "kms:ReEncryptFrom", arn
    yield "kms:ReEncryptTo", key_arn(destination, call.account_id, call.region, call.partition)


def _key_of(call: Call) -> str | None:
    """The id of the key that made the ciphertext; None where no key here did."""
    begin = bytes(call.parameters["CiphertextBlob"])[:_KEY_ID_LENGTH].decode("latin-1")
    return begin if begin in kms_backends[call.account_id][call.region].keys else None
