"""The calls to other services that Image Builder makes while it builds.

CloudTrail shows them with `invokedBy: imagebuilder.amazonaws.com`, made in a session of the service-linked
role or of the build's own execution role. They are a selection of what the service makes on AWS, and no build
depends on their success: where one fails, made-up ids stand in.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localaws.arns import region_of
from localaws.call import Caller, Cloud, SessionIssuer
from localaws.errors import AwsError
from localaws.iam_policies import find_role
from localaws.imagebuilder.distribution import Target, finish
from localaws.imagebuilder.models import Store
from localaws.imagebuilder.versions import Arn

SERVICE_PRINCIPAL = "imagebuilder.amazonaws.com"
SERVICE_LINKED_ROLE = f"aws-service-role/{SERVICE_PRINCIPAL}/AWSServiceRoleForImageBuilder"
_SESSION = "ImageBuilder"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build's calls need to know: the image's ARN and parent, where to build it and for where.

    `source_ami` is the AMI to distribute where nothing is built; `topic_arn` hears how the build ends.
    """

    arn: Arn
    output_name: str
    parent_ami: str
    instance_type: str
    subnet_id: str | None
    targets: tuple[Target, ...]
    source_ami: str | None = None
    topic_arn: str | None = None

    def target(self, region: str) -> Target | None:
        """What is wanted in a Region; None where the image does not go there."""
        return next((target for target in self.targets if target.region == region), None)


def build_session(store: Store, execution_role: str | None, created: datetime) -> Caller:
    """The session that a build works in: of its execution role (name or ARN), else the service-linked one.

    https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-builder-service-linked-role.html
    """
    path = execution_role or SERVICE_LINKED_ROLE
    name = path.rpartition("/")[2]
    role_arn = _role_arn(store, path)
    role = find_role(role_arn)
    role_id = "AROA" + hashlib.sha256(role_arn.encode()).hexdigest()[:17].upper() if role is None else role.id
    return Caller(
        type="AssumedRole",
        account_id=store.account_id,
        arn=f"arn:{store.partition}:sts::{store.account_id}:assumed-role/{name}/{_SESSION}",
        principal_id=f"{role_id}:{_SESSION}",
        session_issuer=SessionIssuer("Role", role_id, role_arn, store.account_id, name),
        session_created=created,
    )


def ensure_linked_role(cloud: Cloud, store: Store) -> None:
    """Create the service-linked role of the account, as Image Builder does when it first needs it."""
    if find_role(_role_arn(store, SERVICE_LINKED_ROLE)) is not None:
        return
    try:
        cloud.invoke(
            "iam",
            "CreateServiceLinkedRole",
            {"AWSServiceName": SERVICE_PRINCIPAL},
            region=store.region,
            account_id=store.account_id,
            service_principal=SERVICE_PRINCIPAL,
        )
    except AwsError as error:
        _log.info("CreateServiceLinkedRole failed: %s", error)


def _role_arn(store: Store, path: str) -> str:
    prefix = f"arn:{store.partition}:iam::{store.account_id}:role/"
    return path if path.startswith("arn:") else prefix + path


class ServiceCalls:
    """Makes the calls of one build and remembers the ids that they returned."""

    def __init__(
        self, cloud: Cloud, store: Store, execution_role: str | None, started: datetime, plan: Plan
    ) -> None:
        self._cloud = cloud
        self._store = store
        self._execution_role = execution_role
        self._started = started
        self._session: Caller | None = None
        self._plan = plan
        self._instance_id: str | None = None
        self.amis: dict[str, str] = {}
        self._actions: Mapping[str, Callable[[], None]] = {
            "LaunchInstance": self._launch_instance,
            "ExecuteComponents": self._run_components,
            "CreateImage": self._create_image,
            "TerminateInstance": self._terminate_instance,
            "DistributeImage": self._distribute,
        }

    def perform(self, action: str) -> None:
        """Make the calls of one workflow step action; most actions make none."""
        if action in self._actions:
            self._actions[action]()

    def ami(self, region: str) -> str:
        """The id of the AMI that the build made in a Region."""
        made_up = hashlib.sha256(f"{self._plan.arn}@{region}".encode()).hexdigest()[:17]
        return self.amis.get(region, f"ami-{made_up}")

    def _launch_instance(self) -> None:
        parameters: dict[str, Any] = {
            "ImageId": self.amis.get(self._store.region, self._plan.parent_ami),
            "InstanceType": self._plan.instance_type,
            "MinCount": 1,
            "MaxCount": 1,
            "TagSpecifications": [
                {
                    "ResourceType": "instance",
                    "Tags": [
                        {"Key": "CreatedBy", "Value": "EC2 Image Builder"},
                        {"Key": "Ec2ImageBuilderArn", "Value": str(self._plan.arn)},
                    ],
                }
            ],
        }
        if self._plan.subnet_id is not None:
            parameters["SubnetId"] = self._plan.subnet_id
        instances = self._invoke("ec2", "RunInstances", parameters).get("Instances") or [{}]
        self._instance_id = instances[0].get("InstanceId")

    def _run_components(self) -> None:
        if self._instance_id is not None:
            self._invoke(
                "ssm",
                "SendCommand",
                {
                    "DocumentName": "AWS-RunShellScript",
                    "InstanceIds": [self._instance_id],
                    "Parameters": {"commands": ["awstoe run"]},
                },
            )

    def _create_image(self) -> None:
        if self._instance_id is None:
            return
        target = self._plan.target(self._store.region)
        described = target.described if target else {"Name": self._plan.output_name}
        made = self._invoke("ec2", "CreateImage", {"InstanceId": self._instance_id, **described})
        if "ImageId" in made:
            self.amis[self._store.region] = made["ImageId"]

    def _terminate_instance(self) -> None:
        if self._instance_id is not None:
            self._invoke("ec2", "TerminateInstances", {"InstanceIds": [self._instance_id]})
            self._instance_id = None

    def _distribute(self) -> None:
        built = self.amis.get(self._store.region)
        source = built or self._plan.source_ami
        if source is None:
            return
        for target in self._plan.targets:
            if built is None or target.region != self._store.region:
                self._copy(target, source)
            if target.region in self.amis:
                finish(
                    self._invoke,
                    target,
                    self.amis[target.region],
                    str(self._plan.arn),
                    self._store.account_id,
                )

    def _copy(self, target: Target, source: str) -> None:
        copied = self._invoke(
            "ec2",
            "CopyImage",
            {
                "SourceImageId": source,
                "SourceRegion": self._store.region,
                **target.described,
                **target.encrypted,
            },
            target.region,
        )
        if "ImageId" in copied:
            self.amis[target.region] = copied["ImageId"]

    def notify(self, document: Mapping[str, Any]) -> None:
        """Tell the topic of the infrastructure configuration, where it has one, how a build ended."""
        topic = self._plan.topic_arn
        if topic is not None:
            message = json.dumps({**document, "buildVersion": self._plan.arn.build}, default=str)
            self._invoke("sns", "Publish", {"TopicArn": topic, "Message": message}, region_of(topic))

    def _working_as(self) -> Caller:
        """The session that the build works in, which begins with its first call."""
        if self._session is None:
            if self._execution_role is None:
                ensure_linked_role(self._cloud, self._store)
            self._session = build_session(self._store, self._execution_role, self._started)
        return self._session

    def _invoke(
        self, service: str, operation: str, parameters: Mapping[str, Any], region: str | None = None
    ) -> Mapping[str, Any]:
        try:
            return self._cloud.invoke(
                service,
                operation,
                parameters,
                region=region or self._store.region,
                account_id=self._store.account_id,
                service_principal=SERVICE_PRINCIPAL,
                on_behalf_of=self._working_as(),
            )
        except AwsError as error:
            _log.info("%s of %s failed: %s", operation, self._plan.arn, error)
            return {}
