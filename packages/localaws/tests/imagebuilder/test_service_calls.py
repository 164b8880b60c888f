from __future__ import annotations

import threading

import pytest

from packages.localaws.tests.imagebuilder.direct import (
    DirectClient,
    RememberingCloud,
    build_inputs,
    eventually,
    status_of,
)


def test_a_build_makes_its_calls_as_the_service(client: DirectClient, cloud: RememberingCloud) -> None:
    """In the order of its steps, in a session of the service-linked role, in its account and Region."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    assert [call["operation"] for call in cloud.calls] == [
        "RunInstances",
        "SendCommand",
        "CreateImage",
        "TerminateInstances",
        "RunInstances",
        "SendCommand",
        "TerminateInstances",
        "CreateTags",
    ]
    assert {call["service_principal"] for call in cloud.calls} == {"imagebuilder.amazonaws.com"}
    assert {(call["account_id"], call["region"]) for call in cloud.calls} == {("123456789012", "us-west-2")}
    (session,) = {call["on_behalf_of"].arn: call["on_behalf_of"] for call in cloud.calls}.values()
    assert session.arn == "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForImageBuilder/ImageBuilder"
    assert session.session_issuer.arn == (
        "arn:aws:iam::123456789012:role/aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder"
    )


@pytest.mark.parametrize("role", ["builders/nightly", "arn:aws:iam::123456789012:role/builders/nightly"])
def test_a_build_with_an_execution_role_works_as_that_role(
    client: DirectClient, cloud: RememberingCloud, role: str
) -> None:
    """Given by name or by ARN."""
    client.create_image(**build_inputs(client), executionRole=role)
    session = eventually(lambda: cloud.calls)[0]["on_behalf_of"]
    assert session.arn == "arn:aws:sts::123456789012:assumed-role/nightly/ImageBuilder"
    assert session.session_issuer.arn == "arn:aws:iam::123456789012:role/builders/nightly"


def test_tests_run_on_the_image_that_was_built(client: DirectClient, cloud: RememberingCloud) -> None:
    """The first instance starts from the parent, the second from the new AMI."""
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    launched = [call["parameters"]["ImageId"] for call in cloud.calls if call["operation"] == "RunInstances"]
    assert launched == ["ami-0123456789abcdef0", "ami-0fedcba9876543210"]


def test_copies_go_to_the_other_regions_of_the_distribution(
    client: DirectClient, cloud: RememberingCloud
) -> None:
    """Called there, from here."""
    outputs = [
        {"region": region, "amiDistributionConfiguration": {"name": "golden"}}
        for region in ("us-west-2", "eu-west-1")
    ]
    made = client.create_distribution_configuration(name="dist", distributions=outputs)
    image = client.create_image(
        **build_inputs(client), distributionConfigurationArn=made["distributionConfigurationArn"]
    )["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    copies = [call for call in cloud.calls if call["operation"] == "CopyImage"]
    assert [(call["region"], call["parameters"]["SourceRegion"]) for call in copies] == [
        ("eu-west-1", "us-west-2")
    ]


def test_no_build_depends_on_other_services(
    client: DirectClient, cloud: RememberingCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every call and every event is refused, the image still becomes available, with a made-up AMI."""
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    cloud.refuses = True
    image = client.create_image(**build_inputs(client))["imageBuildVersionArn"]
    cloud.move(minutes=1)
    eventually(lambda: status_of(client, image) == "AVAILABLE")
    (ami,) = client.get_image(imageBuildVersionArn=image)["image"]["outputResources"]["amis"]
    assert ami["image"].startswith("ami-")
    assert broken == []
