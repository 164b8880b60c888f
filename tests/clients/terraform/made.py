"""What there is in one Region of a local AWS, of all kinds that the configuration makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localaws.testing import LocalAws
from packages.localaws.tests.front import Front
from tests.clients.terraform.client import REGION
from tests.journeys.inventory import inventory

_LISTS = (
    ("imagebuilder", "list_components", "componentVersionList", "arn"),
    ("imagebuilder", "list_container_recipes", "containerRecipeSummaryList", "arn"),
    ("imagebuilder", "list_distribution_configurations", "distributionConfigurationSummaryList", "arn"),
    ("imagebuilder", "list_image_pipelines", "imagePipelineList", "arn"),
    ("imagebuilder", "list_image_recipes", "imageRecipeSummaryList", "arn"),
    ("imagebuilder", "list_images", "imageVersionList", "arn"),
    ("imagebuilder", "list_infrastructure_configurations", "infrastructureConfigurationSummaryList", "arn"),
    ("imagebuilder", "list_lifecycle_policies", "lifecyclePolicySummaryList", "arn"),
    ("imagebuilder", "list_workflows", "workflowVersionList", "arn"),
    ("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ecr", "describe_repositories", "repositories", "repositoryArn"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "Arn"),
    ("logs", "describe_log_groups", "logGroups", "arn"),
    ("sns", "list_topics", "Topics", "TopicArn"),
)


@dataclass(frozen=True)
class Place:
    """The Region that Terraform works in, with root's clients."""

    aws: LocalAws | Front

    def client(self, service: str) -> Any:
        """A boto3 client of this Region."""
        return self.aws.client(service, region=REGION)

    def made(self) -> set[tuple[str, str]]:
        """All that users made, as (kind, name); what AWS's services made for themselves does not count."""
        listed = {
            (kind, item[name])
            for service, operation, kind, name in _LISTS
            for item in self._ask(service, operation)[kind]
        }
        return {(kind, name) for kind, name in inventory(self) | listed if "AWSServiceRole" not in name}

    def _ask(self, service: str, operation: str) -> Any:
        client = self.client(service)
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        own = {"owner": "Self"} if "owner" in shape.input_shape.members else {}
        return getattr(client, operation)(**own)
