# What Image Builder needs around it.

data "aws_iam_policy_document" "builder" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com", "imagebuilder.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "builder" {
  name               = "builder"
  assume_role_policy = data.aws_iam_policy_document.builder.json
}

resource "aws_iam_instance_profile" "builder" {
  name = "builder"
  role = aws_iam_role.builder.name
}

resource "aws_kms_key" "images" {
  description             = "Encrypts what images are made of"
  deletion_window_in_days = 7
}

resource "aws_s3_bucket" "builds" {
  bucket = "builds-of-images"
}

resource "aws_sns_topic" "builds" {
  name = "builds"
}

resource "aws_ecr_repository" "server" {
  name = "server"
}

resource "aws_vpc" "builder" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "builder" {
  vpc_id     = aws_vpc.builder.id
  cidr_block = "10.1.1.0/24"
}

resource "aws_security_group" "builder" {
  name   = "builder"
  vpc_id = aws_vpc.builder.id
}

resource "aws_launch_template" "server" {
  name = "server"
}
