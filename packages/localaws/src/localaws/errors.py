"""The error that an AWS API answers with."""

from __future__ import annotations


class AwsError(Exception):
    """An API call refused as AWS refuses it; a service has one subclass per code in its exceptions.py."""

    code = "InternalFailure"
    http_status = 400

    def __init__(self, message: str, *, code: str | None = None, http_status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.http_status = http_status or self.http_status
