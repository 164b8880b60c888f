"""The form of a finding, a stable code with severity, reason, fix and AWS page; and those of reading logs.

A kind of finding is declared once, at the top level of the module that yields it; several yield those below.
`audit.findings_page` finds each where it is declared and makes docs/findings.md from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

USER_GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
API_REFERENCE = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/"
RESTORED_BY_PULUMI = "Run `pulumi up --refresh`, which sees the change and undoes it"
_LOG_FILES = USER_GUIDE + "cloudtrail-log-file-examples.html"
_INTEGRITY = USER_GUIDE + "cloudtrail-log-file-validation-intro.html"
_RECORD = USER_GUIDE + "cloudtrail-event-reference-record-contents.html"
_LOCATION = USER_GUIDE + "get-and-view-cloudtrail-log-files.html"


class Severity(StrEnum):
    """How much a finding weighs: an error means that evidence is missing from the answer."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What is the same for each finding of one code."""

    code: str
    severity: Severity
    title: str
    why: str
    fix: str
    link: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its kind, the key or path of the object, and what exactly is wrong there."""

    kind: FindingKind
    where: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind.code} {self.kind.title}: {self.where}: {self.detail}"


_RESTORE = (
    "See with `aws cloudtrail validate-logs` whether CloudTrail signed this file, "
    "and restore the object's earlier version."
)

UNREADABLE = FindingKind(
    "IBT101",
    Severity.ERROR,
    "log file could not be fetched",
    "Its events are missing from the answer.",
    "Check s3:GetObject and kms:Decrypt, and that the object is not in an archive tier.",
    _LOCATION,
)
DAMAGED_GZIP = FindingKind(
    "IBT102",
    Severity.ERROR,
    "log file is not sound gzip",
    "Its bytes are known to be wrong somewhere, so none of its records is shown.",
    _RESTORE,
    _INTEGRITY,
)
TRUNCATED_GZIP = FindingKind(
    "IBT103",
    Severity.ERROR,
    "log file ends early",
    "The records before the cut are shown; those after it are missing.",
    _RESTORE,
    _INTEGRITY,
)
TOO_LARGE = FindingKind(
    "IBT104",
    Severity.ERROR,
    "log file is larger than the limit",
    "A file without end, packed or decompressed, would take the machine's memory; it was left at the limit.",
    "If the file is genuine, raise --max-file-mib.",
    _LOCATION,
)
DAMAGED_JSON = FindingKind(
    "IBT105",
    Severity.ERROR,
    "log file is not sound JSON",
    "The records before the fault are shown; what follows cannot be told apart for certain.",
    _RESTORE,
    _LOG_FILES,
)
NO_RECORDS = FindingKind(
    "IBT106",
    Severity.ERROR,
    "log file has no list of Records",
    "A log file is one JSON object whose member Records lists the events; this one is something else.",
    "Remove what is no CloudTrail log file from the source, or restore the object's earlier version.",
    _LOG_FILES,
)
DAMAGED_RECORD = FindingKind(
    "IBT107",
    Severity.ERROR,
    "record has not the form of a CloudTrail record",
    "It is left out, because whatever was said of it would be a guess; the file's other records are shown.",
    _RESTORE,
    _RECORD,
)

TRAILING_BYTES = FindingKind(
    "IBT108",
    Severity.WARNING,
    "log file goes on after its gzip data",
    "The records are whole and shown; the bytes behind them were never written by CloudTrail.",
    _RESTORE,
    _INTEGRITY,
)
REPEATED_RECORDS = FindingKind(
    "IBT109",
    Severity.ERROR,
    "log file lists Records more than once",
    "Of two members of one name, some readers take the first, others the last; all records are shown here.",
    _RESTORE,
    _LOG_FILES,
)
