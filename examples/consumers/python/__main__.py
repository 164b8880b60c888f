"""A program of your own that takes its audit trail from AuditTrail."""

import pulumi
from pulumi_image_builder_trail import AuditTrail

audit = AuditTrail(
    "audit",
    expiration_days=400,
    roles=True,
    auditor_trusted_arns=["arn:aws:iam::123456789012:root"],
    tags={"Team": "security"},
    protect_logs=False,  # only so that this example can be destroyed again: leave it out
)

pulumi.export("trailArn", audit.trail_arn)
pulumi.export("bucketName", audit.bucket_name)
pulumi.export("auditorRoleArn", audit.auditor_role_arn)
