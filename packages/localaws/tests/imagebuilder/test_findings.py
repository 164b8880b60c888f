from __future__ import annotations

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    code_of,
    eventually,
    status_of,
)


def built(client: DirectClient, cloud: RememberingCloud, name: str, *, scanned: bool) -> str:
    """An available image, scanned or not."""
    scanning = {"imageScanningEnabled": scanned}
    made = client.create_image(**build_inputs(client, name), imageScanningConfiguration=scanning)
    arn = str(made["imageBuildVersionArn"])
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, arn) == "AVAILABLE")
    return arn


def test_only_scanned_images_have_findings(client: DirectClient, cloud: RememberingCloud) -> None:
    """They can be filtered by image, severity and vulnerability, and an event tells their number."""
    scanned = built(client, cloud, "scanned", scanned=True)
    built(client, cloud, "unscanned", scanned=False)
    findings = client.list_image_scan_findings()["findings"]
    assert {finding["imageBuildVersionArn"] for finding in findings} == {scanned}
    high = client.list_image_scan_findings(filters=[{"name": "severity", "values": ["HIGH"]}])["findings"]
    assert [finding["severity"] for finding in high] == ["HIGH"]
    identity = high[0]["packageVulnerabilityDetails"]["vulnerabilityId"]
    by_id = [{"name": "vulnerabilityId", "values": [identity]}]
    assert client.list_image_scan_findings(filters=by_id)["findings"] == high
    kind = "EC2 Image Builder CVE Detected"
    event = eventually(lambda: [event for event in cloud.events if event["detail_type"] == kind])[0]
    assert event["resources"] == [scanned]
    assert event["detail"]["finding-severity-counts"]["all"] == len(findings)


def test_aggregations_count_by_account_image_or_vulnerability(
    client: DirectClient, cloud: RememberingCloud
) -> None:
    """Without filter by account; an unknown filter is refused."""
    image = built(client, cloud, "scanned", scanned=True)
    account = client.list_image_scan_finding_aggregations()
    assert account["aggregationType"] == "accountId"
    assert account["responses"][0]["accountAggregation"]["severityCounts"]["all"] == 2
    wanted = {"name": "imageBuildVersionArn", "values": [image]}
    by_image = client.list_image_scan_finding_aggregations(filter=wanted)["responses"]
    assert by_image[0]["imageAggregation"]["severityCounts"]["high"] == 1
    unknown = {"name": "colour", "values": ["red"]}
    code = code_of(client.list_image_scan_finding_aggregations, filter=unknown)
    assert code == "InvalidParameterValueException"


def test_packages_are_known_once_the_image_is_there(client: DirectClient, cloud: RememberingCloud) -> None:
    """And only where metadata was collected."""
    inputs = build_inputs(client)
    image = client.create_image(**inputs)["imageBuildVersionArn"]
    assert client.list_image_packages(imageBuildVersionArn=image)["imagePackageList"] == []
    without = client.create_image(**inputs, enhancedImageMetadataEnabled=False)["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == status_of(client, without) == "AVAILABLE")
    packages = client.list_image_packages(imageBuildVersionArn=image)["imagePackageList"]
    assert "bash" in {package["packageName"] for package in packages}
    assert client.list_image_packages(imageBuildVersionArn=without)["imagePackageList"] == []
