"""The AWS provider that the engine attaches to: Pulumi's ResourceProvider protocol over `resources/`.

https://pulumi-developer-docs.readthedocs.io/latest/docs/_generated/proto/provider.html
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf import any_pb2, empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from localaws.pulumi import creations, invokes, lifecycle
from localaws.pulumi.aws import (
    Aws,
    ConfigurationError,
    LostAnswerError,
    configuration_problems,
    decoded,
    settings,
)
from localaws.pulumi.resources import RESOURCE_TYPES, ResourceType
from localaws.pulumi.secret_values import Secrets, secrets_in, secrets_of_provider
from localaws.pulumi.wire import Properties, from_struct

Answer = TypeVar("Answer")
FAILURES = (ClientError, BotoCoreError, ConfigurationError, LostAnswerError, lifecycle.RefusedError)


class PartlyCreatedError(Exception):
    """A resource that exists but is not as asked for: the state must remember it."""

    def __init__(self, resource_id: str, properties: Properties, reason: str) -> None:
        super().__init__(reason)
        self.resource_id = resource_id
        self.properties = properties
        self.reason = reason


def _answers(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Answer failures that a user can act upon as one line, without a traceback."""

    @functools.wraps(method)
    def answer(self: Provider, request: Any, context: grpc.ServicerContext) -> Answer:
        try:
            return method(self, request, context)
        except PartlyCreatedError as error:
            secrets = self.secrets(context, *_structs(request))
            _abort_partly_created(context, error, secrets)
        except FAILURES as error:
            subject = (
                getattr(request, "id", "") or getattr(request, "name", "") or getattr(request, "tok", "")
            )
            said = self.secrets(context, *_structs(request)).hidden(str(error))
            context.abort(grpc.StatusCode.UNKNOWN, f"{method.__name__} {subject}: {said}".strip())
        raise AssertionError("unreachable: abort raises")

    return answer


def _structs(request: Any) -> list[Any]:
    """The properties that a request carries."""
    names = ("properties", "inputs", "news", "olds", "args")
    return [getattr(request, name) for name in names if hasattr(request, name)]


def _abort_partly_created(context: grpc.ServicerContext, error: PartlyCreatedError, secrets: Secrets) -> None:
    reason = secrets.hidden(error.reason)
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id, properties=secrets.wrapped(error.properties), reasons=[reason]
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves every provider instance of an engine; each comes over a connection of its own."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._instances: dict[str, Aws] = {}
        self._secrets: dict[str, Secrets] = {}

    def Handshake(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Say which parts of the protocol are understood: secrets come, and go back, wrapped."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def Attach(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Be attached to by an engine that did not start this process."""
        return empty_pb2.Empty()

    def Cancel(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Let calls under way end by themselves: each is short, and its outcome belongs in the state."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Answer with the SDK's own version: the engine compares the two."""
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi-aws"))

    def GetSchema(self, _request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """There is none: it serves code generation only."""
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED, "the local provider has no schema: use --generate-code=false"
        )

    @_answers
    def CheckConfig(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Check a provider's configuration."""
        inputs = from_struct(request.news)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason)
            for name, reason in configuration_problems(inputs)
        ]
        if not failures and not any(lifecycle.is_unknown(value) for value in inputs.values()):
            settings(inputs, self._endpoint)
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @_answers
    def DiffConfig(self, request: Any, _context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Say what differs between two configurations of one provider."""
        old, new = from_struct(request.old_inputs or request.olds), from_struct(request.news)
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    @_answers
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Remember the configuration of the instance behind this connection."""
        aws = Aws(settings(from_struct(request.args), self._endpoint))
        aws.check_account()
        self._instances[context.peer()] = aws
        self._secrets[context.peer()] = secrets_of_provider(request.args, decoded)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def secrets(self, context: grpc.ServicerContext, *structs: Any) -> Secrets:
        """The secrets among properties, and those of the provider's own configuration."""
        return self._secrets.get(context.peer(), Secrets()) | secrets_in(*structs)

    @_answers
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Fill in defaults and the name, and refuse what the resource type does not take."""
        inputs, problems = lifecycle.check(
            self._type(request),
            self._aws(context),
            lifecycle.Asked(request.name or request.urn.rsplit("::", 1)[-1], request.randomSeed),
            old=from_struct(request.olds),
            new=from_struct(request.news),
            naming=request.autonaming if request.HasField("autonaming") else None,
        )
        failures = [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in problems]
        secrets = self.secrets(context, request.news)
        return provider_pb2.CheckResponse(inputs=secrets.wrapped(inputs), failures=failures)

    @_answers
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Say exactly what AWS would have to change, and whether it can do so in place."""
        return lifecycle.diff(
            self._type(request),
            self._aws(context),
            state=from_struct(request.olds),
            old_inputs=from_struct(request.old_inputs),
            inputs=from_struct(request.news),
            ignored=list(request.ignoreChanges),
        )

    @_answers
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Create a resource; if only its first call succeeds, say so, that it is remembered."""
        kind, inputs = self._type(request), from_struct(request.properties)
        secrets = self.secrets(context, request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=secrets.wrapped(lifecycle.expected(kind, inputs)))
        aws = self._aws(context)
        resource_id = creations.create(kind, aws, request.urn, inputs)
        try:
            kind.complete(aws, resource_id, inputs)
            state = lifecycle.state(kind, aws, resource_id, known=inputs, inputs=inputs)
        except FAILURES as error:
            reason = f"created {request.name} ({resource_id}), but then: {error}"
            raise PartlyCreatedError(
                resource_id, self._what_there_is(kind, aws, resource_id, inputs), reason
            ) from error
        return provider_pb2.CreateResponse(id=resource_id, properties=secrets.wrapped(state or inputs))

    @_answers
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Read a resource for a refresh or an import; no id in the answer means that it is gone."""
        kind, known = self._type(request), from_struct(request.properties)
        inputs = from_struct(request.inputs)
        state = lifecycle.state(kind, self._aws(context), request.id, known=known, inputs=inputs)
        if state is None:
            return provider_pb2.ReadResponse()
        read_inputs = lifecycle.inputs_of(kind, state, inputs)
        secrets = self.secrets(context, request.properties, request.inputs)
        return provider_pb2.ReadResponse(
            id=request.id, properties=secrets.wrapped(state), inputs=secrets.wrapped(read_inputs)
        )

    @_answers
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Change a resource in place."""
        kind, known, inputs = self._type(request), from_struct(request.olds), from_struct(request.news)
        secrets = self.secrets(context, request.news)
        if request.preview:
            properties = lifecycle.expected_after_update(kind, known, inputs)
            return provider_pb2.UpdateResponse(properties=secrets.wrapped(properties))
        aws = self._aws(context)
        changed = {str(path[0]) for path, _, _ in lifecycle.changes(kind, aws, known, inputs)}
        changed -= {*kind.kept, *request.ignoreChanges}
        if changed:
            kind.update(aws, request.id, known, inputs, changed)
        state = lifecycle.state(kind, aws, request.id, known=known | inputs, inputs=inputs)
        return provider_pb2.UpdateResponse(properties=secrets.wrapped(state or inputs))

    @_answers
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Delete a resource; that it is gone already is no error."""
        self._type(request).delete(self._aws(context), request.id, from_struct(request.properties))
        return empty_pb2.Empty()

    @_answers
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        """Call one of the provider's functions."""
        function = invokes.INVOKES.get(request.tok)
        if function is None:
            raise lifecycle.RefusedError(
                f"the local provider has no such function ({_known(invokes.INVOKES)})"
            )
        answer = function(self._aws(context), from_struct(request.args))
        secrets = self.secrets(context, request.args).in_texts_only()
        return provider_pb2.InvokeResponse(**{"return": secrets.wrapped(answer)})

    def _what_there_is(
        self, kind: ResourceType, aws: Aws, resource_id: str, inputs: Properties
    ) -> Properties:
        """What a partly created resource is like; nothing if it cannot be read, so that all will be set."""
        try:
            return lifecycle.state(kind, aws, resource_id, known=inputs, inputs=inputs) or {}
        except FAILURES:
            return {}

    def _type(self, request: Any) -> ResourceType:
        token = request.type or request.urn.split("::")[2].rsplit("$", 1)[-1]
        kind = RESOURCE_TYPES.get(token)
        if kind is None:
            raise lifecycle.RefusedError(
                f"the local provider does not know the resource type {token} ({_known(RESOURCE_TYPES)});"
                " on AWS itself, the real provider does"
            )
        return kind

    def _aws(self, context: grpc.ServicerContext) -> Aws:
        instance = self._instances.get(context.peer())
        if instance is not None:
            return instance
        if len(self._instances) == 1:
            return next(iter(self._instances.values()))
        raise ConfigurationError("this provider instance was never configured")


def _known(names: Any) -> str:
    return "it knows " + ", ".join(sorted(names))
