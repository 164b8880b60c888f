"""Names, ARNs and semantic versions of Image Builder resources: pure functions and values.

https://docs.aws.amazon.com/imagebuilder/latest/userguide/ibhow-semantic-versioning.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from localaws.imagebuilder.exceptions import InvalidVersionNumberException

HIGHEST_NODE = 2**30 - 1
WILDCARD = "x"
_ARN = re.compile(
    r"arn:(?P<partition>aws[^:]*):imagebuilder:(?P<region>[^:]+):(?P<account_id>[^:]+)"
    r":(?P<kind>workflow/(?:build|test|distribution)|[a-z-]+)/(?P<name>[a-z0-9_-]+)"
    r"(?:/(?P<version>[0-9x]+\.[0-9x]+\.[0-9x]+)(?:/(?P<build>[0-9]+))?)?"
)

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Arn:
    """An Image Builder ARN; `kind` is its resource type, such as `component` or `workflow/build`."""

    partition: str
    region: str
    account_id: str
    kind: str
    name: str
    version: str | None = None
    build: int | None = None

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """Read an ARN, or return None where the text is none of Image Builder's."""
        match = _ARN.fullmatch(text)
        if match is None:
            return None
        build = int(match["build"]) if match["build"] else None
        partition, region, account_id, kind, name, version = match.groups()[:-1]
        return cls(partition, region, account_id, kind, name, version, build)

    def __str__(self) -> str:
        text = f"arn:{self.partition}:imagebuilder:{self.region}:{self.account_id}:{self.kind}/{self.name}"
        if self.version is not None:
            text += f"/{self.version}"
        return text if self.build is None else f"{text}/{self.build}"

    def at(self, version: str | None, build: int | None = None) -> Arn:
        """The same resource at another version."""
        return replace(self, version=version, build=build)


def slug(name: str) -> str:
    """The name as it stands in ARNs: lower case, with hyphens for spaces and underscores."""
    return name.lower().replace(" ", "-").replace("_", "-")


def parse_version(text: str) -> Version:
    """Read `<major>.<minor>.<patch>` without wildcards.

    Raises:
        InvalidVersionNumberException: a node is above 2^30-1.

    """
    nodes = [int(node) for node in text.split(".")]
    if any(node > HIGHEST_NODE for node in nodes):
        raise InvalidVersionNumberException(
            f"The version number '{text}' is not valid. Each node must be between 0 and {HIGHEST_NODE}."
        )
    major, minor, patch = nodes
    return major, minor, patch


def is_wildcard(version: str) -> bool:
    """Whether any node stands for "the latest"."""
    return WILDCARD in version


def fits(version: str, pattern: str) -> bool:
    """Whether a version is one of those that a pattern such as `1.x.x` means. Runs of x count as one x."""
    nodes = zip(version.split("."), pattern.split("."), strict=True)
    return all(wanted.strip(WILDCARD) == "" or int(node) == int(wanted) for node, wanted in nodes)


def check_pattern(pattern: str) -> None:
    """Refuse a number to the right of a wildcard.

    Raises:
        InvalidVersionNumberException: it is such a pattern, like `x.2.x`.

    """
    nodes = pattern.split(".")
    wild = [node.strip(WILDCARD) == "" for node in nodes]
    if sorted(wild) != wild:
        raise InvalidVersionNumberException(
            f"The version number '{pattern}' is not valid. "
            "All nodes to the right of the first wildcard must be wildcards."
        )


def next_version(pattern: str, taken: Iterable[str]) -> str:
    """The version that a recipe gets for a pattern such as `1.0.x`: one above the highest in its place.

    Raises:
        InvalidVersionNumberException: a number follows a wildcard.

    """
    check_pattern(pattern)
    nodes = pattern.split(".")
    first = nodes.index(WILDCARD)
    used = [parse_version(version)[first] for version in taken if fits(version, pattern)]
    return ".".join([*nodes[:first], str(max(used, default=0) + 1), *["0"] * (len(nodes) - first - 1)])


def latest_references(arn: Arn) -> dict[str, str]:
    """The `latestVersionReferences` of a resource: its ARN with ever fewer wildcards."""
    major, minor, patch = (arn.version or "x.x.x").split(".")
    return {
        "latestVersionArn": str(arn.at("x.x.x")),
        "latestMajorVersionArn": str(arn.at(f"{major}.x.x")),
        "latestMinorVersionArn": str(arn.at(f"{major}.{minor}.x")),
        "latestPatchVersionArn": str(arn.at(f"{major}.{minor}.{patch}")),
    }
