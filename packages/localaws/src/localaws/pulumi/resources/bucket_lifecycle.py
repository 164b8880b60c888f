"""`aws.s3.BucketLifecycleConfiguration`: when objects move to cheaper storage, and when they go.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
"""

# ruff: noqa: ARG002 - every type has the same four calls, and few need all that they are given

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from localaws.pulumi.fields import REGION, Field, block, blocks, flag, text, text_map, whole
from localaws.pulumi.resources.base import tag_list, tag_map
from localaws.pulumi.resources.bucket_settings import BucketSetting
from localaws.pulumi.wire import Properties

_TAG = block({"key": text(required=True), "value": text(required=True)})
_SIZES = {"objectSizeGreaterThan": whole(), "objectSizeLessThan": whole()}
_TRANSITION = {"date": text(), "days": whole(minimum=0), "storageClass": text(required=True)}
_NONCURRENT = {"noncurrentDays": whole(minimum=1), "newerNoncurrentVersions": whole(minimum=1)}
_RULE = {
    "id": text(required=True),
    "status": text("Enabled", "Disabled", required=True),
    "prefix": text(),
    "filter": block(
        {
            "prefix": text(),
            "tag": _TAG,
            "and": block({"prefix": text(), "tags": text_map(), **_SIZES}),
            **_SIZES,
        }
    ),
    "expiration": block({"date": text(), "days": whole(minimum=1), "expiredObjectDeleteMarker": flag()}),
    "transitions": blocks(_TRANSITION, ordered=False),
    "noncurrentVersionExpiration": block(_NONCURRENT),
    "noncurrentVersionTransitions": blocks(
        {**_NONCURRENT, "storageClass": text(required=True)}, ordered=False
    ),
    "abortIncompleteMultipartUpload": block({"daysAfterInitiation": whole(minimum=1)}),
}
_LISTS = {"transitions": "Transitions", "noncurrentVersionTransitions": "NoncurrentVersionTransitions"}
_BLOCKS = {
    "expiration": "Expiration",
    "noncurrentVersionExpiration": "NoncurrentVersionExpiration",
    "abortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
}


class BucketLifecycleConfiguration(BucketSetting):
    """All lifecycle rules of a bucket."""

    type_name = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    absent = ("NoSuchLifecycleConfiguration",)
    fields: ClassVar[Mapping[str, Field]] = {
        "bucket": text(required=True, replaces=True),
        "expectedBucketOwner": text(replaces=True),
        "region": REGION,
        "rules": blocks(_RULE, required=True),
        "transitionDefaultMinimumObjectSize": text(
            "all_storage_classes_128K", "varies_by_storage_class", default="all_storage_classes_128K"
        ),
    }

    def put(self, s3: Any, bucket: str, inputs: Properties) -> None:
        """Set all rules at once."""
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket,
            LifecycleConfiguration={"Rules": [_to_aws(rule) for rule in inputs["rules"]]},
            TransitionDefaultMinimumObjectSize=inputs["transitionDefaultMinimumObjectSize"],
        )

    def get(self, s3: Any, bucket: str) -> Properties:
        """Read all rules."""
        answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        size = answer.get("TransitionDefaultMinimumObjectSize") or "all_storage_classes_128K"
        return {
            "rules": [_from_aws(rule) for rule in answer["Rules"]],
            "transitionDefaultMinimumObjectSize": size,
        }

    def remove(self, s3: Any, bucket: str, known: Properties) -> None:
        """Take all rules away."""
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _to_aws(rule: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"ID": rule["id"], "Status": rule["status"]}
    if rule.get("prefix"):
        answer["Prefix"] = rule["prefix"]
    else:
        answer["Filter"] = _filter_to_aws(rule.get("filter") or {})
    for ours, theirs in _BLOCKS.items():
        if rule.get(ours):
            answer[theirs] = _upper(rule[ours])
    for ours, theirs in _LISTS.items():
        if rule.get(ours):
            answer[theirs] = [_upper(one) for one in rule[ours]]
    return answer


def _filter_to_aws(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A filter is one condition, or several under And; no condition is an empty prefix."""
    both = wanted.get("and")
    if both:
        answer = _upper({name: value for name, value in both.items() if name != "tags"})
        if both.get("tags"):
            answer["Tags"] = tag_list(both["tags"])
        return {"And": answer}
    if wanted.get("tag"):
        return {"Tag": {"Key": wanted["tag"]["key"], "Value": wanted["tag"]["value"]}}
    sizes = _upper({name: wanted.get(name) for name in _SIZES})
    return sizes or {"Prefix": wanted.get("prefix", "")}


def _from_aws(rule: Mapping[str, Any]) -> Properties:
    answer: Properties = {"id": rule["ID"], "status": rule["Status"]}
    if rule.get("Prefix"):
        answer["prefix"] = rule["Prefix"]
    if "Filter" in rule:
        answer["filter"] = _filter_from_aws(rule["Filter"])
    for ours, theirs in _BLOCKS.items():
        if rule.get(theirs):
            answer[ours] = _lower(rule[theirs])
    for ours, theirs in _LISTS.items():
        if rule.get(theirs):
            answer[ours] = [_lower(one) for one in rule[theirs]]
    return answer


def _filter_from_aws(found: Mapping[str, Any]) -> Properties:
    if "And" in found:
        both = _lower({name: value for name, value in found["And"].items() if name != "Tags"})
        if found["And"].get("Tags"):
            both["tags"] = tag_map(found["And"]["Tags"])
        return {"and": both}
    if "Tag" in found:
        return {"tag": {"key": found["Tag"]["Key"], "value": found["Tag"]["Value"]}}
    return _lower(found)


def _upper(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Names as AWS spells them: "noncurrentDays" is "NoncurrentDays". What is not set is left out."""
    return {
        name[0].upper() + name[1:]: value
        for name, value in properties.items()
        if value not in (None, "") and not (value is False and name == "expiredObjectDeleteMarker")
    }


def _lower(properties: Mapping[str, Any]) -> Properties:
    lowered = {name[0].lower() + name[1:]: value for name, value in properties.items() if value is not None}
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in lowered.items()
    }
