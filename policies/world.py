"""What is asked for in the proofs, and under which circumstances, by the names of `expectations.yaml`.

What a document brings to ask for stands on its card; here is the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from config.settings.access import MFA, SOURCE_IDENTITY, TRUSTED_ARN
from config.stack import Stack
from policies.documents import cards_of
from policies.documents.card import OTHER_KEY_ID, Context, Target, near_place, other_region


def targets(stack: Stack) -> dict[str, Target]:
    """Return everything that is asked for, by name."""
    account, place = stack.place.account_id, stack.place
    found = {
        "trail": Target(stack.trail_arn, account),
        "another trail": Target(f"{stack.trail_arn}-2", account),
        "namesake trail": Target(
            place.arn("cloudtrail", f"trail/{stack.trail}", region=near_place(place).region), account
        ),
        "another role": Target(place.role_arn("Administrator"), account),
        "the account": Target("*", account),
    }
    for arn in tuple(stack.trusted_here)[:1]:
        found["trusted role"] = Target(arn, account)
        found["role called almost as the trusted"] = Target(f"{arn}x", account)
    for card in cards_of(stack):
        found |= card.targets(stack)
    return found


def circumstances(stack: Stack) -> dict[str, Context]:
    """Return the circumstances that a question may give, as condition keys."""
    abroad = replace(stack.place, region=other_region(stack.place))
    encryption = "s3:x-amz-server-side-encryption"
    bound = "kms:EncryptionContext:aws:cloudtrail:arn"
    other_key = f"{stack.key_arn.rpartition('/')[0]}/{OTHER_KEY_ID}"
    first, *_, last = stack.key_tags
    other_project = {**stack.key_tags, first: "another"}
    other_stack = {**stack.key_tags, last: "another"}
    return {
        **{name: one for card in cards_of(stack) for name, one in card.circumstances(stack).items()},
        "no TLS": {"aws:SecureTransport": "false"},
        "TLS 1.1": {"s3:TlsVersion": "1.1"},
        "owner control": {"s3:x-amz-acl": "bucket-owner-full-control"},
        "public ACL": {"s3:x-amz-acl": "public-read"},
        "this key": {encryption: "aws:kms", f"{encryption}-aws-kms-key-id": stack.key_arn},
        "another key": {encryption: "aws:kms", f"{encryption}-aws-kms-key-id": other_key},
        "S3's own key": {encryption: "AES256"},
        "through S3": {"kms:ViaService": stack.place.via_service("s3")},
        "through S3 in another Region": {"kms:ViaService": abroad.via_service("s3")},
        "through another service": {"kms:ViaService": stack.place.via_service("ec2")},
        "bound to this trail": {bound: stack.trail_arn},
        "bound to this trail from another Region": {bound: replace(stack, place=abroad).trail_arn},
        "bound to another trail": {bound: f"{stack.trail_arn}-2"},
        "the stack's tags": _tags("Resource", stack.key_tags),
        "asking for the stack's tags": _tags("Request", stack.key_tags),
        "another stack's tags": _tags("Resource", other_stack),
        "asking for another stack's tags": _tags("Request", other_stack),
        "another project's tags": _tags("Resource", other_project),
        "asking for another project's tags": _tags("Request", other_project),
        "a source identity": {"aws:SourceIdentity": "someone@example.com"},
        "within the boundary": {"iam:PermissionsBoundary": str(stack.boundary_arn)},
        "within another boundary": {"iam:PermissionsBoundary": f"{stack.boundary_arn}-2"},
        "fresh MFA": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"},
        "MFA of 15 minutes ago": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "900"},
        "MFA of 16 minutes ago": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "960"},
        "no MFA": {"aws:MultiFactorAuthPresent": "false"},
        "the external id": {"sts:ExternalId": stack.settings.access.auditor_external_id or "external-id"},
        "another external id": {"sts:ExternalId": "another-external-id"},
    }


def traits(stack: Stack) -> dict[str, bool]:
    """Return what sets stacks apart, so that a question can be for some of them only."""
    settings = stack.settings
    protected, break_glass = stack.protected, stack.break_glass_role is not None
    deployer_named = stack.deployer_role_arn is not None
    return {
        "logs protected": protected,
        "break-glass": break_glass,
        "deployer named": deployer_named,
        "settings open": not (protected and break_glass),
        "key policy open": not (protected and break_glass and deployer_named),
        "auditor": stack.auditor_role is not None,
        "external id": bool(settings.access.auditor_external_id),
        "auditors of this account": _account_trusted(stack, settings.access.auditor_trusted_arns),
        "auditor by MFA": settings.access.auditor_requires == MFA,
        "auditor by source identity": settings.access.auditor_requires == SOURCE_IDENTITY,
        "auditor by ARN": settings.access.auditor_requires == TRUSTED_ARN,
        "glass breakers of this account": _account_trusted(stack, settings.access.break_glass_trusted_arns),
        "break-glass by MFA": settings.access.break_glass_requires == MFA,
        "break-glass by source identity": settings.access.break_glass_requires == SOURCE_IDENTITY,
        "break-glass by ARN": settings.access.break_glass_requires == TRUSTED_ARN,
        "bounded roles": stack.boundary_arn is not None,
        "bucket key": settings.log_bucket.s3_bucket_key,
        "access logs": stack.access_log_bucket is not None,
        "log group": stack.log_group is not None,
    }


def _account_trusted(stack: Stack, trusted: tuple[str, ...]) -> bool:
    """Whether a role trusts this whole account, so that its IAM policies decide who may take it on."""
    return not trusted or stack.place.root_arn in trusted


def _tags(kind: str, tags: Mapping[str, str]) -> Context:
    return {f"aws:{kind}Tag/{name}": value for name, value in tags.items()}
