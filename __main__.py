"""An audit trail of every EC2 Image Builder call: settings in, trail up, names out."""

import pulumi

from components.audit_trail import AuditTrail
from config.pulumi_config import load_settings

trail = AuditTrail("audit", load_settings().arguments())

pulumi.export("trail_arn", trail.trail_arn)
pulumi.export("trail_name", trail.trail_name)
pulumi.export("bucket_name", trail.bucket_name)
pulumi.export("key_prefix", trail.key_prefix)
pulumi.export("key_arn", trail.key_arn)
pulumi.export("region", trail.region)
pulumi.export("account_id", trail.account_id)
pulumi.export("auditor_role_arn", trail.auditor_role_arn)
pulumi.export("break_glass_role_arn", trail.break_glass_role_arn)
