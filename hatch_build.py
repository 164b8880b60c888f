"""Compiles the reader's inner loop into the wheel, where there is a C compiler; docs/adr/0006 says why."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NativeReader(BuildHookInterface[Any]):
    """Adds the compiled audit/native/records.c to a wheel. Without a compiler the wheel is pure Python."""

    PLUGIN_NAME = "custom"
    _folder: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together; an editable installation compiles in `make setup`."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from audit.native import library_path  # noqa: PLC0415 - from the sources that are being built
        from audit.native.__main__ import compiled  # noqa: PLC0415

        self._folder = Path(tempfile.mkdtemp())
        library = self._folder / library_path().name
        fault = compiled(library)
        if fault is not None:
            self.app.display_warning(f"{fault}: reading logs will work, but take about twice as long")
            return
        build_data["force_include"][str(library)] = f"audit/native/{library.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled."""
        del version, build_data, artifact_path
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
