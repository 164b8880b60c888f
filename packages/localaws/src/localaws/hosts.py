"""What the Host header of a request says: this machine, or an endpoint of AWS, and what stands before it.

https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

from localaws.catalogue import at_endpoint

_AWS_DOMAINS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".api.amazonwebservices.com.cn",
)
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_S3_OF_OLD = re.compile(r"s3-(?:[a-z]{2}(?:-[a-z]+)+-\d|external-1)")
_BEFORE_ADDRESS = re.compile(r"(?P<prefix>.+)\.(?P<address>127(?:\.\d{1,3}){3})")
_PORT = re.compile(r":\d{1,5}$")
# Labels between the service and the Region that do not change which service is meant.
_VARIANTS = frozenset({"dualstack", "fips", "vpce"})
# Endpoints of a service under a second name.
_OTHER_ENDPOINTS = {"queue": "sqs", "data.iot": "data-ats.iot", "models-v2-lex": "models.lex.v2"}


class ForeignHostError(ValueError):
    """The host is neither this machine nor AWS."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a host name says: the endpoint's prefix (`api.ecr`), the labels before it, and the Region."""

    endpoint: str | None = None
    prefix: str = ""
    region: str | None = None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def read_host(header: str) -> Host:
    """Read a Host header.

    Raises:
        ForeignHostError: the name belongs to somebody else, who may let it point to this machine.

    """
    name = _PORT.sub("", header.strip().lower()).rstrip(".").strip("[]")
    if is_loopback(name):
        return Host()
    if name.endswith(".localhost"):
        return _local(name.removesuffix(".localhost"))
    if (found := _BEFORE_ADDRESS.fullmatch(name)) and is_loopback(found["address"]):
        return _local(found["prefix"])
    for domain in _AWS_DOMAINS:
        if name.endswith(domain):
            return _aws(name.removesuffix(domain).split("."))
    raise ForeignHostError(header)


def _local(prefix: str) -> Host:
    """A name of this machine: a bucket or an account, or `s3` and perhaps a bucket before it."""
    bucket = prefix if prefix == "s3" else prefix.removesuffix(".s3")
    return Host("s3", "") if bucket == "s3" else Host(None, bucket)


def _aws(labels: list[str]) -> Host:
    region = None
    while labels and (_REGION.fullmatch(labels[-1]) or labels[-1] in _VARIANTS):
        region = labels[-1] if labels[-1] not in _VARIANTS else region
        labels = labels[:-1]
    for length in (2, 1):
        name = ".".join(labels[-length:]).removeprefix("fips-").removesuffix("-fips")
        if _S3_OF_OLD.fullmatch(name):
            name, region = "s3", _REGION.fullmatch(name.removeprefix("s3-")) and name.removeprefix("s3-")
        name = _OTHER_ENDPOINTS.get(name, name)
        if len(labels) >= length and (at_endpoint(name) or name == "s3-accesspoint"):
            return Host(name, ".".join(labels[:-length]), region)
    return Host(None, "", region)
