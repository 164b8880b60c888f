"""What policies say to CloudTrail, asked of the evaluator; each "no" in words.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.delivery.trail import DescribedTrail
from iam_evaluation import Decision, Document, Policies, PolicyError, Principal, Request, Verdict, evaluate

_SERVICE = "cloudtrail.amazonaws.com"
CLOUDTRAIL = Principal.service(_SERVICE)


def bucket_refusals(
    trail: DescribedTrail, policy: Document | None, account_id: str, region: str, organization: str | None
) -> Iterator[str]:
    """Say what the bucket's policy (None: it has none) forbids of the two things that delivery needs.

    `account_id` and `region` are those of a call; `organization` is the ID of its, where it matters.
    """
    bucket, owner = f"arn:{trail.partition}:s3:::{trail.bucket}", trail.account_id
    account = f"{organization}/{account_id}" if trail.of_organization else account_id
    log = f"{bucket}/{trail.logs_folder}{account}/CloudTrail/{region}/2026/01/01/log.json.gz"
    source = of_trail(trail) | ({"aws:SourceOrgID": organization} if organization else {})
    written = source | {"s3:x-amz-acl": "bucket-owner-full-control"}
    if trail.key is not None:
        written |= {
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": trail.key,
        }
    yield from refusals(
        Request(CLOUDTRAIL, "s3:GetBucketAcl", bucket, owner, source), Policies(resource=policy)
    )
    yield from refusals(Request(CLOUDTRAIL, "s3:PutObject", log, owner, written), Policies(resource=policy))


def key_refusals(
    trail: DescribedTrail, key_arn: str, policy: Document | None, *, bucket_key: bool
) -> Iterator[str]:
    """Say what the key's policy forbids of what delivery needs; `bucket_key`: one of S3's is on."""
    owner, source = key_arn.split(":")[4], of_trail(trail)
    encryption = source | {"kms:EncryptionContext:aws:cloudtrail:arn": trail.arn}
    uses = [("kms:GenerateDataKey", encryption), ("kms:DescribeKey", source)]
    if bucket_key:
        uses.append(("kms:Decrypt", source))
    for action, context in uses:
        yield from refusals(Request(CLOUDTRAIL, action, key_arn, owner, context), Policies(resource=policy))


def of_trail(trail: DescribedTrail) -> dict[str, str]:
    """What each of CloudTrail's calls for a trail carries."""
    return {
        "aws:SourceArn": trail.arn,
        "aws:SourceAccount": trail.account_id,
        "aws:SecureTransport": "true",
        "s3:TlsVersion": "1.3",
    }


def refusals(request: Request, policies: Policies) -> Iterator[str]:
    """Say in one line why the policies refuse the request, if they do."""
    documents = _documents(policies)
    if not documents:
        yield f"{request.action} is not allowed: there is no policy"
        return
    try:
        decision = evaluate(request, policies)
    except PolicyError as error:
        yield f"{request.action}: the policy cannot be evaluated: {error}"
        return
    if not decision.allowed:
        yield f"{request.action} is not allowed: {_why(request, decision, policies)}"


def _documents(policies: Policies) -> Sequence[Document]:
    return [*policies.identity, *([policies.resource] if policies.resource is not None else [])]


def _why(request: Request, decision: Decision, policies: Policies) -> str:
    if decision.verdict is Verdict.EXPLICIT_DENY:
        denying = ", ".join(
            str(statement.sid or f"number {statement.index + 1}") for statement in decision.statements
        )
        return f"the statement {denying} denies it"
    if policies.boundary is not None and evaluate(request, replace(policies, boundary=None)).allowed:
        return decision.reason
    near = [
        f"the statement {statement.get('Sid') or f'number {number}'} would allow it, but for its {part}"
        for document in _documents(policies)
        for number, statement in enumerate(_statements(document), 1)
        for part in ("Condition", "Resource", "Principal")
        if statement.get("Effect") == "Allow"
        and _allows_without(request, statement, part, of_identity=policies.resource is None)
    ]
    return "; ".join(near) or "no statement allows it"


def _allows_without(request: Request, statement: Document, part: str, *, of_identity: bool) -> bool:
    """Whether the statement would allow the request if this part of it asked for nothing."""
    if part not in statement:
        return False
    widened = {name: value for name, value in statement.items() if name != part}
    if part == "Resource":
        widened["Resource"] = "*"
    elif part == "Principal":
        widened["Principal"] = {"Service": _SERVICE}
    document = {"Version": "2012-10-17", "Statement": [widened]}
    alone = Policies(identity=[document]) if of_identity else Policies(resource=document)
    try:
        return evaluate(request, alone).allowed
    except PolicyError:
        return False


def _statements(policy: Document) -> list[Mapping[str, Any]]:
    statements = policy.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]
