"""The services that the local AWS serves, and the names by which requests call them.

The table is `catalogue.json`, because reading it out of botocore's models takes five seconds. It is made by
`python -m localaws.catalogue`, and a test holds it to the installed botocore and moto.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("catalogue.json")
NATIVE = ("cloudtrail", "imagebuilder")
REST = frozenset({"rest-json", "rest-xml"})
QUERY = frozenset({"query", "ec2"})
# Names that clients sign with besides the one in botocore's model.
SIGNING_ALIASES = {
    "eventbridge": "events",
    "iot-data": "iotdata",
    "monitoring-data": "monitoring",
    "s3-object-lambda": "s3",
    "sagemaker-runtime": "sagemaker",
}
# Modules of moto that serve no service of their own: parts of its server, and second versions of others.
_NO_SERVICE = frozenset({"batch_simple", "dynamodb_v20111205", "s3bucket_path"})


@dataclass(frozen=True, slots=True)
class Service:
    """One service: botocore's name, moto's module (empty for our own services), its names on the wire."""

    name: str
    module: str
    signing_name: str
    endpoint_prefix: str
    api_version: str
    protocols: tuple[str, ...]
    target_prefix: str = ""
    json_version: str = ""

    @property
    def target(self) -> str:
        """The last part of the target prefix, which is the same in its short and its long form."""
        return self.target_prefix.rsplit(".", 1)[-1]

    def speaks(self, *protocols: str) -> bool:
        """Whether the service has one of these protocols."""
        return not set(protocols).isdisjoint(self.protocols)


@cache
def services() -> Mapping[str, Service]:
    """All services by botocore's name."""
    rows = json.loads(FILE.read_text())
    return {row["name"]: Service(**{**row, "protocols": tuple(row["protocols"])}) for row in rows}


@cache
def signed_as(name: str) -> tuple[Service, ...]:
    """The services whose requests are signed with that name."""
    lowered = name.lower()
    wanted = SIGNING_ALIASES.get(lowered, lowered)
    return tuple(one for one in services().values() if one.signing_name.lower() == wanted)


@cache
def at_endpoint(prefix: str) -> tuple[Service, ...]:
    """The services whose host names begin with that prefix, such as `api.ecr`."""
    return tuple(one for one in services().values() if one.endpoint_prefix == prefix)


@cache
def targeted_by(target: str) -> tuple[Service, ...]:
    """The services that a target prefix names, in its short or its long form."""
    return tuple(one for one in services().values() if one.target and one.target == target.rsplit(".", 1)[-1])


def described() -> list[dict[str, object]]:
    """Read the table out of the installed botocore and moto."""
    from moto import backends  # noqa: PLC0415 - costs seconds, and only whoever makes the table needs it

    from localaws.models import botocore_name, service_model  # noqa: PLC0415

    modules = {
        name: module
        for module in sorted(backends.list_of_moto_modules())
        if module not in _NO_SERVICE and (name := botocore_name(module))
    }
    rows = []
    for name in sorted({*modules, *NATIVE}):
        model = service_model(name)
        service = Service(
            name=name,
            module="" if name in NATIVE else modules[name],
            signing_name=model.signing_name,
            endpoint_prefix=model.endpoint_prefix,
            api_version=model.api_version,
            protocols=tuple(dict.fromkeys([model.protocol, *model.metadata.get("protocols", [])])),
            target_prefix=model.metadata.get("targetPrefix", ""),
            json_version=model.metadata.get("jsonVersion", ""),
        )
        rows.append(asdict(service))
    return rows


def written(rows: list[dict[str, object]]) -> str:
    """The table as its file holds it."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(written(described()))
    sys.stdout.write(f"wrote {FILE}\n")
