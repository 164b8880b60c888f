"""Notification of each delivered log file on the trail's SNS topic.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

from moto.sns.models import sns_backends

from localaws.cloudtrail.authorization import may_call_key, may_publish
from localaws.cloudtrail.backends import existing
from localaws.cloudtrail.keys import find_key
from localaws.cloudtrail.models import DeliveredLog, Trail

_LOG = logging.getLogger(__name__)


def refusal(trail: Trail) -> str | None:
    """Return SNS's error code for a notification of this trail, or None where it may be sent."""
    topic = _topic(trail)
    if topic is None:
        return "NotFound"
    if not may_publish(trail, topic.arn, topic.policy):
        return "AuthorizationError"
    if topic.kms_master_key_id:
        return _key_refusal(trail, topic)
    return None


def notify(trail: Trail, log: DeliveredLog) -> str:
    """Announce a file; return SNS's error code, empty where it was sent."""
    error = refusal(trail)
    if error is not None:
        return error
    message = {"s3Bucket": log.bucket, "s3ObjectKey": [log.key]}
    try:
        _topic(trail).publish(json.dumps(message, separators=(",", ":")))
    except Exception as error:  # noqa: BLE001 - moto's subscribers raise whatever their services raise
        _LOG.warning("topic %s could not reach a subscriber: %r", trail.topic_arn, error)
    return ""


def _topic(trail: Trail) -> Any:
    arn = trail.topic_arn or ""
    _, _, _, region, account_id, _ = arn.split(":", 5)
    backend = existing(sns_backends, account_id, region)
    return backend.topics.get(arn) if backend is not None else None


def _key_refusal(trail: Trail, topic: Any) -> str | None:
    """Return why the key of an encrypted topic refuses data keys, or their decryption for reuse."""
    region, account_id = topic.arn.split(":")[3:5]
    key = find_key(topic.kms_master_key_id, account_id, region)
    if key is None:
        return "KMSNotFound"
    if key.state != "Enabled":
        return "KMSDisabled" if key.state == "Disabled" else "KMSInvalidState"
    context = {"aws:sns:topicArn": topic.arn}
    if all(may_call_key(trail, key, action, context) for action in ("kms:GenerateDataKey", "kms:Decrypt")):
        return None
    return "KMSAccessDenied"
