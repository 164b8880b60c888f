"""Where else CloudTrail sends what it records: an SNS topic, a CloudWatch Logs group, EventBridge."""

from localaws.cloudtrail.channels import cloudwatch_logs, eventbridge, sns

__all__ = ["cloudwatch_logs", "eventbridge", "sns"]
