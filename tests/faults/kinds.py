"""What a kind of damage is: a name, and the cases in which it is done, each with the outcome that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from yard import Yard

ANY = "any"  # whichever rule
MIXED = "mixed"  # synthetic files among others
SET_ASIDE, KEPT = "set aside: ", "kept: "
HARMLESS = "harmless"  # the tidy rows are those of the undamaged files
PREFIXES = {
    "street_crime": "street", "small_area_population": "small_area", "lsoa11_lsoa21": "lsoa_change",
    "lad_csp_pfa": "partnership", "boundaries": "boundary", "recorded_crime_csp": "c2", "asb_incidents": "asb",
    "missing_children": "missing", "fire_incidents": "fire",
}  # fmt: skip
FAULT_RULES = {
    "encoding": "file_encoding", "truncated": "file_whole", "empty": "file_not_empty", "columns": "file_columns",
    "too_large": "file_size", "formula": "no_formula", "dates": "file_dates", "values": "file_values",
    "unreadable": "file_readable",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One extract's files after damage, and what is wanted.

    `wanted` is a rule that must fail, HARMLESS, or "set aside: " and words of the reason why no extract takes the
    file. `beyond` says, where the damage can't be told, why: such a case is counted apart and must stay untold.
    """

    extract: str
    files: Mapping[str, bytes]
    wanted: str
    what: str = ""
    beyond: str = ""


Kind = Callable[[Yard], Iterator[Case]]
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[Kind], Kind]:
    """Enter a function that yields the cases of one kind under its name."""

    def enter(made: Kind) -> Kind:
        if name in KINDS:
            raise ValueError(f"two kinds are called {name}")
        KINDS[name] = made
        return made

    return enter


def rule(extract: str, name: str) -> str:
    """The full name of an extract's rule."""
    return f"{PREFIXES.get(extract, extract)}.{name}"


def refused(extract: str, fault: str) -> str:
    """The rule that fails where the reader refuses a file with this fault."""
    if extract == "street_crime" and fault == "columns":
        return "street.exact_columns"
    return rule(extract, FAULT_RULES[fault])
