"""CloudTrail: records every call, keeps Event history, and delivers to S3 as long as the policies allow."""

from localaws.cloudtrail.responses import CloudTrail

__all__ = ["CloudTrail"]
