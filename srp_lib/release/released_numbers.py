"""Released numbers: what a printed number says of the true one, and the figure that a reader takes from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor, log10

from srp_lib.disclosure import MARK

COUNT, SHARE, RATE, CHANGE, SCORE, OTHER = KINDS = ("count", "share", "rate", "change", "score", "other")
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
PRINTED = re.compile(
    rf"(?P<mark>\[c\])|(?<![\w.-])(?P<bound>under |over |fewer than )?(?P<sign>[+\N{{MINUS SIGN}}])?(?P<number>{NUMBER})"
    r"(?P<percent>%)?(?![\w-]|[,.]\d)",
    re.I,
)
OPAQUE = "not known to the attack: "  # at the head of the subject of what stands in no table that is known
WRITTEN_DIGITS = 10  # of every number in key_facts.csv


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a release as a reader takes it.

    `where` (file, then the table's caption, the fact's id or the chart) and `cell` ("row, column") say where it
    stands, and are safe to print; `text` is the number as printed. `subject`, `group`, `place` and `period` say which
    number it is: two figures of one kind in which they are alike are the same number. `group` is "" for the whole,
    else "breakdown: category", parted by "; " where there are several; `place` is "" for the borough. `low` and `high`
    hold the true number: for a count what disclosure control leaves open, for others the rounding; None where
    nothing is said. `withheld` says that the number is not given, `protected` that it is of protected counts.
    """

    where: str
    cell: str
    text: str
    kind: str
    subject: str
    group: str
    place: str
    period: str
    low: float | None
    high: float | None
    withheld: bool
    protected: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of disclosure control: counts under `smallest` are withheld, others rounded to the nearest `base`."""

    smallest: int
    base: int

    def count(self, value: float, protected: bool) -> tuple[float, float]:
        """The lowest and highest true count behind one printed as `value`.

        One that is not a multiple of the base was not rounded, whatever its table says.
        """
        if not protected or value == 0 or value % self.base:
            return value, value
        lowest = -(-self.smallest // self.base) * self.base
        low = self.smallest if value == lowest else value - self.base // 2
        return (value, value) if value < lowest else (low, value + (self.base - 1) // 2)

    def plain(self, value: float) -> bool:
        """Whether a count is one that must be withheld."""
        return 1 <= value < self.smallest

    def unrounded(self, value: float) -> bool:
        """Whether a count, printed as `value`, was not rounded."""
        return bool(value % self.base)

    @property
    def few(self) -> tuple[float, float]:
        """The lowest and highest true count behind one that is withheld."""
        return 1, self.smallest - 1


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its value, half the unit of its last digit, and what its dress says of its kind.

    `value` is None for a withheld one, whose text is "[c]". `bound` is "under" or "over" where only that is said.
    """

    text: str
    value: float | None
    half: float
    kind: str
    bound: str = ""


def opaque(figure: Figure) -> bool:
    """Whether a figure is of a table, or of a column, that the attack does not know, so that nobody can vouch for it."""
    return figure.subject.startswith(OPAQUE)


def printed(text: str) -> list[Printed]:
    """Every number in a text, in order. A year, a month or a code such as 2020-21 is none."""
    return [_printed(found) for found in PRINTED.finditer(text)]


def written(text: str) -> Printed | None:
    """A number of key_facts.csv, which has ten digits; None where the cell is blank."""
    if not text:
        return None
    value = float(text)
    half = 0.5 * 10.0 ** (floor(log10(abs(value))) - WRITTEN_DIGITS + 1) if value and value % 1 else 0.0
    return Printed(text, value, half, COUNT)


def _printed(found: re.Match[str]) -> Printed:
    if found["mark"]:
        return Printed(MARK, None, 0.0, COUNT)
    digits = found["number"].replace(",", "")
    decimals = len(digits.partition(".")[2])
    value = float(digits) * (-1 if found["sign"] == "\N{MINUS SIGN}" else 1)
    if found["percent"]:
        kind = CHANGE if found["sign"] else SHARE
    else:
        kind = OTHER if decimals or found["sign"] else COUNT
    bound = (found["bound"] or "").strip().lower()
    return Printed(found[0].strip(), value, 0.5 * 10.0**-decimals, kind, "under" if bound == "fewer than" else bound)
