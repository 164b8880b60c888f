package main

import (
	"context"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

var name = aws.String("stories")

func tellServices(ctx context.Context, settings aws.Config) {
	assumeRole(ctx, settings)
	encrypt(ctx, kms.NewFromConfig(settings))
	publish(ctx, sns.NewFromConfig(settings))
	send(ctx, sqs.NewFromConfig(settings), *settings.BaseEndpoint)
	log(ctx, cloudwatchlogs.NewFromConfig(settings))
	watch(ctx, cloudwatch.NewFromConfig(settings))
	route(ctx, eventbridge.NewFromConfig(settings))
}

func assumeRole(ctx context.Context, settings aws.Config) {
	client, session := sts.NewFromConfig(settings), settings
	identify(ctx, client)
	step("sts AssumeRole", func() (string, error) {
		given, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
			RoleArn: aws.String(os.Getenv("STORIES_ROLE")), RoleSessionName: name,
			Tags:   []types.Tag{{Key: aws.String("Team"), Value: aws.String("security")}},
			Policy: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}`),
		})
		if err != nil {
			return "", err
		}
		keys := given.Credentials
		session.Credentials = credentials.NewStaticCredentialsProvider(*keys.AccessKeyId, *keys.SecretAccessKey, *keys.SessionToken)
		return *given.AssumedRoleUser.Arn, nil
	})
	identify(ctx, sts.NewFromConfig(session))
	step("kms DescribeKey", func() (string, error) { // which the session's policy does not allow
		return done(kms.NewFromConfig(session).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(os.Getenv("STORIES_KEY"))}))
	})
}

func identify(ctx context.Context, client *sts.Client) {
	step("sts GetCallerIdentity", func() (string, error) {
		found, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", err
		}
		return *found.Arn, nil
	})
}

func encrypt(ctx context.Context, client *kms.Client) {
	key, sealed := aws.String(os.Getenv("STORIES_KEY")), []byte("none")
	purpose := map[string]string{"purpose": "stories"}
	step("kms Encrypt", func() (string, error) {
		made, err := client.Encrypt(ctx, &kms.EncryptInput{KeyId: key, Plaintext: []byte(text), EncryptionContext: purpose})
		if err == nil {
			sealed = made.CiphertextBlob
		}
		return done(made, err)
	})
	for _, given := range []map[string]string{purpose, {"purpose": "another"}} {
		step("kms Decrypt", func() (string, error) {
			opened, err := client.Decrypt(ctx, &kms.DecryptInput{KeyId: key, CiphertextBlob: sealed, EncryptionContext: given})
			if err != nil {
				return "", err
			}
			return strings.TrimSpace(string(opened.Plaintext)), nil
		})
	}
}

func publish(ctx context.Context, client *sns.Client) {
	topic := aws.String("arn:aws:sns:us-east-1:" + account + ":stories")
	step("sns CreateTopic", func() (string, error) {
		return done(client.CreateTopic(ctx, &sns.CreateTopicInput{Name: name}))
	})
	step("sns Publish", func() (string, error) {
		return done(client.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String(text)}))
	})
	step("sns DeleteTopic", func() (string, error) {
		return done(client.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: topic}))
	})
	step("sns GetTopicAttributes", func() (string, error) {
		return done(client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: topic}))
	})
}

func send(ctx context.Context, client *sqs.Client, endpoint string) {
	queue := aws.String(endpoint + "/" + account + "/stories")
	step("sqs CreateQueue", func() (string, error) {
		return done(client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: name}))
	})
	step("sqs SendMessage", func() (string, error) {
		return done(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue, MessageBody: aws.String(text)}))
	})
	step("sqs ReceiveMessage", func() (string, error) {
		found, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue})
		if err != nil {
			return "", err
		}
		return strings.TrimSpace(*found.Messages[0].Body), nil
	})
	step("sqs DeleteQueue", func() (string, error) {
		return done(client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: queue}))
	})
	step("sqs GetQueueUrl", func() (string, error) {
		return done(client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: name}))
	})
}

func log(ctx context.Context, client *cloudwatchlogs.Client) {
	for range 2 {
		step("logs CreateLogGroup", func() (string, error) {
			return done(client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: name}))
		})
	}
	step("logs DescribeLogGroups", func() (string, error) {
		page, err := cloudwatchlogs.NewDescribeLogGroupsPaginator(client, &cloudwatchlogs.DescribeLogGroupsInput{}).NextPage(ctx)
		if err != nil {
			return "", err
		}
		return *page.LogGroups[0].LogGroupName, nil
	})
	step("logs DeleteLogGroup", func() (string, error) {
		return done(client.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: name}))
	})
}

func watch(ctx context.Context, client *cloudwatch.Client) {
	step("monitoring PutMetricAlarm", func() (string, error) {
		return done(client.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
			AlarmName: name, Namespace: name, MetricName: name, Statistic: cloudwatchtypes.StatisticSum,
			Period: aws.Int32(300), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1.5),
			ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold,
		}))
	})
	step("monitoring DescribeAlarms", func() (string, error) {
		page, err := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{}).NextPage(ctx)
		if err != nil {
			return "", err
		}
		return *page.MetricAlarms[0].AlarmName, nil
	})
	step("monitoring DeleteAlarms", func() (string, error) {
		return done(client.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{*name}}))
	})
}

func route(ctx context.Context, client *eventbridge.Client) {
	step("events PutRule", func() (string, error) {
		return done(client.PutRule(ctx, &eventbridge.PutRuleInput{Name: name, ScheduleExpression: aws.String("rate(1 hour)")}))
	})
	step("events DeleteRule", func() (string, error) {
		return done(client.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: name}))
	})
	step("events DescribeRule", func() (string, error) {
		return done(client.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: name}))
	})
}
