"""The policy documents that moto's IAM keeps of users, groups, roles and managed policies."""

from __future__ import annotations

from moto.iam.models import ManagedPolicy


def default_document(policy: ManagedPolicy) -> str:
    """The document of a managed policy's default version, as it was given."""
    version = next(version for version in policy.versions if version.version_id == policy.default_version_id)
    return str(version.document)
