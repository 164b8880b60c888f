"""An S3 client that reads of S3's answers only what is needed here.

What is not read cannot be wrong: a date or a number that something on the way has garbled would otherwise
cost the whole listing. And it is not paid for, which for many small objects is a fifth of botocore's time.
"""

from __future__ import annotations

from typing import Any

from botocore.loaders import Loader

from audit.aws import Aws

_ANSWERS = {
    "GetObjectOutput": {"Body"},
    "ListObjectsV2Output": {
        *("IsTruncated", "NextContinuationToken", "EncodingType"),
        *("Contents", "CommonPrefixes", "Prefix", "Delimiter", "StartAfter"),
    },
    "Object": {"Key"},
}
# What botocore would do besides: look through parameters that came from S3 itself, check sums beside those
# of gzip, and put its user agent together anew.
_LEAN: dict[str, Any] = {
    "parameter_validation": False,
    "response_checksum_validation": "when_required",
    "user_agent": "image-builder-trail-audit",
}


class _LeanLoader(Loader):  # type: ignore[misc] # botocore has no types
    """botocore's service models, that of S3 without the members of answers that nobody reads."""

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = super().load_service_model(service_name, type_name, api_version)
        if (service_name, type_name) == ("s3", "service-2"):
            for name, needed in _ANSWERS.items():
                shape = model["shapes"][name]
                members = shape["members"].items()
                shape["members"] = {member: value for member, value in members if member in needed}
        return model


_LOADER = _LeanLoader()


def client(aws: Aws, connections: int) -> Any:
    """A client for get_object and list_objects_v2, which keeps so many connections."""
    return aws.client("s3", connections=connections, attempts=3, loader=_LOADER, **_LEAN)
