package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder"
	"github.com/aws/aws-sdk-go-v2/service/imagebuilder/types"
)

const (
	builder   = "arn:aws:imagebuilder:us-east-1:" + account + ":"
	pipeline  = builder + "image-pipeline/stories"
	recipe    = builder + "image-recipe/stories/1.0.0"
	machines  = builder + "infrastructure-configuration/stories"
	copies    = builder + "distribution-configuration/stories"
	component = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n"
)

func tellImageBuilder(ctx context.Context, settings aws.Config) {
	client := imagebuilder.NewFromConfig(settings)
	createComponent(ctx, client, "first")
	createComponent(ctx, client, "second")
	createParts(ctx, client)
	createPipeline(ctx, client)
	createPipeline(ctx, client)
	listThem(ctx, client)
	image := build(ctx, client)
	update(ctx, client)
	tag(ctx, client)
	deleteThem(ctx, client, image)
}

func createComponent(ctx context.Context, client *imagebuilder.Client, name string) {
	step("imagebuilder CreateComponent", func() (string, error) {
		made, err := client.CreateComponent(ctx, &imagebuilder.CreateComponentInput{
			Name: aws.String(name), SemanticVersion: aws.String("1.0.0"), Platform: types.PlatformLinux,
			Data: aws.String(component), Tags: map[string]string{"Team": "security"},
		})
		if err != nil {
			return "", err
		}
		return *made.ComponentBuildVersionArn, nil
	})
}

func createParts(ctx context.Context, client *imagebuilder.Client) {
	name := aws.String("stories")
	step("imagebuilder CreateImageRecipe", func() (string, error) {
		return done(client.CreateImageRecipe(ctx, &imagebuilder.CreateImageRecipeInput{
			Name: name, SemanticVersion: aws.String("1.0.0"),
			ParentImage: aws.String("arn:aws:imagebuilder:us-east-1:aws:image/amazon-linux-2023-x86/x.x.x"),
			Components: []types.ComponentConfiguration{
				{ComponentArn: aws.String(builder + "component/first/1.0.0/1")},
			},
		}))
	})
	step("imagebuilder CreateInfrastructureConfiguration", func() (string, error) {
		return done(client.CreateInfrastructureConfiguration(ctx, &imagebuilder.CreateInfrastructureConfigurationInput{
			Name: name, InstanceProfileName: aws.String("builder"), InstanceTypes: []string{"t3.micro"},
		}))
	})
	step("imagebuilder CreateDistributionConfiguration", func() (string, error) {
		return done(client.CreateDistributionConfiguration(ctx, &imagebuilder.CreateDistributionConfigurationInput{
			Name: name,
			Distributions: []types.Distribution{{
				Region: aws.String("us-east-1"),
				AmiDistributionConfiguration: &types.AmiDistributionConfiguration{
					Name: aws.String("stories-{{ imagebuilder:buildDate }}"),
				},
			}},
		}))
	})
}

func createPipeline(ctx context.Context, client *imagebuilder.Client) {
	step("imagebuilder CreateImagePipeline", func() (string, error) {
		made, err := client.CreateImagePipeline(ctx, &imagebuilder.CreateImagePipelineInput{
			Name: aws.String("stories"), ImageRecipeArn: aws.String(recipe), InfrastructureConfigurationArn: aws.String(machines),
			DistributionConfigurationArn: aws.String(copies),
		})
		if err != nil {
			return "", err
		}
		return *made.ImagePipelineArn, nil
	})
}

func listThem(ctx context.Context, client *imagebuilder.Client) {
	step("imagebuilder ListComponents", func() (string, error) {
		pages := imagebuilder.NewListComponentsPaginator(client, &imagebuilder.ListComponentsInput{
			Owner: types.OwnershipSelf, MaxResults: aws.Int32(1),
		})
		names := []string{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return "", err
			}
			for _, one := range page.ComponentVersionList {
				names = append(names, *one.Name)
			}
		}
		slices.Sort(names)
		return strings.Join(names, ", "), nil
	})
	step("imagebuilder ListImagePipelines", func() (string, error) {
		page, err := imagebuilder.NewListImagePipelinesPaginator(client, &imagebuilder.ListImagePipelinesInput{
			Filters: []types.Filter{{Name: aws.String("name"), Values: []string{"stories"}}},
		}).NextPage(ctx)
		if err != nil {
			return "", err
		}
		return *page.ImagePipelineList[0].Name, nil
	})
}

// build starts the pipeline and returns the ARN of the image.
func build(ctx context.Context, client *imagebuilder.Client) string {
	image := builder + "image/stories/1.0.0/1"
	for _, arn := range []string{pipeline, builder + "image-pipeline/none"} {
		step("imagebuilder StartImagePipelineExecution", func() (string, error) {
			begun, err := client.StartImagePipelineExecution(ctx, &imagebuilder.StartImagePipelineExecutionInput{
				ImagePipelineArn: aws.String(arn),
			})
			if err != nil {
				return "", err
			}
			image = *begun.ImageBuildVersionArn
			return image, nil
		})
	}
	step("imagebuilder GetImage", func() (string, error) {
		found, err := client.GetImage(ctx, &imagebuilder.GetImageInput{ImageBuildVersionArn: aws.String(image)})
		if err != nil {
			return "", err
		}
		return *found.Image.SourcePipelineArn, nil
	})
	return image
}

func update(ctx context.Context, client *imagebuilder.Client) {
	step("imagebuilder UpdateImagePipeline", func() (string, error) {
		return done(client.UpdateImagePipeline(ctx, &imagebuilder.UpdateImagePipelineInput{
			ImagePipelineArn: aws.String(pipeline), ImageRecipeArn: aws.String(recipe),
			InfrastructureConfigurationArn: aws.String(machines), Description: aws.String("changed"),
		}))
	})
	step("imagebuilder GetImagePipeline", func() (string, error) {
		found, err := client.GetImagePipeline(ctx, &imagebuilder.GetImagePipelineInput{ImagePipelineArn: aws.String(pipeline)})
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s, %s", *found.ImagePipeline.Description, found.ImagePipeline.Status), nil
	})
}

func tag(ctx context.Context, client *imagebuilder.Client) {
	for _, key := range []string{"Team", "aws:Team"} {
		step("imagebuilder TagResource", func() (string, error) {
			return done(client.TagResource(ctx, &imagebuilder.TagResourceInput{
				ResourceArn: aws.String(pipeline), Tags: map[string]string{key: "sécurité & Co"},
			}))
		})
	}
	step("imagebuilder ListTagsForResource", func() (string, error) {
		found, err := client.ListTagsForResource(ctx, &imagebuilder.ListTagsForResourceInput{ResourceArn: aws.String(pipeline)})
		if err != nil {
			return "", err
		}
		return "Team=" + found.Tags["Team"], nil
	})
	step("imagebuilder UntagResource", func() (string, error) {
		return done(client.UntagResource(ctx, &imagebuilder.UntagResourceInput{
			ResourceArn: aws.String(pipeline), TagKeys: []string{"Team", "a+b:c/d"},
		}))
	})
}

func deleteThem(ctx context.Context, client *imagebuilder.Client, image string) {
	step("imagebuilder DeleteImagePipeline", func() (string, error) {
		return done(client.DeleteImagePipeline(ctx, &imagebuilder.DeleteImagePipelineInput{ImagePipelineArn: aws.String(pipeline)}))
	})
	step("imagebuilder DeleteImageRecipe", func() (string, error) {
		return done(client.DeleteImageRecipe(ctx, &imagebuilder.DeleteImageRecipeInput{ImageRecipeArn: aws.String(recipe)}))
	})
	step("imagebuilder DeleteInfrastructureConfiguration", func() (string, error) {
		return done(client.DeleteInfrastructureConfiguration(ctx, &imagebuilder.DeleteInfrastructureConfigurationInput{
			InfrastructureConfigurationArn: aws.String(machines),
		}))
	})
	step("imagebuilder DeleteDistributionConfiguration", func() (string, error) {
		return done(client.DeleteDistributionConfiguration(ctx, &imagebuilder.DeleteDistributionConfigurationInput{
			DistributionConfigurationArn: aws.String(copies),
		}))
	})
	for _, name := range []string{"first", "second"} {
		step("imagebuilder DeleteComponent", func() (string, error) {
			return done(client.DeleteComponent(ctx, &imagebuilder.DeleteComponentInput{
				ComponentBuildVersionArn: aws.String(builder + "component/" + name + "/1.0.0/1"),
			}))
		})
	}
	step("imagebuilder CancelImageCreation", func() (string, error) {
		return done(client.CancelImageCreation(ctx, &imagebuilder.CancelImageCreationInput{ImageBuildVersionArn: aws.String(image)}))
	})
}
