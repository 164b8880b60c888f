"""What Amazon offers to every account: a small selection of managed components, images and workflows.

https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-images.html
https://docs.aws.amazon.com/imagebuilder/latest/userguide/use-managed-components.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import yaml

from localaws.imagebuilder import documents
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.versions import Arn

MARKETPLACE_ACCOUNT = "aws-marketplace"
_PUBLISHED = "2024-01-15T00:00:00.000Z"
_COMPONENTS = (
    ("update-linux", "1.0.2", "Linux", "BUILD", "Updates Linux by installing all available updates."),
    ("update-windows", "1.0.3", "Windows", "BUILD", "Updates Windows with the latest security updates."),
    ("aws-cli-version-2-linux", "1.0.4", "Linux", "BUILD", "Installs the latest AWS CLI version 2."),
    ("amazon-cloudwatch-agent-linux", "1.0.1", "Linux", "BUILD", "Installs the Amazon CloudWatch agent."),
    ("simple-boot-test-linux", "1.0.0", "Linux", "TEST", "Runs a simple boot test."),
)
_IMAGES = (
    ("amazon-linux-2023-x86", "2024.1.15", "AMI", "Linux", "Amazon Linux 2023"),
    ("amazon-linux-2-x86", "2024.1.15", "AMI", "Linux", "Amazon Linux 2"),
    ("ubuntu-server-22-lts-x86", "2024.1.15", "AMI", "Linux", "Ubuntu 22"),
    (
        "windows-server-2016-english-full-base-x86",
        "2024.1.10",
        "AMI",
        "Windows",
        "Microsoft Windows Server 2016",
    ),
    (
        "windows-server-2022-english-full-base-x86",
        "2024.1.10",
        "AMI",
        "Windows",
        "Microsoft Windows Server 2022",
    ),
    ("amazon-linux-x86-latest", "2024.1.15", "DOCKER", "Linux", "Amazon Linux 2"),
)
_LAUNCH = ("LaunchBuildInstance", "LaunchInstance")
_APPLY = ("ApplyBuildComponents", "ExecuteComponents")
_TERMINATE = ("TerminateBuildInstance", "TerminateInstance")
_TEST_STEPS = (
    ("LaunchTestInstance", "LaunchInstance"),
    ("ApplyTestComponents", "ExecuteComponents"),
    ("TerminateTestInstance", "TerminateInstance"),
)
_WORKFLOWS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "build",
        "build-image",
        (
            _LAUNCH,
            _APPLY,
            ("InventoryCollection", "CollectImageMetadata"),
            ("RunSanitizeScript", "SanitizeInstance"),
            ("CreateOutputAMI", "CreateImage"),
            _TERMINATE,
        ),
    ),
    ("build", "build-container", (_LAUNCH, _APPLY, ("BuildContainer", "BuildContainer"), _TERMINATE)),
    ("test", "test-image", _TEST_STEPS),
    ("test", "test-container", _TEST_STEPS),
    ("distribution", "distribute-image", (("DistributeOutputImage", "DistributeImage"),)),
    ("distribution", "distribute-container", (("DistributeOutputContainer", "DistributeContainer"),)),
)


def resources(partition: str, region: str) -> Iterator[Resource]:
    """All that Amazon offers in a Region."""
    for name, version, platform, kind, description in _COMPONENTS:
        arn = Arn(partition, region, "aws", "component", name, version, 1)
        yield _component(arn, "Amazon", platform, kind, description)
    marketplace = Arn(
        partition, region, MARKETPLACE_ACCOUNT, "component", "hardening-benchmark-linux", "1.0.0", 1
    )
    yield _component(marketplace, "AWSMarketplace", "Linux", "BUILD", "Applies a hardening benchmark.")
    for name, version, kind, platform, os_version in _IMAGES:
        arn = Arn(partition, region, "aws", "image", name, version, 1)
        yield _image(arn, kind, platform, os_version)
    for kind, name, steps in _WORKFLOWS:
        arn = Arn(partition, region, "aws", f"workflow/{kind}", name, "1.0.0", 1)
        yield _workflow(arn, steps)


def default_workflow(partition: str, region: str, kind: str, image_type: str) -> Arn:
    """The managed workflow that a build without `workflows` runs; `kind` is build, test or distribution."""
    verb = {"distribution": "distribute"}.get(kind, kind)
    name = f"{verb}-{'image' if image_type == 'AMI' else 'container'}"
    return Arn(partition, region, "aws", f"workflow/{kind}", name, "1.0.0", 1)


def platform_of(name: str) -> str:
    """The platform of an Amazon image or component that the selection here lacks, told by its name."""
    if "windows" in name:
        return "Windows"
    return "macOS" if "macos" in name else "Linux"


def _common(arn: Arn, owner: str) -> dict[str, Any]:
    return {"arn": str(arn), "name": arn.name, "owner": owner, "dateCreated": _PUBLISHED, "tags": {}}


def _component(arn: Arn, owner: str, platform: str, kind: str, description: str) -> Resource:
    step = {"name": "Run", "action": "ExecuteBash", "inputs": {"commands": ["true"]}}
    document = {
        "name": arn.name,
        "schemaVersion": 1.0,
        "phases": [{"name": kind.lower(), "steps": [step]}],
    }
    shown = {
        "version": arn.version,
        "platform": platform,
        "type": kind,
        "description": description,
        "data": yaml.safe_dump(document, sort_keys=False),
        "state": {"status": "ACTIVE"},
        "encrypted": True,
        "obfuscate": False,
        "publisher": owner,
    }
    return Resource(arn, _common(arn, owner) | shown)


def _image(arn: Arn, kind: str, platform: str, os_version: str) -> Resource:
    ami = "ami-" + hashlib.sha256(str(arn).encode()).hexdigest()[:17]
    outputs = {"amis": [{"region": arn.region, "image": ami}]} if kind == "AMI" else {"containers": []}
    shown = {
        "version": f"{arn.version}/{arn.build}",
        "type": kind,
        "platform": platform,
        "osVersion": os_version,
        "state": {"status": "AVAILABLE"},
        "imageSource": "AMAZON_MANAGED",
        "outputResources": outputs,
    }
    return Resource(arn, _common(arn, "Amazon") | shown)


def _workflow(arn: Arn, steps: tuple[tuple[str, str], ...]) -> Resource:
    document = {
        "name": arn.name,
        "schemaVersion": 1.0,
        "steps": [{"name": name, "action": action} for name, action in steps],
    }
    data = yaml.safe_dump(document, sort_keys=False)
    shown = {
        "version": arn.version,
        "type": arn.kind.rpartition("/")[2].upper(),
        "description": f"The default {arn.name} workflow.",
        "data": data,
        "parameters": documents.parameters(document),
    }
    return Resource(arn, _common(arn, "Amazon") | shown)
