"""Records have the shape of AWS's own for the same calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from packages.localaws.tests.front import ACCOUNT_ID, OTHER_ACCOUNT_ID, Front, allow, document, trust
from packages.localaws.tests.record_shapes import MOTOS_OWN, SHAPES, lines, shape_of

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ENVELOPE = {
    "awsRegion",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "responseElements",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
}


class Calls:
    """The calls whose records AWS has published, each made as an administrator of the account."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._key = front.user("christophe")
        front.client("iam").attach_user_policy(UserName="christophe", PolicyArn=ADMINISTRATOR)
        front.records.clear()

    def make(self, name: str) -> None:
        """Make the call of that name, whether or not it fails."""
        event, _, fate = name.partition(", ")
        pythonic = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in event)
        method: Callable[[], None] = getattr(self, f"{pythonic}_{fate}".rstrip("_"))
        with suppress(ClientError):
            method()

    def client(self, service: str) -> Any:
        """A client with the administrator's key."""
        return self._front.client(service, self._key)

    def as_role(self, service: str) -> Any:
        """A client in the session of a role that may do nothing."""
        arn = self._front.role("idle", trust({"AWS": ACCOUNT_ID}))
        session = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")
        return self._front.client(service, session["Credentials"])

    def _assume_role(self) -> None:
        arn = self._front.role("reader", trust({"AWS": ACCOUNT_ID}))
        self.client("sts").assume_role(RoleArn=arn, RoleSessionName="session", DurationSeconds=900)

    def _assume_role_denied(self) -> None:
        arn = self._front.role("closed", trust({"Service": "ec2.amazonaws.com"}))
        self.client("sts").assume_role(RoleArn=arn, RoleSessionName="session", DurationSeconds=900)

    def _attach_user_policy(self) -> None:
        self.client("iam").create_user(UserName="new")
        self.client("iam").attach_user_policy(UserName="new", PolicyArn=ADMINISTRATOR)

    def _authorize_security_group_ingress(self) -> None:
        group = self.client("ec2").create_security_group(GroupName="g", Description="d")["GroupId"]
        self.client("ec2").authorize_security_group_ingress(
            GroupId=group, CidrIp="192.0.2.0/24", FromPort=22, ToPort=22, IpProtocol="tcp"
        )

    def _create_access_key(self) -> None:
        self.client("iam").create_user(UserName="new")
        self.client("iam").create_access_key(UserName="new")

    def _create_login_profile(self) -> None:
        self.client("iam").create_user(UserName="new")
        self.client("iam").create_login_profile(UserName="new", Password="correct horse battery")

    def _create_user(self) -> None:
        self.client("iam").create_user(UserName="new", Tags=[{"Key": "Team", "Value": "Red"}])

    def _delete_flow_logs(self) -> None:
        machines = self.client("ec2")
        self.client("s3").create_bucket(Bucket="flow-logs")
        made = machines.create_flow_logs(
            ResourceIds=[machines.describe_vpcs()["Vpcs"][0]["VpcId"]],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="s3",
            LogDestination="arn:aws:s3:::flow-logs",
        )
        machines.delete_flow_logs(FlowLogIds=made["FlowLogIds"])

    def _delete_login_profile(self) -> None:
        self.client("iam").delete_login_profile(UserName="nobody")

    def _describe_parameters(self) -> None:
        self.client("ssm").describe_parameters(MaxResults=10)

    def _get_caller_identity(self) -> None:
        self.client("sts").get_caller_identity()

    def _get_parameters(self) -> None:
        self.client("ssm").get_parameters(Names=["/a"], WithDecryption=True)

    def _get_password_data_denied(self) -> None:
        self.as_role("ec2").get_password_data(InstanceId="i-0123456789abcdef0")

    def _modify_snapshot_attribute(self) -> None:
        machines = self.client("ec2")
        volume = machines.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
        machines.modify_snapshot_attribute(
            SnapshotId=machines.create_snapshot(VolumeId=volume)["SnapshotId"],
            CreateVolumePermission={"Add": [{"UserId": OTHER_ACCOUNT_ID}]},
        )

    def _put_event_selectors(self) -> None:
        self.client("s3").create_bucket(Bucket="audit-logs")
        service = {"Service": "cloudtrail.amazonaws.com"}
        arn = "arn:aws:s3:::audit-logs"
        policy = document(
            allow("s3:GetBucketAcl", resource=arn, Principal=service),
            allow("s3:PutObject", resource=f"{arn}/*", Principal=service),
        )
        self.client("s3").put_bucket_policy(Bucket="audit-logs", Policy=policy)
        self.client("cloudtrail").create_trail(Name="audit", S3BucketName="audit-logs")
        selector = {
            "ReadWriteType": "ReadOnly",
            "IncludeManagementEvents": False,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": []}],
            "ExcludeManagementEventSources": [],
        }
        self.client("cloudtrail").put_event_selectors(TrailName="audit", EventSelectors=[selector])

    def _run_instances_denied(self) -> None:
        self.as_role("ec2").run_instances(
            ImageId="ami-12345678",
            InstanceType="p2.xlarge",
            MinCount=1,
            MaxCount=10,
            SubnetId="subnet-12345678",
            ClientToken="token",
        )

    def _send_command(self) -> None:
        self.client("ssm").send_command(
            DocumentName="AWS-RunShellScript",
            InstanceIds=["i-0123456789abcdef0"],
            Parameters={"commands": ["true"]},
        )

    def _update_assume_role_policy(self) -> None:
        self._front.role("changed", trust({"AWS": ACCOUNT_ID}))
        self.client("iam").update_assume_role_policy(
            RoleName="changed", PolicyDocument=document(trust({"AWS": OTHER_ACCOUNT_ID}))
        )

    def _update_login_profile(self) -> None:
        self._create_login_profile()
        self.client("iam").update_login_profile(UserName="new", Password="another horse battery")


def recorded(front: Front, name: str) -> Mapping[str, Any]:
    """Make the call of that name, and return its record."""
    Calls(front).make(name)
    event = name.partition(", ")[0]
    return [record for record in front.records if record["eventName"] == event][-1]


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_a_record_has_the_members_that_aws_writes(strict_front: Front, name: str) -> None:
    """The same parameters, elements and resources, of the same names and types; null where null."""
    record, wanted = recorded(strict_front, name), SHAPES[name]
    assert set(shape_of(record["requestParameters"])) == lines(wanted.parameters)
    assert set(shape_of(record["responseElements"])) ^ lines(wanted.elements) == lines(
        MOTOS_OWN.get(name, "")
    )
    assert set(shape_of(record.get("resources"))) == lines(wanted.resources)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_the_envelope_is_that_of_aws(strict_front: Front, name: str) -> None:
    """Nothing is missing, and nothing added but what errors and resources add."""
    added = set(recorded(strict_front, name)) - ENVELOPE
    assert added in ({"resources"}, {"errorCode", "errorMessage"}, set())


def test_errors_of_ec2_say_whose_fault_they_are(strict_front: Front) -> None:
    """EC2 puts `Client.` before the code that its client sees, also where the call was let through."""
    assert recorded(strict_front, "GetPasswordData, denied")["errorCode"] == "Client.UnauthorizedOperation"
    with suppress(ClientError):
        strict_front.client("ec2").describe_instances(InstanceIds=["i-0123456789abcdef0"])
    assert strict_front.record("DescribeInstances")["errorCode"] == "Client.InvalidInstanceID.NotFound"


def test_a_role_of_another_account_hears_nothing_of_a_denial(strict_front: Front) -> None:
    """Only the account of who was denied gets a record."""
    arn = strict_front.role("closed", trust({"Service": "ec2.amazonaws.com"}))
    with suppress(ClientError):
        strict_front.client("sts", access_key=OTHER_ACCOUNT_ID).assume_role(RoleArn=arn, RoleSessionName="me")
    record = strict_front.record("AssumeRole")
    assert (record["errorCode"], record["recipientAccountId"]) == ("AccessDenied", OTHER_ACCOUNT_ID)


def test_federation_tokens_are_no_read(front: Front) -> None:
    """GetFederationToken is recorded as a write, AssumeRole as a read."""
    front.client("sts", front.user("alice")).get_federation_token(Name="guest")
    assert front.record("GetFederationToken")["readOnly"] is False
