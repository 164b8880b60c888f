"""The language hosts that run consumers: those of an installed Pulumi CLI, else built from Go modules."""
