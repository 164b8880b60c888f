"""Tests against a real AWS account: `pytest tests/live --live`, with credentials in the environment."""
