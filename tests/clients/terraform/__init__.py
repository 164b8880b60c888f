"""Terraform's real AWS provider against the local AWS, where both are installed."""
