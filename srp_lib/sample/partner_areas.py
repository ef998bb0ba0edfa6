"""The objective areas of the partnership's plan, from the project's code list."""

from __future__ import annotations

import csv

from ._write import OBJECTIVE_AREAS


def labels() -> dict[str, str]:
    """The name of each objective area, in the plan's order."""
    return {area: row["label"] for area, row in _rows().items()}


def themes() -> dict[str, str]:
    """The theme of each objective area."""
    return {area: row["theme"] for area, row in _rows().items()}


def _rows() -> dict[str, dict[str, str]]:
    with OBJECTIVE_AREAS.open(encoding="utf-8", newline="") as lines:
        return {row["area"]: row for row in csv.DictReader(lines)}
