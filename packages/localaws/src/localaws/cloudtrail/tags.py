"""Tags of trails.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localaws.call import Call
from localaws.cloudtrail.exceptions import (
    CloudTrailARNInvalidException,
    InvalidTagParameterException,
    ResourceNotFoundException,
    ResourceTypeNotSupportedException,
    TagsLimitExceededException,
    TrailNotFoundException,
)
from localaws.cloudtrail.models import Trail
from localaws.cloudtrail.names import TRAIL_ARN
from localaws.cloudtrail.state import Trails

MAXIMUM_TAGS = 50


def checked_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return tags as a mapping.

    Raises:
        InvalidTagParameterException: a key twice, empty, too long or `aws:`.
        TagsLimitExceededException: more than 50.

    """
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise InvalidTagParameterException("Duplicate tag keys found. Please check your tags.")
    for tag in tags:
        key, value = tag["Key"], tag.get("Value") or ""
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise InvalidTagParameterException(f"Tag key or value is not valid: {key}")
    if len(keys) > MAXIMUM_TAGS:
        raise TagsLimitExceededException(f"Cannot have more than {MAXIMUM_TAGS} tags on a resource.")
    return {tag["Key"]: tag.get("Value") or "" for tag in tags}


class TagOperations:
    """AddTags, RemoveTags and ListTags."""

    def __init__(self, trails: Trails) -> None:
        self._trails = trails

    def add_tags(self, call: Call) -> Mapping[str, Any]:
        """Set tags, replacing values of keys that are there."""
        trail = self._trail(call, call.parameters["ResourceId"])
        with self._trails.lock:
            tags = trail.tags | checked_tags(call.parameters["TagsList"])
            if len(tags) > MAXIMUM_TAGS:
                raise TagsLimitExceededException(f"Cannot have more than {MAXIMUM_TAGS} tags on a resource.")
            trail.tags = tags
        return {}

    def remove_tags(self, call: Call) -> Mapping[str, Any]:
        """Take tags away, those that are there."""
        trail = self._trail(call, call.parameters["ResourceId"])
        removed = {tag["Key"] for tag in call.parameters["TagsList"]}
        with self._trails.lock:
            trail.tags = {key: value for key, value in trail.tags.items() if key not in removed}
        return {}

    def list_tags(self, call: Call) -> Mapping[str, Any]:
        """Return the tags of each trail asked for."""
        return {
            "ResourceTagList": [
                {
                    "ResourceId": arn,
                    "TagsList": [
                        {"Key": key, "Value": value} for key, value in self._trail(call, arn).tags.items()
                    ],
                }
                for arn in call.parameters["ResourceIdList"]
            ]
        }

    def _trail(self, call: Call, arn: str) -> Trail:
        if ":cloudtrail:" in arn and not TRAIL_ARN.fullmatch(arn) and ":trail/" not in arn:
            raise ResourceTypeNotSupportedException(f"Resource type not supported: {arn}")
        if not arn.startswith("arn:"):
            raise CloudTrailARNInvalidException(f"Invalid ARN format: {arn}")
        try:
            return self._trails.find(arn, call.account_id, call.region, call.partition)
        except TrailNotFoundException as error:
            raise ResourceNotFoundException(f"Resource not found: {arn}") from error
