"""Ledger: the key facts that an audit has made so far, for the pages that rest on them and compute nothing anew.

The run writes it beside the processed extracts when the pages that make facts have run; a notebook opens it. It is
of one area, period and edition, and of the very extracts that it was made from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.files import write_json
from srp_lib.used import Used, unpacked

FOLDER = "facts"
AGAIN = "run 'srp audit --year {year} --edition {edition}', then open the notebook again."


@dataclass(frozen=True)
class Entry:
    """One key fact as its page shows it. `record` is what `KeyFact.record` gave, with its notebook, cell and page."""

    record: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """The fact's permanent name."""
        return str(self.record["id"])

    @property
    def statement(self) -> str:
        """The fact as a sentence."""
        return str(self.record["statement"])

    @property
    def verdict(self) -> str:
        """How it was judged; blank where it was not."""
        return str(self.record["verdict"])

    @property
    def period(self) -> str:
        """The code of the period that it is of, or its months."""
        return str(self.record["period"])

    @property
    def label(self) -> str:
        """What tables call it; blank where it has no name of its own."""
        return str(self.record["label"])

    @property
    def extracts(self) -> tuple[str, ...]:
        """The extracts that it rests on."""
        return tuple(self.record["extracts"])

    @property
    def comparator_value(self) -> float | None:
        """The figure that it is compared with; None where there is none."""
        return self.record["comparator_value"]

    @property
    def protected(self) -> bool:
        """Whether disclosure control withheld or rounded what it rests on."""
        return str(self.record["disclosure"]).startswith("protected")

    @property
    def rows(self) -> Used:
        """The rows that it was made from; see `srp_lib.used`."""
        return unpacked(self.record["rows"])

    @property
    def href(self) -> str:
        """Where it stands in the report."""
        return f"{self.record['notebook']}.html#{self.record['anchor']}"

    @property
    def estimate(self) -> Estimate:
        """Its figure with interval, base and method."""
        numbers = ("value", "lower", "upper", "numerator", "denominator")
        texts = ("unit", "method", "confidence", "note")
        return Estimate(**{name: self.record[name] for name in (*numbers, *texts)})


@dataclass(frozen=True)
class Ledger:
    """Facts by id, in the order of the pages; `why` says why there are none and is blank where there are."""

    entries: Mapping[str, Entry]
    why: str = ""

    def get(self, ident: str) -> Entry | None:
        """The fact of that id; None where no page made it."""
        return self.entries.get(ident)

    def starting(self, prefix: str) -> tuple[Entry, ...]:
        """The facts whose id starts so, in order."""
        return tuple(entry for ident, entry in self.entries.items() if ident.startswith(prefix))


def open_ledger(evidence: Evidence, period: str = "") -> Ledger:
    """The facts made from the evidence's own extracts, area and edition, of the period with that code or its own.

    Empty, with the reason, where none were made or they are of other extracts. Never raises.
    """
    code = period or evidence.period.code
    path = _path(evidence.processed, evidence.area_code, code, evidence.edition)
    again = AGAIN.format(year=evidence.period.code, edition=evidence.edition)
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        keys, facts = tree["keys"], tree["facts"]
    except (OSError, ValueError, KeyError, TypeError):
        return Ledger({}, f"No key facts of {code} have been made from these extracts: {again}")
    if keys != evidence.intake.keys:
        return Ledger({}, f"The key facts of {code} were made from other extracts: {again}")
    return Ledger({record["id"]: Entry(record) for record in facts})


def write_ledger(
    processed: Path, area: str, period: str, edition: str, keys: Mapping[str, str], records: Sequence[Mapping[str, Any]]
) -> None:
    """Keep the facts of a run for the pages that follow; `keys` are those of the extracts that they were made from."""
    path = _path(processed, area, period, edition)
    path.parent.mkdir(exist_ok=True)
    write_json(path, {"keys": dict(keys), "facts": list(records)})


def _path(processed: Path, area: str, period: str, edition: str) -> Path:
    return processed / FOLDER / f"{area} {period} {edition}.json"
