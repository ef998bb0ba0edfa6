"""Records: the partners' record-level extracts as one audit sees them. They answer in counts; no row leaves here.

An offence has beside its own columns the group and subgroup of its code, how long after it was recorded, and what
its victims and suspects make of it (`victim_female`, say), where those extracts were supplied. A victim or suspect
has the columns of the offence as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from srp_lib import lag, periods
from srp_lib.codelists import offences as codes
from srp_lib.codelists.offences import ObjectiveArea
from srp_lib.evidence import Evidence
from srp_lib.used import DENOMINATOR, NUMERATOR, Used, in_files, of_files

DATED = {
    "offences": "recorded_date",
    "asb_incidents": "date",
    "missing_children": "date",
    "fire_incidents": "date",
}
CURRENT, NON_RECENT, UNDATED = "Current", "Non-recent", "No usable date"
NOT_KNOWN = "U"  # of sex
# What the other extracts say of an offence: column of the offence -> extract, column, test.
OF_PEOPLE = {
    "victim_female": ("victims", "sex", lambda values: values == "F"),
    "victim_male": ("victims", "sex", lambda values: values == "M"),
    "victim_mental_health": ("victims", "mental_health", lambda values: values == "Y"),
    "victim_20_or_over": ("victims", "age", lambda values: values >= 20),
    "suspect_13_to_19": ("suspects", "age", lambda values: values.between(13, 19)),
}
IDENTITY = {"victims": "victim_id", "suspects": "suspect_id", "missing_children": "child_id"}
FIRST_KNOWN = ("sex", "age", "ethnicity", "nationality")
EVER = ("vulnerable", "mental_health", "missing_from_home", "drugs_intelligence", "cce_linked", "cse_linked")
FEWEST_OF_USUAL = 0.05  # of an extract's usual rows a month
STOCKS = {"iom_cohort"}  # measures of how many there are at a time, which are never added up over time
LONGEST_SERVICE_MONTHS = 13  # a record of services over more than this is of no one year


@dataclass(frozen=True)
class Cover:
    """Which months of an extract take part: those it has, those of the period, and the comparison with the year before.

    `why` says why the extract cannot speak of the period, and is empty where it can.
    """

    available: tuple[str, ...]
    months: tuple[str, ...]
    comparison: periods.Comparison
    why: str = ""

    @property
    def after(self) -> tuple[str, ...]:
        """The unbroken months after the period, twelve at most, that the extract has with those a year before."""
        month, found = periods.shift_month(self.comparison.period.months[-1], 1), []
        while len(found) < 12 and {month, periods.shift_month(month, -12)} <= set(self.available):
            found.append(month)
            month = periods.shift_month(month, 1)
        return tuple(found)


@dataclass(frozen=True)
class Rows:
    """Some rows of an extract over all its months, or, where `persons`, the people of the period and of the year before.

    Immutable: each narrowing gives another. `text` says in words what is counted, and grows with each condition. `extracts` are those that it rests on and
    `lacking` says of each that is wanted and cannot be used why not; a Rows that lacks one has no rows. `covers` has
    the months in which its offences have victims or suspects at all, and `source` is the extract that the rows are of.
    """

    frame: pd.DataFrame = field(repr=False)
    text: str
    extracts: tuple[str, ...]
    cover: Cover = field(repr=False)
    lacking: Mapping[str, str] = field(default_factory=dict)
    persons: bool = False
    covers: Mapping[str, Cover] = field(default_factory=dict, repr=False)
    source: str = ""

    def where(self, said: str = "", **wanted: object) -> Rows:
        """Rows whose columns have the values given: one value, several in a tuple, or a whole test as a callable.

        `said` replaces the condition in `text`. A column that another extract would have given makes the Rows lack
        that extract. Raises KeyError for a column that no extract has.
        """
        rows = self
        for column, value in wanted.items():
            rows = rows._where(column, value, said)
        return rows

    def known(self, column: str) -> Rows:
        """Rows in which the column was recorded; a sex of "U" was not."""
        told = f"{column} recorded"
        if self.lacking:
            return self._narrowed(None, told)
        keep = self.frame[column].notna()
        return self._narrowed(keep & (self.frame[column] != NOT_KNOWN) if column == "sex" else keep, told)

    def aged(self, least: int = 0, most: int = 200) -> Rows:
        """Rows with an age from `least` to `most`; those without an age are left out."""
        told = (
            f"aged {least} or over"
            if most == 200
            else f"aged under {most + 1}"
            if not least
            else f"aged {least} to {most}"
        )
        return self._narrowed(None if self.lacking else self.frame["age"].between(least, most).fillna(False), told)

    def at_least(self, column: str, least: int) -> Rows:
        """Rows whose number is `least` or more; those without a number are left out."""
        keep = None if self.lacking else (self.frame[column] >= least).fillna(False)
        return self._narrowed(keep, f"{column} of {least} or more")

    def containing(self, column: str, word: str) -> Rows:
        """Rows whose column holds the word, whatever its case."""
        told = f"{column} containing '{word}'"
        if self.lacking:
            return self._narrowed(None, told)
        return self._narrowed(self.frame[column].astype(str).str.contains(word, case=False, regex=False), told)

    def holding(self, column: str, value: str = "", separator: str = ";") -> Rows:
        """Rows whose cell of several values, such as hate strands, has `value` among them; any where it is blank."""
        held = (
            self.frame[column]
            .astype(object)
            .fillna("")
            .map(lambda text: {one.strip() for one in text.split(separator)})
        )
        return self._narrowed(held.map(lambda parts: value in parts if value else parts != {""}), f"{column} = {value}")

    @property
    def now(self) -> pd.DataFrame:
        """The rows of the audited period."""
        return self._side(self.cover.months)

    @property
    def then(self) -> pd.DataFrame | None:
        """The rows of the year before; None unless both periods are whole."""
        return self._side(self.cover.comparison.then) if self.cover.comparison.whole else None

    def _side(self, months: tuple[str, ...]) -> pd.DataFrame:
        if self.persons:
            return self.frame[self.frame["now"] == (months == self.cover.months)]
        return self.frame[self.frame["month"].isin(months)]

    @property
    def total(self) -> int:
        """How many there are in the audited period."""
        return len(self.now)

    def used(self, part: str = NUMERATOR, months: Sequence[str] | None = None) -> Used:
        """Rows of the period, or of the months given, by file; see `srp_lib.used`.

        A person counts once in each period, in the file of their first row.
        """
        rows = self.now if months is None else self._side(tuple(months))
        return in_files(part, self.source, rows["file"]) if "file" in rows else ()

    def by_month(self) -> pd.Series:
        """Counts by month (index "YYYY-MM"), one for each month that the extract has, zero where there was none."""
        counts = self.frame["month"].value_counts()
        return pd.Series([int(counts.get(month, 0)) for month in self.cover.available], list(self.cover.available))

    def both_years(self) -> tuple[np.ndarray, np.ndarray]:
        """Monthly counts of the period and of the year before, paired like for like; empty when not comparable."""
        series, comparison = self.by_month(), self.cover.comparison
        return series.loc[list(comparison.now)].to_numpy(), series.loc[list(comparison.then)].to_numpy()

    def tally(self, column: str, blank: str = "") -> pd.Series:
        """Counts of the period by the column's values, most first; blanks under `blank`, or left out."""
        values = self.now[column].astype(object)
        values = values.where(values.notna(), blank) if blank else values.dropna()
        return values.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")

    def split(self, column: str, separator: str = ";") -> pd.Series:
        """Counts of the period by each of several values in a cell, such as hate strands, most first."""
        values = self.now[column].dropna().astype(str).str.split(separator).explode().str.strip()
        return values[values != ""].value_counts()

    def people(self, extract: str) -> Rows:
        """One row for each person in the rows of the period, and one for each in those of the year before.

        Within a period, sex, age and nationality are the first known, in order of date and record; a flag is Y where it ever is; an
        ocg_role is member where it ever is.
        """
        text = (
            f"distinct {extract.replace('_', ' ')} of {self.text}"
            if extract not in self.text
            else f"distinct {self.text}"
        )
        if self.lacking:
            return replace(self, text=text, persons=True)
        sides = {True: self.now, False: self.then}
        found = [_persons(side, IDENTITY[extract]).assign(now=now) for now, side in sides.items() if side is not None]
        return replace(self, frame=pd.concat(found, ignore_index=True), text=text, persons=True)

    def _where(self, column: str, value: object, said: str) -> Rows:
        told = said or _condition(column, value)
        wanted = OF_PEOPLE.get(column, ("",))[0]
        if wanted and column not in self.frame and not self.lacking:
            why = NOT_SUPPLIED
            return replace(self, frame=self.frame.iloc[:0], text=f"{self.text}, {told}", lacking={wanted: why})
        if self.lacking:
            more = {wanted: NOT_SUPPLIED} if wanted and wanted not in self.extracts and column not in self.frame else {}
            return replace(self, text=f"{self.text}, {told}", lacking={**self.lacking, **more})
        values = self.frame[column]
        keep = value(values) if callable(value) else values.isin(value) if isinstance(value, tuple) else values == value
        rows = self._narrowed(keep.fillna(False).astype(bool), told)
        if not wanted:
            return rows
        cover, names = self.covers[wanted], tuple(dict.fromkeys([*self.extracts, wanted]))
        return replace(rows, extracts=names, cover=cover, lacking={wanted: cover.why} if cover.why else {})

    def _narrowed(self, keep: pd.Series | None, told: str) -> Rows:
        frame = self.frame if keep is None else self.frame[keep.to_numpy(dtype=bool)]
        return replace(self, frame=frame, text=f"{self.text}, {told}")


NOT_SUPPLIED = "was not supplied"


@dataclass(frozen=True)
class Service:
    """One measure that partners supplied, from `first` month to `last`; `missing` are the months between that it lacks.

    `files` pairs each file with how many of its records were added up.
    """

    measure: str
    numerator: float
    denominator: float | None
    first: str
    last: str
    providers: tuple[str, ...]
    missing: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    files: tuple[tuple[str, int], ...] = ()

    @property
    def used(self) -> Used:
        """The records that were added up, by file; a record has the denominator too, where there is one."""
        parts = (NUMERATOR,) if self.denominator is None else (NUMERATOR, DENOMINATOR)
        return tuple(one for part in parts for one in of_files(part, "services", self.files))


@dataclass(frozen=True)
class Records:
    """The partners' extracts of one audit."""

    evidence: Evidence

    def has(self, extract: str) -> bool:
        """Whether the extract was supplied."""
        return extract in self.evidence.intake.extracts

    @cached_property
    def _offences(self) -> pd.DataFrame:
        table = self._read("offences")
        written = table["ho_code"].astype(str)
        table["ho_code"] = written.map({code: codes.canonical_code(code) for code in written.unique()}).astype(
            "category"
        )
        for name, column in codes.classify(table["ho_code"], table["recorded_date"]).items():
            table[name] = column
        table["month"] = _months(table["recorded_date"])
        return table.assign(**_delays(table), **self._of_people(table))

    def _of_people(self, table: pd.DataFrame) -> dict[str, np.ndarray]:
        """What the victims and suspects supplied say of each offence: whether any of them passes the test."""
        found = {}
        places = {name: _places(table, self._read(name)) for name in ("victims", "suspects") if self.has(name)}
        for column, (extract, source, test) in OF_PEOPLE.items():
            if extract in places:
                passes = test(self._read(extract)[source]).fillna(False).to_numpy(dtype=bool)
                found[column] = np.zeros(len(table), dtype=bool)
                found[column][places[extract][passes]] = True
        return found

    @cached_property
    def _kept(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _covers(self) -> dict[str, Cover]:
        return {}

    def _read(self, extract: str) -> pd.DataFrame:
        if extract not in self._kept:
            self._kept[extract] = self.evidence.intake.extracts[extract].frame()
        return self._kept[extract]

    def cover(self, extract: str) -> Cover:
        """Which months of a dated extract take part; a month with hardly a row is held to be missing."""
        if extract not in self._covers:
            self._covers[extract] = self._cover(extract)
        return self._covers[extract]

    def _cover(self, extract: str) -> Cover:
        available = self._dated(extract) if extract in DATED else self._with_people(extract)
        period, share = self.evidence.period, self.evidence.config.minimum_share
        own = tuple(month for month in period.months if month in available)
        enough = len(own) >= share * len(period.months) and period.months[-1] in own
        held = f"has {periods.list_months(available)} and not enough" if available else "has nothing"
        why = "" if enough else f"{held} of {period.label}"
        return Cover(available, own, periods.compare(period, available, share), why)

    def _dated(self, extract: str) -> tuple[str, ...]:
        months = pd.Series(_months(self._read(extract)[DATED[extract]])).value_counts()
        # A mistyped year would otherwise make a month of its own, and all those to it a gap.
        return tuple(sorted(months.index[months >= FEWEST_OF_USUAL * months.median()].astype(str)))

    def _with_people(self, extract: str) -> tuple[str, ...]:
        """The months of offences for which victims or suspects were supplied: from the first with any to the last.

        A year in which any has them counts as a whole, as not every month of few offences need have any.
        """
        period, offences = self.evidence.period, self._offences
        places = _places(offences, self._read(extract))
        held = set(offences["month"].astype(str).iloc[places[places >= 0]].unique())
        wholes = [side for side in (period.months, period.comparator().months) if held & set(side)]
        wanted = {
            *(month for side in wholes for month in side),
            *(periods.month_range(min(held), max(held)) if held else ()),
        }
        return tuple(month for month in self.cover("offences").available if month in wanted)

    def lacking(self, *wanted: str) -> dict[str, str]:
        """Of the extracts wanted, those that cannot be used, and why not."""
        config = self.evidence.config
        if self.evidence.area_code != config.area_code:
            # No row says which authority it is of: the partners' extracts are those of their own area.
            return dict.fromkeys(wanted, f"is of {config.area_name} alone")
        found = {name: NOT_SUPPLIED for name in wanted if not self.has(name)}
        # Victims and suspects are dated by their offences, and say nothing without them.
        dated = [
            name
            for name in wanted
            if name not in found and (name in DATED or (name in IDENTITY and self.has("offences")))
        ]
        return found | {name: cover.why for name in dated if (cover := self.cover(name)).why}

    def offences(self, area: ObjectiveArea | None = None) -> Rows:
        """All recorded offences, or those of an objective area."""
        by_victim = area is not None and any(rule.victim for rule in area.rules)
        lacking = self.lacking("offences", *(["victims"] if by_victim else []))
        text = "all recorded offences" if area is None else area.definition
        names = ("offences", "victims") if by_victim else ("offences",)
        if lacking:
            return self._none(text, names, lacking)
        frame = self._offences if area is None else self._offences[codes.in_area(area, self._offences).to_numpy()]
        covers = {name: self.cover(name) for name in ("victims", "suspects") if self.has(name)}
        cover = covers["victims"] if by_victim else self.cover("offences")
        return Rows(frame, text, names, cover, covers=covers, source="offences")

    def people_of(self, extract: str, offences: Rows) -> Rows:
        """The rows of victims or suspects, one for each offence that they were in, with the offence's columns."""
        text = f"{extract} of {offences.text}"
        lacking = {**offences.lacking, **self.lacking(extract)}
        wanted = tuple(dict.fromkeys([*offences.extracts, extract]))
        if lacking:
            return self._none(text, wanted, lacking)
        people = self._read(extract)
        place = _places(offences.frame, people)
        mine = offences.frame.drop(columns=["file", "offence_id"]).iloc[place[place >= 0]].reset_index(drop=True)
        frame = pd.concat([people[place >= 0].reset_index(drop=True), mine], axis=1)
        return Rows(frame, text, wanted, self.cover(extract), source=extract)

    def rows(self, extract: str, text: str) -> Rows:
        """All rows of a dated extract of its own (asb_incidents, missing_children, fire_incidents)."""
        lacking = self.lacking(extract)
        if lacking:
            return self._none(text, (extract,), lacking)
        frame = self._read(extract)
        dated = frame.assign(month=_months(frame[DATED[extract]]))
        return Rows(dated, text, (extract,), self.cover(extract), source=extract)

    def unlisted(self) -> list[str]:
        """The codes of the period's offences that no list knows, in order."""
        rows = self.offences()
        if rows.lacking:
            return []
        return sorted(set(rows.now.loc[rows.now["group"] == codes.UNLISTED, "ho_code"].astype(str)))

    def service(self, measure: str, calendar: bool = False) -> Service | None:
        """A measure of services as of the period; None where none was supplied.

        Plain counts of records that lie within the period are added up; else those that ended last in the period
        are taken, where they are of no more than a year, providers added up. `calendar` takes the last calendar
        year that ended in or before the period in place of the period.
        """
        first, last = self.evidence.period.months[0], self.evidence.period.months[-1]
        if calendar:
            last = f"{int(last[:4]) - (last[5:] != '12')}-12"
            first = periods.shift_month(last, -11)
        start, table = pd.Timestamp(f"{first}-01"), self._services(measure, last)
        within = table[table["period_start"] >= start]
        if len(within) and within["denominator"].isna().all() and measure not in STOCKS:
            return _service(measure, _without_overlap(within))
        longest = table["period_start"] + pd.DateOffset(months=LONGEST_SERVICE_MONTHS)
        ended = table[(table["period_end"] >= start) & (longest > table["period_end"])]
        latest = ended[ended["period_end"] == ended["period_end"].max()]
        return _service(measure, _without_overlap(latest)) if len(latest) else None

    def service_since(self, measure: str) -> Service | None:
        """All records of a measure up to the end of the period, added up; None where there is none."""
        table = self._services(measure, self.evidence.period.months[-1])
        return _service(measure, _without_overlap(table)) if len(table) else None

    def _services(self, measure: str, last: str) -> pd.DataFrame:
        """The records of a measure that ended by a month's end; none where services cannot be used."""
        if self.lacking("services"):
            return pd.DataFrame({"period_start": [], "period_end": [], "denominator": []}).astype(
                {"period_start": "datetime64[ns]", "period_end": "datetime64[ns]"}
            )
        table = self._read("services")
        end = pd.Timestamp(f"{last}-01") + pd.offsets.MonthEnd(0)
        return table[(table["measure_id"].astype(str) == measure) & (table["period_end"] <= end)]

    def _none(self, text: str, wanted: Sequence[str], lacking: Mapping[str, str]) -> Rows:
        blank = Cover((), (), periods.compare(self.evidence.period, (), self.evidence.config.minimum_share))
        return Rows(pd.DataFrame({"month": []}), text, tuple(wanted), blank, lacking)


def _condition(column: str, value: object) -> str:
    if column in OF_PEOPLE:
        extract, source, _ = OF_PEOPLE[column]
        return f"with at least one of the {extract} {column.split('_', 1)[1].replace('_', ' ')}"
    shown = " or ".join(map(str, value)) if isinstance(value, tuple) else value
    return f"{column} = {shown}"


def _without_overlap(table: pd.DataFrame) -> pd.DataFrame:
    """Records none of which covers days that another of the same provider covers: a year's total beside its quarters."""
    kept: list[int] = []
    longest = (table["period_start"] - table["period_end"]).sort_values(kind="stable").index
    for place in longest:
        one, others = table.loc[place], table.loc[kept]
        others = others[others["provider"].astype(str) == str(one["provider"])]
        if not ((others["period_start"] <= one["period_end"]) & (others["period_end"] >= one["period_start"])).any():
            kept.append(place)
    return table.loc[kept]


def _service(measure: str, rows: pd.DataFrame) -> Service:
    whole = float(rows["denominator"].sum()) if rows["denominator"].notna().all() else None
    one = rows.iloc[0] if len(rows) == 1 else None
    low, high = (
        float(one[column]) if one is not None and pd.notna(one[column]) else None
        for column in ("estimate_low", "estimate_high")
    )
    first, last = f"{rows['period_start'].min():%Y-%m}", f"{rows['period_end'].max():%Y-%m}"
    spans = zip(rows["period_start"].dt.strftime("%Y-%m"), rows["period_end"].dt.strftime("%Y-%m"))
    held = {month for span in spans for month in periods.month_range(*span)}
    missing = tuple(month for month in periods.month_range(first, last) if month not in held)
    providers = tuple(sorted(set(rows["provider"].astype(str))))
    files = tuple((str(file), int(number)) for file, number in rows["file"].value_counts(sort=False).items())
    return Service(measure, float(rows["numerator"].sum()), whole, first, last, providers, missing, low, high, files)


def _months(dates: pd.Series) -> pd.Categorical:
    """Dates as months "YYYY-MM", quickly; the categories are the months that occur."""
    found, place = np.unique(dates.to_numpy().astype("datetime64[M]"), return_inverse=True)
    return pd.Categorical.from_codes(place, [str(month) for month in found])


def _places(offences: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """For each person's row, where its offence stands; -1 where the offence is not among them."""
    return pd.Index(offences["offence_id"]).get_indexer(pd.Index(people["offence_id"]))


def _delays(table: pd.DataFrame) -> dict[str, object]:
    """How long after an offence it was recorded: in days, in classes, and whether it is current."""
    possible = table["committed_to"].fillna(table["committed_from"])
    late = lag.report_lag(possible, table["recorded_date"])
    number = late.to_numpy(dtype=float, na_value=np.nan)
    usable = number >= 0
    bands = np.searchsorted(list(lag.DELAYS.values())[:-1], np.where(usable, number, 0), side="left")
    classes = [*lag.DELAYS, lag.NO_DATE]
    recency = np.where(usable, np.where(number > lag.NON_RECENT_DAYS, 1, 0), 2)
    return {
        "delay": late,
        "delay_class": pd.Categorical.from_codes(np.where(usable, bands, len(lag.DELAYS)), classes, ordered=True),
        "recency": pd.Categorical.from_codes(recency, [CURRENT, NON_RECENT, UNDATED], ordered=True),
    }


def _persons(rows: pd.DataFrame, identity: str) -> pd.DataFrame:
    """One row a person, in the order in which each first appears."""
    order = [name for name in ("recorded_date", "date", "offence_id", "episode_id") if name in rows]
    rows = rows.sort_values(order, kind="stable")
    keys = rows[identity].astype(str)
    found: dict[str, pd.Series] = {}
    for column in FIRST_KNOWN:
        if column in rows:
            values = rows[column].astype(object) if column != "age" else rows[column]
            values = values.where(values != NOT_KNOWN) if column == "sex" else values
            found[column] = values.dropna().groupby(keys, sort=False).first()
    for column in EVER:
        if column in rows:
            found[column] = (rows[column] == "Y").groupby(keys, sort=False).any().map({True: "Y", False: "N"})
    if "ocg_role" in rows:
        found["ocg_role"] = (
            rows["ocg_role"].astype(object).dropna().groupby(keys, sort=False).max()
        )  # member after associate
    if "file" in rows:
        found["file"] = rows["file"].groupby(keys, sort=False).first()
    counts = keys.groupby(keys, sort=False).size().rename("times")
    return pd.DataFrame(found, index=counts.index).assign(times=counts).reset_index(drop=True)
