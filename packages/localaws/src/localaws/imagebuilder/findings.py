"""What is known of finished images: packages, and the vulnerabilities that scanning found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from localaws.imagebuilder import filters
from localaws.imagebuilder.builds import Build
from localaws.imagebuilder.exceptions import InvalidParameterValueException
from localaws.imagebuilder.models import Resource
from localaws.imagebuilder.pagination import page
from localaws.imagebuilder.request import Handler, Request

_PACKAGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Linux": (
        ("amazon-ssm-agent", "3.3.859.0-1"),
        ("bash", "5.2.15-1"),
        ("curl", "8.5.0-1"),
        ("openssl", "3.0.8-1"),
    ),
    "Windows": (("Amazon SSM Agent", "3.3.859.0"), ("AWS PV Drivers", "8.4.3")),
    "macOS": (("amazon-ssm-agent", "3.3.859.0"),),
}
_VULNERABILITIES = (("CVE-2024-2961", "HIGH", 8.8, "glibc"), ("CVE-2023-48795", "MEDIUM", 5.9, "openssh"))
_SEVERITIES = ("critical", "high", "medium")
_AGGREGATIONS = {
    "imageBuildVersionArn": "imageAggregation",
    "imagePipelineArn": "imagePipelineAggregation",
    "vulnerabilityId": "vulnerabilityIdAggregation",
}


def scan(build: Build) -> None:
    """Note the findings of an image whose configuration asks for scanning, and tell of them."""
    document = build.image.document
    if not document.get("imageScanningConfiguration", {}).get("imageScanningEnabled"):
        return
    document["scanState"] = {"status": "COMPLETED"}
    document["findings"] = [
        {
            "awsAccountId": build.image.arn.account_id,
            "imageBuildVersionArn": str(build.image.arn),
            "imagePipelineArn": document.get("sourcePipelineArn"),
            "type": "PACKAGE_VULNERABILITY",
            "title": f"{name} - {package}",
            "description": f"{package} is affected by {name}.",
            "severity": severity,
            "firstObservedAt": build.clock,
            "updatedAt": build.clock,
            "inspectorScore": score,
            "packageVulnerabilityDetails": {"vulnerabilityId": name, "source": "NVD"},
            "fixAvailable": "YES",
        }
        for name, severity, score, package in _VULNERABILITIES
    ]
    counts = _counts(document["findings"])
    build.effects.append(
        partial(build.events.cve_detected, build.image, build.calls.ami(build.image.arn.region), counts)
    )


def _counts(found: list[dict[str, Any]]) -> dict[str, int]:
    counts = {
        severity: sum(finding["severity"] == severity.upper() for finding in found)
        for severity in _SEVERITIES
    }
    return {"all": len(found), **counts}


def _all_findings(request: Request) -> list[dict[str, Any]]:
    images = request.store.of_kind("image")
    return [
        {name: value for name, value in finding.items() if value is not None}
        for image in images
        for finding in image.document.get("findings", [])
    ]


def _searchable(finding: dict[str, Any]) -> dict[str, Any]:
    return {**finding, "vulnerabilityId": finding["packageVulnerabilityDetails"]["vulnerabilityId"]}


def _list_findings(request: Request) -> dict[str, Any]:
    operation = request.call.operation
    wanted = request.parameters.get("filters", [])
    filters.check(operation, wanted)
    entries = [
        (number, finding)
        for number, finding in enumerate(_all_findings(request))
        if filters.accepts(wanted, _searchable(finding))
    ]
    return page(operation, request.parameters, "findings", entries)


def _list_aggregations(request: Request) -> dict[str, Any]:
    given = request.parameters.get("filter")
    if given is None:
        grouped = {request.store.account_id: _all_findings(request)}
        name, member, key = "accountId", "accountAggregation", "accountId"
    else:
        if given.get("name") not in _AGGREGATIONS:
            raise InvalidParameterValueException.of("filter.name", f"Use one of {', '.join(_AGGREGATIONS)}.")
        name = key = given["name"]
        member = _AGGREGATIONS[name]
        grouped = {}
        for finding in _all_findings(request):
            value = str(_searchable(finding).get(name))
            if value in given.get("values", ()):
                grouped.setdefault(value, []).append(finding)
    entries = [
        (number, {member: {key: value, "severityCounts": _counts(found)}})
        for number, (value, found) in enumerate(grouped.items())
    ]
    return {
        "aggregationType": name,
        **page(request.call.operation, request.parameters, "responses", entries),
    }


def _list_packages(request: Request) -> dict[str, Any]:
    image: Resource = request.find("imageBuildVersionArn")
    document = image.document
    known = document["state"]["status"] == "AVAILABLE" and document.get("enhancedImageMetadataEnabled")
    packages = _PACKAGES[document["platform"]] if known else ()
    entries = [
        (-number, {"packageName": name, "packageVersion": version})
        for number, (name, version) in enumerate(packages)
    ]
    return page(request.call.operation, request.parameters, "imagePackageList", entries)


OPERATIONS: Mapping[str, Handler] = {
    "ListImagePackages": _list_packages,
    "ListImageScanFindings": _list_findings,
    "ListImageScanFindingAggregations": _list_aggregations,
}
