"""The identities and calls that the corpus mixes: every shape of userIdentity that AWS documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ACCOUNT = "123456789012"
_OTHER_ACCOUNT = "210987654321"


@dataclass(frozen=True)
class Who:
    """A userIdentity element and the name by which a report must call it."""

    who: str
    json: Mapping[str, Any] | None


@dataclass(frozen=True)
class Call:
    """One API call as CloudTrail shows it."""

    source: str
    name: str
    request: Any = None
    response: Any = None
    error: str | None = None
    read_only: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)


def _role_session(role: str, session: str, **more: Any) -> Who:
    return Who(
        f"{role}/{session}",
        {
            "type": "AssumedRole",
            "principalId": f"AROA{abs(hash_of(role)):012X}:{session}",
            "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{role}/{session}",
            "accountId": _ACCOUNT,
            "accessKeyId": "@KEY@",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": f"AROA{abs(hash_of(role)):012X}",
                    "arn": f"arn:aws:iam::{_ACCOUNT}:role/{role}",
                    "accountId": _ACCOUNT,
                    "userName": role,
                },
                "attributes": {"creationDate": "@TIME@", "mfaAuthenticated": "false"},
            },
            **more,
        },
    )


def hash_of(text: str) -> int:
    """A number for a name, the same in each process."""
    return int.from_bytes(text.encode(), "big") % 2**48


def _user(name: str) -> Who:
    return Who(
        name,
        {
            "type": "IAMUser",
            "principalId": f"AIDA{hash_of(name):012X}",
            "arn": f"arn:aws:iam::{_ACCOUNT}:user/{name}",
            "accountId": _ACCOUNT,
            "accessKeyId": f"AKIA{hash_of(name):016X}",
            "userName": name,
        },
    )


IDENTITIES = (
    Who(
        f"root of {_ACCOUNT}",
        {
            "type": "Root",
            "principalId": _ACCOUNT,
            "arn": f"arn:aws:iam::{_ACCOUNT}:root",
            "accountId": _ACCOUNT,
            "accessKeyId": "@KEY@",
            "sessionContext": {"attributes": {"creationDate": "@TIME@", "mfaAuthenticated": "true"}},
        },
    ),
    *(_user(name) for name in ("ana", "bertil", "chidi", "=HYPERLINK(1)")),
    *(
        _role_session(role, session)
        for role in ("deployer", "ImageBuilderAdmin", "ci-runner", "NodeInstanceRole", "AuditReader")
        for session in (
            "github-8812",
            "i-0a1b2c3d4e5f60718",
            "ana@example.com",
            "botocore-session-1767225600",
        )
    ),
    _role_session("AWSServiceRoleForImageBuilder", "Ec2ImageBuilder", invokedBy="imagebuilder.amazonaws.com"),
    Who(
        "carol",
        {
            "type": "FederatedUser",
            "principalId": f"{_ACCOUNT}:carol",
            "arn": f"arn:aws:sts::{_ACCOUNT}:federated-user/carol",
            "accountId": _ACCOUNT,
            "accessKeyId": "@KEY@",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "IAMUser",
                    "principalId": "AIDAEXAMPLE",
                    "arn": f"arn:aws:iam::{_ACCOUNT}:user/broker",
                    "accountId": _ACCOUNT,
                    "userName": "broker",
                },
                "attributes": {"creationDate": "@TIME@", "mfaAuthenticated": "false"},
            },
        },
    ),
    Who(
        "saml-dora",
        {
            "type": "SAMLUser",
            "principalId": "SAMLprovider:saml-dora",
            "userName": "saml-dora",
            "identityProvider": f"arn:aws:iam::{_ACCOUNT}:saml-provider/corp",
        },
    ),
    Who(
        "web-emil",
        {
            "type": "WebIdentityUser",
            "principalId": "accounts.google.com:app:web-emil",
            "userName": "web-emil",
            "identityProvider": "accounts.google.com",
        },
    ),
    Who(
        "94482488-3041-7089-e2f1-example",
        {
            "type": "IdentityCenterUser",
            "accountId": _ACCOUNT,
            "onBehalfOf": {
                "userId": "94482488-3041-7089-e2f1-example",
                "identityStoreArn": f"arn:aws:identitystore::{_ACCOUNT}:identitystore/d-1",
            },
            "credentialId": "90e292de-5eb8-446e-9602-90f7c45044f7",
        },
    ),
    Who(
        f"account {_OTHER_ACCOUNT} (AIDAOTHEREXAMPLE)",
        {"type": "AWSAccount", "principalId": "AIDAOTHEREXAMPLE", "accountId": _OTHER_ACCOUNT},
    ),
    Who("ec2.amazonaws.com", {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}),
    Who("dir-frida", {"type": "Directory", "userName": "dir-frida", "accountId": _ACCOUNT}),
    Who("unknown identity", {"type": "Unknown"}),
    Who("nobody named", None),
)

AGENTS = (
    "aws-cli/2.17.20 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94 md/arch#x86_64 lang/python#3.11.9",
    "Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10.219 md/arch#aarch64 lang/python#3.12.3",
    "APN/1.0 Pulumi/1.0 pulumi/3.130.0 aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0",
    "aws-sdk-java/2.26.20 Linux/5.10.217-205.860.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS",
    "m/E aws-sdk-go-v2/1.26.1 os/linux lang/go#1.21.8 md/GOARCH#amd64 api/ecr#1.27.4 karpenter.sh-v0.36.2",
    "AWS Internal",
    "imagebuilder.amazonaws.com",
)

ADDRESSES = (
    *(f"{net}.{n}".encode() for net in ("203.0.113", "198.51.100", "10.4.17") for n in range(1, 255)),
    b"imagebuilder.amazonaws.com",
    b"AWS Internal",
    b"2001:db8::17",
)

_BUILDER = f"arn:aws:imagebuilder:us-east-1:{_ACCOUNT}:"


def _builder(
    name: str, request: Any, response: Any = None, error: str | None = None, *, read_only: bool = False
) -> Call:
    return Call("imagebuilder.amazonaws.com", name, request, response, error, read_only)


IMAGE_BUILDER_CALLS = (
    _builder(
        "StartImagePipelineExecution",
        {"imagePipelineArn": f"{_BUILDER}image-pipeline/web", "clientToken": "@UUID@"},
        {
            "requestId": "@UUID@",
            "clientToken": "@UUID@",
            "imageBuildVersionArn": f"{_BUILDER}image/web/1.0.0/7",
        },
    ),
    _builder(
        "CreateComponent",
        {
            "name": "harden",
            "semanticVersion": "1.0.1",
            "platform": "Linux",
            "data": 'name: harden\nphases:\n  - name: build\n    steps: [{"action": "ExecuteBash"}]\n',
            "tags": {"team": "images", "eventSource": "ec2.amazonaws.com"},
            "clientToken": "@UUID@",
        },
        {"requestId": "@UUID@", "componentBuildVersionArn": f"{_BUILDER}component/harden/1.0.1/1"},
    ),
    _builder(
        "UpdateInfrastructureConfiguration",
        {
            "infrastructureConfigurationArn": f"{_BUILDER}infrastructure-configuration/small",
            "instanceTypes": ["m7i.large"],
            "securityGroupIds": ["sg-@HEX@"],
            "clientToken": "@UUID@",
        },
        {
            "requestId": "@UUID@",
            "infrastructureConfigurationArn": f"{_BUILDER}infrastructure-configuration/small",
        },
    ),
    _builder("ListImagePipelines", {"maxResults": 25}, read_only=True),
    _builder("GetImage", {"imageBuildVersionArn": f"{_BUILDER}image/web/1.0.0/7"}, read_only=True),
    _builder(
        "DeleteImageRecipe",
        {"imageRecipeArn": f"{_BUILDER}image-recipe/web/1.0.0"},
        error="AccessDeniedException",
    ),
    _builder(
        "GetImagePipeline",
        {"imagePipelineArn": f"{_BUILDER}image-pipeline/no"},
        None,
        "ResourceNotFoundException",
        read_only=True,
    ),
)

OTHER_CALLS = (
    *(
        Call(
            "sts.amazonaws.com",
            "AssumeRole",
            {
                "roleArn": f"arn:aws:iam::{_ACCOUNT}:role/{role}",
                "roleSessionName": "i-@HEX@",
                "durationSeconds": 3600,
            },
            {
                "credentials": {
                    "accessKeyId": "@KEY@",
                    "sessionToken": "@TOKEN@",
                    "expiration": "Jan 1, 2026, 1:00:00 AM",
                },
                "assumedRoleUser": {
                    "assumedRoleId": "AROAEXAMPLE:i-@HEX@",
                    "arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{role}/i-@HEX@",
                },
            },
            extra={
                "resources": [
                    {
                        "accountId": _ACCOUNT,
                        "type": "AWS::IAM::Role",
                        "ARN": f"arn:aws:iam::{_ACCOUNT}:role/{role}",
                    }
                ]
            },
        )
        for role in ("deployer", "NodeInstanceRole")
    ),
    Call(
        "ec2.amazonaws.com",
        "DescribeInstances",
        {"instancesSet": {"items": [{"instanceId": "i-@HEX@"}]}, "filterSet": {}},
    ),
    Call(
        "ec2.amazonaws.com",
        "DescribeNetworkInterfaces",
        {"networkInterfaceIdSet": {"items": [{"networkInterfaceId": "eni-@HEX@"}]}, "filterSet": {}},
    ),
    Call(
        "ec2.amazonaws.com",
        "CreateTags",
        {
            "resourcesSet": {"items": [{"resourceId": "ami-@HEX@"}]},
            "tagSet": {"items": [{"key": "CreatedBy", "value": "imagebuilder.amazonaws.com"}]},
        },
        {"requestId": "@UUID@", "_return": True},
        read_only=False,
    ),
    *(
        Call(
            "kms.amazonaws.com",
            name,
            {
                "keyId": f"arn:aws:kms:us-east-1:{_ACCOUNT}:key/2f0d1c5e-0000-4a0e-9a51-3c3a5c1d2e4f",
                "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::bucket-of-things/@HEX@/@HEX@.parquet"},
            },
            extra={
                "resources": [
                    {
                        "accountId": _ACCOUNT,
                        "type": "AWS::KMS::Key",
                        "ARN": f"arn:aws:kms:us-east-1:{_ACCOUNT}:key/2f0d1c5e-0000-4a0e-9a51-3c3a5c1d2e4f",
                    }
                ]
            },
        )
        for name in ("Decrypt", "GenerateDataKey")
    ),
    Call(
        "s3.amazonaws.com",
        "GetBucketAcl",
        {"bucketName": "logs-@HEX@", "Host": "logs.s3.us-east-1.amazonaws.com", "acl": ""},
        extra={
            "additionalEventData": {
                "SignatureVersion": "SigV4",
                "CipherSuite": "TLS_AES_128_GCM_SHA256",
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "x-amz-id-2": "@ID@",
                "bytesTransferredOut": 480,
            }
        },
    ),
    Call(
        "ec2.amazonaws.com",
        "RunInstances",
        {
            "instancesSet": {"items": [{"imageId": "ami-@HEX@", "minCount": 1, "maxCount": 1}]},
            "instanceType": "m7i.large",
        },
        None,
        "Client.UnauthorizedOperation",
        read_only=False,
    ),
    Call(
        "logs.amazonaws.com",
        "CreateLogStream",
        {"logGroupName": "/aws/lambda/f", "logStreamName": "2026/01/01/[$LATEST]@HEX@@HEX@"},
        read_only=False,
    ),
    Call(
        "ssm.amazonaws.com",
        "UpdateInstanceInformation",
        {
            "instanceId": "i-@HEX@",
            "agentVersion": "3.3.551.0",
            "agentStatus": "Active",
            "iPAddress": "10.4.17.22",
            "computerName": "ip-10-4-17-22.ec2.internal",
            "platformName": "Amazon Linux",
        },
        read_only=False,
    ),
)
