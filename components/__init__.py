"""Pulumi components: one file, one component."""
