// Stories of a client in JavaScript: calls to AWS in order, one line on stdout for each, of what came of it.
//
// The endpoint, the Region and the credentials come from the environment, as with any program that uses the SDK.
// STORIES_KEY names a KMS key and STORIES_ROLE a role that are there already.
import { tellCloudTrail } from "./cloudtrail.js";
import { tellImageBuilder } from "./imagebuilder.js";
import { tellS3 } from "./s3.js";
import { tellServices } from "./services.js";

const stories = {
  cloudtrail: tellCloudTrail,
  imagebuilder: tellImageBuilder,
  s3: tellS3,
  services: tellServices,
};

for (const name of process.argv.slice(2)) {
  console.log(`# ${name}`);
  await stories[name]();
}
