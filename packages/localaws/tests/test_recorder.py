"""What a record says of a call."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from localaws.actions import is_data_operation, is_read_only, shows_response
from localaws.models import operation_of, record_region
from localaws.record_values import printed
from packages.localaws.tests.front import (
    ACCOUNT_ID,
    COMPONENT,
    OTHER_ACCOUNT_ID,
    Front,
    document,
    refused,
    trust,
)

FIELDS = {
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
    "tlsDetails",
}


def test_record_has_the_documented_fields(front: Front) -> None:
    """A plain management call has exactly the fields that CloudTrail documents for it."""
    front.client("imagebuilder", region="eu-west-1", user_agent="analyst/1").list_images()
    record = front.record("ListImages")
    assert set(record) == FIELDS
    assert record["eventVersion"] == "1.11"
    assert record["eventSource"] == "imagebuilder.amazonaws.com"
    assert record["awsRegion"] == "eu-west-1"
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["userAgent"].startswith("analyst/1")
    assert record["eventType"] == "AwsApiCall"
    assert record["managementEvent"] is True
    assert record["readOnly"] is True
    assert record["requestParameters"] is None
    assert record["responseElements"] is None
    assert record["tlsDetails"]["clientProvidedHostHeader"] == front.server.url.removeprefix("http://")
    assert uuid.UUID(record["eventID"])
    assert datetime.fromisoformat(record["eventTime"]) <= datetime.now(UTC)


def test_change_prints_parameters_and_response(front: Front) -> None:
    """A call that changes something shows what was asked and what came of it, in the service's names."""
    answer = front.client("imagebuilder").create_component(
        name="Example", semanticVersion="1.0.0", platform="Linux", data=COMPONENT, tags={"Team": "Red"}
    )
    record = front.record("CreateComponent")
    assert record["readOnly"] is False
    assert record["requestParameters"]["name"] == "Example"
    assert record["requestParameters"]["tags"] == {"Team": "Red"}
    assert record["responseElements"]["componentBuildVersionArn"] == answer["componentBuildVersionArn"]


def test_failed_call_prints_the_error_and_no_response(front: Front) -> None:
    """A refused call is recorded with the code and message that its client got."""
    arn = f"arn:aws:imagebuilder:us-east-1:{ACCOUNT_ID}:component/none/1.0.0/1"
    with pytest.raises(Exception, match="none") as caught:
        front.client("imagebuilder").delete_component(componentBuildVersionArn=arn)
    error = caught.value.response["Error"]  # type: ignore[attr-defined]
    record = front.record("DeleteComponent")
    assert (record["errorCode"], record["errorMessage"]) == (error["Code"], error["Message"])
    assert record["responseElements"] is None
    assert record["requestParameters"] == {"componentBuildVersionArn": arn}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "name"),
    [
        ("imagebuilder", "list_images", {}, "ListImages"),
        ("cloudtrail", "describe_trails", {}, "DescribeTrails"),
        ("iam", "list_users", {}, "ListUsers"),
        ("s3", "list_buckets", {}, "ListBuckets"),
        ("kms", "list_keys", {}, "ListKeys"),
        ("ec2", "describe_vpcs", {}, "DescribeVpcs"),
        ("sts", "get_caller_identity", {}, "GetCallerIdentity"),
        ("logs", "describe_log_groups", {}, "DescribeLogGroups"),
    ],
)
def test_request_id_is_the_clients(
    front: Front, service: str, operation: str, parameters: dict[str, Any], name: str
) -> None:
    """In every protocol, `requestID` is the id that the client was given."""
    answer = getattr(front.client(service), operation)(**parameters)
    assert front.record(name)["requestID"] == answer["ResponseMetadata"]["RequestId"]


def test_request_id_of_an_error_is_the_clients(front: Front) -> None:
    """That holds for failed calls too."""
    with pytest.raises(Exception, match="NoSuchEntity") as caught:
        front.client("iam").get_user(UserName="nobody")
    given = caught.value.response["ResponseMetadata"]["RequestId"]  # type: ignore[attr-defined]
    assert front.record("GetUser")["requestID"] == given


def test_secrets_never_reach_a_record(front: Front) -> None:
    """Secrets are hidden in parameters, or left out; secret keys are left out of responses."""
    iam = front.client("iam")
    iam.create_user(UserName="alice")
    secret = iam.create_access_key(UserName="alice")["AccessKey"]["SecretAccessKey"]
    iam.create_login_profile(UserName="alice", Password="correct horse battery")
    front.client("secretsmanager").create_secret(Name="secret", SecretString="correct horse battery")
    front.client("ssm").put_parameter(Name="p", Type="SecureString", Value="correct horse battery")
    role = front.role("reader", trust({"AWS": "*"}))
    session = front.client("sts").assume_role(RoleArn=role, RoleSessionName="monday")["Credentials"]
    text = json.dumps(front.records)
    assert "correct horse" not in text
    assert secret not in text
    assert session["SecretAccessKey"] not in text
    hidden = front.record("CreateSecret")["requestParameters"]["secretString"]
    assert hidden == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert (
        front.record("AssumeRole")["responseElements"]["credentials"]["accessKeyId"] == session["AccessKeyId"]
    )


def test_plaintext_and_binary_values_are_left_out(front: Front) -> None:
    """The use of a key is recorded as reading, without plaintext or ciphertext."""
    kms = front.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"correct horse", EncryptionContext={"Purpose": "test"})
    record = front.record("Encrypt")
    assert record["readOnly"] is True
    assert record["responseElements"] is None
    assert record["requestParameters"]["encryptionContext"] == {"Purpose": "test"}
    assert "ciphertext" not in json.dumps(record).lower()
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/{key}"
    assert record["resources"] == [{"accountId": ACCOUNT_ID, "type": "AWS::KMS::Key", "ARN": arn}]


def test_dates_are_printed_as_the_services_print_them(front: Front) -> None:
    """A date in a response is in Java's form, in that of IAM without a comma after the year."""
    alice = front.user("alice")
    created = front.record("CreateUser")["responseElements"]["user"]["createDate"]
    assert datetime.strptime(created, "%b %d, %Y %I:%M:%S %p")  # noqa: DTZ007 - printed without a zone
    arn = front.role("reader", trust({"AWS": ACCOUNT_ID}))
    front.client("sts", alice).assume_role(RoleArn=arn, RoleSessionName="monday")
    expires = front.record("AssumeRole")["responseElements"]["credentials"]["expiration"]
    assert datetime.strptime(expires, "%b %d, %Y, %I:%M:%S %p")  # noqa: DTZ007


def test_single_digits_of_a_date_have_no_zero() -> None:
    """Java writes `Mar 4, 2026, 1:05:06 AM`, and midnight as 12."""
    shape = operation_of("iam", "CreateUser", {}).model.output_shape
    assert shape is not None
    user = {"User": {"CreateDate": datetime(2026, 3, 4, 0, 5, 6, tzinfo=UTC)}}
    assert printed(shape, user) == {"user": {"createDate": "Mar 4, 2026, 12:05:06 AM"}}


def test_bucket_calls_are_printed_in_s3s_form(front: Front) -> None:
    """S3 prints bucketName, Host and the subresource, and the policy as a document."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    policy = document({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Sid": "No"})
    s3.put_bucket_policy(Bucket="example-bucket", Policy=policy)
    s3.put_bucket_versioning(Bucket="example-bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket="example-bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )
    asked = front.record("PutBucketPolicy")["requestParameters"]
    assert asked["bucketName"] == "example-bucket"
    assert asked["bucketPolicy"] == json.loads(policy)
    assert asked["policy"] == ""
    versioning = front.record("PutBucketVersioning")["requestParameters"]
    assert versioning["VersioningConfiguration"] == {"Status": "Enabled"}
    assert front.record("PutBucketPublicAccessBlock")["resources"][0]["ARN"] == "arn:aws:s3:::example-bucket"


def test_data_plane_calls_are_no_management_events(front: Front) -> None:
    """Objects and messages leave no record; making their containers does."""
    s3 = front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"body")
    s3.get_object(Bucket="example-bucket", Key="key")
    topic = front.client("sns").create_topic(Name="topic")["TopicArn"]
    front.client("sns").publish(TopicArn=topic, Message="hello")
    assert [record["eventName"] for record in front.records] == ["CreateBucket", "CreateTopic"]


def test_global_services_are_recorded_in_their_one_region(front: Front) -> None:
    """IAM's calls are in us-east-1 whatever Region the client has; Regional services' are where they are."""
    front.client("iam", region="eu-west-1").list_users()
    front.client("sts", region="eu-west-1").get_caller_identity()
    assert front.record("ListUsers")["awsRegion"] == "us-east-1"
    assert front.record("GetCallerIdentity")["awsRegion"] == "eu-west-1"


@pytest.mark.parametrize(
    ("partition", "region", "recorded"),
    [
        ("aws", "eu-west-1", "us-east-1"),
        ("aws-cn", "cn-northwest-1", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-west-1"),
    ],
)
def test_global_region_belongs_to_the_partition(partition: str, region: str, recorded: str) -> None:
    """Each partition has its own Region for global services."""
    assert record_region("iam", region, partition) == recorded
    assert record_region("imagebuilder", region, partition) == region


def test_assuming_a_role_elsewhere_is_recorded_in_both_accounts(front: Front) -> None:
    """Both accounts get a record with ids of their own and one shared id."""
    role = front.role("shared", trust({"AWS": OTHER_ACCOUNT_ID}))
    front.client("sts", access_key=OTHER_ACCOUNT_ID).assume_role(RoleArn=role, RoleSessionName="monday")
    first, second = (record for record in front.records if record["eventName"] == "AssumeRole")
    assert {first["recipientAccountId"], second["recipientAccountId"]} == {ACCOUNT_ID, OTHER_ACCOUNT_ID}
    assert first["sharedEventID"] == second["sharedEventID"]
    assert first["eventID"] != second["eventID"]
    assert first["resources"] == [{"accountId": ACCOUNT_ID, "type": "AWS::IAM::Role", "ARN": role}]


def test_assuming_a_role_at_home_is_recorded_once(front: Front) -> None:
    """Without another account there is one record and nothing shared."""
    role = front.role("own", trust({"AWS": ACCOUNT_ID}))
    front.client("sts").assume_role(RoleArn=role, RoleSessionName="monday")
    assert "sharedEventID" not in front.record("AssumeRole")


def test_service_call_is_recorded_as_the_services(front: Front) -> None:
    """A call of an AWS service has its principal as identity, source and user agent, and no TLS details."""
    front.cloud.invoke(
        "kms",
        "ListKeys",
        {},
        region="us-east-1",
        account_id=ACCOUNT_ID,
        service_principal="imagebuilder.amazonaws.com",
    )
    record = front.record("ListKeys")
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "imagebuilder.amazonaws.com"}
    assert record["sourceIPAddress"] == record["userAgent"] == "imagebuilder.amazonaws.com"
    assert "tlsDetails" not in record


def test_mistake_of_ours_is_an_internal_failure(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in a service becomes AWS's InternalFailure for the client, and is recorded."""

    def broken(_call: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(front.cloud.native["imagebuilder"], "handle", broken)
    with refused("InternalFailure"):
        front.client("imagebuilder").list_images()
    assert front.record("ListImages")["errorCode"] == "InternalFailure"


def test_read_only_follows_the_access_level() -> None:
    """Reading and listing are read-only, writing is not; the documented exceptions hold."""
    assert is_read_only("imagebuilder", "ListImages")
    assert is_read_only("s3", "GetBucketEncryption")
    assert is_read_only("kms", "GenerateDataKey")
    assert is_read_only("sts", "AssumeRole")
    assert not is_read_only("imagebuilder", "CreateImage")
    assert not is_read_only("kms", "DisableKey")
    assert shows_response("sts", "AssumeRole")
    assert not shows_response("kms", "GenerateDataKey")


def test_objects_are_data_and_buckets_are_not() -> None:
    """What names a key of an object is data; KMS is management throughout."""
    assert is_data_operation("s3", "PutObject")
    assert is_data_operation("sqs", "ReceiveMessage")
    assert not is_data_operation("s3", "PutBucketPolicy")
    assert not is_data_operation("kms", "Decrypt")
