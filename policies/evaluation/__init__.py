"""The parts of the IAM evaluation; `policies.evaluator` is the way in."""
