# Every data source of EC2 Image Builder that the provider has, each of what was made beside it.

data "aws_imagebuilder_component" "hello" {
  arn = aws_imagebuilder_component.hello.arn
}

data "aws_imagebuilder_components" "hello" {
  owner = "Self"

  filter {
    name   = "name"
    values = [aws_imagebuilder_component.hello.name]
  }
}

data "aws_imagebuilder_container_recipe" "server" {
  arn = aws_imagebuilder_container_recipe.server.arn
}

data "aws_imagebuilder_container_recipes" "server" {
  owner = "Self"

  filter {
    name   = "containerType"
    values = [aws_imagebuilder_container_recipe.server.container_type]
  }
}

data "aws_imagebuilder_distribution_configuration" "images" {
  arn = aws_imagebuilder_distribution_configuration.images.arn
}

data "aws_imagebuilder_distribution_configurations" "images" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_distribution_configuration.images.name]
  }
}

data "aws_imagebuilder_image" "server" {
  arn = aws_imagebuilder_image.server.arn
}

# The provider's data source cannot read a pipeline with a time zone.
data "aws_imagebuilder_image_pipeline" "containers" {
  arn = aws_imagebuilder_image_pipeline.containers.arn
}

data "aws_imagebuilder_image_pipelines" "nightly" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_image_pipeline.nightly.name]
  }
}

data "aws_imagebuilder_image_recipe" "server" {
  arn = aws_imagebuilder_image_recipe.server.arn
}

data "aws_imagebuilder_image_recipes" "server" {
  owner = "Self"

  filter {
    name   = "name"
    values = [aws_imagebuilder_image_recipe.server.name]
  }
}

data "aws_imagebuilder_infrastructure_configuration" "small" {
  arn = aws_imagebuilder_infrastructure_configuration.small.arn
}

data "aws_imagebuilder_infrastructure_configurations" "small" {
  filter {
    name   = "name"
    values = [aws_imagebuilder_infrastructure_configuration.small.name]
  }
}
