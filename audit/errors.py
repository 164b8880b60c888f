"""What makes a command of `audit` stop with one line and exit code 2."""


class AuditError(Exception):
    """Bad input; the message says what, where, what is allowed and how to mend it."""
