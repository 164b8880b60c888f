package stories;

import static stories.Step.ACCOUNT;
import static stories.Step.done;
import static stories.Step.step;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.imagebuilder.ImagebuilderClient;
import software.amazon.awssdk.services.imagebuilder.model.ComponentConfiguration;
import software.amazon.awssdk.services.imagebuilder.model.ComponentVersion;
import software.amazon.awssdk.services.imagebuilder.model.Distribution;
import software.amazon.awssdk.services.imagebuilder.model.Filter;

/** A pipeline with all its parts, from the first component to the end. */
final class ImageBuilderStory {
    private static final String BUILDER = "arn:aws:imagebuilder:us-east-1:" + ACCOUNT + ":";
    private static final String NAME = "stories";
    private static final String PIPELINE = BUILDER + "image-pipeline/" + NAME;
    private static final String RECIPE = BUILDER + "image-recipe/" + NAME + "/1.0.0";
    private static final String MACHINES = BUILDER + "infrastructure-configuration/" + NAME;
    private static final String COPIES = BUILDER + "distribution-configuration/" + NAME;
    private static final String COMPONENT = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n";

    private final ImagebuilderClient client = ImagebuilderClient.create();
    private String image = BUILDER + "image/" + NAME + "/1.0.0/1";

    void tell() {
        createComponent("first");
        createComponent("second");
        createParts();
        createPipeline();
        createPipeline();
        list();
        start(PIPELINE);
        start(BUILDER + "image-pipeline/none");
        step("imagebuilder GetImage",
                () -> client.getImage(one -> one.imageBuildVersionArn(image)).image().sourcePipelineArn());
        update();
        tag("Team");
        tag("aws:Team");
        untag();
        delete();
    }

    private void createComponent(String name) {
        step("imagebuilder CreateComponent", () -> client.createComponent(one -> one.name(name)
                .semanticVersion("1.0.0").platform("Linux").data(COMPONENT).tags(Map.of("Team", "security")))
                .componentBuildVersionArn());
    }

    private void createParts() {
        var component = ComponentConfiguration.builder().componentArn(BUILDER + "component/first/1.0.0/1").build();
        done("imagebuilder CreateImageRecipe", () -> client.createImageRecipe(one -> one.name(NAME)
                .semanticVersion("1.0.0").components(component)
                .parentImage("arn:aws:imagebuilder:us-east-1:aws:image/amazon-linux-2023-x86/x.x.x")));
        done("imagebuilder CreateInfrastructureConfiguration", () -> client.createInfrastructureConfiguration(
                one -> one.name(NAME).instanceProfileName("builder").instanceTypes("t3.micro")));
        var copy = Distribution.builder().region("us-east-1")
                .amiDistributionConfiguration(ami -> ami.name("stories-{{ imagebuilder:buildDate }}")).build();
        done("imagebuilder CreateDistributionConfiguration", () -> client.createDistributionConfiguration(
                one -> one.name(NAME).distributions(copy)));
    }

    private void createPipeline() {
        step("imagebuilder CreateImagePipeline", () -> client.createImagePipeline(one -> one.name(NAME)
                .imageRecipeArn(RECIPE).infrastructureConfigurationArn(MACHINES).distributionConfigurationArn(COPIES))
                .imagePipelineArn());
    }

    private void list() {
        step("imagebuilder ListComponents", () -> client.listComponentsPaginator(one -> one.owner("Self").maxResults(1))
                .stream().flatMap(page -> page.componentVersionList().stream()).map(ComponentVersion::name)
                .sorted().collect(Collectors.joining(", ")));
        var named = Filter.builder().name("name").values(NAME).build();
        step("imagebuilder ListImagePipelines", () -> client.listImagePipelinesPaginator(one -> one.filters(named))
                .iterator().next().imagePipelineList().get(0).name());
    }

    private void start(String pipeline) {
        step("imagebuilder StartImagePipelineExecution", () -> image =
                client.startImagePipelineExecution(one -> one.imagePipelineArn(pipeline)).imageBuildVersionArn());
    }

    private void update() {
        done("imagebuilder UpdateImagePipeline", () -> client.updateImagePipeline(one -> one.imagePipelineArn(PIPELINE)
                .imageRecipeArn(RECIPE).infrastructureConfigurationArn(MACHINES).description("changed")));
        step("imagebuilder GetImagePipeline", () -> {
            var found = client.getImagePipeline(one -> one.imagePipelineArn(PIPELINE)).imagePipeline();
            return found.description() + ", " + found.statusAsString();
        });
    }

    private void tag(String key) {
        done("imagebuilder TagResource", () -> client.tagResource(one -> one.resourceArn(PIPELINE)
                .tags(Map.of(key, "sécurité & Co"))));
    }

    private void untag() {
        step("imagebuilder ListTagsForResource", () -> "Team="
                + client.listTagsForResource(one -> one.resourceArn(PIPELINE)).tags().get("Team"));
        done("imagebuilder UntagResource", () -> client.untagResource(one -> one.resourceArn(PIPELINE)
                .tagKeys("Team", "a+b:c/d")));
    }

    private void delete() {
        done("imagebuilder DeleteImagePipeline",
                () -> client.deleteImagePipeline(one -> one.imagePipelineArn(PIPELINE)));
        done("imagebuilder DeleteImageRecipe", () -> client.deleteImageRecipe(one -> one.imageRecipeArn(RECIPE)));
        done("imagebuilder DeleteInfrastructureConfiguration", () -> client.deleteInfrastructureConfiguration(
                one -> one.infrastructureConfigurationArn(MACHINES)));
        done("imagebuilder DeleteDistributionConfiguration", () -> client.deleteDistributionConfiguration(
                one -> one.distributionConfigurationArn(COPIES)));
        for (String name : List.of("first", "second")) {
            done("imagebuilder DeleteComponent", () -> client.deleteComponent(
                    one -> one.componentBuildVersionArn(BUILDER + "component/" + name + "/1.0.0/1")));
        }
        done("imagebuilder CancelImageCreation",
                () -> client.cancelImageCreation(one -> one.imageBuildVersionArn(image)));
    }
}
