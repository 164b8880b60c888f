"""Which operation of which service a request asks for: decided once, before anything else looks at it.

A request can name its service in the signature's scope, in the host, in `X-Amz-Target`, in `Action` and
`Version`, and by its path. All that it names must agree; what does not, or names no operation, is refused.
What comes out is one operation, so that nothing can be carried out but what is authorised and recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationNotFoundError
from moto.core.request import Request
from moto.core.routing import get_router_class
from werkzeug.exceptions import HTTPException

from localaws.catalogue import QUERY, REST, Service, at_endpoint, services, signed_as, targeted_by
from localaws.errors import AwsError
from localaws.hosts import Host
from localaws.models import service_model

CBOR = "rpc-v2-cbor"
_CBOR_PATH = re.compile(r"/service/([^/]+)/operation/(\w+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says of what it wants. `form` is the query string and the form in its body, as one."""

    method: str
    raw_path: str
    target: str
    content_type: str
    cbor: bool
    form: Mapping[str, str]
    scope: str | None
    host: Host
    contradiction: str | None = None  # a name of the form that has two values


@dataclass(frozen=True, slots=True)
class Route:
    """One operation, the protocol that it is asked for in, and what the path says of its parameters."""

    service: Service
    operation: str
    protocol: str
    labels: Mapping[str, Any] = field(default_factory=dict)


class UnroutableError(AwsError):
    """The request names no operation, or several. `protocol` is how its client expects to be told."""

    def __init__(
        self, message: str, code: str, http_status: int, service: Service | None, protocol: str
    ) -> None:
        super().__init__(message, code=code, http_status=http_status)
        self.service = service
        self.protocol = protocol


def find_route(wish: Wish, request: Request) -> Route:
    """Find the one operation that a request asks for; `request` is the same one for moto's routers of paths.

    Raises:
        UnroutableError: there is none, or what the request says contradicts itself.

    """
    candidates = _candidates(wish)
    found = list(_routes(wish, candidates, request))
    if not found:
        raise _unknown(wish, candidates)
    return found[0]


def _candidates(wish: Wish) -> tuple[Service, ...]:
    """The services that a request may mean.

    Raises:
        UnroutableError: its signature and its host name two, or it names one that is not served.

    """
    if wish.host.endpoint == "s3-accesspoint":
        raise UnroutableError(
            "The local AWS has no access points of S3.", "NotImplemented", 501, services()["s3"], "rest-xml"
        )
    by_host = at_endpoint(wish.host.endpoint) if wish.host.endpoint else ()
    if wish.scope is None:
        return by_host or _unsigned(wish)
    by_scope = signed_as(wish.scope)
    if not by_scope:
        raise UnroutableError(
            f"The local AWS has no service {wish.scope}.", "NotImplemented", 501, None, _protocol(wish, None)
        )
    if not by_host:
        return by_scope if wish.scope.lower() != "s3" else _s3(wish)
    both = tuple(one for one in by_host if one in by_scope)
    if not both:
        expected = by_host[0].signing_name
        raise UnroutableError(
            f"Credential should be scoped to correct service: '{expected}'.",
            "SignatureDoesNotMatch"
            if _protocol(wish, by_host[0]) in {*QUERY, "rest-xml"}
            else "InvalidSignatureException",
            403,
            by_host[0],
            _protocol(wish, by_host[0]),
        )
    return both


def _unsigned(wish: Wish) -> tuple[Service, ...]:
    """The services that a request without a scope may mean: by target, by path, by action; else S3."""
    if wish.target:
        return targeted_by(wish.target.rpartition(".")[0])
    if wish.cbor and (found := _CBOR_PATH.fullmatch(wish.raw_path)):
        return targeted_by(found.group(1))
    if "Action" in wish.form:
        named = tuple(one for one in services().values() if one.speaks(*QUERY) and _versions_agree(one, wish))
        if any(one.api_version == wish.form.get("Version") for one in named):
            return named
    return _s3(wish)


def _s3(wish: Wish) -> tuple[Service, ...]:
    """S3, or its control plane, whose paths begin with its version."""
    controls = wish.raw_path.startswith("/v20180820/")
    return (services()["s3control" if controls else "s3"],)


def _routes(wish: Wish, candidates: Iterable[Service], request: Request) -> Iterator[Route]:
    for service in candidates:
        if service.speaks(*REST):
            yield from _by_path(wish, service, request)
        elif wish.cbor:
            yield from _by_cbor_path(wish, service)
        elif wish.target:
            yield from _by_target(wish, service)
        elif service.speaks(*QUERY) and "Action" in wish.form:
            yield from _by_action(wish, service, several=len(tuple(candidates)) > 1)


def _by_target(wish: Wish, service: Service) -> Iterator[Route]:
    """`X-Amz-Target: Prefix.Operation`, whose prefix comes in a long form and a short one."""
    prefix, _, operation = wish.target.rpartition(".")
    fits = service.target and service.target == prefix.rsplit(".", 1)[-1]
    if fits and wish.method == "POST" and "Action" not in wish.form and has_operation(service, operation):
        yield Route(service, operation, "json")


def _by_action(wish: Wish, service: Service, *, several: bool) -> Iterator[Route]:
    """`Action=Operation`, and the version that tells services of one name apart."""
    if wish.contradiction is not None:
        message = f"The parameter {wish.contradiction} has more than one value."
        raise UnroutableError(message, "MalformedQueryString", 400, service, _protocol(wish, service))
    operation = wish.form["Action"]
    agree = _versions_agree(service, wish) and (not several or "Version" in wish.form)
    if agree and wish.method in {"GET", "POST"} and has_operation(service, operation):
        yield Route(service, operation, "ec2" if service.speaks("ec2") else "query")


def _versions_agree(service: Service, wish: Wish) -> bool:
    return (
        wish.form.get("Version") in {None, service.api_version} or len(signed_as(service.signing_name)) == 1
    )


def _by_cbor_path(wish: Wish, service: Service) -> Iterator[Route]:
    """`POST /service/Name/operation/Operation`."""
    found = _CBOR_PATH.fullmatch(wish.raw_path)
    if not found or wish.method != "POST" or wish.target or "Action" in wish.form:
        return
    name, operation = found.groups()
    if name.rsplit(".", 1)[-1] == service.target and has_operation(service, operation):
        yield Route(service, operation, CBOR)


def _by_path(wish: Wish, service: Service, request: Request) -> Iterator[Route]:
    """Method and path, and the query parameters and headers that tell operations of one path apart."""
    protocol = next(one for one in service.protocols if one in REST)
    found = _matched(service, protocol, request)
    if found is None:
        return
    if "%2f" in wish.raw_path.lower() and service.name != "s3":
        # Moto looks at the decoded path too, in which a slash may make it another operation's.
        decoded = Request({**request.environ, "RAW_URI": unquote(wish.raw_path)})
        other = _matched(service, protocol, decoded)
        if other is not None and other[0] != found[0]:
            return
    yield Route(service, found[0], protocol, found[1])


def _matched(service: Service, protocol: str, request: Request) -> tuple[str, Mapping[str, Any]] | None:
    try:
        operation, labels = _path_router(service.name, protocol).match(request)
    except HTTPException:
        return None
    return str(operation.name), labels


@cache
def _path_router(service: str, protocol: str) -> Any:
    router_class = get_router_class(service, protocol)
    if router_class is None:
        raise LookupError(f"moto has no router for {protocol}")
    return router_class(service_model(service))


def has_operation(service: Service, operation: str) -> bool:
    """Whether a service has an operation of that name."""
    try:
        service_model(service.name).operation_model(operation)
    except OperationNotFoundError:
        return False
    return True


def _protocol(wish: Wish, service: Service | None) -> str:
    """The protocol in which a client that sent such a request understands an error."""
    if wish.cbor:
        return CBOR
    if service is not None and service.speaks(*REST):
        return next(one for one in service.protocols if one in REST)
    if service is not None and "Action" in wish.form and service.speaks(*QUERY):
        return "ec2" if service.speaks("ec2") else "query"
    return "json"


def _unknown(wish: Wish, candidates: tuple[Service, ...]) -> UnroutableError:
    """Refuse as AWS refuses an operation that the service does not have."""
    service = candidates[0] if candidates else None
    protocol = _protocol(wish, service)
    if protocol in QUERY:
        action, version = wish.form.get("Action", ""), wish.form.get("Version", "")
        message = f"Could not find operation {action} for version {version or 'NO_VERSION_SPECIFIED'}"
        return UnroutableError(message, "InvalidAction", 400, service, protocol)
    if protocol == "rest-xml":
        message = "The specified method is not allowed against this resource."
        return UnroutableError(message, "MethodNotAllowed", 405, service, protocol)
    status = 404 if protocol == "rest-json" else 400
    return UnroutableError(
        f"Unknown operation: {wish.method} {wish.target or wish.raw_path}",
        "UnknownOperationException",
        status,
        service,
        protocol,
    )
