"""The real engine launches a Python policy pack and heeds what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.journeys.pulumi_project import NO_ENGINE, Project, engine_at_hand

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def rotates(args, report):
    if args.resource_type == "aws:kms/key:Key" and not args.props.get("enableKeyRotation"):
        report("this key never rotates")


PolicyPack("tiny", [ResourceValidationPolicy(
    name="key-rotates", description="Keys rotate.", validate=rotates,
    enforcement_level=EnforcementLevel.MANDATORY,
)])
"""


@pytest.mark.parametrize(("rotation", "stops"), [(True, False), (False, True)])
def test_a_mandatory_policy_stops_a_preview(
    local_aws: LocalAws, tmp_path: Path, rotation: bool, stops: bool
) -> None:
    """A preview under a policy pack fails on what breaks a mandatory policy, and passes what does not."""
    pytest.importorskip("pulumi_policy")
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("name: tiny\nruntime: python\n")
    (pack / "__main__.py").write_text(PACK)
    program = f"import pulumi_aws as aws\naws.kms.Key('key', enable_key_rotation={rotation})\n"
    project = Project.written(tmp_path / "project", local_aws, program)
    answer = project.pulumi("preview", "--policy-pack", str(pack), expect=None)
    assert (answer.returncode != 0) is stops
    assert ("this key never rotates" in answer.stdout) is stops
