"""Offers AuditTrail to programs in other Pulumi languages; the engine starts this folder as a plugin."""

import sys
from pathlib import Path

from pulumi.provider.experimental import component_provider_host

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the project, which holds config and policies

from components.audit_trail import AuditTrail

if __name__ == "__main__":
    component_provider_host(components=[AuditTrail], name="image-builder-trail")
