"""Groups who can be consulted: what they are called, which residents they are, and whether a partnership is expected to hear them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from srp_lib.codelists import read_table

KINDS = ("", "persons", "females", "males")


@dataclass(frozen=True)
class ConsultedGroup:
    """One group of the list. `sex` is "persons", "females" or "males" and `first` to `last` the ages that it covers.

    `sex` is blank where the population estimates cannot tell how many belong to it; the last age, 90, is 90 and over.
    """

    name: str
    aliases: tuple[str, ...]
    sex: str
    first: int
    last: int
    expected: bool
    source: str

    @property
    def whole(self) -> bool:
        """Whether it is everybody."""
        return self.sex == "persons" and (self.first, self.last) == (0, 90)


@cache
def consulted_groups() -> dict[str, ConsultedGroup]:
    """The groups by name, in the list's order. Raises ValueError for a kind that is not in KINDS or a name used twice."""
    groups = {row["group"]: _group(row) for row in read_table("consultation_groups.csv")}
    names = [name.lower() for one in groups.values() for name in (one.name, *one.aliases)]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled or any(one.sex not in KINDS for one in groups.values()):
        raise ValueError(
            f"consultation_groups.csv: a kind is none of {', '.join(KINDS[1:])}, or a name is there twice: {', '.join(doubled)}."
        )
    return groups


def group_of(text: str) -> ConsultedGroup | None:
    """The group of the list that a text names, by its name or another, whatever the case; None where it names none."""
    return _by_name().get(" ".join(text.lower().split()))


@cache
def _by_name() -> dict[str, ConsultedGroup]:
    return {name.lower(): one for one in consulted_groups().values() for name in (one.name, *one.aliases)}


def _group(row: dict[str, str]) -> ConsultedGroup:
    names = tuple(filter(None, row["aliases"].split(";")))
    ages = (int(row["from"] or 0), int(row["to"] or 0))
    return ConsultedGroup(row["group"], names, row["kind"], *ages, row["expected"] == "yes", row["source"])
