import { Readable } from "node:stream";

import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

import { all, step, text } from "./step.js";

const Bucket = "stories-objects";
const odd = "a b+c/é.txt";
const large = "large.bin";
const PART_SIZE = 5 * 1024 * 1024;

export function s3Client() {
  return new S3Client({ forcePathStyle: true });
}

const client = s3Client();

export async function tellS3() {
  await step("s3 CreateBucket", () => client.send(new CreateBucketCommand({ Bucket })));
  await putObjects();
  await getObjects();
  await uploadParts();
  await listObjects();
  await deleteObjects();
}

async function putObjects() {
  // A stream comes in chunks, with its checksum after the last one.
  const stream = { Body: Readable.from([Buffer.from(text)]), ContentLength: text.length };
  for (const sent of [{ Key: odd, ...stream }, { Key: "one.txt", Body: text }, { Key: "two.txt", Body: text }]) {
    await step(
      "s3 PutObject",
      () => client.send(new PutObjectCommand({ Bucket, ...sent })),
      (put) => `CRC32 ${put.ChecksumCRC32}`,
    );
  }
  const wrong = { Bucket, Key: "bad.txt", Body: text, ChecksumCRC32: "AAAAAA==" };
  await step("s3 PutObject", () => client.send(new PutObjectCommand(wrong)));
}

async function getObjects() {
  for (const Key of [odd, "none.txt"]) await read(Key);
  await step(
    "s3 GetObject",
    async () => fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: odd }), { expiresIn: 60 })),
    async (answer) => {
      const body = await answer.text();
      const code = /<Code>(.*)<\/Code>/.exec(body);
      return code ? `refused: ${code[1]}` : `presigned, ${answer.status}, whole ${body === text}`;
    },
  );
}

async function read(Key) {
  await step(
    "s3 GetObject",
    () => client.send(new GetObjectCommand({ Bucket, Key })),
    async (object) => `${(await object.Body.transformToByteArray()).length} bytes`,
  );
}

async function uploadParts() {
  let upload = { Bucket, Key: large, UploadId: "none" };
  await step("s3 CreateMultipartUpload", async () => {
    const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: large }));
    upload.UploadId = begun.UploadId;
  });
  const Parts = [];
  for (const [index, size] of [PART_SIZE, 3].entries()) {
    const part = { PartNumber: index + 1, ETag: "none" };
    await step(
      "s3 UploadPart",
      () => client.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body: Buffer.alloc(size) })),
      (sent) => {
        part.ETag = sent.ETag;
        part.ChecksumCRC32 = sent.ChecksumCRC32;
        return `CRC32 ${sent.ChecksumCRC32}`;
      },
    );
    Parts.push(part);
  }
  await step("s3 CompleteMultipartUpload", () =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
  );
  await read(large);
}

async function listObjects() {
  await step(
    "s3 ListObjectsV2",
    () => all(paginateListObjectsV2({ client, pageSize: 2 }, { Bucket })),
    (pages) => pages.flatMap((page) => page.Contents.map((object) => object.Key)).join(", "),
  );
}

async function deleteObjects() {
  const Objects = [odd, large, "one.txt", "two.txt"].map((Key) => ({ Key }));
  await step(
    "s3 DeleteObjects",
    () => client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } })),
    (gone) => `${gone.Deleted.length} objects`,
  );
  await step("s3 DeleteBucket", () => client.send(new DeleteBucketCommand({ Bucket })));
}
