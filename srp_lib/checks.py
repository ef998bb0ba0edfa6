"""Checks: what the latest validation found, kept beside the processed extracts that it is of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srp_lib.files import write_json

CHECKS = "quality.json"


@dataclass(frozen=True)
class Checks:
    """What the latest validation found, and of which extracts and area it is.

    `keys` holds each extract's key by name; `results` the rules' results as plain records; `faults` a sentence
    for each reason other than a rule why the extracts cannot be audited; `notes` a sentence for each thing to know
    that is no rule's result.
    """

    keys: Mapping[str, str]
    area: str
    results: Sequence[Mapping[str, Any]]
    faults: Sequence[str]
    notes: Sequence[str] = ()


def write_checks(processed: Path, checks: Checks) -> None:
    """Keep what a validation found beside the extracts that it is of."""
    write_json(processed / CHECKS, asdict(checks))


def read_checks(processed: Path) -> Checks | None:
    """What the latest validation in `processed` found; None where there is none or it cannot be read."""
    try:
        tree = json.loads((processed / CHECKS).read_text(encoding="utf-8"))
        return Checks(tree["keys"], tree["area"], tree["results"], tree["faults"], tree.get("notes", ()))
    except (OSError, ValueError, KeyError, TypeError):
        return None
