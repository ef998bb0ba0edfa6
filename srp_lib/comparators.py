"""Comparators: the partnerships of England and Wales with their crime and residents, and who is compared with whom.

From table C2, the mid-year population estimates, the lookup of authorities to partnerships and the lists of neighbours.
Table C2 is published as it is, so nothing here needs protection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import TypeVar

import pandas as pd

from srp_lib import periods, wording
from srp_lib.codelists import read_table
from srp_lib.config import AREA_CODE
from srp_lib.evidence import Evidence
from srp_lib.used import Used, in_files

TABLE, PEOPLE, NEIGHBOURS, LOOKUP = "recorded_crime_csp", "population", "neighbours", "lad_csp_pfa"
TOTAL = "total"
# The columns of table C2 that are compared: how each is called and what it counts.
OFFENCES = {
    TOTAL: ("Recorded crime", "recorded crimes"),
    "violence_against_the_person": ("Violence against the person", "offences of violence against the person"),
    "violence_with_injury": ("Violence with injury", "offences of violence with injury"),
    "stalking_and_harassment": ("Stalking and harassment", "stalking and harassment offences"),
    "sexual_offences": ("Sexual offences", "sexual offences"),
    "robbery": ("Robbery", "robberies"),
    "burglary": ("Burglary", "burglaries"),
    "vehicle_offences": ("Vehicle offences", "vehicle offences"),
    "shoplifting": ("Shoplifting", "shoplifting offences"),
    "criminal_damage_and_arson": ("Criminal damage and arson", "criminal damage and arson offences"),
    "drug_offences": ("Drug offences", "drug offences"),
    "possession_of_weapons": ("Possession of weapons", "possession of weapons offences"),
    "public_order_offences": ("Public order offences", "public order offences"),
}
MOST_MONTHS_AWAY = 12  # how far a table may end from the period's end and still be set beside it
LARGE_UNASSIGNED = 5.0  # per cent of a force's crime from which its partnerships are flagged
FEW_RESIDENTS = 20_000  # under which an area is a place of visitors more than of residents, if its rate is high
MARKED = (
    "the publisher marks it or its force with a note, as not comparable; the note itself is not in the table but on "
    "the workbook’s notes sheet"
)
_MARK = re.compile(r"\s*\[note[^\]]*\]", re.IGNORECASE)

Made = TypeVar("Made")


@dataclass(frozen=True)
class LeftOut:
    """A partnership of table C2 that is not compared, and why; `authorities` are those that lie in it, where known."""

    name: str
    force: str
    crimes: int
    authorities: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Neighbour:
    """One area that the group was meant to hold: `partnership` is its row's code, or None and `reason` says why not."""

    rank: int
    name: str
    closeness: str
    partnership: str | None
    reason: str = ""


@dataclass(frozen=True)
class Group:
    """The areas that the audited one is compared with. `lacking` says what was not supplied for the list asked for."""

    label: str
    neighbours: tuple[Neighbour, ...]
    lacking: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The partnerships of the group that can be compared, the most alike first."""
        return tuple(one.partnership for one in self.neighbours if one.partnership)


@dataclass(frozen=True, eq=False)
class Similar:
    """One year of table C2, ready to be compared.

    `rows` is indexed by partnership: file, name, force, authorities (tuple of codes), residents, year (of the estimate),
    months_away (from the middle of the twelve months), people (the file of the estimate), and a column a published count. `forces` is indexed by force:
    crimes, unassigned, share (%). `own` is the audited area's partnership. Where nothing can be
    compared `reason` says why, and the rest is empty.
    """

    evidence: Evidence
    reason: str = ""
    period: periods.Period | None = None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    left_out: tuple[LeftOut, ...] = ()
    forces: pd.DataFrame = field(default_factory=pd.DataFrame)
    own: str = ""

    @property
    def force(self) -> str:
        """The force of the audited area."""
        return str(self.rows.at[self.own, "force"])

    @property
    def of_force(self) -> tuple[str, ...]:
        """The compared partnerships of the area's own force, itself among them, in the order of the table."""
        return tuple(self.rows.index[self.rows["force"] == self.force])

    @cached_property
    def group(self) -> Group:
        """The group that audit.toml asks for; the force's other partnerships where its list was not supplied."""
        config = self.evidence.config
        if config.similar_codes:
            return self._group("the areas chosen in audit.toml", [(code, "", "") for code in config.similar_codes])
        listed, lacking = _listed_neighbours(self.evidence, self.rows.at[self.own, "name"])
        if listed:
            return self._group(
                f"the {config.similar_group} of {self.evidence.area_name}", listed[: config.similar_number]
            )
        others = [code for code in self.of_force if code != self.own]
        alike = (Neighbour(rank, str(self.rows.at[code, "name"]), "", code) for rank, code in enumerate(others, 1))
        return Group(f"the other partnerships of {self.force}", tuple(alike), lacking)

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """What was made once under a name, which lives as long as this does; made now where it was not yet."""
        made = self.__dict__.setdefault("_made", {})
        if name not in made:
            made[name] = make()
        return made[name]

    def used(self, offence: str, codes: Sequence[str], part: str, residents: str = "") -> Used:
        """The rows of table C2 that have an offence of some partnerships, by file; see `srp_lib.used`.

        With those of the population estimates, as the part `residents` of a figure, where that is told.
        """
        rows = self.rows.loc[[code for code in codes if pd.notna(self.rows.at[code, offence])]]
        people = rows["people"].repeat(rows["authorities"].map(len)) if residents else rows["people"].iloc[:0]
        return in_files(part, TABLE, rows["file"]) + in_files(residents, PEOPLE, people)

    def name(self, code: str) -> str:
        """A partnership's name."""
        return str(self.rows.at[code, "name"])

    def counted(self, offence: str) -> pd.DataFrame:
        """The partnerships whose count of an offence is published: count and residents, as whole numbers."""
        known = self.rows[self.rows[offence].notna()]
        return pd.DataFrame({"count": known[offence].astype("int64"), "residents": known["residents"].astype("int64")})

    def _group(self, label: str, listed: Sequence[tuple[str, str, str]]) -> Group:
        names = _authority_names(self.evidence)
        once: dict[str, tuple[str, str, str]] = {}
        for code, name, closeness in listed:
            # One authority can be given twice, by its old code and its new one or by two spellings of its name.
            once.setdefault(self._key(code, name) or _plain(name), (code, name, closeness))
        found = [self._neighbour(rank, *one, names) for rank, one in enumerate(once.values(), 1)]
        return Group(label, tuple(one for one in found if one.partnership != self.own))

    def _neighbour(self, rank: int, code: str, name: str, closeness: str, names: Mapping[str, str]) -> Neighbour:
        """The partnership of an authority given by code, or by name where a list has no codes."""
        key = self._key(code, name)
        shown = names.get(key) or name or code
        alone = self.rows.index[self.rows["authorities"].map(lambda held: held == (key,))]
        if key and len(alone):
            return Neighbour(rank, shown, closeness, str(alone[0]))
        return Neighbour(rank, shown, closeness, None, self._why_not(key, shown))

    def _key(self, code: str, name: str) -> str:
        """The code of an authority given by code or by name; "" for a name that nothing supplied has."""
        return canonical(code) or self._by_name.get(_plain(name), "")

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """Authority by plain name, as the population estimates and the lookup call it."""
        return {_plain(name): code for code, name in _authority_names(self.evidence).items()}

    def _why_not(self, code: str, name: str) -> str:
        """Why an authority has no row of its own among those compared."""
        abroad = {"S": "Scotland", "N": "Northern Ireland"}.get(code[:1])
        if abroad:
            return f"it is in {abroad}, which table C2 does not cover"
        gone = [one for one in self.left_out if code in one.authorities]
        if gone:
            if [one.name for one in gone] == [name]:
                return gone[0].reason
            names = wording.listed([one.name for one in gone])
            return f"table C2 has it as {names}, which cannot be compared: {gone[0].reason}"
        for _, row in self.rows.iterrows():
            if code in row["authorities"]:
                return f"table C2 counts it together with others, as {row['name']}"
        return "table C2 has no partnership of that area alone"


def open_similar(evidence: Evidence) -> Similar:
    """The table C2 whose twelve months end nearest to the audited period's end (the earlier on a tie).

    Where it was not supplied, ends more than 12 months from the period's end, or has no row of the area that can be
    compared, `reason` says so.
    """
    if not evidence.has_table_c2:
        return Similar(
            evidence,
            "Table C2 (recorded crime by Community Safety Partnership) was not supplied. With it this page would show "
            f"how recorded crime in {evidence.area_name} compares with that of similar partnerships and of all others.",
        )
    table, period = _nearest(evidence)
    if abs(_months_after(evidence, period)) > MOST_MONTHS_AWAY:
        return Similar(evidence, _too_far(evidence, period), period)
    rows, left_out = _peopled(table, Homes(table, _lookups(evidence)), _residents(evidence), period.middle)
    rows["people"] = rows["year"].map(_workbooks(evidence))
    code = canonical(evidence.area_code)
    own = [csp for csp, held in rows["authorities"].items() if held == (code,)]
    if own and pd.notna(rows.at[own[0], TOTAL]):
        return Similar(evidence, "", period, rows, left_out, _forces(table), str(own[0]))
    why = next(
        (f"{one.name}: {one.reason}" for one in left_out if code in one.authorities), "it has no row of the area alone"
    )
    return Similar(
        evidence, f"{evidence.area_name} cannot be compared by table C2 of the {period.label}: {why}.", period
    )


@cache
def code_changes() -> dict[str, str]:
    """New code to old of the authorities whose code changed and whose area all but stayed: a reviewed list."""
    return {row["new"]: row["old"] for row in read_table("area_code_changes.csv")}


def canonical(code: object) -> str:
    """An authority's code as this module compares it: the old one of a changed pair; "" for what is no code."""
    text = str(code).strip()
    return code_changes().get(text, text) if AREA_CODE.fullmatch(text) else ""


def nearest_end(ends: Iterable[str], last: str) -> str:
    """Of the months in which tables end, the one nearest to `last`; the earlier on a tie."""
    return min(ends, key=lambda end: (abs(_months(end) - _months(last)), end))


def without_note(name: str) -> str:
    """A name without the publisher's note marks and stray spaces."""
    return " ".join(_MARK.sub("", name).split())


class Homes:
    """Which authorities' residents are those of a partnership, by table C2 and the lookups of several years."""

    def __init__(self, table: pd.DataFrame, lookups: Sequence[Mapping[str, frozenset[str]]]) -> None:
        """`table` has the partnership rows of C2; each lookup maps a partnership to its authorities, latest first."""
        given = table.loc[table["level"] == "partnership", "lad_code"].map(canonical)
        self.in_table = given.value_counts().to_dict()
        self.lookups = lookups
        self.holders = [_holders(lookup) for lookup in lookups]

    def candidates(self, csp: str, lad: str) -> list[tuple[str, ...]]:
        """Sets of authorities that make up the partnership and no other, the table's own authority first."""
        found = [(lad,)] if lad and self._alone(csp, lad) else []
        for lookup, holders in zip(self.lookups, self.holders):
            held = lookup.get(csp, frozenset())
            if held and all(holders[one] == {csp} for one in held):
                found.append(tuple(sorted(held)))
        return found

    def touched(self, csp: str, lad: str) -> tuple[str, ...]:
        """Every authority that the table or the latest lookup puts in the partnership, wholly or in part."""
        latest = next((lookup[csp] for lookup in self.lookups if csp in lookup), frozenset())
        return tuple(sorted({lad, *latest} - {""}))

    def shared(self, csp: str, lad: str) -> tuple[str, ...]:
        """Those of `touched` that lie in other partnerships too."""
        parts = self.touched(csp, lad)
        return tuple(
            one for one in parts if self.in_table.get(one, 0) > 1 or any(len(h.get(one, ())) > 1 for h in self.holders)
        )

    def _alone(self, csp: str, lad: str) -> bool:
        """Whether the table's authority is all of the partnership: in one row, and no lookup with it says otherwise."""
        if self.in_table[lad] > 1:
            return False
        knowing = [(lookup, holders) for lookup, holders in zip(self.lookups, self.holders) if lad in holders]
        return all(lookup.get(csp, {lad}) == {lad} and holders[lad] == {csp} for lookup, holders in knowing[:1])


def _holders(lookup: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for csp, lads in lookup.items():
        for lad in lads:
            found.setdefault(lad, set()).add(csp)
    return found


def _nearest(evidence: Evidence) -> tuple[pd.DataFrame, periods.Period]:
    """Table C2 of one period, and that period: the audited one itself where it is of the same twelve months."""
    table = evidence.intake.extracts[TABLE].frame()
    end = nearest_end(table["period_end"].astype(str).unique(), evidence.period.months[-1])
    period = periods.parse_period(f"ye-{end}")
    table = table[table["period_end"] == end].assign(
        force=lambda rows: rows["pfa_name"].astype(str).map(without_note),
        name=lambda rows: rows["csp_name"].fillna("").astype(str).map(without_note),
    )
    return table, evidence.period if evidence.period.months == period.months else period


def _months_after(evidence: Evidence, period: periods.Period) -> int:
    """How many months after the audited period another ends; below zero where it ends before."""
    return _months(period.months[-1]) - _months(evidence.period.months[-1])


def _too_far(evidence: Evidence, period: periods.Period) -> str:
    """That the nearest table is of too different a time, and which one to add."""
    away, wanted = _months_after(evidence, period), periods.parse_period(f"ye-{evidence.period.months[-1]}")
    return (
        f"The nearest table C2 (recorded crime by Community Safety Partnership) supplied is of the {period.label}: it ends "
        f"{abs(away)} months {'after' if away > 0 else 'before'} {evidence.period.label}, the period audited. More than "
        f"{MOST_MONTHS_AWAY} months apart nothing is compared. Add the table of the {wanted.label}: with it this page would show how "
        f"recorded crime in {evidence.area_name} compares with that of similar partnerships and of all others."
    )


def _lookups(evidence: Evidence) -> list[dict[str, frozenset[str]]]:
    """Partnership to authorities by each year's lookup, the latest first; none where none was supplied."""
    if LOOKUP not in evidence.intake.extracts:
        return []
    frame = evidence.intake.extracts[LOOKUP].frame(["lad_code", "csp_code", "year"]).dropna()
    frame = frame.assign(lad_code=frame["lad_code"].map(canonical))
    years = sorted(frame.groupby("year"), key=lambda pair: -int(pair[0]))
    return [{str(csp): frozenset(lads) for csp, lads in rows.groupby("csp_code")["lad_code"]} for _, rows in years]


def _residents(evidence: Evidence) -> dict[int, dict[str, int]]:
    """Residents by year and authority."""
    frame = evidence.intake.extracts[PEOPLE].frame(["year", "area_code", "sex", "all_ages"])
    frame = frame[frame["sex"] == "persons"]
    return {
        int(year): dict(zip(rows["area_code"].map(canonical), rows["all_ages"].astype(int)))
        for year, rows in frame.groupby("year")
    }


def _workbooks(evidence: Evidence) -> dict[int, str]:
    """The file of each year's population estimates."""
    frame = evidence.intake.extracts[PEOPLE].frame(["file", "year"]).drop_duplicates("year")
    return {int(year): str(file) for year, file in zip(frame["year"], frame["file"])}


def _peopled(
    table: pd.DataFrame, homes: Homes, people: Mapping[int, Mapping[str, int]], middle: date
) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """The partnerships with their residents, and those that are left out with the reason."""
    marked = set(table.loc[table["pfa_name"].astype(str).map(lambda name: bool(_MARK.search(name))), "force"])
    kept, left_out = [], []
    for row in table[table["level"] == "partnership"].to_dict("records"):
        csp, lad = str(row["csp_code"]), canonical(row["lad_code"])
        noted = any(_MARK.search(str(row[column])) for column in ("csp_name", "lad_name"))
        found = _first_with_people(homes.candidates(csp, lad), people, middle)
        if row["force"] in marked or noted or not found:
            reason = MARKED if row["force"] in marked or noted else _no_people(homes, csp, lad)
            crimes = 0 if pd.isna(row[TOTAL]) else int(row[TOTAL])
            left_out.append(LeftOut(row["name"], row["force"], crimes, homes.touched(csp, lad), reason))
            continue
        kept.append({"code": csp, **{name: row[name] for name in ("file", "name", "force", *OFFENCES)}, **found})
    columns = ["code", "file", "name", "force", *OFFENCES, "authorities", "residents", "year", "months_away"]
    frame = pd.DataFrame(kept, columns=columns).astype(dict.fromkeys(OFFENCES, "Int64"))
    return frame.set_index("code"), tuple(left_out)


def _first_with_people(
    candidates: Sequence[tuple[str, ...]], people: Mapping[int, Mapping[str, int]], middle: date
) -> dict[str, object]:
    """The first set of authorities that a workbook has, of the workbook nearest to `middle`; empty for none."""
    for lads in candidates:
        # Mid-year estimates are of 30 June, so a middle at 1 July is no distance away.
        away = {
            year: abs((middle.year - year) * 12 + middle.month - 7)
            for year, held in people.items()
            if all(lad in held for lad in lads)
        }
        if away:
            year = min(away, key=lambda one: (away[one], one))
            total = sum(people[year][lad] for lad in lads)
            return {"authorities": lads, "residents": total, "year": year, "months_away": away[year]}
    return {}


def _no_people(homes: Homes, csp: str, lad: str) -> str:
    if homes.shared(csp, lad):
        return (
            "it holds part of an authority that lies in several partnerships, and no population workbook supplied "
            "has that part"
        )
    if homes.touched(csp, lad):
        return "no population workbook supplied has its authorities"
    return "no lookup supplied says which authorities it is made of"


def _forces(table: pd.DataFrame) -> pd.DataFrame:
    """Each force's crimes, as the sum of its parts, and how many of them have no partnership."""
    parts = table[(table["level"] != "force") & table[TOTAL].notna()]
    loose = parts[parts["level"] == "unassigned"]
    crimes = parts.groupby("force")[TOTAL].sum().astype("int64")
    frame = pd.DataFrame({"crimes": crimes, "unassigned": loose.groupby("force")[TOTAL].sum().astype("int64")})
    frame["unassigned"] = frame["unassigned"].fillna(0).astype("int64")
    return frame[frame["crimes"] > 0].assign(share=lambda rows: 100 * rows["unassigned"] / rows["crimes"])


def _listed_neighbours(evidence: Evidence, partnership: str) -> tuple[list[tuple[str, str, str]], str]:
    """The area's neighbours in the list asked for, the most alike first (code, name, closeness), or what is missing."""
    wanted, area = evidence.config.similar_group, evidence.area_name
    if NEIGHBOURS not in evidence.intake.extracts:
        return [], f"The list of similar areas (extract “neighbours”) was not supplied, so {wanted} cannot be used."
    frame = evidence.intake.extracts[NEIGHBOURS].frame().astype(object)
    listed = frame[frame["source"] == wanted]
    if listed.empty:
        held = wording.listed(sorted(set(frame["source"])))
        return [], f"No file of neighbours holds the {wanted} that audit.toml asks for; those supplied hold {held}."
    names = {_plain(area), _plain(partnership)}
    own = listed["area_code"].map(canonical) == canonical(evidence.area_code)
    mine = listed[own | (listed["area_code"].isna() & listed["area_name"].map(lambda name: _plain(name) in names))]
    if mine.empty:
        return [], f"The {wanted} have no line of {area}."
    ordered = mine.sort_values("rank").drop_duplicates("rank")
    cells = zip(ordered["neighbour_code"], ordered["neighbour_name"], ordered["closeness"])
    return [tuple("" if pd.isna(cell) else str(cell) for cell in row) for row in cells], ""


def _authority_names(evidence: Evidence) -> dict[str, str]:
    """Each authority's name by code: of the latest population estimates that have it."""
    frame = evidence.intake.extracts[PEOPLE].frame(["year", "area_code", "area_name", "geography", "sex"])
    frame = frame[(frame["sex"] == "persons") & ~frame["geography"].isin(("Country", "Region"))].sort_values("year")
    return {canonical(code): str(name).strip() for code, name in zip(frame["area_code"], frame["area_name"])}


def _plain(name: object) -> str:
    """A name as lists that spell it differently share it: no case, no points, no "City of" and no "County of"."""
    text = re.sub(r",? ?\b(city|county|royal borough) of\b|\bcounty\b", "", str(name).casefold().replace("&", "and"))
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", text.replace(".", "").replace("'", "")).split())


def _months(month: str) -> int:
    year, number = periods.split_month(month)
    return 12 * year + number
