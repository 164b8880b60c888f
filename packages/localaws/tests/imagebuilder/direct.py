"""Image Builder without a server: a cloud that only remembers, a client that hands calls straight over."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from localaws.call import Call, Caller
from localaws.errors import AwsError
from localaws.imagebuilder import ImageBuilder
from localaws.imagebuilder.shapes import operation_model, service_model

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-west-2"
_NAMES = {xform_name(name): name for name in service_model().operation_names}


class RememberingCloud:
    """A `Cloud` whose clock the test moves, and that notes what Image Builder asks of it."""

    def __init__(self) -> None:
        self.time = datetime(2020, 3, 1, 12, tzinfo=UTC)
        self.events: list[dict[str, Any]] = []
        self.invocations: list[dict[str, Any]] = []
        self.refuses = False

    def now(self) -> datetime:
        """The clock, which stands still unless moved."""
        return self.time

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What builds asked of other services, without the role that they work in."""
        return [call for call in self.invocations if call["operation"] != "CreateServiceLinkedRole"]

    def move(self, **by: float) -> None:
        """Move the clock on, by `timedelta`'s arguments."""
        self.time += timedelta(**by)

    def invoke(
        self, service: str, operation: str, parameters: Mapping[str, Any], **about: Any
    ) -> Mapping[str, Any]:
        """Note the call, and answer with the ids that a build looks for."""
        self.invocations.append(
            {"service": service, "operation": operation, "parameters": parameters, **about}
        )
        if self.refuses:
            raise AwsError("not today", code="UnauthorizedOperation", http_status=403)
        return {"Instances": [{"InstanceId": "i-0123456789abcdef0"}], "ImageId": "ami-0fedcba9876543210"}

    def put_event(self, **event: Any) -> None:
        """Note the event."""
        if self.refuses:
            raise AwsError("not today", code="InternalException", http_status=500)
        self.events.append(event)


class DirectClient:
    """Looks like a boto3 client: `client.create_component(name=…)`. Checks each answer against the model."""

    def __init__(
        self,
        service: ImageBuilder,
        *,
        account_id: str = ACCOUNT,
        region: str = REGION,
        partition: str = "aws",
    ) -> None:
        self._service = service
        self._account_id = account_id
        self._region = region
        self._partition = partition

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = _NAMES[name]
        return lambda **parameters: self._call(operation, parameters)

    def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        model = operation_model(operation)
        if "clientToken" in model.input_shape.members:
            parameters.setdefault("clientToken", str(uuid.uuid4()))
        call = self._described(operation, parameters)
        metadata = {"RequestId": call.request_id}
        try:
            output = dict(self._service.handle(call))
        except AwsError as error:
            answer = {"Error": {"Code": error.code, "Message": error.message}, "ResponseMetadata": metadata}
            raise ClientError(answer, operation) from None
        report = ParamValidator().validate(output, model.output_shape)
        assert not report.has_errors(), f"{operation}: {report.generate_report()}"
        return {**output, "ResponseMetadata": metadata}

    def _described(self, operation: str, parameters: Mapping[str, Any]) -> Call:
        arn = f"arn:{self._partition}:iam::{self._account_id}:root"
        return Call(
            service="imagebuilder",
            operation=operation,
            parameters=parameters,
            region=self._region,
            partition=self._partition,
            account_id=self._account_id,
            caller=Caller("Root", self._account_id, arn),
            source_ip="192.0.2.1",
            user_agent="test",
            host=f"imagebuilder.{self._region}.amazonaws.com",
            request_id=str(uuid.uuid4()),
            time=datetime.now(UTC),
        )


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until a condition holds, and return what it returned."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if value := condition():
            return value
        pause.wait(0.01)
    raise AssertionError("the condition never held")


def code_of(call: Callable[..., Any], **parameters: Any) -> str:
    """The error code that a call fails with."""
    return error_of(call, **parameters)["Code"]


def error_of(call: Callable[..., Any], **parameters: Any) -> dict[str, str]:
    """The error that a call fails with."""
    try:
        call(**parameters)
    except ClientError as error:
        return dict(error.response["Error"])
    raise AssertionError("the call succeeded")


def component(name: str = "hello", version: str = "1.0.0", **changes: Any) -> dict[str, Any]:
    """What CreateComponent needs."""
    data = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n"
    return {"name": name, "semanticVersion": version, "platform": "Linux", "data": data, **changes}


def image_recipe(name: str = "golden", version: str = "1.0.0", **changes: Any) -> dict[str, Any]:
    """What CreateImageRecipe needs."""
    return {"name": name, "semanticVersion": version, "parentImage": "ami-0123456789abcdef0", **changes}


def container_recipe(name: str = "box", version: str = "1.0.0", **changes: Any) -> dict[str, Any]:
    """What CreateContainerRecipe needs."""
    return {
        "name": name,
        "semanticVersion": version,
        "containerType": "DOCKER",
        "parentImage": "amazonlinux:latest",
        "dockerfileTemplateData": "FROM {{{ imagebuilder:parentImage }}}",
        "targetRepository": {"service": "ECR", "repositoryName": "box"},
        **changes,
    }


def build_inputs(client: Any, name: str = "golden", **recipe: Any) -> dict[str, Any]:
    """A new recipe and infrastructure configuration, as CreateImage and CreateImagePipeline take them."""
    made = client.create_image_recipe(**image_recipe(name, **recipe))
    infrastructure = client.create_infrastructure_configuration(name=name, instanceProfileName="builder")
    return {
        "imageRecipeArn": made["imageRecipeArn"],
        "infrastructureConfigurationArn": infrastructure["infrastructureConfigurationArn"],
    }


def status_of(client: Any, image: str) -> str:
    """An image's status."""
    return str(client.get_image(imageBuildVersionArn=image)["image"]["state"]["status"])
