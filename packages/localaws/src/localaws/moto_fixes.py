"""What moto does otherwise than AWS in ways that matter here, corrected where it stands."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

from moto import settings
from moto.apigateway.integration_parsers import aws_parser, http_parser
from moto.core.config import default_user_config
from moto.core.errors import ErrorShape
from moto.core.responses import BaseResponse
from moto.core.serialize import BaseJSONSerializer
from moto.events import models as events_models
from moto.firehose import models as firehose_models
from moto.iam.access_control import PermissionResult
from moto.kms.models import KmsBackend
from moto.s3.exceptions import InvalidBucketState
from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
from moto.sns import models as sns_models

from iam_evaluation import Policies, PolicyError, Principal, Request, evaluate
from localaws.errors import AwsError
from localaws.outbound import Messenger
from localaws.protocol import DECIDED


def _public_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy gives to everybody; all else is decided before moto is asked, or not at all."""
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    request = Request(Principal.anonymous(), action, resource, bucket.account_id)
    try:
        allowed = evaluate(request, Policies(resource=json.loads(bucket.policy))).allowed
    except PolicyError:
        return PermissionResult.NEUTRAL
    return PermissionResult.PERMITTED if allowed else PermissionResult.NEUTRAL


# Moto weighs bucket policies without their principals and conditions: one that denies requests without TLS
# would shut the bucket to everybody.
FakeBucket.get_permission = _public_permission  # type: ignore[assignment,method-assign]


def _set_object_lock(backend: S3Backend, bucket_name: str, lock_enabled: Any, *retention: Any) -> None:
    """Set a bucket's default retention (mode, days, years), or take it away; what is locked stays locked."""
    bucket = backend.get_bucket(bucket_name)
    if not bucket.is_versioned:
        raise InvalidBucketState(
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        )
    bucket.object_lock_enabled = bucket.object_lock_enabled or bool(lock_enabled)
    bucket.default_lock_mode, bucket.default_lock_days, bucket.default_lock_years = retention


# Moto refuses buckets that hold objects, as S3 did until 2023; now it takes existing buckets too:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
S3Backend.put_object_lock_configuration = _set_object_lock  # type: ignore[assignment,method-assign]


# Codes that a service's model does not list, such as AccessDenied, are what AWS answers all the same.
warnings.filterwarnings("ignore", "Exception.*does not match an error shape", UserWarning)


def _taking_arns(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method of moto's KMS that knows key ids only take ARNs as well."""

    def taking_arns(backend: KmsBackend, key_id: str, *arguments: Any, **options: Any) -> Any:
        return method(backend, backend.get_key_id(key_id), *arguments, **options)

    return taking_arns


# Moto answers these four with an internal error when they are given an ARN, as the AWS CLI's examples do.
for _name in ("disable_key", "enable_key", "schedule_key_deletion", "cancel_key_deletion"):
    setattr(KmsBackend, _name, _taking_arns(getattr(KmsBackend, _name)))


def _nothing_to_dispose_of(_marker: FakeDeleteMarker) -> None:
    """A delete marker holds no data."""


# Without it, deleting a delete marker in a bucket whose versioning is suspended is an internal error.
FakeDeleteMarker.dispose = _nothing_to_dispose_of  # type: ignore[attr-defined]


_call_action = BaseResponse.call_action


def _call_what_was_decided(response: BaseResponse) -> Any:
    """Carry out the operation that was authorised and recorded, and no other that moto may find."""
    decided = response.normalized_request.environ.get(DECIDED)
    if decided is not None and type(response)._get_action is BaseResponse._get_action:  # noqa: SLF001
        found = response._get_action()  # noqa: SLF001
        if found != decided:
            raise AwsError(f"The request is taken for {decided} and for {found}", code="ValidationException")
    return _call_action(response)


# Moto looks for the operation again; what it finds must not differ from what was decided.
BaseResponse.call_action = _call_what_was_decided  # type: ignore[assignment,method-assign]

_write_json_error = BaseJSONSerializer._serialized_error_to_response  # noqa: SLF001


def _write_plain_error_type(
    serializer: BaseJSONSerializer, response: Any, error: Exception, shape: ErrorShape, body: Any
) -> Any:
    """Name an error in the header without its namespace, which is the body's alone."""
    written = _write_json_error(serializer, response, error, shape, body)
    headers = written["headers"]
    headers["X-Amzn-Errortype"] = headers["X-Amzn-Errortype"].rpartition("#")[2]
    return written


# The AWS SDK for Java takes the whole header for the code: it knows no `com.amazonaws.sqs#QueueDoesNotExist`.
BaseJSONSerializer._serialized_error_to_response = _write_plain_error_type  # type: ignore[assignment,method-assign]  # noqa: SLF001

# Where moto calls others by HTTP: on this machine only, and a failure is not the caller's.
for _module in (aws_parser, events_models, firehose_models, http_parser, sns_models):
    _module.requests = Messenger()  # type: ignore[attr-defined]

# EventBridge calls API destinations, as AWS's does; moto only when a variable says so.
settings.events_invoke_http = lambda: True

# Functions and jobs run in no container: they are said to have succeeded.
default_user_config["lambda"] = {"use_docker": False}
default_user_config["batch"] = {"use_docker": False}
