# A trail with all that it can deliver to.

resource "aws_cloudtrail" "everything" {
  name                       = "everything"
  s3_bucket_name             = aws_s3_bucket.logs.id
  s3_key_prefix              = "release-${var.release}"
  kms_key_id                 = aws_kms_key.logs.arn
  sns_topic_name             = aws_sns_topic.deliveries.name
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.events.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.delivery.arn
  is_multi_region_trail      = true
  enable_log_file_validation = var.release > 1
  tags                       = local.tags

  advanced_event_selector {
    name = "Management events selector"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }

    dynamic "field_selector" {
      for_each = var.release > 1 ? ["false"] : []

      content {
        field  = "readOnly"
        equals = [field_selector.value]
      }
    }
  }

  insight_selector {
    insight_type = var.release > 1 ? "ApiErrorRateInsight" : "ApiCallRateInsight"
  }

  depends_on = [aws_s3_bucket_policy.logs, aws_sns_topic_policy.deliveries, aws_iam_role_policy.delivery]
}

resource "aws_s3_bucket" "logs" {
  bucket        = "logs-of-everything"
  force_destroy = true
  tags          = local.tags
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/release-*/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    actions   = ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

resource "aws_kms_key" "logs" {
  description             = "Encrypts log files, release ${var.release}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "logs" {
  name          = "alias/logs-of-everything"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_sns_topic" "deliveries" {
  name         = "deliveries"
  display_name = "release ${var.release}"
  tags         = local.tags
}

data "aws_iam_policy_document" "deliveries" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.deliveries.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

resource "aws_sns_topic_policy" "deliveries" {
  arn    = aws_sns_topic.deliveries.arn
  policy = data.aws_iam_policy_document.deliveries.json
}

resource "aws_cloudwatch_log_group" "events" {
  name              = "events-of-everything"
  retention_in_days = var.release > 1 ? 30 : 14
  tags              = local.tags
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "delivery" {
  name               = "delivery-of-events"
  description        = "release ${var.release}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = local.tags
}

data "aws_iam_policy_document" "delivery" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.events.arn}:log-stream:${local.account}_CloudTrail_*"]
  }
}

resource "aws_iam_role_policy" "delivery" {
  name   = "delivery-of-events"
  role   = aws_iam_role.delivery.id
  policy = data.aws_iam_policy_document.delivery.json
}
