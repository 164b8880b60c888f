import { gunzipSync } from "node:zlib";

import {
  AddTagsCommand,
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  paginateListTags,
  paginateLookupEvents,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";

import { s3Client } from "./s3.js";
import { account, all, first, step } from "./step.js";

const trail = "stories";
const trailArn = `arn:aws:cloudtrail:us-east-1:${account}:trail/${trail}`;
const logs = "stories-logs";
const written = `AWSLogs/${account}/`;
const service = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
const policy = {
  Version: "2012-10-17",
  Statement: [
    { ...service, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${logs}` },
    { ...service, Action: "s3:PutObject", Resource: `arn:aws:s3:::${logs}/${written}*` },
  ],
};
const client = new CloudTrailClient();
const bucket = s3Client();

export async function tellCloudTrail() {
  await step("s3 CreateBucket", () => bucket.send(new CreateBucketCommand({ Bucket: logs })));
  await createTrail();
  await step("s3 PutBucketPolicy", () =>
    bucket.send(new PutBucketPolicyCommand({ Bucket: logs, Policy: JSON.stringify(policy) })),
  );
  await createTrail();
  await createTrail();
  await step("cloudtrail StartLogging", () => client.send(new StartLoggingCommand({ Name: trail })));
  await chooseEvents();
  await describeTrail();
  await tagTrail();
  await lookUpEvents();
  await readLogs();
  await deleteTrail();
}

async function createTrail() {
  const wanted = { Name: trail, S3BucketName: logs, EnableLogFileValidation: true };
  await step(
    "cloudtrail CreateTrail",
    () => client.send(new CreateTrailCommand(wanted)),
    (made) => `${made.TrailARN}, validated ${made.LogFileValidationEnabled}`,
  );
}

async function chooseEvents() {
  const selector = { ReadWriteType: "All", IncludeManagementEvents: true };
  await step("cloudtrail PutEventSelectors", () =>
    client.send(new PutEventSelectorsCommand({ TrailName: trail, EventSelectors: [selector] })),
  );
  await step(
    "cloudtrail GetEventSelectors",
    () => client.send(new GetEventSelectorsCommand({ TrailName: trail })),
    (found) => found.EventSelectors[0].ReadWriteType,
  );
}

async function describeTrail() {
  await step(
    "cloudtrail GetTrailStatus",
    () => client.send(new GetTrailStatusCommand({ Name: trail })),
    (status) => `logging ${status.IsLogging}, for ${Date.now() - status.StartLoggingTime < 3_600_000}`,
  );
  await step(
    "cloudtrail DescribeTrails",
    () => client.send(new DescribeTrailsCommand({ trailNameList: [trail] })),
    (found) => found.trailList[0].S3BucketName,
  );
}

async function tagTrail() {
  const tag = { Key: "Team", Value: "sécurité" };
  await step("cloudtrail AddTags", () =>
    client.send(new AddTagsCommand({ ResourceId: trailArn, TagsList: [tag] })),
  );
  await step(
    "cloudtrail ListTags",
    () => first(paginateListTags({ client }, { ResourceIdList: [trailArn] })),
    ({ ResourceTagList: [{ TagsList: [found] }] }) => `${found.Key}=${found.Value}`,
  );
}

async function lookUpEvents() {
  const wanted = { AttributeKey: "EventName", AttributeValue: "CreateTrail" };
  await step(
    "cloudtrail LookupEvents",
    () => all(paginateLookupEvents({ client, pageSize: 2 }, { LookupAttributes: [wanted] })),
    (pages) => {
      const events = pages.flatMap((page) => page.Events);
      return `${events.filter((event) => event.CloudTrailEvent.includes("aws-sdk-js/3")).length} events`;
    },
  );
}

async function readLogs() {
  let key = `${written}none`;
  const where = { Bucket: logs, Prefix: `${written}CloudTrail/` };
  await step("s3 ListObjectsV2", async () => {
    for (;;) {
      const page = await first(paginateListObjectsV2({ client: bucket }, where));
      if (page.KeyCount > 0) {
        key = page.Contents[0].Key;
        return;
      }
    }
  }, () => "a log file");
  await step(
    "s3 GetObject",
    () => bucket.send(new GetObjectCommand({ Bucket: logs, Key: key })),
    async (file) => {
      const { Records } = JSON.parse(gunzipSync(await file.Body.transformToByteArray()));
      return `records, ours ${Records[0].userAgent.includes("aws-sdk-js/3")}`;
    },
  );
}

async function deleteTrail() {
  await step("cloudtrail StopLogging", () => client.send(new StopLoggingCommand({ Name: trail })));
  await step("cloudtrail DeleteTrail", () => client.send(new DeleteTrailCommand({ Name: trail })));
  await step("cloudtrail GetTrail", () => client.send(new GetTrailCommand({ Name: trail })));
}
