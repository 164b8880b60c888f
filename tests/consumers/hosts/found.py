"""Finds the language hosts of YAML, TypeScript, Go and Python, or builds them.

The Pulumi CLI brings them. An engine that was built from its Go module has none: the older ones that the Go
module proxy offers are built instead, with `complete` before each for what they lack (see complete/main.go).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from localaws.pulumi import engine
from localaws.pulumi.go_tool import GoTool
from tests import ROOT

TOOLS: Final = ROOT / ".tools" / "hosts"
_MODULES: Final = Path(__file__).parent
_SDK: Final = "github.com/pulumi/pulumi/sdk/v3"
_OLDER: Final[Mapping[str, tuple[str, str] | None]] = {
    "python": None,
    "yaml": ("yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    "nodejs": ("sdk", f"{_SDK}/nodejs/cmd/pulumi-language-nodejs"),
    "go": ("sdk", f"{_SDK}/go/pulumi-language-go"),
}
"""Runtime of Pulumi.yaml -> (module beside this file, package of its host); localaws itself runs Python."""
_LASTS: Final = "about a minute"
RUNTIMES: Final = tuple(_OLDER)


def folder_of(runtime: str) -> Path | None:
    """The folder of a runtime's language host, to stand first in PATH. None where there is none.

    A host beside the engine or on PATH is preferred to one built here.
    """
    host = engine.language_host(runtime) or _cache() / f"pulumi-language-{runtime}"
    return host.parent if host.is_file() else None


def build(go: str, say: Callable[[str], None]) -> bool:
    """Build what no CLI has brought, with the Go compiler `go`. `say` takes lines of progress."""
    missing = [runtime for runtime in RUNTIMES if folder_of(runtime) is None]
    if not missing:
        return True
    complete = GoTool("the generator of SDKs", _MODULES / "complete", ".", _cache() / "complete", _LASTS)
    return complete.build(go, say) is not None and all(_completed(runtime, go, say) for runtime in missing)


def _completed(runtime: str, go: str, say: Callable[[str], None]) -> bool:
    """Build an older host, and put `complete` before it under its name."""
    name = f"pulumi-language-{runtime}"
    if older := _OLDER[runtime]:
        module, package = older
        target = _cache() / "base" / name
        tool = GoTool(f"the language host {name}", _MODULES / module, package, target, _LASTS)
        if tool.build(go, say) is None:
            return False
    before = _cache() / name
    before.unlink(missing_ok=True)
    before.symlink_to("complete")
    return True


def _cache() -> Path:
    """Where hosts built from just these modules are kept: other pins or sources get another folder."""
    digest = hashlib.sha256()
    for file in sorted([*_MODULES.glob("*/go.*"), *_MODULES.glob("*/*.go")]):
        if not file.name.endswith("_test.go"):
            digest.update(file.read_bytes())
    return TOOLS / digest.hexdigest()[:12]
