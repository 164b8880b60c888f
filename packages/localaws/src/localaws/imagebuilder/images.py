"""The operations on images: builds, imports, distributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localaws.imagebuilder import managed
from localaws.imagebuilder.builder import begin_build, execution_of, next_image, start
from localaws.imagebuilder.builds import TERMINAL, Build
from localaws.imagebuilder.exceptions import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from localaws.imagebuilder.generic import REFERENCES, deleter, getter, lister, versions_page
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.request import Handler, Request
from localaws.imagebuilder.versions import Arn, latest_references, parse_version, slug

_ISO_SUFFIXES = (".iso", ".ISO", ".Iso")
_ISO_SYSTEM = "Microsoft Windows 11"


def _create(request: Request) -> dict[str, Any]:
    image = begin_build(request, request.parameters)
    return {"imageBuildVersionArn": str(image.arn), REFERENCES: latest_references(image.arn)}


def build_of(request: Request, image: Resource) -> Build:
    """The build that made, or makes, an image."""
    build: Build = request.store.activities[str(image.arn)]
    return build


def _cancel(request: Request) -> dict[str, Any]:
    image = request.own("imageBuildVersionArn")
    build = build_of(request, image)
    if build.finished:
        raise ResourceInUseException(
            f"The image '{image.arn}' is {build.status} and its creation can no longer be cancelled."
        )
    build.cancel(request.now)
    return {"imageBuildVersionArn": str(image.arn)}


def _retry(request: Request) -> dict[str, Any]:
    image = request.own("imageBuildVersionArn")
    build = build_of(request, image)
    if build.status not in {"FAILED", "CANCELLED"} or image.document["type"] != "AMI":
        raise InvalidRequestException(
            f"The image '{image.arn}' is {build.status}. "
            "Only AMI images that are FAILED or CANCELLED can be retried."
        )
    build.retry(request.now)
    request.start(build)
    return {"imageBuildVersionArn": str(image.arn)}


def _import_vm(request: Request) -> dict[str, Any]:
    image = _import(request, request.parameters["platform"], "IMPORT")
    return {"imageArn": str(image.arn)}


def _import_disk(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    if not parameters["uri"].startswith("s3://") or not parameters["uri"].endswith(_ISO_SUFFIXES):
        raise InvalidParameterValueException.of("uri", "It must be an s3:// URI of an ISO file.")
    if parameters["platform"] != "Windows":
        raise InvalidParameterValueException.of("platform", "It must be 'Windows'.")
    if parameters["osVersion"] != _ISO_SYSTEM:
        raise InvalidParameterValueException.of("osVersion", f"It must be '{_ISO_SYSTEM}'.")
    request.find("infrastructureConfigurationArn")
    image = _import(request, "Windows", "IMPORT_ISO")
    return {"imageBuildVersionArn": str(image.arn)}


def _import(request: Request, platform: str, build_type: str) -> Resource:
    parameters = request.parameters
    parse_version(parameters["semanticVersion"])
    image = next_image(request, slug(parameters["name"]), parameters["semanticVersion"], "AMI")
    image.document |= {
        "name": parameters["name"],
        "platform": platform,
        "buildType": build_type,
        "imageSource": "IMPORTED",
    }
    for name in ("osVersion", "loggingConfiguration", "executionRole"):
        if name in parameters:
            image.document[name] = parameters[name]
    start(request, image, [])
    return image


def _distribute(request: Request) -> dict[str, Any]:
    parameters = request.parameters
    configuration = request.find("distributionConfigurationArn")
    name, version, platform, ami = _source(request)
    image = next_image(request, name, version, "AMI")
    image.document |= {
        "platform": platform,
        "buildType": "USER_INITIATED",
        "distributionConfiguration": dict(configuration.document),
        "executionRole": parameters["executionRole"],
    }
    store = request.store
    workflow = managed.default_workflow(store.partition, store.region, "distribution", "AMI")
    start(request, image, [execution_of(request, str(workflow))], source_ami=ami)
    return {"imageBuildVersionArn": str(image.arn)}


def _source(request: Request) -> tuple[str, str, str, str | None]:
    """The name, version and platform of the image that a distribution makes, and the AMI that it starts from.

    What an `ssm:` parameter holds is not looked up, so that such a source has no AMI.
    """
    source = request.parameters["sourceImage"]
    arn = Arn.parse(source)
    if arn is None:
        if not source.startswith(("ami-", "ssm:")):
            raise InvalidParameterValueException.of(
                "sourceImage", "It must be an AMI id, an ssm: parameter or the ARN of an image."
            )
        # Neither says what the AMI is: the new image is named after its source.
        name = "".join(letter if letter.isalnum() else "-" for letter in source.removeprefix("ssm:"))
        return slug(name).strip("-"), "1.0.0", "Linux", source if source.startswith("ami-") else None
    image = request.world.find(request.store, source)
    if image.arn.kind != "image" or image.document["state"]["status"] != "AVAILABLE":
        raise ResourceNotFoundException.of(source)
    amis = image.document["outputResources"].get("amis") or [{}]
    here = next((ami for ami in amis if ami.get("region") == request.store.region), amis[0])
    return image.arn.name, image.arn.version or "", image.document["platform"], here.get("image")


def _is_used(request: Request, image: Resource) -> bool:
    """A build that still runs holds its image, and so does a recipe that starts from exactly this build."""
    recipes = request.store.of_kind("image-recipe") + request.store.of_kind("container-recipe")
    return image.document["state"]["status"] not in TERMINAL or any(
        recipe.document["parentImage"] == str(image.arn) for recipe in recipes
    )


def _build_versions(request: Request) -> list[Resource]:
    wanted = request.parameters.get("imageVersionArn")
    store = request.store
    arn = Arn.parse(wanted) if wanted else None
    amazon = arn is not None and arn.account_id == "aws"
    source = request.world.managed(store.partition, store.region) if amazon else store
    return [
        image for image in source.of_kind("image") if wanted in {None, str(image.arn.at(image.arn.version))}
    ]


OPERATIONS: Mapping[str, Handler] = {
    "CreateImage": _create,
    "GetImage": getter("imageBuildVersionArn", "image"),
    "DeleteImage": deleter("imageBuildVersionArn", _is_used),
    "ListImages": lambda request: versions_page(request, "imageVersionList", "image"),
    "ListImageBuildVersions": lister("imageSummaryList", _build_versions),
    "CancelImageCreation": _cancel,
    "RetryImage": _retry,
    "ImportVmImage": _import_vm,
    "ImportDiskImage": _import_disk,
    "DistributeImage": _distribute,
}
