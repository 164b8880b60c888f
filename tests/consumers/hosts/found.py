"""Finds the language hosts of YAML, TypeScript and Go, or builds them.

The Pulumi CLI brings them. An engine that was built from its Go module has none: the older ones that the Go
module proxy offers are built instead, with `complete` before each for what they lack (see complete/main.go).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from localaws.pulumi import engine
from localaws.pulumi.go_tool import GoTool
from tests import ROOT

_MODULES: Final = Path(__file__).parent
_SDK: Final = "github.com/pulumi/pulumi/sdk/v3"
_OLDER: Final[Mapping[str, tuple[str, str]]] = {
    "yaml": ("yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"),
    "nodejs": ("sdk", f"{_SDK}/nodejs/cmd/pulumi-language-nodejs"),
    "go": ("sdk", f"{_SDK}/go/pulumi-language-go"),
}
"""Runtime of Pulumi.yaml -> (module beside this file, package of its host)."""
RUNTIMES: Final = tuple(_OLDER)


def folder_of(runtime: str) -> Path | None:
    """The folder of a runtime's language host, to stand first in PATH. None where there is none.

    A host beside the engine or on PATH is preferred to one built here.
    """
    name = f"pulumi-language-{runtime}"
    found = engine.find()
    if found and (found.resolve().parent / name).is_file():
        return found.resolve().parent
    if on_path := shutil.which(name):
        return Path(on_path).parent
    return _cache() if (_cache() / name).is_file() else None


def build(go: str, say: Callable[[str], None]) -> bool:
    """Build what no CLI has brought, with the Go compiler `go`. `say` takes lines of progress."""
    missing = [runtime for runtime in RUNTIMES if folder_of(runtime) is None]
    if not missing:
        return True
    complete = GoTool("what completes hosts", _MODULES / "complete", ".", _cache() / "complete", "a minute")
    return complete.build(go, say) is not None and all(_completed(runtime, go, say) for runtime in missing)


def _completed(runtime: str, go: str, say: Callable[[str], None]) -> bool:
    """Build an older host, and put `complete` before it under its name."""
    module, package = _OLDER[runtime]
    name = f"pulumi-language-{runtime}"
    older = GoTool(f"the language host {name}", _MODULES / module, package, _cache() / "base" / name, "a minute")
    if older.build(go, say) is None:
        return False
    before = _cache() / name
    before.unlink(missing_ok=True)
    before.symlink_to("complete")
    return True


def _cache() -> Path:
    """Where hosts built from just these modules are kept: other pins or sources get another folder."""
    digest = hashlib.sha256()
    for file in sorted([*_MODULES.glob("*/go.*"), *_MODULES.glob("*/*.go")]):
        digest.update(file.read_bytes())
    return ROOT / ".tools" / "hosts" / digest.hexdigest()[:12]
