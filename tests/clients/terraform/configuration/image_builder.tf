# Every resource of EC2 Image Builder that the provider has. Components, recipes and workflows change by a new
# version, which replaces them before it is gone, as Image Builder wants it; all else changes in place.

resource "aws_imagebuilder_component" "hello" {
  name                  = "hello"
  description           = "Says hello, release ${var.release}"
  change_description    = "release ${var.release}"
  platform              = "Linux"
  supported_os_versions = ["Amazon Linux 2023"]
  version               = local.version
  kms_key_id            = aws_kms_key.images.arn
  tags                  = local.tags

  data = yamlencode({
    schemaVersion = 1.0
    parameters    = [{ greeting = { type = "string", default = "hello" } }]
    phases = [{
      name = "build"
      steps = [{
        name   = "hello"
        action = "ExecuteBash"
        inputs = { commands = ["echo {{ greeting }} ${var.release}"] }
      }]
    }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_image_recipe" "server" {
  name              = "server"
  description       = "release ${var.release}"
  parent_image      = "${local.amazon}:image/amazon-linux-2023-x86/x.x.x"
  version           = local.version
  working_directory = "/var/tmp"
  user_data_base64  = base64encode("#!/bin/sh\n")
  tags              = local.tags

  component {
    component_arn = aws_imagebuilder_component.hello.arn

    parameter {
      name  = "greeting"
      value = "good morning"
    }
  }

  block_device_mapping {
    device_name = "/dev/xvda"

    ebs {
      delete_on_termination = true
      encrypted             = true
      kms_key_id            = aws_kms_key.images.arn
      volume_size           = 20
      volume_type           = "gp3"
      throughput            = 200
      iops                  = 4000
    }
  }

  block_device_mapping {
    device_name  = "/dev/xvdb"
    virtual_name = "ephemeral0"
  }

  systems_manager_agent {
    uninstall_after_build = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_container_recipe" "server" {
  name                     = "server"
  description              = "release ${var.release}"
  version                  = local.version
  container_type           = "DOCKER"
  parent_image             = "${local.amazon}:image/amazon-linux-x86-latest/x.x.x"
  working_directory        = "/tmp"
  kms_key_id               = aws_kms_key.images.arn
  dockerfile_template_data = <<-EOT
    FROM {{{ imagebuilder:parentImage }}}
    {{{ imagebuilder:environments }}}
    {{{ imagebuilder:components }}}
  EOT
  tags                     = local.tags

  component {
    component_arn = aws_imagebuilder_component.hello.arn

    parameter {
      name  = "greeting"
      value = "good evening"
    }
  }

  target_repository {
    repository_name = aws_ecr_repository.server.name
    service         = "ECR"
  }

  instance_configuration {
    block_device_mapping {
      device_name = "/dev/xvda"

      # Without `encrypted` and `delete_on_termination`: the provider's data source cannot read them.
      ebs {
        volume_size = 30
        volume_type = "gp2"
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_workflow" "test" {
  name               = "reboot-test"
  description        = "release ${var.release}"
  change_description = "release ${var.release}"
  version            = local.version
  type               = "TEST"
  kms_key_id         = aws_kms_key.images.arn
  tags               = local.tags

  data = yamlencode({
    name          = "reboot-test"
    schemaVersion = 1.0
    parameters    = [{ name = "waitForActionAtEnd", type = "boolean", default = false }]
    steps = [
      {
        name   = "LaunchTestInstance"
        action = "LaunchInstance"
        inputs = { waitFor = "ssmAgent" }
      },
      {
        name   = "TerminateTestInstance"
        action = "TerminateInstance"
        inputs = { "instanceId.$" = "$.stepOutputs.LaunchTestInstance.instanceId" }
      },
    ]
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_imagebuilder_infrastructure_configuration" "small" {
  name                          = "small"
  description                   = "release ${var.release}"
  instance_profile_name         = aws_iam_instance_profile.builder.name
  instance_types                = ["t3.large", "t3.xlarge"]
  security_group_ids            = [aws_security_group.builder.id]
  sns_topic_arn                 = aws_sns_topic.builds.arn
  subnet_id                     = aws_subnet.builder.id
  terminate_instance_on_failure = var.release == 1
  resource_tags                 = local.tags
  tags                          = local.tags

  instance_metadata_options {
    http_put_response_hop_limit = var.release
    http_tokens                 = "required"
  }

  logging {
    s3_logs {
      s3_bucket_name = aws_s3_bucket.builds.bucket
      s3_key_prefix  = "builds/${var.release}"
    }
  }

  placement {
    tenancy = "dedicated"
  }
}

resource "aws_imagebuilder_distribution_configuration" "images" {
  name        = "images"
  description = "release ${var.release}"
  tags        = local.tags

  distribution {
    region = local.region

    ami_distribution_configuration {
      name        = "server-${var.release}-{{ imagebuilder:buildDate }}"
      description = "release ${var.release}"
      kms_key_id  = aws_kms_key.images.arn
      ami_tags    = local.tags

      launch_permission {
        user_ids = ["210987654321"]
      }
    }

    launch_template_configuration {
      launch_template_id = aws_launch_template.server.id
    }

    ssm_parameter_configuration {
      parameter_name = "/images/server"
      data_type      = "aws:ec2:image"
    }

    s3_export_configuration {
      disk_image_format = "VHD"
      role_name         = aws_iam_role.builder.name
      s3_bucket         = aws_s3_bucket.builds.bucket
      s3_prefix         = "exports/${var.release}"
    }
  }

  distribution {
    region = "us-west-2"

    ami_distribution_configuration {
      name = "server-west-${var.release}-{{ imagebuilder:buildDate }}"
    }

    fast_launch_configuration {
      account_id            = local.account
      enabled               = true
      max_parallel_launches = 5 + var.release

      launch_template {
        launch_template_id      = aws_launch_template.server.id
        launch_template_version = "1"
      }

      snapshot_configuration {
        target_resource_count = 2
      }
    }
  }
}

resource "aws_imagebuilder_distribution_configuration" "containers" {
  name = "containers"

  distribution {
    region = local.region

    container_distribution_configuration {
      description    = "release ${var.release}"
      container_tags = ["release-${var.release}"]

      target_repository {
        repository_name = aws_ecr_repository.server.name
        service         = "ECR"
      }
    }
  }
}

resource "aws_imagebuilder_image_pipeline" "nightly" {
  name                             = "nightly"
  description                      = "release ${var.release}"
  image_recipe_arn                 = aws_imagebuilder_image_recipe.server.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.small.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.images.arn
  execution_role                   = aws_iam_role.builder.arn
  status                           = var.release == 1 ? "ENABLED" : "DISABLED"
  enhanced_image_metadata_enabled  = true
  tags                             = local.tags

  schedule {
    schedule_expression                = "cron(0 ${var.release} * * ? *)"
    pipeline_execution_start_condition = "EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE"
    timezone                           = "Europe/Berlin"
  }

  image_tests_configuration {
    image_tests_enabled = true
    timeout_minutes     = 60 + var.release
  }

  image_scanning_configuration {
    image_scanning_enabled = var.release > 1
  }

  workflow {
    workflow_arn   = aws_imagebuilder_workflow.test.arn
    on_failure     = "CONTINUE"
    parallel_group = "tests"

    parameter {
      name  = "waitForActionAtEnd"
      value = "false"
    }
  }
}

resource "aws_imagebuilder_image_pipeline" "containers" {
  name                             = "containers"
  container_recipe_arn             = aws_imagebuilder_container_recipe.server.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.small.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.containers.arn
  tags                             = local.tags

  image_scanning_configuration {
    image_scanning_enabled = true

    ecr_configuration {
      repository_name = aws_ecr_repository.server.name
      container_tags  = ["release-${var.release}"]
    }
  }
}

resource "aws_imagebuilder_image" "server" {
  image_recipe_arn                 = aws_imagebuilder_image_recipe.server.arn
  infrastructure_configuration_arn = aws_imagebuilder_infrastructure_configuration.small.arn
  distribution_configuration_arn   = aws_imagebuilder_distribution_configuration.images.arn
  execution_role                   = aws_iam_role.builder.arn
  tags                             = local.tags

  workflow {
    workflow_arn = aws_imagebuilder_workflow.test.arn

    parameter {
      name  = "waitForActionAtEnd"
      value = "false"
    }
  }
}

resource "aws_imagebuilder_lifecycle_policy" "old" {
  name           = "old"
  description    = "release ${var.release}"
  execution_role = aws_iam_role.builder.arn
  resource_type  = "AMI_IMAGE"
  status         = var.release == 1 ? "ENABLED" : "DISABLED"
  tags           = local.tags

  policy_detail {
    action {
      type = "DELETE"

      include_resources {
        amis      = true
        snapshots = true
      }
    }

    filter {
      type            = "AGE"
      value           = 6 + var.release
      unit            = "MONTHS"
      retain_at_least = 3
    }

    exclusion_rules {
      tag_map = { Keep = "yes" }

      amis {
        is_public       = true
        regions         = ["us-west-2"]
        shared_accounts = ["210987654321"]
        tag_map         = { Release = "keep" }

        last_launched {
          unit  = "MONTHS"
          value = 2
        }
      }
    }
  }

  resource_selection {
    recipe {
      name             = aws_imagebuilder_image_recipe.server.name
      semantic_version = local.version
    }
  }
}
