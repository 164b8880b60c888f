"""One class per error code of EC2 Image Builder, as its service model declares them.

https://docs.aws.amazon.com/imagebuilder/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from localaws.errors import AwsError

# ruff: noqa: N818 - the classes are named as the service names its errors


class DryRunOperationException(AwsError):
    """The request would have succeeded; `dryRun` asked to leave everything as it is."""

    code = "DryRunOperationException"
    http_status = 412


class ForbiddenException(AwsError):
    """The caller may not do what the request needs, such as use its key."""

    code = "ForbiddenException"
    http_status = 403


class IdempotentParameterMismatchException(AwsError):
    """A client token came back with other parameters."""

    code = "IdempotentParameterMismatchException"


class InvalidPaginationTokenException(AwsError):
    """`nextToken` is none that this operation gave out."""

    code = "InvalidPaginationTokenException"


class InvalidParameterCombinationException(AwsError):
    """Two parameters exclude each other, or one lacks its companion."""

    code = "InvalidParameterCombinationException"


class InvalidParameterException(AwsError):
    """A parameter of a tagging operation is invalid."""

    code = "InvalidParameterException"


class InvalidParameterValueException(AwsError):
    """A parameter's value breaks the model's pattern, enumeration or bounds."""

    code = "InvalidParameterValueException"

    @classmethod
    def of(cls, parameter: str, reason: str) -> InvalidParameterValueException:
        """Word the error as Image Builder does; `parameter` is a path such as `distributions[0].region`."""
        return cls(f"The value supplied for parameter '{parameter}' is not valid. {reason}")


class InvalidRequestException(AwsError):
    """The request lacks something, or asks for what the resource's state does not allow."""

    code = "InvalidRequestException"


class InvalidVersionNumberException(AwsError):
    """A semantic version is out of bounds or has its wildcards in the wrong places."""

    code = "InvalidVersionNumberException"


class ResourceAlreadyExistsException(AwsError):
    """The name (and version) is taken."""

    code = "ResourceAlreadyExistsException"

    @classmethod
    def of(cls, noun: str, arn: str) -> ResourceAlreadyExistsException:
        """Name the resource that is in the way; `noun` is its kind, such as `ImageRecipe`."""
        return cls(f"The following resource '{noun}' already exists: '{arn}'.")


class ResourceDependencyException(AwsError):
    """Another resource needs this one."""

    code = "ResourceDependencyException"

    @classmethod
    def of(cls, arn: str) -> ResourceDependencyException:
        """Name the resource that cannot go."""
        return cls(f"Resource dependency error: The resource ARN '{arn}' has other resources depended on it.")


class ResourceInUseException(AwsError):
    """The resource is busy with another request."""

    code = "ResourceInUseException"


class ResourceNotFoundException(AwsError):
    """No such resource, or none that the caller's account may see."""

    code = "ResourceNotFoundException"
    http_status = 404

    @classmethod
    def of(cls, identifier: str) -> ResourceNotFoundException:
        """Name what was looked for."""
        return cls(f"The resource '{identifier}' was not found.")


class ServiceQuotaExceededException(AwsError):
    """The account has as many resources of this kind as its quota allows."""

    code = "ServiceQuotaExceededException"
    http_status = 402
