package main

import (
	"example.com/pulumi-image-builder-trail/sdk/go/imagebuildertrail"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		audit, err := imagebuildertrail.NewAuditTrail(ctx, "audit", &imagebuildertrail.AuditTrailArgs{
			ExpirationDays:     pulumi.IntRef(400),
			Roles:              pulumi.BoolRef(true),
			AuditorTrustedArns: []string{"arn:aws:iam::123456789012:root"},
			Tags:               map[string]string{"Team": "security"},
			ProtectLogs:        pulumi.BoolRef(false), // only so that this example can be destroyed again: leave it out
		})
		if err != nil {
			return err
		}
		ctx.Export("trailArn", audit.TrailArn)
		ctx.Export("bucketName", audit.BucketName)
		ctx.Export("auditorRoleArn", audit.AuditorRoleArn)
		return nil
	})
}
