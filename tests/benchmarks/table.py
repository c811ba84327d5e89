"""The table of the README, from what pytest-benchmark wrote: ``python tests/benchmarks/table.py speed.json``."""

from __future__ import annotations

import json
import sys
from typing import Any


def rows(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What was measured, its median time, and the layers a second."""
    found = []
    for measured in document["benchmarks"]:
        info, median = measured["extra_info"], measured["stats"]["median"]
        rate = f"{round(info['layers'] / median, -3):,.0f}" if "layers" in info else ""
        found.append((info["name"], f"{1000 * median:,.1f} ms", rate))
    return found


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        table = rows(json.load(file))
    print("| what | median | layers a second |\n|---|---:|---:|")
    for row in table:
        print("| " + " | ".join(row) + " |")
