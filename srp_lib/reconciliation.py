"""Reconciliation: the street-level files of an area beside table C2 for the same twelve months, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from srp_lib import evidence, periods, wording
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.comparators import canonical
from srp_lib.display import DASH, Notice, Table
from srp_lib.extracts import Intake

STREET, OFFICIAL = "street_crime", "recorded_crime_csp"
COMPARED = tuple(slug for slug in measures() if slug != ASB)  # all of recorded crime first
WHOLE_FORCE = 0.8  # of a force's crimes in table C2, the least that files of all of it would hold


@dataclass(frozen=True)
class Line:
    """One group of offences: what the files have and what table C2 has, None where it gives no figure."""

    label: str
    street: float
    official: int | None

    def cells(self) -> tuple[str, str, str, str]:
        """Files, table C2, difference and difference in %, for a table."""
        if self.official is None:
            return wording.whole(self.street), "not published", DASH, DASH
        gap = self.street - self.official
        share = f"{wording.signed(100 * gap / self.official)}%" if self.official else DASH
        return wording.whole(self.street), wording.whole(self.official), wording.signed(gap, 0), share


@dataclass(frozen=True)
class Year:
    """One table C2 and what the street-level files hold of its twelve months.

    `street` has the counts by crime type of the area's own forces in the area over the months in `have`; `unlocated`
    and `rows` are those forces' crimes without a location and all of them, of every area. `others` counts the other
    forces' crimes in the area. `official` is the area's row; `unassigned` and `whole` are its force's crimes without
    a partnership and all of them.
    """

    months: tuple[str, ...]
    have: tuple[str, ...]
    street: Mapping[str, int]
    unlocated: int
    rows: int
    others: int
    official: pd.Series
    unassigned: int
    whole: int

    @property
    def label(self) -> str:
        """The twelve months as a sentence names them."""
        return f"year ending {periods.month_name(self.months[-1])}"

    @property
    def whole_year(self) -> bool:
        """Whether the files have all twelve months."""
        return len(self.have) == len(self.months)

    @property
    def factor(self) -> float:
        """What the files' counts are multiplied by to stand for twelve months."""
        return len(self.months) / len(self.have)


def lines(counts: Mapping[str, float], official: pd.Series) -> list[Line]:
    """A line for each measure in `counts` (by slug) against the columns of table C2 that cover the same offences."""
    found = []
    for slug, count in counts.items():
        published = [official[column] for column in measures()[slug].table_c2]
        known = not any(pd.isna(value) for value in published)
        found.append(Line(measures()[slug].label, count, int(sum(published)) if known else None))
    return found


def years(intake: Intake, area: str) -> list[Year]:
    """Each table C2 supplied that has a row of the area, in order of time, with the files' counts over its months.

    Raises ExtractError where no street-level row is in the area.
    """
    forces, available = evidence.forces_and_months(intake, area)
    table = intake.extracts[OFFICIAL].frame()
    crimes = intake.extracts[STREET].frame(["month", "crime_type", "lad_code", "lsoa_code", "reported_by"])
    crimes = crimes[crimes["month"].isin(_all_months(table))]
    own = crimes["reported_by"].isin(forces)
    return [
        _year(rows, area, crimes, own, available)
        for _, rows in table.groupby("period_end", sort=True)
        if _mine(rows, area).sum() == 1
    ]


def parts(intake: Intake, area: str, name: str) -> list[tuple[str, Table | Notice, Notice]]:
    """For each table C2: its heading, the comparison and the known reasons for a difference; `name` is the area's.

    Where nothing can be compared, one part says why.
    """
    if OFFICIAL not in intake.extracts:
        return _nothing("Table C2 (recorded crime by Community Safety Partnership) was not supplied")
    if not (intake.extracts[STREET].frame(["lad_code"])["lad_code"] == area).any():
        return _nothing("No street-level row is in the area")
    found = years(intake, area)
    if not found:
        return _nothing("Table C2 has no row of the area alone")
    return [(wording.upper_first(one.label), _comparison(one, name), _reasons(one)) for one in found]


def _nothing(why: str) -> list[tuple[str, Table | Notice, Notice]]:
    return [
        (
            "",
            Notice(f"{why}, so the street-level files are not held against the official count.", "missing"),
            Notice(""),
        )
    ]


def _mine(table: pd.DataFrame, area: str) -> pd.Series:
    return table["lad_code"].map(canonical) == canonical(area)


def _all_months(table: pd.DataFrame) -> set[str]:
    return {month for end in table["period_end"].unique() for month in _twelve(str(end))}


def _twelve(end: str) -> tuple[str, ...]:
    return periods.month_range(periods.shift_month(end, -11), end)


def _year(table: pd.DataFrame, area: str, crimes: pd.DataFrame, own: pd.Series, available: tuple[str, ...]) -> Year:
    months = _twelve(str(table["period_end"].iloc[0]))
    have = tuple(month for month in months if month in available)
    held = crimes["month"].isin(have) & crimes["crime_type"].isin(measures()[RECORDED].crime_types)
    here = crimes["lad_code"] == area
    official = table[_mine(table, area)].iloc[0]
    force = table[(table["pfa_name"] == official["pfa_name"]) & (table["level"] != "force")]
    return Year(
        months, have, crimes.loc[held & own & here, "crime_type"].astype(str).value_counts().to_dict(),
        int((held & own & crimes["lsoa_code"].isna()).sum()), int((held & own).sum()), int((held & ~own & here).sum()),
        official, int(force.loc[force["level"] == "unassigned", "total"].sum()), int(force["total"].sum()),
    )  # fmt: skip


def _comparison(year: Year, name: str) -> Table | Notice:
    """The groups side by side; scaled to twelve months, and called an estimate, where the files lack some."""
    if not year.have:
        text = f"The street-level files have none of the twelve months of table C2 of the {year.label}"
        return Notice(f"{text}, so they are not compared.", "missing")
    counted = {slug: sum(year.street.get(kind, 0) for kind in measures()[slug].crime_types) for slug in COMPARED}
    compared = lines({slug: year.factor * count for slug, count in counted.items()}, year.official)
    found = _finding(compared[0])
    if year.whole_year:
        caption = f"{found}: {name}, {year.label}"
        rows = tuple((line.label, *line.cells()) for line in compared)
        return Table(caption, ("Group", "Street-level", "Table C2", "Difference", "Difference, %"), rows)
    gone, have = periods.list_months(month for month in year.months if month not in year.have), len(year.have)
    many = f"{wording.number_word(have)} month{'' if have == 1 else 's'}"
    note = (
        f"An estimate: the files lack {gone}, so their counts of {many} are multiplied by "
        f"{wording.decimal(year.factor, 2)}. Crime is not spread evenly over a year, so a few per cent of a difference "
        "can be due to this alone."
    )
    rows = tuple(
        (line.label, wording.whole(count), *line.cells())
        for line, count in zip(compared, counted.values(), strict=True)
    )
    columns = ("Group", f"Files, {many}", "Scaled (estimate)", "Table C2", "Difference", "Difference, %")
    caption = f"{found}, scaled to twelve months (an estimate): {name}, {year.label}"
    return Table(caption, columns, rows, note)


def _finding(total: Line) -> str:
    """By how much the files' crimes differ from the table's, for a caption."""
    if not total.official:
        return "Street-level files beside table C2"
    gap = 100 * (total.street / total.official - 1)
    side = "fewer" if gap < 0 else "more"
    return f"The street-level files hold {wording.decimal(abs(gap))}% {side} crimes than table C2"


def _reasons(year: Year) -> Notice:
    """What is known to make the two differ, with its size where it can be told; nothing where nothing is compared."""
    if not year.have:
        return Notice("")
    force, counted = str(year.official["pfa_name"]), periods.list_months(year.have)
    placed = (
        f"{wording.whole(year.unlocated)} of {wording.whole(year.rows)} crimes ({_share(year.unlocated, year.rows)})"
    )
    items = (
        (
            f"No location: {placed} of the area’s own forces in {counted} have none. They are in no area of the files, "
            "while table C2 needs no map point to count them."
        ),
        _of_force(year, force),
        (
            f"No partnership: table C2 leaves {wording.whole(year.unassigned)} crimes of {force} "
            f"({_share(year.unassigned, year.whole)}) to none. Some of them may be the area’s in the files."
        ),
        (
            f"Other forces: their files place {wording.whole(year.others)} crimes in the area in these months, which are "
            "not counted here."
        ),
        (
            "Offences: not every offence code has a type in the files, and the groups of the two are not made of quite "
            "the same codes. Anti-social behaviour is in neither."
        ),
        "Places: the files move each crime to a nearby map point, which near the border can lie in another area.",
        (
            "Revisions: each file is as it stood when it was published, and so is the table; crimes are added, cancelled "
            "and reclassified in between."
        ),
    )
    return Notice("Known reasons why the two differ:", "caveat", items)


def _of_force(year: Year, force: str) -> str:
    """The whole force's crimes in the files beside the table's, and whether the files can be of all of it."""
    scaled = year.factor * year.rows
    gap = f"{wording.signed(100 * (scaled / year.whole - 1))}%" if year.whole else DASH
    whole = "" if year.whole_year else ", scaled to twelve months"
    told = (
        f"All of {force}, with a location or without: the files have {wording.whole(scaled)} crimes{whole}, and table "
        f"C2 {wording.whole(year.whole)} ({gap}). Were crimes without a place the only cause of a difference, these "
        "two would agree."
    )
    apart = scaled < WHOLE_FORCE * year.whole
    return f"{told} They are so far apart that the files cannot be of the whole force." if apart else told


def _share(part: int, whole: int) -> str:
    return f"{wording.decimal(100 * part / whole)}%" if whole else "none"
