"""Tests of the local CloudTrail."""
