"""The records that both are asked about: every column is there, some have no value, some have odd ones."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
_ROLE = {
    "type": "Role",
    "principalId": "AROAEXAMPLE",
    "arn": f"arn:aws:iam::{ACCOUNT}:role/deployer",
    "accountId": ACCOUNT,
    "userName": "deployer",
}
_ANA = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLE",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/ana",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLE",
    "userName": "ana",
}
_DEPLOYER = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLE:ci-7",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci-7",
    "accountId": ACCOUNT,
    "invokedBy": "cloudformation.amazonaws.com",
    "sessionContext": {
        "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-01T09:00:00Z"},
        "sessionIssuer": _ROLE,
        "webIdFederationData": {"federatedProvider": "idp", "attributes": {"sub": "x", "aud": "y"}},
    },
}


def _record(number: int, **members: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": _ANA,
        "eventTime": f"2026-01-01T{number:02}:30:{number:02}Z",
        "eventSource": "imagebuilder.amazonaws.com",
        "eventName": "ListImages",
        "awsRegion": "us-east-1",
        "sourceIPAddress": f"203.0.113.{number}",
        "userAgent": "aws-cli/2.15 Python/3.11",
        "requestID": f"r-{number}",
        "eventID": f"e-{number}",
        "readOnly": "true",
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        **members,
    }


RECORDS = [
    _record(
        1,
        requestParameters='{"imagePipelineArn":"arn:p","tags":{"a":"b"},"n":7,"on":true,"list":[1,2],"none":null}',
        resources=[
            {"arn": "arn:x", "accountId": ACCOUNT, "type": "AWS::S3::Object"},
            {"arn": "arn:y", "accountId": "222222222222", "type": "AWS::S3::Bucket"},
        ],
    ),
    _record(
        2,
        eventName="StartImagePipelineExecution",
        userIdentity=_DEPLOYER,
        readOnly="false",
        requestParameters='{"imagePipelineArn":"arn:q","x y":"z","clientToken":"t"}',
        resources=[],
        tlsDetails={"tlsVersion": "TLSv1.3"},
    ),
    _record(
        3, errorCode="AccessDeniedException", errorMessage="no: 100%_of it", requestParameters="not json"
    ),
    _record(4, userIdentity=None, eventName="CreateImage", awsRegion="eu-west-1", resources=[None]),
    _record(
        5,
        eventTime="2026-01-31T23:59:59Z",
        userAgent="  Mözilla\tx ",
        errorCode="Throttling",
        requestParameters="[1,2,3]",
        resources=[{"arn": "arn:x", "accountId": None, "type": None}],
    ),
]


def lines() -> list[bytes]:
    """The records as CloudTrail writes them: free-form members are JSON, not text."""
    return [_line(record) for record in RECORDS]


def _line(record: dict[str, Any]) -> bytes:
    whole = json.dumps({name: value for name, value in record.items() if name != "requestParameters"})
    whole = whole.replace('{"arn": "arn:x"', '{"ARN": "arn:x"').replace('{"arn": "arn:y"', '{"ARN": "arn:y"')
    free = record.get("requestParameters")
    if free is None:
        return whole.encode() + b"\n"
    text = free if free.startswith(("{", "[")) else json.dumps(free)
    return f'{whole[:-1]}, "requestParameters": {text}}}\n'.encode()
