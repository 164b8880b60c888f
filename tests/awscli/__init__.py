"""Tests with the AWS CLI as an independent client."""
