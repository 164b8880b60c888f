import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  PutMetricAlarmCommand,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import { DeleteRuleCommand, DescribeRuleCommand, EventBridgeClient, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { DecryptCommand, DescribeKeyCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import { account, first, step, text } from "./step.js";

const name = "stories";
const KeyId = process.env.STORIES_KEY;
const call = (service, client, Command, parameters, tell) =>
  step(`${service} ${Command.name.replace(/Command$/, "")}`, () => client.send(new Command(parameters)), tell);

export async function tellServices() {
  await assumeRole();
  await encrypt();
  await publish();
  await send();
  await log();
  await watch();
  await route();
}

async function assumeRole() {
  const sts = new STSClient();
  const statement = { Effect: "Allow", Action: "sns:*", Resource: "*" };
  const wanted = {
    RoleArn: process.env.STORIES_ROLE,
    RoleSessionName: name,
    Tags: [{ Key: "Team", Value: "security" }],
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
  };
  let session = {};
  await identify(sts);
  await call("sts", sts, AssumeRoleCommand, wanted, ({ Credentials: keys, AssumedRoleUser: user }) => {
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
    session = { credentials: { accessKeyId, secretAccessKey, sessionToken } };
    return user.Arn;
  });
  await identify(new STSClient(session));
  await call("kms", new KMSClient(session), DescribeKeyCommand, { KeyId }); // not in the session's policy
}

async function identify(sts) {
  await call("sts", sts, GetCallerIdentityCommand, {}, (found) => found.Arn);
}

async function encrypt() {
  const kms = new KMSClient();
  const purpose = { purpose: name };
  let CiphertextBlob = Buffer.from("none");
  const plain = { KeyId, Plaintext: Buffer.from(text), EncryptionContext: purpose };
  await call("kms", kms, EncryptCommand, plain, (made) => {
    CiphertextBlob = made.CiphertextBlob;
    return "ok";
  });
  for (const EncryptionContext of [purpose, { purpose: "another" }]) {
    const sealed = { KeyId, CiphertextBlob, EncryptionContext };
    await call("kms", kms, DecryptCommand, sealed, (opened) => Buffer.from(opened.Plaintext).toString().trim());
  }
}

async function publish() {
  const sns = new SNSClient();
  const topic = { TopicArn: `arn:aws:sns:us-east-1:${account}:${name}` };
  await call("sns", sns, CreateTopicCommand, { Name: name });
  await call("sns", sns, PublishCommand, { ...topic, Message: text });
  await call("sns", sns, DeleteTopicCommand, topic);
  await call("sns", sns, GetTopicAttributesCommand, topic);
}

async function send() {
  const sqs = new SQSClient();
  const queue = { QueueUrl: `${process.env.AWS_ENDPOINT_URL}/${account}/${name}` };
  await call("sqs", sqs, CreateQueueCommand, { QueueName: name });
  await call("sqs", sqs, SendMessageCommand, { ...queue, MessageBody: text });
  await call("sqs", sqs, ReceiveMessageCommand, queue, (found) => found.Messages[0].Body.trim());
  await call("sqs", sqs, DeleteQueueCommand, queue);
  await call("sqs", sqs, GetQueueUrlCommand, { QueueName: name });
}

async function log() {
  const client = new CloudWatchLogsClient();
  const group = { logGroupName: name };
  await call("logs", client, CreateLogGroupCommand, group);
  await call("logs", client, CreateLogGroupCommand, group);
  await step(
    "logs DescribeLogGroups",
    () => first(paginateDescribeLogGroups({ client }, {})),
    (page) => page.logGroups[0].logGroupName,
  );
  await call("logs", client, DeleteLogGroupCommand, group);
}

async function watch() {
  const client = new CloudWatchClient();
  await call("monitoring", client, PutMetricAlarmCommand, {
    AlarmName: name,
    Namespace: name,
    MetricName: name,
    Statistic: "Sum",
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1.5,
    ComparisonOperator: "GreaterThanThreshold",
  });
  await step(
    "monitoring DescribeAlarms",
    () => first(paginateDescribeAlarms({ client }, {})),
    (page) => page.MetricAlarms[0].AlarmName,
  );
  await call("monitoring", client, DeleteAlarmsCommand, { AlarmNames: [name] });
}

async function route() {
  const events = new EventBridgeClient();
  await call("events", events, PutRuleCommand, { Name: name, ScheduleExpression: "rate(1 hour)" });
  await call("events", events, DeleteRuleCommand, { Name: name });
  await call("events", events, DescribeRuleCommand, { Name: name });
}
