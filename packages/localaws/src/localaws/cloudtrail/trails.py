"""The operations on trails themselves: create, update, delete, describe, start, stop, status.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html and its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from localaws.call import Call
from localaws.cloudtrail.delivery import Delivery
from localaws.cloudtrail.digests import Digests
from localaws.cloudtrail.exceptions import (
    CloudTrailAccessNotEnabledException,
    InvalidHomeRegionException,
    InvalidParameterCombinationException,
    MaximumNumberOfTrailsExceededException,
    NotOrganizationMasterAccountException,
    OrganizationNotInAllFeaturesModeException,
    OrganizationsNotInUseException,
    TrailAlreadyExistsException,
    TrailNotFoundException,
)
from localaws.cloudtrail.models import Attempts, Trail
from localaws.cloudtrail.names import check_trail_name
from localaws.cloudtrail.organizations import organization_of
from localaws.cloudtrail.settings import check_settings
from localaws.cloudtrail.state import MAXIMUM_TRAILS, Trails
from localaws.cloudtrail.tags import checked_tags

_SETTINGS = {
    "S3BucketName": "bucket",
    "S3KeyPrefix": "prefix",
    "SnsTopicName": "topic",
    "IncludeGlobalServiceEvents": "include_global",
    "IsMultiRegionTrail": "multi_region",
    "EnableLogFileValidation": "validation",
    "CloudWatchLogsLogGroupArn": "log_group_arn",
    "CloudWatchLogsRoleArn": "role_arn",
    "KmsKeyId": "key_arn",
    "RecursiveLogging": "recursive_logging",
}


class TrailOperations:
    """CreateTrail to GetTrailStatus."""

    def __init__(
        self, trails: Trails, delivery: Delivery, digests: Digests, now: Callable[[], datetime]
    ) -> None:
        self._trails = trails
        self._delivery = delivery
        self._digests = digests
        self._now = now

    def create_trail(self, call: Call) -> Mapping[str, Any]:
        """Create a trail, which does not log until StartLogging."""
        name = call.parameters["Name"]
        check_trail_name(name)
        with self._trails.lock:
            self._check_room(call, name)
            trail = Trail(
                account_id=call.account_id,
                partition=call.partition,
                home_region=call.region,
                name=name,
                bucket=call.parameters["S3BucketName"],
                tags=checked_tags(call.parameters.get("TagsList") or []),
            )
            _apply(trail, call.parameters)
            _apply_organization(trail, call)
            check_settings(trail)
            self._trails.add(trail)
        return trail.describe()

    def update_trail(self, call: Call) -> Mapping[str, Any]:
        """Change the settings that the request names; an empty string removes one."""
        with self._trails.lock:
            trail = self._own(call)
            changed = replace(trail)
            _apply(changed, call.parameters)
            _apply_organization(changed, call)
            check_settings(changed)
            for each in fields(Trail):
                setattr(trail, each.name, getattr(changed, each.name))
            self._digests.open_chains(trail)
        return trail.describe()

    def delete_trail(self, call: Call) -> Mapping[str, Any]:
        """Delete a trail once what it had recorded is delivered, if that is possible."""
        trail = self._own(call)
        with self._trails.lock:
            trail.logging = False
        with self._delivery.one_at_a_time:
            self._delivery.deliver_trail(trail)
            self._digests.close(trail)
            self._trails.remove(trail)
        return {}

    def get_trail(self, call: Call) -> Mapping[str, Any]:
        """Return one trail's settings."""
        return {"Trail": self._find(call).describe_fully()}

    def describe_trails(self, call: Call) -> Mapping[str, Any]:
        """Return this Region's trails and, unless told otherwise, the shadows of others."""
        visible = self._trails.visible(call.account_id, call.region, call.partition)
        names = call.parameters.get("trailNameList") or []
        if names:
            found = [trail for name in names if (trail := self._find_quietly(name, call)) is not None]
        elif call.parameters.get("includeShadowTrails", True):
            found = visible
        else:
            found = [trail for trail in visible if trail.home_region == call.region]
        return {"trailList": [trail.describe_fully() for trail in dict.fromkeys(found)]}

    def list_trails(self, call: Call) -> Mapping[str, Any]:
        """Return name, ARN and home Region of all the account's trails, whatever the Region."""
        seen = [
            trail for trail in self._trails if self._trails.may_see(trail, call.account_id, call.partition)
        ]
        return {
            "Trails": [
                {"TrailARN": trail.arn, "Name": trail.name, "HomeRegion": trail.home_region} for trail in seen
            ]
        }

    def start_logging(self, call: Call) -> Mapping[str, Any]:
        """Let the trail record from now on."""
        trail = self._own(call)
        check_settings(trail)
        with self._trails.lock:
            if not trail.logging:
                trail.logging, trail.started = True, self._now()
                trail.stopping_request = None
                self._digests.open_chains(trail)
        return {}

    def stop_logging(self, call: Call) -> Mapping[str, Any]:
        """Let the trail record no more; this very call is its last event."""
        trail = self._own(call)
        with self._trails.lock:
            if trail.logging:
                trail.logging, trail.stopped = False, self._now()
                trail.stopping_request = call.request_id
        return {}

    def get_trail_status(self, call: Call) -> Mapping[str, Any]:
        """Return how the trail's deliveries in this Region go."""
        trail = self._find(call)
        status = trail.status(call.region)
        members: dict[str, Any] = {
            "IsLogging": trail.logging,
            "LatestDeliveryError": status.delivery.error or None,
            "LatestDeliveryTime": status.delivery.succeeded,
            "LatestNotificationError": status.notification.error or None,
            "LatestNotificationTime": status.notification.succeeded,
            "LatestCloudWatchLogsDeliveryError": status.log_group.error or None,
            "LatestCloudWatchLogsDeliveryTime": status.log_group.succeeded,
            "LatestDigestDeliveryError": status.digest.error or None,
            "LatestDigestDeliveryTime": status.digest.succeeded,
            "StartLoggingTime": trail.started,
            "StopLoggingTime": trail.stopped,
            "TimeLoggingStarted": _text(trail.started),
            "TimeLoggingStopped": _text(trail.stopped),
        }
        members |= _attempt_members("Delivery", status.delivery)
        members |= _attempt_members("Notification", status.notification)
        return {name: value for name, value in members.items() if value is not None}

    def _find(self, call: Call) -> Trail:
        return self._trails.find(call.parameters["Name"], call.account_id, call.region, call.partition)

    def _find_quietly(self, name: str, call: Call) -> Trail | None:
        try:
            return self._trails.find(name, call.account_id, call.region, call.partition)
        except TrailNotFoundException:
            return None

    def _own(self, call: Call) -> Trail:
        return own_trail(self._trails, call, call.parameters["Name"])

    def _check_room(self, call: Call, name: str) -> None:
        trails = self._trails.at_home(call.account_id, call.region)
        if any(trail.name == name for trail in trails):
            raise TrailAlreadyExistsException(f"Trail {name} already exists for customer: {call.account_id}")
        if len(trails) >= MAXIMUM_TRAILS:
            raise MaximumNumberOfTrailsExceededException(
                f"User: {call.account_id} already has {MAXIMUM_TRAILS} trails in {call.region}."
            )


def own_trail(trails: Trails, call: Call, name: str | None) -> Trail:
    """Return the trail that a call changes: the caller's own, and at home in the call's Region.

    Raises:
        InvalidHomeRegionException: the trail is another Region's.
        NotOrganizationMasterAccountException: a member account changes the organization's trail.
        TrailNotFoundException, InvalidTrailNameException, CloudTrailARNInvalidException: as `Trails.find`.

    """
    trail = _shadow(trails, call, name) or trails.find(name, call.account_id, call.region, call.partition)
    if trail.account_id != call.account_id:
        raise NotOrganizationMasterAccountException(
            "The request could not be processed because your account is not the management account of an"
            " organization."
        )
    if trail.home_region != call.region:
        raise InvalidHomeRegionException(
            f"Trail {trail.name} can only be changed in its home region {trail.home_region}, not in"
            f" {call.region}."
        )
    return trail


def _shadow(trails: Trails, call: Call, name: str | None) -> Trail | None:
    """Return the account's trail that casts a shadow of this name here, if none of the name is at home."""
    visible = trails.visible(call.account_id, call.region, call.partition)
    named = [trail for trail in visible if trail.name == name and trail.account_id == call.account_id]
    if any(trail.home_region == call.region for trail in named):
        return None
    return named[0] if named else None


def _apply(trail: Trail, parameters: Mapping[str, Any]) -> None:
    """Set what the request names. An empty string takes an optional setting away."""
    for parameter, name in _SETTINGS.items():
        if parameter in parameters and parameters[parameter] is not None:
            value = parameters[parameter]
            setattr(trail, name, None if value == "" else value)
    if trail.multi_region and parameters.get("IncludeGlobalServiceEvents") is False:
        raise InvalidParameterCombinationException("Multi-Region trail must include global service events.")


def _apply_organization(trail: Trail, call: Call) -> None:
    wanted = call.parameters.get("IsOrganizationTrail")
    if wanted is False:
        trail.organization_id = None
    if not wanted:
        return
    organization = organization_of(call.account_id, call.partition)
    if organization is None:
        raise OrganizationsNotInUseException("Your account is not a member of an organization.")
    if organization.management_account_id != call.account_id:
        raise NotOrganizationMasterAccountException(
            "The request could not be processed because your account is not the management account of an"
            " organization."
        )
    if organization.feature_set != "ALL":
        raise OrganizationNotInAllFeaturesModeException(
            "Your organization does not have all features enabled."
        )
    if not organization.trusts_cloudtrail:
        raise CloudTrailAccessNotEnabledException(
            "The request could not be processed because trusted access is not enabled for CloudTrail in your"
            " organization."
        )
    trail.organization_id = organization.id


def _text(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


def _attempt_members(name: str, attempts: Attempts) -> dict[str, str]:
    """Return the text fields that AWS still fills although it calls them no longer in use."""
    return {
        f"Latest{name}AttemptTime": _text(attempts.attempted),
        f"Latest{name}AttemptSucceeded": "" if attempts.error else _text(attempts.succeeded),
    }
