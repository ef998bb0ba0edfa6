"""The synthetic weights of harm, one for each offence code of the sample. Invented: no published index has them."""

from __future__ import annotations

from . import partner_plan as plan
from .partner_codes import CODES

VERSION = "SYNTHETIC weights 1"
Row = tuple[str, str, int]

# The weight of a line of table C2, and of codes that differ from their line.
LINES: dict[str, int] = {
    plan.HOMICIDE: 8_000, plan.DRIVING: 900, plan.INJURY: 150, plan.NO_INJURY: 20, plan.HARASSMENT: 35,
    plan.ROBBERY: 450, plan.HOMES: 300, plan.OTHER_BUILDINGS: 110, plan.VEHICLES: 45, plan.PERSON: 40,
    plan.BICYCLE: 15, plan.SHOPS: 8, plan.OTHER_THEFT: 25, plan.DAMAGE: 20, plan.DRUGS: 60, plan.WEAPONS: 90,
    plan.DISORDER: 18, plan.OTHER: 40, plan.SEXUAL: 350,
}  # fmt: skip
RAPE, YOUNG_RAPE = 2_600, 3_100
SPECIAL: dict[str, int] = {
    "2": 4_200, "5D": 1_300, "5E": 800, "4.4": 1_900, "11A": 140, "36": 700, "106": 950, "13": 260, "3A": 900,
    "3B": 110, "8L": 50, "8Q": 75, "34A": 380, "29A": 800, "31A": 500, "56A": 700, "56B": 130, "35": 55,
    "92A": 140, "92C": 130, "92D": 120, "92E": 12, "10A": 320, "81": 260, "71": 650, "86": 240, "62A": 210,
}  # fmt: skip


def _line_of_codes() -> dict[str, str]:
    """The line of table C2 of each code."""
    found = {code: line for table in (plan.NUMBERS, plan.WEIGHTS) for line, codes in table.items() for code in codes}
    return {code: found.get(code, plan.SEXUAL) for code in CODES}


def _weight(code: str, line: str) -> int:
    if code.startswith("19"):
        return RAPE if code in ("19C", "19F") else YOUNG_RAPE
    return SPECIAL.get(code, LINES[line])


def rows() -> list[Row]:
    """The rows of the extract: version, offence code, weight; one for each code that the sample can hold."""
    return [(VERSION, code, _weight(code, line)) for code, line in sorted(_line_of_codes().items())]
