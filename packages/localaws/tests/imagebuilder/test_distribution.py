"""What a distribution configuration does to AMIs, launch templates, parameters and topics."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, OTHER_ACCOUNT_ID, Front
from packages.localaws.tests.imagebuilder.direct import build_inputs, eventually, status_of

HOME, AWAY = "us-west-2", "eu-west-1"


def built(front: Front, *distributions: dict[str, Any], **infrastructure: Any) -> dict[str, Any]:
    """Build an image with a distribution configuration, and return the image as GetImage shows it."""
    client = front.client("imagebuilder", region=HOME)
    inputs = build_inputs(client)
    if distributions:
        made = client.create_distribution_configuration(name="dist", distributions=list(distributions))
        inputs["distributionConfigurationArn"] = made["distributionConfigurationArn"]
    if infrastructure:
        client.update_infrastructure_configuration(
            infrastructureConfigurationArn=inputs["infrastructureConfigurationArn"],
            instanceProfileName="builder",
            **infrastructure,
        )
    arn = client.create_image(**inputs)["imageBuildVersionArn"]
    front.cloud.move_clock(timedelta(minutes=1))
    eventually(lambda: status_of(client, arn) == "AVAILABLE")
    image: dict[str, Any] = client.get_image(imageBuildVersionArn=arn)["image"]
    return image


def ami_of(front: Front, image: dict[str, Any], region: str) -> dict[str, Any]:
    """The image's AMI in a Region, as EC2 describes it."""
    (ami,) = [entry for entry in image["outputResources"]["amis"] if entry["region"] == region]
    machines = front.client("ec2", region=region)
    described: dict[str, Any] = machines.describe_images(ImageIds=[ami["image"]])["Images"][0]
    return described


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_amis_are_named_and_described_as_configured(front: Front, region: str) -> None:
    """The template's placeholders are filled, with spaces around them or without."""
    name = "golden {{ imagebuilder:buildVersion }} {{imagebuilder:buildDate}}"
    ami = {"name": name, "description": "for web servers"}
    image = built(front, {"region": region, "amiDistributionConfiguration": ami})
    date = image["dateCreated"].replace(":", "-")
    described = ami_of(front, image, region)
    assert (described["Name"], described["Description"]) == (f"golden 1 {date}", "for web servers")
    (shown,) = image["outputResources"]["amis"]
    assert (shown["name"], shown["description"]) == (described["Name"], "for web servers")


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_amis_bear_the_configured_tags(front: Front, region: str) -> None:
    """Beside the two that Image Builder always gives."""
    ami = {"name": "golden", "amiTags": {"Team": "Red"}}
    image = built(front, {"region": region, "amiDistributionConfiguration": ami})
    tags = {tag["Key"]: tag["Value"] for tag in ami_of(front, image, region)["Tags"]}
    assert tags == {"Team": "Red", "CreatedBy": "EC2 Image Builder", "Ec2ImageBuilderArn": image["arn"]}


@pytest.mark.parametrize("region", [HOME, AWAY])
def test_amis_are_shared_as_configured(front: Front, region: str) -> None:
    """The launch permission names the accounts."""
    ami = {"name": "golden", "launchPermission": {"userIds": [OTHER_ACCOUNT_ID]}}
    image = built(front, {"region": region, "amiDistributionConfiguration": ami})
    machines = front.client("ec2", region=region)
    attribute = machines.describe_image_attribute(
        ImageId=ami_of(front, image, region)["ImageId"], Attribute="launchPermission"
    )
    assert attribute["LaunchPermissions"] == [{"UserId": OTHER_ACCOUNT_ID}]


def test_launch_templates_get_a_version_with_the_ami(front: Front) -> None:
    """It becomes the default where that is wanted."""
    machines = front.client("ec2", region=HOME)
    template = machines.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "t3.micro", "ImageId": "ami-12345678"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    wanted = {"launchTemplateId": template, "accountId": ACCOUNT_ID, "setDefaultVersion": True}
    image = built(front, {"region": HOME, "launchTemplateConfigurations": [wanted]})
    (version,) = machines.describe_launch_template_versions(LaunchTemplateId=template, Versions=["$Default"])[
        "LaunchTemplateVersions"
    ]
    assert version["VersionNumber"] == 2
    assert version["LaunchTemplateData"]["ImageId"] == ami_of(front, image, HOME)["ImageId"]


def test_parameters_hold_the_ami(front: Front) -> None:
    """In the Region of the distribution, of the type that the configuration names."""
    wanted = {"parameterName": "/golden/ami", "dataType": "text"}
    image = built(front, {"region": AWAY, "ssmParameterConfigurations": [wanted]})
    value = front.client("ssm", region=AWAY).get_parameter(Name="/golden/ami")["Parameter"]["Value"]
    assert value == ami_of(front, image, AWAY)["ImageId"]


def test_an_image_can_be_distributed_once_more(front: Front) -> None:
    """DistributeImage copies the AMI of the image that it is given."""
    client = front.client("imagebuilder", region=HOME)
    source = built(front)
    made = client.create_distribution_configuration(
        name="again", distributions=[{"region": AWAY, "amiDistributionConfiguration": {"name": "copy"}}]
    )
    arn = client.distribute_image(
        sourceImage=source["arn"],
        distributionConfigurationArn=made["distributionConfigurationArn"],
        executionRole="distributor",
    )["imageBuildVersionArn"]
    front.cloud.move_clock(timedelta(minutes=2))
    eventually(lambda: status_of(client, arn) == "AVAILABLE")
    again = client.get_image(imageBuildVersionArn=arn)["image"]
    assert ami_of(front, again, AWAY)["Name"] == "copy"
    assert (
        front.record("CopyImage")["requestParameters"]["sourceImageId"]
        == (source["outputResources"]["amis"][0]["image"])
    )


def test_the_topic_of_the_infrastructure_hears_how_a_build_ended(front: Front) -> None:
    """One message, with the image as its subject."""
    topic = front.client("sns", region=HOME).create_topic(Name="builds")["TopicArn"]
    queues = front.client("sqs", region=HOME)
    queue = queues.create_queue(QueueName="builds")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    front.client("sns", region=HOME).subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    image = built(front, snsTopicArn=topic)
    (message,) = eventually(lambda: queues.receive_message(QueueUrl=queue).get("Messages"))
    told = json.loads(message["Body"])
    assert (told["arn"], told["state"]) == (image["arn"], {"status": "AVAILABLE"})
    assert told["outputResources"]["amis"][0]["image"] == image["outputResources"]["amis"][0]["image"]


def test_the_role_that_records_name_exists_in_iam(front: Front) -> None:
    """Image Builder creates its service-linked role once, and works in it under its unique id."""
    built(front)
    role = front.client("iam").get_role(RoleName="AWSServiceRoleForImageBuilder")["Role"]
    made = front.record("CreateServiceLinkedRole")
    assert made["userIdentity"]["invokedBy"] == "imagebuilder.amazonaws.com"
    issuer = front.record("CreateTags")["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert (issuer["arn"], issuer["principalId"]) == (role["Arn"], role["RoleId"])
