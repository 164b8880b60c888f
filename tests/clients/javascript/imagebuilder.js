import {
  CancelImageCreationCommand,
  CreateComponentCommand,
  CreateDistributionConfigurationCommand,
  CreateImagePipelineCommand,
  CreateImageRecipeCommand,
  CreateInfrastructureConfigurationCommand,
  DeleteComponentCommand,
  DeleteDistributionConfigurationCommand,
  DeleteImagePipelineCommand,
  DeleteImageRecipeCommand,
  DeleteInfrastructureConfigurationCommand,
  GetImageCommand,
  GetImagePipelineCommand,
  ImagebuilderClient,
  ListTagsForResourceCommand,
  StartImagePipelineExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateImagePipelineCommand,
  paginateListComponents,
  paginateListImagePipelines,
} from "@aws-sdk/client-imagebuilder";

import { account, all, first, step } from "./step.js";

const builder = `arn:aws:imagebuilder:us-east-1:${account}:`;
const name = "stories";
const pipeline = { imagePipelineArn: `${builder}image-pipeline/${name}` };
const nowhere = { imagePipelineArn: `${builder}image-pipeline/none` };
const recipe = { imageRecipeArn: `${builder}image-recipe/${name}/1.0.0` };
const machines = { infrastructureConfigurationArn: `${builder}infrastructure-configuration/${name}` };
const copies = { distributionConfigurationArn: `${builder}distribution-configuration/${name}` };
const componentArn = `${builder}component/first/1.0.0/1`;
const data = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n";
const client = new ImagebuilderClient();

const call = (Command, parameters, tell) =>
  step(
    `imagebuilder ${Command.name.replace(/Command$/, "")}`,
    () => client.send(new Command(parameters)),
    tell,
  );

export async function tellImageBuilder() {
  await createComponent("first");
  await createComponent("second");
  await createParts();
  await createPipeline();
  await createPipeline();
  await listThem();
  const image = await build();
  await update();
  await tag();
  await deleteThem(image);
}

async function createComponent(component) {
  const wanted = { name: component, semanticVersion: "1.0.0", platform: "Linux", data, tags: { Team: "security" } };
  await call(CreateComponentCommand, wanted, (made) => made.componentBuildVersionArn);
}

async function createParts() {
  await call(CreateImageRecipeCommand, {
    name,
    semanticVersion: "1.0.0",
    parentImage: "arn:aws:imagebuilder:us-east-1:aws:image/amazon-linux-2023-x86/x.x.x",
    components: [{ componentArn }],
  });
  await call(CreateInfrastructureConfigurationCommand, {
    name,
    instanceProfileName: "builder",
    instanceTypes: ["t3.micro"],
  });
  const amiDistributionConfiguration = { name: "stories-{{ imagebuilder:buildDate }}" };
  await call(CreateDistributionConfigurationCommand, {
    name,
    distributions: [{ region: "us-east-1", amiDistributionConfiguration }],
  });
}

async function createPipeline() {
  const wanted = { name, ...recipe, ...machines, ...copies };
  await call(CreateImagePipelineCommand, wanted, (made) => made.imagePipelineArn);
}

async function listThem() {
  await step(
    "imagebuilder ListComponents",
    () => all(paginateListComponents({ client, pageSize: 1 }, { owner: "Self" })),
    (pages) => pages.flatMap((page) => page.componentVersionList.map((one) => one.name)).sort().join(", "),
  );
  await step(
    "imagebuilder ListImagePipelines",
    () => first(paginateListImagePipelines({ client }, { filters: [{ name: "name", values: [name] }] })),
    (page) => page.imagePipelineList[0].name,
  );
}

/** Starts the pipeline and returns the ARN of the image. */
async function build() {
  let imageBuildVersionArn = `${builder}image/${name}/1.0.0/1`;
  for (const started of [pipeline, nowhere]) {
    await call(StartImagePipelineExecutionCommand, started, (begun) => {
      imageBuildVersionArn = begun.imageBuildVersionArn;
      return imageBuildVersionArn;
    });
  }
  await call(GetImageCommand, { imageBuildVersionArn }, (found) => found.image.sourcePipelineArn);
  return { imageBuildVersionArn };
}

async function update() {
  await call(UpdateImagePipelineCommand, { ...pipeline, ...recipe, ...machines, description: "changed" });
  await call(
    GetImagePipelineCommand,
    pipeline,
    ({ imagePipeline: found }) => `${found.description}, ${found.status}`,
  );
}

async function tag() {
  const resource = { resourceArn: pipeline.imagePipelineArn };
  for (const key of ["Team", "aws:Team"]) {
    await call(TagResourceCommand, { ...resource, tags: { [key]: "sécurité & Co" } });
  }
  await call(ListTagsForResourceCommand, resource, (found) => `Team=${found.tags.Team}`);
  await call(UntagResourceCommand, { ...resource, tagKeys: ["Team", "a+b:c/d"] });
}

async function deleteThem(image) {
  await call(DeleteImagePipelineCommand, pipeline);
  await call(DeleteImageRecipeCommand, recipe);
  await call(DeleteInfrastructureConfigurationCommand, machines);
  await call(DeleteDistributionConfigurationCommand, copies);
  for (const component of ["first", "second"]) {
    await call(DeleteComponentCommand, { componentBuildVersionArn: `${builder}component/${component}/1.0.0/1` });
  }
  await call(CancelImageCreationCommand, image);
}
