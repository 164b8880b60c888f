"""A small Pulumi program with one of everything that a trail needs, for tests to write into a project."""

PROGRAM = """
import json

import pulumi
import pulumi_aws as aws

settings = pulumi.Config()
account = aws.get_caller_identity().account_id
trail_name = settings.get("trail_name") or "journey"
trail_arn = f"arn:aws:cloudtrail:us-east-1:{account}:trail/{trail_name}"
bucket_arn = "arn:aws:s3:::journey-logs"
by_this_trail = {"StringEquals": {"aws:SourceArn": trail_arn}}
service = {"Service": "cloudtrail.amazonaws.com"}
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket_arn}/*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


key = aws.kms.Key(
    "key",
    description=settings.get("key_description") or "Encrypts logs",
    enable_key_rotation=True,
    deletion_window_in_days=7,
    tags={"Project": "journey"},
    policy=document(
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*",
         "Resource": "*"},
        {"Effect": "Allow", "Principal": service, "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
         "Resource": "*", "Condition": by_this_trail},
    ),
)
aws.kms.Alias("alias", name="alias/journey", target_key_id=key.key_id)
bucket = aws.s3.Bucket(
    "bucket", bucket="journey-logs", force_destroy=settings.get_bool("force_destroy") is not False,
    tags={"Project": "journey"},
    opts=pulumi.ResourceOptions(protect=settings.get_bool("protect")),
)
aws.s3.BucketVersioning("versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
aws.s3.BucketOwnershipControls(
    "ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
)
aws.s3.BucketPublicAccessBlock(
    "public", bucket=bucket.id, block_public_acls=True, block_public_policy=True, ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketServerSideEncryptionConfiguration(
    "encryption", bucket=bucket.id,
    rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms",
                                                        "kms_master_key_id": key.arn},
            **({"blocked_encryption_types": ["SSE-C"]} if settings.get_bool("block_sse_c") else {})}],
)
aws.s3.BucketLifecycleConfiguration(
    "lifecycle", bucket=bucket.id,
    rules=[{"id": "expire", "status": "Enabled", "filter": {},
            "expiration": {"days": settings.get_int("expiration_days") or 365},
            "noncurrent_version_expiration": {"noncurrent_days": 30}}],
)
policy = aws.s3.BucketPolicy(
    "policy", bucket=bucket.id,
    policy=document(
        {"Sid": "Check", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
         "Resource": bucket_arn, "Condition": by_this_trail},
        {"Sid": "Write", "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
         "Resource": f"{bucket_arn}/AWSLogs/{account}/*", "Condition": by_this_trail},
    ),
)
trail = aws.cloudtrail.Trail(
    "trail", name=trail_name, s3_bucket_name=policy.bucket, kms_key_id=key.arn, is_multi_region_trail=True,
    enable_log_file_validation=True, tags={"Project": "journey"},
)
role = aws.iam.Role("role", name="journey-reader", assume_role_policy=document(trust))
aws.iam.RolePolicy("inline", role=role.name, policy=document(reading))
managed = aws.iam.Policy("managed", name="journey-reading", policy=document(reading))
aws.iam.RolePolicyAttachment("attachment", role=role.name, policy_arn=managed.arn)
pulumi.export("trail_arn", trail.arn)
"""
STORAGE = {"bucket", "versioning", "ownership", "public", "encryption", "lifecycle", "policy"}
EVERYTHING = {"key", "alias", "trail", "role", "inline", "managed", "attachment", *STORAGE}
