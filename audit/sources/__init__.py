"""Where log files come from: a folder or an S3 bucket."""
