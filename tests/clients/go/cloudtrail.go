package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	account  = "123456789012"
	trail    = "stories"
	trailArn = "arn:aws:cloudtrail:us-east-1:" + account + ":trail/" + trail
	logs     = "stories-logs"
	logsArn  = "arn:aws:s3:::" + logs
	written  = "AWSLogs/" + account + "/"
	service  = `"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}`
	policy   = `{"Version": "2012-10-17", "Statement": [
		{` + service + `, "Action": "s3:GetBucketAcl", "Resource": "` + logsArn + `"},
		{` + service + `, "Action": "s3:PutObject", "Resource": "` + logsArn + `/` + written + `*"}]}`
)

func tellCloudTrail(ctx context.Context, settings aws.Config) {
	client, bucket := cloudtrail.NewFromConfig(settings), s3Client(settings)
	step("s3 CreateBucket", func() (string, error) {
		return done(bucket.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(logs)}))
	})
	createTrail(ctx, client)
	step("s3 PutBucketPolicy", func() (string, error) {
		return done(bucket.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
			Bucket: aws.String(logs), Policy: aws.String(policy),
		}))
	})
	createTrail(ctx, client)
	createTrail(ctx, client)
	step("cloudtrail StartLogging", func() (string, error) {
		return done(client.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String(trail)}))
	})
	chooseEvents(ctx, client)
	describeTrail(ctx, client)
	tagTrail(ctx, client)
	lookUpEvents(ctx, client)
	readLogs(ctx, bucket)
	deleteTrail(ctx, client)
}

func createTrail(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail CreateTrail", func() (string, error) {
		made, err := client.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
			Name: aws.String(trail), S3BucketName: aws.String(logs), EnableLogFileValidation: aws.Bool(true),
		})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s, validated %t", *made.TrailARN, *made.LogFileValidationEnabled), nil
	})
}

func chooseEvents(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail PutEventSelectors", func() (string, error) {
		return done(client.PutEventSelectors(ctx, &cloudtrail.PutEventSelectorsInput{
			TrailName: aws.String(trail),
			EventSelectors: []types.EventSelector{
				{ReadWriteType: types.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true)},
			},
		}))
	})
	step("cloudtrail GetEventSelectors", func() (string, error) {
		found, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(trail)})
		if err != nil {
			return "", err
		}
		return string(found.EventSelectors[0].ReadWriteType), nil
	})
}

func describeTrail(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail GetTrailStatus", func() (string, error) {
		status, err := client.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(trail)})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("logging %t, for %t", *status.IsLogging, time.Since(*status.StartLoggingTime) < time.Hour), nil
	})
	step("cloudtrail DescribeTrails", func() (string, error) {
		found, err := client.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{trail}})
		if err != nil {
			return "", err
		}
		return *found.TrailList[0].S3BucketName, nil
	})
}

func tagTrail(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail AddTags", func() (string, error) {
		return done(client.AddTags(ctx, &cloudtrail.AddTagsInput{
			ResourceId: aws.String(trailArn),
			TagsList:   []types.Tag{{Key: aws.String("Team"), Value: aws.String("sécurité")}},
		}))
	})
	step("cloudtrail ListTags", func() (string, error) {
		pages := cloudtrail.NewListTagsPaginator(client, &cloudtrail.ListTagsInput{ResourceIdList: []string{trailArn}})
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		tag := page.ResourceTagList[0].TagsList[0]
		return *tag.Key + "=" + *tag.Value, nil
	})
}

func lookUpEvents(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail LookupEvents", func() (string, error) {
		pages := cloudtrail.NewLookupEventsPaginator(client, &cloudtrail.LookupEventsInput{
			MaxResults: aws.Int32(2),
			LookupAttributes: []types.LookupAttribute{
				{AttributeKey: types.LookupAttributeKeyEventName, AttributeValue: aws.String("CreateTrail")},
			},
		})
		found := 0
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return "", err
			}
			for _, event := range page.Events {
				if strings.Contains(*event.CloudTrailEvent, "aws-sdk-go-v2/") {
					found++
				}
			}
		}
		return fmt.Sprintf("%d events", found), nil
	})
}

func readLogs(ctx context.Context, bucket *s3.Client) {
	key := written + "none"
	step("s3 ListObjectsV2", func() (string, error) {
		for {
			pages := s3.NewListObjectsV2Paginator(bucket, &s3.ListObjectsV2Input{
				Bucket: aws.String(logs), Prefix: aws.String(written + "CloudTrail/"),
			})
			page, err := pages.NextPage(ctx)
			if err != nil {
				return "", err
			}
			if len(page.Contents) > 0 {
				key = *page.Contents[0].Key
				return "a log file", nil
			}
		}
	})
	step("s3 GetObject", func() (string, error) {
		file, err := bucket.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(logs), Key: aws.String(key)})
		if err != nil {
			return "", err
		}
		defer file.Body.Close()
		plain, err := gzip.NewReader(file.Body)
		if err != nil {
			return "", err
		}
		var log struct {
			Records []struct{ EventSource, UserAgent string }
		}
		if err := json.NewDecoder(plain).Decode(&log); err != nil {
			return "", err
		}
		first := log.Records[0]
		return fmt.Sprintf("records, ours %t", strings.Contains(first.UserAgent, "aws-sdk-go-v2/")), nil
	})
}

func deleteTrail(ctx context.Context, client *cloudtrail.Client) {
	step("cloudtrail StopLogging", func() (string, error) {
		return done(client.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: aws.String(trail)}))
	})
	step("cloudtrail DeleteTrail", func() (string, error) {
		return done(client.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: aws.String(trail)}))
	})
	step("cloudtrail GetTrail", func() (string, error) {
		return done(client.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String(trail)}))
	})
}
