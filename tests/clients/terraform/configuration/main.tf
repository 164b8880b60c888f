# One account's Image Builder and its trail. A new `release` changes each resource that can change.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "release" {
  type    = number
  default = 1
}

provider "aws" {
  s3_use_path_style = true
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.name
  amazon    = "arn:${local.partition}:imagebuilder:${local.region}:aws"
  trail_arn = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/everything"
  version   = "1.${var.release}.0"
  tags      = { Release = tostring(var.release) }
}
