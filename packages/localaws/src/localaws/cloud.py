"""The local AWS as its own services see it: a clock, calls to other services, EventBridge."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.parsers import ResponseParserError
from moto.events.models import events_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.utilities.utils import get_partition
from werkzeug.test import EnvironBuilder

from console.messages import say, say_fault
from localaws import iam_rules, identity, s3_rules
from localaws.actions import is_data_operation, shows_response
from localaws.call import Call, Caller, NativeService
from localaws.catalogue import services
from localaws.cloudtrail import CloudTrail, templates
from localaws.constraints import check_given, check_present
from localaws.dispatch import Moto
from localaws.enforcement import authorise
from localaws.errors import AwsError
from localaws.faults import DropConnection, Faults
from localaws.imagebuilder import ImageBuilder
from localaws.kms_records import all_resources, named_resources
from localaws.kms_rules import KmsRules, check_identifiers
from localaws.models import Operation, operation_of
from localaws.parameter_types import check_types
from localaws.protocol import (
    CALLING_USER,
    DECIDED,
    Response,
    read_result,
    write_error,
    write_request,
    write_result,
)
from localaws.record_values import Outcome
from localaws.recorder import bare_record, records_of
from localaws.sessions import check_session_limits
from localaws.sts import Sts


class InternalFailureError(AwsError):
    """A mistake of the local AWS's own; what it was is on stderr."""

    code = "InternalFailure"
    http_status = 500

    def __init__(self) -> None:
        super().__init__(
            "The request processing has failed because of an unknown error, exception or failure."
        )


class LocalCloud:
    """Everything behind the front door. Implements `localaws.call.Cloud`."""

    def __init__(self, *, delivery_seconds: float, enforce_iam: bool, tag_delay_seconds: float = 0.0) -> None:
        """`tag_delay_seconds`: how long a change of a KMS key's tags takes to count in policies."""
        self.instance = str(uuid.uuid4())
        self.faults = Faults()
        self.moto = Moto()
        self.identities = identity.Identities(strict=enforce_iam)
        self._offset = timedelta()
        self._delivery_seconds = delivery_seconds
        self._enforce_iam = enforce_iam
        self._sts = Sts(self.identities, self.now, strict=enforce_iam)
        self._kms_rules = KmsRules(timedelta(seconds=tag_delay_seconds))
        self._build_native_services()

    def carry_out(self, call: Call, operation: Operation, environ: dict[str, Any], body: bytes) -> Response:
        """Check, carry out and record a call, whoever makes it.

        Raises:
            DropConnection: a fault wants the client to get no answer.

        """
        keys: tuple[str, ...] = ()
        try:
            if call.service == "kms":
                check_identifiers(call)
                keys = named_resources(call)
            self.faults.befall(call, "before")
            if call.service == "s3":
                templates.provide(call)
            if call.service not in self.native:
                check_given(operation, call.parameters)
            if self._enforce_iam:
                check_session_limits(call)
                authorise(call)
            if call.service not in self.native:
                check_present(operation, call.parameters)
            self._check(call)
            response = self._answer(call, operation, environ, body)
        except AwsError as error:
            response = write_error(operation, error, call.request_id)
        except DropConnection:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours must reach the client as AWS's own do
            say_fault("localaws", error)
            response = write_error(operation, InternalFailureError(), call.request_id)
        call = replace(call, request_id=response.request_id or call.request_id)
        self._record(call, operation, response, keys)
        try:
            self.faults.befall(call, "after")
        except AwsError as error:
            return write_error(operation, error, call.request_id)
        return response

    def _check(self, call: Call) -> None:
        """Refuse what AWS refuses and moto does not."""
        if call.service == "sts":
            self._sts.check(call)
        elif call.service == "s3":
            s3_rules.check(call)
        elif call.service == "iam":
            iam_rules.check(call)
        elif self._enforce_iam and call.service == "kms" and call.operation in {"CreateKey", "PutKeyPolicy"}:
            self._kms_rules.check_policy(call)

    def _answer(self, call: Call, operation: Operation, environ: dict[str, Any], body: bytes) -> Response:
        native = self.native.get(call.service)
        if native is not None:
            check_types(operation.model.input_shape, call.parameters)
            return write_result(operation, native.handle(call), call.request_id)
        if call.service == "sts" and self._sts.answers(call):
            return write_result(operation, self._sts.handle(call), call.request_id)
        service = services().get(call.service)
        if service is None:
            raise AwsError(
                f"The local AWS has no service {call.service}.", code="NotImplemented", http_status=501
            )
        environ |= {"HTTP_X_MOTO_ACCOUNT_ID": call.account_id, DECIDED: call.operation}
        environ[CALLING_USER] = call.caller.user_name or ""
        response = self.moto.answer(service.module, environ, body, call.operation)
        if response.request_id is None:
            response.headers["x-amzn-RequestId"] = call.request_id
        # Moto's serializers write this placeholder, which clients of EC2 take for the id.
        response.body = response.body.replace(b">request-id<", f">{response.request_id}<".encode())
        return response

    def _record(self, call: Call, operation: Operation, response: Response, keys: tuple[str, ...]) -> None:
        if is_data_operation(call.service, call.operation):
            return
        outcome = self._outcome(call, operation, response)
        recorded = 0
        try:
            if call.service == "kms":
                outcome = replace(outcome, key_arns=all_resources(call, keys, outcome.members))
            for record in records_of(call, operation, outcome):
                self.cloudtrail.accept(record)
                recorded += 1
        except Exception as error:  # noqa: BLE001 - what was carried out is recorded, whatever it was
            say_fault("localaws", error)
            if not recorded:
                self.cloudtrail.accept(bare_record(call, operation, outcome))

    def _outcome(self, call: Call, operation: Operation, response: Response) -> Outcome:
        """How a call ended. Sessions and tags are taken note of on the way."""
        try:
            return self._read_outcome(call, operation, response)
        except Exception as error:  # noqa: BLE001 - as above
            say_fault("localaws", error)
            return Outcome({}) if response.status < 300 else Outcome({}, InternalFailureError.code, "")

    def _read_outcome(self, call: Call, operation: Operation, response: Response) -> Outcome:
        succeeded = response.status < 300
        if succeeded and call.service != "kms" and not shows_response(call.service, call.operation):
            return Outcome({})
        try:
            result = read_result(operation, response)
        except ResponseParserError as unreadable:
            # The call happened, so it is recorded, though nobody can tell what moto said of it.
            say(f"localaws: {call.service}:{call.operation} answered by moto wrongly: {unreadable}")
            result = {}
        if not succeeded:
            error = result.get("Error", {})
            return Outcome({}, str(error.get("Code", "")), str(error.get("Message", "")))
        if "AssumedRoleUser" in result and call.parameters["RoleArn"].count(":") == 5:
            self._sts.note_assumed_role(call, result)
        if call.service == "kms":
            self._kms_rules.note_tags(call, result)
        return Outcome(result)

    def _build_native_services(self) -> None:
        self.cloudtrail = CloudTrail(self, delivery_seconds=self._delivery_seconds)
        self._imagebuilder = ImageBuilder(self)
        self.native: Mapping[str, NativeService] = {
            "cloudtrail": self.cloudtrail,
            "imagebuilder": self._imagebuilder,
        }

    def start(self) -> None:
        """Begin to deliver."""
        self.cloudtrail.start()

    def stop(self) -> None:
        """End builds and delivery."""
        self._imagebuilder.stop()
        self.cloudtrail.stop()

    def reset(self) -> None:
        """Forget everything, down to the moved clock. What follows is another AWS."""
        self.stop()
        self.instance = str(uuid.uuid4())
        moto_api_backend.reset()
        self.identities.forget_all()
        self.faults.clear()
        self._offset = timedelta()
        self._build_native_services()
        self.start()

    def now(self) -> datetime:
        """The local AWS's clock: aware, UTC."""
        return datetime.now(UTC) + self._offset

    def move_clock(self, offset: timedelta) -> None:
        """Let the clock differ from the computer's by so much."""
        self._offset = offset

    def invoke(
        self,
        service: str,
        operation: str,
        parameters: Mapping[str, Any],
        *,
        region: str,
        account_id: str,
        service_principal: str,
        on_behalf_of: Caller | None = None,
    ) -> Mapping[str, Any]:
        """Make a call as an AWS service; see `localaws.call.Cloud`."""
        described = operation_of(service, operation, parameters)
        call = Call(
            service=service,
            operation=operation,
            parameters=parameters,
            region=region,
            partition=get_partition(region),
            account_id=account_id,
            caller=identity.service(service_principal, account_id, on_behalf_of),
            source_ip=service_principal,
            user_agent=service_principal,
            host=f"{service}.{region}.amazonaws.com",
            request_id=str(uuid.uuid4()),
            time=self.now(),
        )
        method, url, headers, body = write_request(described)
        scope = f"{account_id}/20260101/{region}/{service}/aws4_request"
        headers = {**headers, "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
        environ = EnvironBuilder(url, method=method, headers=list(headers.items())).get_environ()
        response = self.carry_out(call, described, environ, body)
        result = read_result(described, response)
        if response.status >= 300 or "Error" in result:
            error = result.get("Error", {})
            raise AwsError(
                str(error.get("Message", "")), code=str(error.get("Code", "")), http_status=response.status
            )
        result.pop("ResponseMetadata", None)
        return result

    def put_event(
        self,
        *,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        resources: list[str],
        region: str,
        account_id: str,
    ) -> None:
        """Put an event on the account's default EventBridge bus; see `localaws.call.Cloud`."""
        event = {
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "Resources": resources,
            "Time": self.now().timestamp(),  # moto writes it into events as a number
        }
        with self.moto.alone("events", "PutEvents"):
            events_backends[account_id][region].put_events([event])
