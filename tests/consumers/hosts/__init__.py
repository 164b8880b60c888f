"""The language hosts that run consumers: those of an installed Pulumi CLI, else built here from Go modules."""
