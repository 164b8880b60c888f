"""A trail with every mistake that the guard pack knows; never to be deployed."""

import json

import pulumi_aws as aws

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
BUCKET_ARN = "arn:aws:s3:::bad-program-logs"

logs = aws.s3.Bucket("logs", bucket="bad-program-logs", force_destroy=True)
aws.s3.BucketLifecycleConfiguration(
    "lifecycle",
    bucket=logs.bucket,
    rules=[{"id": "short", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 7}}],
)
aws.s3.BucketPolicy(
    "policy",
    bucket=logs.bucket,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AnyTrail",
                    "Effect": "Allow",
                    "Principal": CLOUDTRAIL,
                    "Action": ["s3:GetBucketAcl", "s3:PutObject"],
                    "Resource": [BUCKET_ARN, f"{BUCKET_ARN}/*"],
                },
                {
                    "Sid": "Everybody",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"{BUCKET_ARN}/*",
                },
            ],
        }
    ),
)
aws.kms.Key("key")
aws.cloudtrail.Trail(
    "trail",
    s3_bucket_name=logs.bucket,
    enable_logging=False,
    include_global_service_events=False,
    event_selectors=[{"read_write_type": "WriteOnly"}],
)
