import { AuditTrail } from "@pulumi/image-builder-trail";

const audit = new AuditTrail("audit", {
    expirationDays: 400,
    roles: true,
    auditorTrustedArns: ["arn:aws:iam::123456789012:root"],
    tags: { Team: "security" },
    protectLogs: false, // only so that this example can be destroyed again: leave it out
});

export const trailArn = audit.trailArn;
export const bucketName = audit.bucketName;
export const auditorRoleArn = audit.auditorRoleArn;
