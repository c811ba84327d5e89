"""Compiles the catalogues when the package is built or installed in place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from catalogues import compile_all


class CompileCatalogues(BuildHookInterface):
    """The build's step before the files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        compile_all()
