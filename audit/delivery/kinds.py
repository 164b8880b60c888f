"""What keeps an event from arriving: the findings of `audit verify`."""

from __future__ import annotations

from audit.findings import FindingKind, Severity

_GUIDE = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
_API = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/"
_BUCKET_POLICY = _GUIDE + "create-s3-bucket-policy-for-cloudtrail.html"
_KEY_POLICY = _GUIDE + "create-kms-key-policy-for-cloudtrail.html"

NO_TRAIL = FindingKind(
    "IBT201",
    Severity.ERROR,
    "no trail delivers the events of this Region",
    "Without a trail, events are kept in Event history only, for 90 days.",
    "Deploy the stack, or name the trail with --trail and the Region with --region.",
    _GUIDE + "cloudtrail-create-and-update-a-trail.html",
)
STOPPED = FindingKind(
    "IBT202",
    Severity.ERROR,
    "logging is stopped",
    "A trail that does not log delivers nothing, and what happens meanwhile is never delivered later.",
    "Run `pulumi up`, or `aws cloudtrail start-logging --name TRAIL`; find out who called StopLogging.",
    _API + "API_StartLogging.html",
)
NOT_SELECTED = FindingKind(
    "IBT203",
    Severity.ERROR,
    "the trail's event selectors leave the call out",
    "A trail delivers only what its selectors select; Image Builder's calls are management events.",
    "Select all management events, read and write, and exclude no event source.",
    _GUIDE + "logging-management-events-with-cloudtrail.html",
)
OTHER_REGION = FindingKind(
    "IBT204",
    Severity.ERROR,
    "the trail does not cover the Region of the call",
    "A single-Region trail delivers the events of its home Region only.",
    "Make it a multi-Region trail.",
    _GUIDE + "cloudtrail-multi-region-trails.html",
)
NO_BUCKET = FindingKind(
    "IBT205",
    Severity.ERROR,
    "the trail's bucket does not exist",
    "CloudTrail has nowhere to write; it does not make the bucket again.",
    "Run `pulumi refresh` and `pulumi up`; find out who called DeleteBucket.",
    _BUCKET_POLICY,
)
BUCKET_REFUSES = FindingKind(
    "IBT206",
    Severity.ERROR,
    "the bucket's policy does not let CloudTrail deliver",
    "CloudTrail must be allowed to read the ACL and to write below AWSLogs/, for this trail.",
    "Run `pulumi up`, which puts the policy back; find out who called PutBucketPolicy.",
    _BUCKET_POLICY,
)
KEY_UNUSABLE = FindingKind(
    "IBT207",
    Severity.ERROR,
    "the trail's key cannot be used",
    "A key that is disabled, deleted or in another Region encrypts nothing, so nothing is delivered.",
    "Enable the key or cancel its deletion; find out who disabled it.",
    "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
)
KEY_REFUSES = FindingKind(
    "IBT208",
    Severity.ERROR,
    "the key's policy does not let CloudTrail encrypt",
    "CloudTrail must be allowed to describe the key and to make data keys, for this trail.",
    "Run `pulumi up`, which puts the policy back; find out who called PutKeyPolicy.",
    _KEY_POLICY,
)
CLOCK_OFF = FindingKind(
    "IBT209",
    Severity.WARNING,
    "this machine's clock differs from AWS's",
    "Times asked for and latencies shown are off by as much; by 15 minutes AWS refuses calls.",
    "Set the clock by NTP.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html",
)
SHORT_LIFE = FindingKind(
    "IBT210",
    Severity.WARNING,
    "a lifecycle rule takes logs away early",
    "What expires within days, or lies in an archive tier, cannot be read when it is asked for.",
    "Raise the expiry, and use Glacier Instant Retrieval instead of the archive tiers.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
)
CANNOT_READ = FindingKind(
    "IBT211",
    Severity.ERROR,
    "these credentials cannot read the delivered logs",
    "The event may have arrived, but this identity may not list, read or decrypt it.",
    "Use the auditor role, or grant s3:ListBucket, s3:GetObject and kms:Decrypt.",
    _GUIDE + "cloudtrail-log-files-access.html",
)
LATE = FindingKind(
    "IBT212",
    Severity.ERROR,
    "the event did not arrive in time",
    "Nothing that would keep it from arriving was found; CloudTrail promises no time.",
    "Wait and run again with a longer --timeout; see the AWS Health Dashboard.",
    _GUIDE + "get-and-view-cloudtrail-log-files.html",
)
DELIVERY_ERROR = FindingKind(
    "IBT213",
    Severity.ERROR,
    "CloudTrail reports that it cannot deliver",
    "GetTrailStatus carries the error of the last attempt.",
    "Mend what the error names; delivery resumes by itself.",
    _API + "API_GetTrailStatus.html",
)
PROBE_FAILED = FindingKind(
    "IBT214",
    Severity.ERROR,
    "the probe call was refused",
    "A call that AWS refuses is recorded too, so the probe goes on with it.",
    "Allow imagebuilder:ListComponents (with --write: CreateComponent, DeleteComponent) to this identity.",
    "https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam.html",
)
NOT_KNOWN = FindingKind(
    "IBT215",
    Severity.WARNING,
    "a part of the trail's state could not be looked at",
    "These credentials may not see it, so it was left out of the search for causes.",
    "Use the auditor or the deployer role.",
    _API + "API_Operations.html",
)
SIDE_CHANNEL = FindingKind(
    "IBT216",
    Severity.WARNING,
    "another channel of the trail reports an error",
    "Log files arrive independently of digests, notifications and CloudWatch Logs.",
    "Mend what the error names.",
    _API + "API_GetTrailStatus.html",
)

DELIVERY_KINDS = (
    NO_TRAIL,
    STOPPED,
    NOT_SELECTED,
    OTHER_REGION,
    NO_BUCKET,
    BUCKET_REFUSES,
    KEY_UNUSABLE,
    KEY_REFUSES,
    CLOCK_OFF,
    SHORT_LIFE,
    CANNOT_READ,
    LATE,
    DELIVERY_ERROR,
    PROBE_FAILED,
    NOT_KNOWN,
    SIDE_CHANNEL,
)
