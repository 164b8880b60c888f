"""What a distribution configuration makes of an image's AMI in each Region.

https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-distribution-settings.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{\s*imagebuilder:(\w+)\s*\}\}")
_PERMISSIONS = {
    "userIds": "UserId",
    "userGroups": "Group",
    "organizationArns": "OrganizationArn",
    "organizationalUnitArns": "OrganizationalUnitArn",
}
Invoke = Callable[[str, str, Mapping[str, Any], str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Target:
    """One Region's share of a distribution. `ami` are the members of its AMI distribution configuration."""

    region: str
    name: str
    ami: Mapping[str, Any] = field(default_factory=dict)
    launch_templates: tuple[Mapping[str, Any], ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = ()

    @property
    def described(self) -> dict[str, Any]:
        """The parameters of CreateImage and CopyImage that the configuration gives."""
        given = {"Name": self.name, "Description": self.ami.get("description")}
        return {name: value for name, value in given.items() if value}

    @property
    def encrypted(self) -> dict[str, Any]:
        """The parameters of CopyImage that encrypt the copy under the configuration's key."""
        key = self.ami.get("kmsKeyId")
        return {"Encrypted": True, "KmsKeyId": key} if key else {}

    def tags(self, image_arn: str) -> list[dict[str, str]]:
        """The tags of the AMI: the service's own and the configuration's."""
        own = {"CreatedBy": "EC2 Image Builder", "Ec2ImageBuilderArn": image_arn}
        return [{"Key": key, "Value": value} for key, value in {**own, **self.ami.get("amiTags", {})}.items()]

    def permissions(self) -> list[dict[str, str]]:
        """Whom the AMI is shared with, as ModifyImageAttribute takes it."""
        wanted = self.ami.get("launchPermission", {})
        return [{name: one} for member, name in _PERMISSIONS.items() for one in wanted.get(member, [])]


def targets(document: Mapping[str, Any], region: str) -> tuple[Target, ...]:
    """The Regions that an image goes to: its own, where no distribution configuration says otherwise."""
    distributions = document.get("distributionConfiguration", {}).get("distributions", [])
    return tuple(_target(document, entry) for entry in distributions) or (
        Target(region, output_name(document, None)),
    )


def _target(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Target:
    ami = entry.get("amiDistributionConfiguration", {})
    return Target(
        region=entry["region"],
        name=output_name(document, ami.get("name")),
        ami=ami,
        launch_templates=tuple(entry.get("launchTemplateConfigurations", [])),
        parameters=tuple(entry.get("ssmParameterConfigurations", [])),
    )


def output_name(document: Mapping[str, Any], template: str | None) -> str:
    """The name of an AMI: as the distribution configuration words it, else the image's name and date.

    A placeholder that Image Builder does not know stays as it is.
    """
    date = document["dateCreated"].replace(":", "-")
    if template is None:
        return f"{document['name']} {date}"
    values = {"buildDate": date, "buildVersion": document["version"].partition("/")[2]}
    return _PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group(0)), template)


def finish(invoke: Invoke, target: Target, ami: str, image_arn: str, account_id: str) -> None:
    """Tag and share an AMI that is in its Region, and tell launch templates and parameters of it."""
    for operation, parameters in _finishing(target, ami, image_arn):
        invoke("ec2", operation, parameters, target.region)
    for template in target.launch_templates:
        if template.get("accountId", account_id) == account_id:
            _renew_template(invoke, target.region, template, ami)
    for parameter in target.parameters:
        if parameter.get("amiAccountId", account_id) == account_id:
            _put_parameter(invoke, target.region, parameter, ami)


def _finishing(target: Target, ami: str, image_arn: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "CreateTags", {"Resources": [ami], "Tags": target.tags(image_arn)}
    if permissions := target.permissions():
        yield "ModifyImageAttribute", {"ImageId": ami, "LaunchPermission": {"Add": permissions}}


def _renew_template(invoke: Invoke, region: str, template: Mapping[str, Any], ami: str) -> None:
    """Make a version of a launch template that starts the AMI; the default one, if that is wanted."""
    wanted = {"LaunchTemplateId": template["launchTemplateId"]}
    made = invoke(
        "ec2",
        "CreateLaunchTemplateVersion",
        {**wanted, "SourceVersion": "$Latest", "LaunchTemplateData": {"ImageId": ami}},
        region,
    ).get("LaunchTemplateVersion", {})
    if template.get("setDefaultVersion") and "VersionNumber" in made:
        default = {**wanted, "DefaultVersion": str(made["VersionNumber"])}
        invoke("ec2", "ModifyLaunchTemplate", default, region)


def _put_parameter(invoke: Invoke, region: str, parameter: Mapping[str, Any], ami: str) -> None:
    """Keep the AMI's id in a parameter of Systems Manager."""
    kind = {"DataType": parameter["dataType"]} if "dataType" in parameter else {}
    invoke(
        "ssm",
        "PutParameter",
        {"Name": parameter["parameterName"], "Value": ami, "Type": "String", "Overwrite": True, **kind},
        region,
    )
