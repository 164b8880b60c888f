"""What bucket and key policies say to CloudTrail, asked of the evaluator; each "no" in words.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit.delivery.trail import Trail
from iam_evaluation import Decision, Policies, PolicyError, Principal, Request, Verdict, evaluate

_CLOUDTRAIL = "cloudtrail.amazonaws.com"
Context = Mapping[str, str]


def bucket_refusals(
    trail: Trail,
    policy: Mapping[str, Any] | None,
    account_id: str,
    region: str,
    organization: str | None,
) -> Iterator[str]:
    """Say what the bucket's policy (None: it has none) forbids of the two things that delivery needs.

    `account_id` and `region` are those of a call; `organization` is the ID of its, where it matters.
    """
    bucket, owner = f"arn:{trail.partition}:s3:::{trail.bucket}", trail.account_id
    account = f"{organization}/{account_id}" if trail.of_organization else account_id
    log = f"{bucket}/{trail.logs_folder}{account}/CloudTrail/{region}/2026/01/01/log.json.gz"
    source = {"aws:SourceOrgID": organization} if organization else {}
    written = {"s3:x-amz-acl": "bucket-owner-full-control"} | source
    if trail.key is not None:
        written |= {
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": trail.key,
        }
    yield from _refusal(trail, "s3:GetBucketAcl", bucket, owner, policy, source)
    yield from _refusal(trail, "s3:PutObject", log, owner, policy, written)


def key_refusals(
    trail: Trail, key_arn: str, policy: Mapping[str, Any] | None, *, bucket_key: bool
) -> Iterator[str]:
    """Say what the key's policy forbids of what delivery needs; `bucket_key`: one of S3's is on."""
    owner = key_arn.split(":")[4]
    encryption = {"kms:EncryptionContext:aws:cloudtrail:arn": trail.arn}
    yield from _refusal(trail, "kms:GenerateDataKey", key_arn, owner, policy, encryption)
    yield from _refusal(trail, "kms:DescribeKey", key_arn, owner, policy, {})
    if bucket_key:
        yield from _refusal(trail, "kms:Decrypt", key_arn, owner, policy, {})


def _refusal(  # noqa: PLR0917 - all of them make the question
    trail: Trail,
    action: str,
    resource: str,
    owner: str,
    policy: Mapping[str, Any] | None,
    context: Context,
) -> Iterator[str]:
    if policy is None:
        yield f"{action} is not allowed: there is no policy"
        return
    request = Request(Principal.service(_CLOUDTRAIL), action, resource, owner, _common(trail) | dict(context))
    try:
        decision = evaluate(request, Policies(resource=policy))
    except PolicyError as error:
        yield f"{action}: the policy cannot be evaluated: {error}"
        return
    if not decision.allowed:
        yield f"{action} is not allowed: {_why(request, decision, policy)}"


def _why(request: Request, decision: Decision, policy: Mapping[str, Any]) -> str:
    if decision.verdict is Verdict.EXPLICIT_DENY:
        denying = ", ".join(
            str(statement.sid or f"number {statement.index + 1}") for statement in decision.statements
        )
        return f"the statement {denying} denies it"
    near = [
        f"the statement {statement.get('Sid') or f'number {number}'} would allow it, but for its {part}"
        for number, statement in enumerate(_statements(policy), 1)
        for part in ("Condition", "Resource", "Principal")
        if statement.get("Effect") == "Allow" and _allows_without(request, statement, part)
    ]
    return "; ".join(near) or "no statement allows it"


def _allows_without(request: Request, statement: Mapping[str, Any], part: str) -> bool:
    """Whether the statement would allow the request if this part of it asked for nothing."""
    widened = {name: value for name, value in statement.items() if name != part}
    if part == "Resource" and "Resource" in statement:
        widened["Resource"] = "*"
    elif part == "Principal" and "Principal" in statement:
        widened["Principal"] = {"Service": _CLOUDTRAIL}
    elif part not in statement:
        return False
    try:
        document = {"Version": "2012-10-17", "Statement": [widened]}
        return evaluate(request, Policies(resource=document)).allowed
    except PolicyError:
        return False


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    statements = policy.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def _common(trail: Trail) -> dict[str, str]:
    """What each of CloudTrail's calls for a trail carries."""
    return {
        "aws:SourceArn": trail.arn,
        "aws:SourceAccount": trail.account_id,
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
    }
