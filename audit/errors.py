"""What makes a command of `audit` stop with one line and exit code 2."""

from console.errors import UserError


class AuditError(UserError):
    """Bad input; the message says what, where, what is allowed and how to correct it."""
