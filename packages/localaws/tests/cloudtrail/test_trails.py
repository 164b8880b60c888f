"""Trails: their operations, and AWS's own words for what they refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest

from localaws.testing import ACCOUNT_ID, LocalAws
from packages.localaws.tests.cloudtrail.deployment import (
    BUCKET,
    REGION,
    TRAIL,
    TRAIL_ARN,
    Deployment,
    refusal,
)

ELSEWHERE = "eu-west-1"


@pytest.fixture
def deployment(local_aws: LocalAws) -> Deployment:
    """Bucket and key, in an otherwise empty cloud."""
    local_aws.control("reset", {})
    return Deployment(local_aws)


NO_SUCH_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/11111111-2222-3333-4444-555555555555"
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    (
        {"Name": "ab"},
        "InvalidTrailNameException",
        "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.",
    ),
    (
        {"Name": "a" * 129},
        "InvalidTrailNameException",
        "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.",
    ),
    (
        {"Name": "audit trail"},
        "InvalidTrailNameException",
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.)",
    ),
    ({"Name": "-audit"}, "InvalidTrailNameException", "Trail name must starts with a letter or number."),
    ({"Name": "audit-"}, "InvalidTrailNameException", "Trail name must ends with a letter or number."),
    ({"Name": "au--dit"}, "InvalidTrailNameException", "Trail name cannot have adjacent"),
    ({"Name": "192.168.5.4"}, "InvalidTrailNameException", "Trail name cannot be in IP address format."),
    (
        {"S3BucketName": "no-such-bucket"},
        "S3BucketDoesNotExistException",
        "S3 bucket no-such-bucket does not",
    ),
    ({"S3BucketName": "No_Bucket"}, "InvalidS3BucketNameException", "Bucket name No_Bucket is not valid."),
    (
        {"S3KeyPrefix": "p" * 201},
        "InvalidS3PrefixException",
        "S3 prefix is longer than maximum length of 200",
    ),
    ({"S3KeyPrefix": "elsewhere"}, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is"),
    (
        {"IncludeGlobalServiceEvents": False},
        "InvalidParameterCombinationException",
        "Multi-Region trail must include global service events.",
    ),
    ({"KmsKeyId": NO_SUCH_KEY}, "KmsKeyNotFoundException", NO_SUCH_KEY),
    ({"KmsKeyId": "alias/nothing"}, "KmsKeyNotFoundException", "alias/nothing"),
    ({"KmsKeyId": "not a key"}, "InvalidKmsKeyIdException", "not a key"),
    ({"SnsTopicName": "no such topic"}, "InvalidSnsTopicNameException", "no such topic"),
    ({"SnsTopicName": "nothing"}, "InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the"),
    ({"IsOrganizationTrail": True}, "OrganizationsNotInUseException", "not a member of an organization"),
    (
        {"TagsList": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
        "InvalidTagParameterException",
        "Duplicate",
    ),
]


@pytest.mark.parametrize(("settings", "code", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_wrong_settings_are_refused_and_leave_no_trail(
    deployment: Deployment, settings: dict[str, Any], code: str, message: str
) -> None:
    """Each wrong setting of CreateTrail is answered with AWS's code, and nothing is made."""
    found, text = refusal(deployment.create_trail, **settings)
    assert found == code
    assert message in text
    assert deployment.cloudtrail.list_trails()["Trails"] == []


def test_a_key_that_is_disabled_is_refused(deployment: Deployment) -> None:
    """A key must be enabled."""
    deployment.kms.disable_key(KeyId=deployment.key_id)
    code, message = refusal(deployment.create_trail)
    assert (code, "Disabled" in message) == ("KmsException", True)


def test_a_key_of_another_region_than_the_buckets_is_refused(deployment: Deployment) -> None:
    """Key and bucket must be in one Region."""
    key = deployment.aws.client("kms", region=ELSEWHERE).create_key()["KeyMetadata"]["Arn"]
    assert refusal(deployment.create_trail, KmsKeyId=key)[0] == "KmsKeyNotFoundException"


@pytest.mark.parametrize("sid", ["CloudTrailEncryptsLogs", "CloudTrailDescribesKey"])
def test_a_key_that_cloudtrail_may_not_use_is_refused(deployment: Deployment, sid: str) -> None:
    """CreateTrail and UpdateTrail say that key or bucket do not permit enough, naming both."""
    policy = deployment.key_policy()
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != sid]
    deployment.put_key_policy(policy)
    expected = (
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {BUCKET} or KMS key {deployment.key_arn}.",
    )
    assert refusal(deployment.create_trail) == expected
    deployment.cloudtrail.create_trail(Name=TRAIL, S3BucketName=BUCKET)
    assert refusal(deployment.cloudtrail.update_trail, Name=TRAIL, KmsKeyId=deployment.key_arn) == expected
    assert "KmsKeyId" not in deployment.cloudtrail.get_trail(Name=TRAIL)["Trail"]


def test_an_alias_becomes_the_keys_arn(deployment: Deployment) -> None:
    """A trail shows the ARN of its key, whatever form of id it was given."""
    deployment.kms.create_alias(AliasName="alias/trail", TargetKeyId=deployment.key_id)
    assert deployment.create_trail(KmsKeyId="alias/trail")["KmsKeyId"] == deployment.key_arn


def test_a_name_is_taken_once_a_region(deployment: Deployment) -> None:
    """A second trail of the same name is refused."""
    deployment.create_trail()
    assert refusal(deployment.create_trail) == (
        "TrailAlreadyExistsException",
        f"Trail {TRAIL} already exists for customer: {ACCOUNT_ID}",
    )


def test_a_region_holds_five_trails(deployment: Deployment) -> None:
    """The sixth trail of a Region is refused."""
    policy = deployment.bucket_policy()
    for statement in policy["Statement"][:2]:
        del statement["Condition"]
    deployment.put_bucket_policy(policy)
    for number in range(5):
        deployment.cloudtrail.create_trail(Name=f"trail-{number}", S3BucketName=BUCKET)
    assert refusal(deployment.cloudtrail.create_trail, Name="sixth", S3BucketName=BUCKET) == (
        "MaximumNumberOfTrailsExceededException",
        f"User: {ACCOUNT_ID} already has 5 trails in {REGION}.",
    )


def test_a_trail_that_is_not_there_is_unknown(deployment: Deployment) -> None:
    """Names and ARNs that no trail has are told apart from what is no ARN at all."""
    client = deployment.cloudtrail
    unknown = f"Unknown trail: {TRAIL_ARN} for the user: {ACCOUNT_ID}"
    for call in (client.get_trail, client.start_logging, client.delete_trail, client.get_trail_status):
        assert refusal(call, Name=TRAIL) == ("TrailNotFoundException", unknown)
        assert refusal(call, Name=TRAIL_ARN) == ("TrailNotFoundException", unknown)
        assert refusal(call, Name="arn:aws:s3:::bucket")[0] == "CloudTrailARNInvalidException"
    assert client.describe_trails(trailNameList=[TRAIL])["trailList"] == []


def test_shadows_stand_in_other_regions(deployment: Deployment) -> None:
    """A multi-Region trail shows in every Region, unless shadows are left out; only its home changes it."""
    deployment.create_trail()
    there = deployment.aws.client("cloudtrail", region=ELSEWHERE)
    (shadow,) = there.describe_trails()["trailList"]
    assert (shadow["TrailARN"], shadow["HomeRegion"], shadow["IsMultiRegionTrail"]) == (
        TRAIL_ARN,
        REGION,
        True,
    )
    assert there.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert there.get_trail(Name=TRAIL_ARN)["Trail"] == shadow
    assert there.get_trail_status(Name=TRAIL_ARN)["IsLogging"] is True
    assert there.list_trails()["Trails"] == [{"TrailARN": TRAIL_ARN, "Name": TRAIL, "HomeRegion": REGION}]
    for name in (TRAIL, TRAIL_ARN):
        assert refusal(there.stop_logging, Name=name)[0] == "InvalidHomeRegionException"
        assert refusal(there.update_trail, Name=name)[0] == "InvalidHomeRegionException"


def test_a_single_region_trail_casts_no_shadow(deployment: Deployment) -> None:
    """A trail of one Region neither shows in others nor logs their events."""
    deployment.create_trail(IsMultiRegionTrail=False)
    there = deployment.aws.client("cloudtrail", region=ELSEWHERE)
    assert there.describe_trails()["trailList"] == []
    here, elsewhere = deployment.call_image_builder(), deployment.call_image_builder(1, ELSEWHERE)
    deployment.deliver()
    delivered = set(deployment.delivered_requests())
    assert here <= delivered
    assert not elsewhere & delivered


def test_every_region_has_its_own_log_files(deployment: Deployment) -> None:
    """A multi-Region trail files events under the Region that they happened in."""
    deployment.create_trail()
    elsewhere = deployment.call_image_builder(2, ELSEWHERE)
    deployment.deliver()
    keys = [key for key in deployment.log_keys() if f"/CloudTrail/{ELSEWHERE}/" in key]
    pattern = (
        rf"AWSLogs/{ACCOUNT_ID}/CloudTrail/{ELSEWHERE}/\d{{4}}/\d\d/\d\d/"
        rf"{ACCOUNT_ID}_CloudTrail_{ELSEWHERE}_\d{{8}}T\d{{4}}Z_[A-Za-z0-9]{{16}}\.json\.gz"
    )
    assert keys
    assert all(re.fullmatch(pattern, key) for key in keys)
    records = [record for key in keys for record in deployment.read(key)["Records"]]
    assert {record["awsRegion"] for record in records} == {ELSEWHERE}
    assert elsewhere <= {record["requestID"] for record in records}


def test_global_services_can_be_left_out(deployment: Deployment) -> None:
    """IAM's events go to a trail of us-east-1 only while it includes global services."""
    deployment.create_trail(IsMultiRegionTrail=False)
    iam = deployment.aws.client("iam")
    iam.create_user(UserName="included")
    deployment.deliver()
    deployment.cloudtrail.update_trail(Name=TRAIL, IncludeGlobalServiceEvents=False)
    iam.create_user(UserName="left-out")
    made = deployment.call_image_builder()
    deployment.deliver()
    users = [
        record["requestParameters"]["userName"]
        for record in deployment.delivered()
        if record["eventName"] == "CreateUser"
    ]
    assert users == ["included"]
    assert made <= set(deployment.delivered_requests())


def test_stopping_is_the_last_event_and_starting_goes_on(deployment: Deployment) -> None:
    """What happens while a trail is stopped is never delivered; that it was stopped is."""
    deployment.create_trail()
    before = deployment.call_image_builder()
    deployment.cloudtrail.stop_logging(Name=TRAIL)
    between = deployment.call_image_builder()
    assert deployment.status()["IsLogging"] is False
    deployment.cloudtrail.start_logging(Name=TRAIL)
    after = deployment.call_image_builder()
    deployment.deliver()
    delivered = deployment.delivered_requests()
    assert sorted(delivered) == sorted(before | after)
    assert not between & set(delivered)
    names = [record["eventName"] for record in deployment.delivered()]
    assert names.count("StopLogging") == 1
    status = deployment.status()
    assert status["StopLoggingTime"] <= status["StartLoggingTime"]


def test_deleting_a_trail_delivers_what_it_had(deployment: Deployment) -> None:
    """DeleteTrail loses nothing recorded before, and nothing is written after it."""
    deployment.create_trail()
    made = deployment.call_image_builder(2)
    deployment.cloudtrail.delete_trail(Name=TRAIL_ARN)
    assert made <= set(deployment.delivered_requests())
    keys = deployment.log_keys()
    deployment.call_image_builder()
    deployment.deliver()
    assert deployment.log_keys() == keys
    assert deployment.cloudtrail.list_trails()["Trails"] == []


def test_update_changes_what_it_names_only(deployment: Deployment) -> None:
    """UpdateTrail keeps other settings, and answers with all of them."""
    created = deployment.create_trail(EnableLogFileValidation=True)
    updated = deployment.cloudtrail.update_trail(Name=TRAIL, EnableLogFileValidation=False)
    assert updated["LogFileValidationEnabled"] is False
    for name in ("TrailARN", "S3BucketName", "KmsKeyId", "IsMultiRegionTrail", "IncludeGlobalServiceEvents"):
        assert updated[name] == created[name]
    assert deployment.status()["IsLogging"] is True


def test_what_is_not_imitated_says_so(deployment: Deployment) -> None:
    """Operations of CloudTrail Lake are refused, naming where the limits are written down."""
    code, message = refusal(deployment.cloudtrail.list_event_data_stores)
    assert (code, "LIMITS.md" in message) == ("UnsupportedOperationException", True)
    code, _ = refusal(deployment.cloudtrail.get_resource_policy, ResourceArn=TRAIL_ARN)
    assert code == "ResourceTypeNotSupportedException"
