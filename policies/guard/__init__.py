"""A policy pack for any Pulumi program that makes trails."""
