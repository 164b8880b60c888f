"""Prowler's data on compliance frameworks, to hold our own numbers and titles against.

Only its wheel is fetched, once, and read as the archive that it is: installed, it would bring a hundred
packages. https://github.com/prowler-cloud/prowler (Apache-2.0)
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from tests import ROOT

_VERSION = "5.46.0"
_SHA256 = "b6266ec51f2879863d4c4341b12885a6cd892f0bba710b29641432caaab037fd"
_FOLDER = ROOT / ".tools" / "prowler"
_WHEEL = _FOLDER / f"prowler-{_VERSION}-py3-none-any.whl"
_FILES = {
    "CIS AWS Foundations 5.0": "cis_5.0",
    "NIST 800-53 r5": "nist_800_53_revision_5",
    "PCI DSS 4.0.1": "pci_4.0",
    "SOC 2": "soc2",
    "Security Hub": "aws_foundational_security_best_practices",
}
FRAMEWORKS = tuple(_FILES)
"""The frameworks that it knows, by our names."""


@cache
def requirements(framework: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what Prowler knows of a framework, by its ids; skip the test where its wheel cannot be got."""
    name = f"prowler/compliance/aws/{_FILES[framework]}_aws.json"
    with zipfile.ZipFile(_wheel()) as archive:
        return {one["Id"]: one for one in json.loads(archive.read(name))["Requirements"]}


@cache
def _wheel() -> str:
    if not _WHEEL.is_file():
        wanted = ("--no-deps", "--only-binary", ":all:", "--dest", str(_FOLDER), f"prowler=={_VERSION}")
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *wanted)
        got = subprocess.run(command, capture_output=True, text=True, check=False)
        if got.returncode:
            pytest.skip(
                f"the wheel of Prowler {_VERSION}, with the numbers of controls, cannot be downloaded"
            )
    found = hashlib.sha256(_WHEEL.read_bytes()).hexdigest()
    assert found == _SHA256, f"{_WHEEL} is not the one that was looked at: sha256 {found}"
    return str(_WHEEL)
