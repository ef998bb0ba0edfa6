"""Evidence: what one audit has to go on, as the notebooks see it.

Opens the processed extracts for one area and one period and answers in counts. No row of an extract leaves it,
and nothing is answered from extracts that were not checked for that area or that failed a critical rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from srp_lib import extracts, geography, periods
from srp_lib.checks import Checks, read_checks
from srp_lib.codelists import OUTCOME_GROUPS, Measure, measures, outcome_group
from srp_lib.config import Config, load_config
from srp_lib.extracts import ExtractError, Intake
from srp_lib.used import DENOMINATOR, NUMERATOR, RowsUsed, Used, in_files, of_files

CHECK = "run 'srp check' or 'srp audit'"
# Where an area's name is looked for: extract, column of codes, column of names.
NAMES = (
    ("lsoa21_ward", "lad_code", "lad_name"),
    ("lsoa11_lsoa21", "lad_code", "lad_name"),
    ("lsoa11_ward", "lad_code", "lad_name"),
    ("population", "area_code", "area_name"),
)


@dataclass(frozen=True)
class Denominator:
    """The residents that a rate is over: the mid-year estimate nearest to the middle of the period, and its file."""

    year: int
    residents: int
    months_away: int
    file: str = ""

    @property
    def label(self) -> str:
        """As a sentence names it, such as "mid-2020"."""
        return f"mid-{self.year}"

    @property
    def used(self) -> Used:
        """The row that has them; see `srp_lib.used`."""
        return (RowsUsed(DENOMINATOR, "population", self.file, 1),) if self.file else ()


@dataclass(frozen=True)
class Evidence:
    """The extracts of one audit, narrowed to an area and a period.

    `available` has the months that the files of every one of `forces`, those that record the area's crime, cover.
    """

    config: Config
    intake: Intake
    area_code: str
    area_name: str
    period: periods.Period
    months: tuple[str, ...]
    available: tuple[str, ...]
    comparison: periods.Comparison
    edition: str
    forces: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Rows in the area, one line per month present (index "YYYY-MM"), one column per published crime type."""
        table = self._by_file.groupby(level=["month", "crime_type"]).sum().unstack(fill_value=0)
        names = [name for measure in measures().values() for name in measure.crime_types]
        return table.reindex(index=list(self.available), columns=list(dict.fromkeys(names)), fill_value=0)

    @cached_property
    def _by_file(self) -> pd.Series:
        """Rows in the area by month, crime type and file."""
        street = self._street
        found = street.groupby(["month", "crime_type", "file"], observed=True).size()
        return found.set_axis(found.index.set_levels([level.astype(str) for level in found.index.levels]))

    def used(self, slug: str, months: Sequence[str] | None = None, part: str = NUMERATOR) -> Used:
        """The street-level rows of a measure by file, over the months given or the period's; see `srp_lib.used`."""
        rows = self._by_file
        wanted = self.months if months is None else months
        rows = rows[rows.index.get_level_values("month").isin(wanted)]
        mine = rows.index.get_level_values("crime_type").isin(self.measure(slug).crime_types)
        return of_files(part, "street_crime", rows.where(mine, 0).groupby(level="file").sum().items())

    @cached_property
    def _street(self) -> pd.DataFrame:
        columns = ["file", "month", "crime_type", "outcome", "lad_code", "reported_by"]
        street = self.intake.extracts["street_crime"].frame(columns)
        # Other forces (British Transport Police, neighbours) may be supplied for some months only, which would read as a change.
        return street[(street["lad_code"] == self.area_code) & street["reported_by"].isin(self.forces)]

    @cached_property
    def _placing(self) -> pd.DataFrame:
        """Rows of the area's own forces by month and crime type, and how many have no location; all areas together."""
        street = self.intake.extracts["street_crime"].frame(["month", "crime_type", "lsoa_code", "reported_by"])
        street = street[street["reported_by"].isin(self.forces)]
        keys = [street["month"].astype(str), street["crime_type"].astype(str)]
        return street["lsoa_code"].isna().groupby(keys).agg(rows="size", unlocated="sum")

    @property
    def processed(self) -> Path:
        """The folder of the processed extracts."""
        return self.intake.extracts["street_crime"].parquet.parent

    @property
    def short(self) -> bool:
        """Whether the period itself lacks a month."""
        return len(self.months) < len(self.period.months)

    @property
    def has_table_c2(self) -> bool:
        """Whether table C2 was supplied."""
        return "recorded_crime_csp" in self.intake.extracts

    def measure(self, slug: str) -> Measure:
        """The measure of that slug. Raises KeyError naming those that exist."""
        try:
            return measures()[slug]
        except KeyError:
            raise KeyError(f"No measure '{slug}'; there are {', '.join(measures())}.") from None

    def series(self, slug: str, months: Sequence[str] | None = None) -> pd.Series:
        """Counts by month, of the months given or of all that the extracts have; an absent month is not in it."""
        series = self.counts[list(self.measure(slug).crime_types)].sum(axis=1)
        return series if months is None else series.loc[list(months)]

    def total(self, slug: str) -> int:
        """The count over the months of the period that the extracts have."""
        return int(self.series(slug, self.months).sum())

    def both_years(self, slug: str) -> tuple[np.ndarray, np.ndarray]:
        """Monthly counts of this period and of the comparator, paired like for like; empty when not comparable."""
        now, then = (self.series(slug, side).to_numpy() for side in (self.comparison.now, self.comparison.then))
        return now, then

    def denominator(self, period: periods.Period, sex: str = "persons") -> Denominator:
        """The area's residents at the mid-year nearest to the period's middle; the earlier one on a tie.

        `sex` is "persons", "females" or "males".

        Raises ExtractError where the estimates do not have the area.
        """
        people = self.intake.extracts["population"].frame(["file", "year", "area_code", "sex", "all_ages"])
        mine = (people["area_code"] == self.area_code) & (people["sex"] == sex)
        people = people[mine].sort_values("year")
        if people.empty:
            raise ExtractError(
                f"The population estimates have no line of {self.area_code}: add a workbook that has that area."
            )
        middle = period.middle
        # Mid-year estimates are of 30 June, so a middle at 1 July is no distance away.
        away = [abs((middle.year - year) * 12 + middle.month - 7) for year in people["year"]]
        nearest = int(np.argmin(away))
        found = people.iloc[nearest]
        return Denominator(int(found["year"]), int(found["all_ages"]), away[nearest], str(found["file"]))

    def outcomes(self, slug: str) -> pd.Series:
        """How many of the period's crimes have each outcome group now; all groups, and "unlisted" for other names."""
        groups = self._of_period(slug)["group"]
        return groups.value_counts().reindex([*OUTCOME_GROUPS, "unlisted"], fill_value=0)

    def used_by_outcome(self, slug: str, group: str) -> Used:
        """The rows of the period's crimes with an outcome of a group, by file; see `srp_lib.used`."""
        rows = self._of_period(slug)
        return in_files(NUMERATOR, "street_crime", rows.loc[rows["group"] == group, "file"])

    def _of_period(self, slug: str) -> pd.DataFrame:
        """The file and the outcome group of each of the period's crimes."""
        street = self._street
        street = street[street["month"].isin(self.months) & street["crime_type"].isin(self.measure(slug).crime_types)]
        known = outcome_group()
        names = street["outcome"].astype(object)
        groups = names.map(lambda name: known.get(name, "unlisted") if isinstance(name, str) else "unknown")
        return pd.DataFrame({"file": street["file"], "group": groups})

    def unlocated(self, slug: str = "", months: Sequence[str] | None = None) -> tuple[int, int]:
        """The area's own forces' rows without a location, and all their rows, of every area.

        Of the measure given, or of crime and anti-social behaviour alike; over the months given, or the period's.
        """
        placing = self._placing
        kept = placing.index.get_level_values(0).isin(self.months if months is None else list(months))
        if slug:
            kept &= placing.index.get_level_values(1).isin(self.measure(slug).crime_types)
        return int(placing.loc[kept, "unlocated"].sum()), int(placing.loc[kept, "rows"].sum())

    def table_c2(self) -> pd.Series | None:
        """Table C2's line for the area when it is of exactly this period; None otherwise."""
        if not self.has_table_c2:
            return None
        table = self.intake.extracts["recorded_crime_csp"].frame()
        same = (table["lad_code"] == self.area_code) & (table["period_end"] == self.period.months[-1])
        year = len(self.months) == len(self.period.months) == 12
        return table[same].iloc[0] if year and same.sum() == 1 else None

    def table_c2_periods(self) -> list[str]:
        """The periods that the supplied table C2 covers, in words."""
        if not self.has_table_c2:
            return []
        ends = self.intake.extracts["recorded_crime_csp"].frame(["period_end"])["period_end"].unique()
        return [f"year ending {periods.month_name(end)}" for end in sorted(ends)]


def open_evidence(processed: str = "", period: str = "", area: str = "", edition: str = "") -> Evidence:
    """The evidence of one audit. Each blank argument takes its default: the latest processed data, the latest
    complete financial year in them, the area and the edition of audit.toml.

    Raises PeriodError where the period cannot be audited and ExtractError where nothing has been processed, or
    what has been was not checked for this area, or failed a critical rule.
    """
    config = load_config()
    folder = Path(processed) if processed else config.processed
    intake, code = extracts.load(folder), area or config.area_code
    if "street_crime" not in intake.extracts:
        raise ExtractError(
            f"No street-level crime has been processed yet: {CHECK} first, then open the notebook again."
        )
    _require_sound(read_checks(folder), intake, code)
    forces, available = forces_and_months(intake, code)
    wanted = periods.parse_period(period) if period else periods.latest_complete_year(available)
    return Evidence(
        config=config,
        intake=intake,
        area_code=code,
        area_name=area_name(intake, config, code),
        period=wanted,
        months=periods.require_period(wanted, available, config.minimum_share),
        available=available,
        comparison=periods.compare(wanted, available, config.minimum_share),
        edition=edition or config.edition,
        forces=forces,
    )


def _require_sound(checks: Checks | None, intake: Intake, area: str) -> None:
    """Raise ExtractError unless these very extracts were checked for this area and passed every critical rule."""
    if checks is None:
        raise ExtractError(
            f"The processed extracts have not been checked: {CHECK} first, then open the notebook again."
        )
    if checks.keys != intake.keys:
        raise ExtractError(f"The extracts have changed since they were checked: {CHECK}, then open the notebook again.")
    if checks.area != area:
        raise ExtractError(
            f"The processed extracts were checked for {checks.area} and {area} is asked for: {CHECK} with "
            f"--area {area}, then open the notebook again."
        )
    failed = [
        one for one in checks.results if one["severity"] == "critical" and not (one["passed"] or one.get("waived"))
    ]
    if failed or checks.faults:
        rules = ", ".join(f"{one['rule']} of {one['extract']}" for one in failed)
        why = f"failed the critical rules {rules}" if failed else f"cannot be used: {checks.faults[0]}"
        raise ExtractError(
            f"No figure can be made, because the extracts {why.rstrip('.')}. Mend or replace the files that "
            "the data quality page names, run 'srp check', then open the notebook again."
        )


def available_months(intake: Intake, area: str) -> tuple[str, ...]:
    """The months, in order, that the street-level files of the area's own forces cover.

    Raises ExtractError where no row is in the area.
    """
    return forces_and_months(intake, area)[1]


def forces_and_months(intake: Intake, area: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The forces that record the area's crime, and the months, in order, in which every one of them has rows.

    A month that only another force's file holds (British Transport Police, say) is not there: its few rows would
    read as a fall. Raises ExtractError where no row is in the area.
    """
    rows = intake.extracts["street_crime"].frame(["month", "reported_by", "lad_code"])
    if not (rows["lad_code"] == area).any():
        raise ExtractError(
            f"None of the street-level rows is in {area}: add the files of the police force that covers it, and "
            "the lookup of 2011 to 2021 LSOAs, to the raw folder."
        )
    forces = geography.area_forces(rows, area)
    pairs = rows.loc[rows["reported_by"].isin(forces), ["month", "reported_by"]].astype(str).drop_duplicates()
    held = pairs.groupby("month").size()
    return forces, tuple(sorted(held.index[held == len(forces)]))


def area_name(intake: Intake, config: Config, code: str) -> str:
    """The area's name: of audit.toml for its own area, else of the lookups or the population estimates.

    Raises ExtractError where no extract knows the code.
    """
    if code == config.area_code:
        return config.area_name
    for extract, column, name in NAMES:
        if extract in intake.extracts:
            frame = intake.extracts[extract].frame([column, name])
            found = frame.loc[frame[column] == code, name].dropna()
            if len(found):
                return str(found.iloc[0])
    raise ExtractError(
        f"No extract knows the area {code}: check --area, or add a lookup that has it to the raw folder."
    )


def partnership_name(intake: Intake, config: Config, code: str) -> str:
    """The partnership that audits the area: of audit.toml for its own area, else as the latest lookup calls it.

    "Community safety partnership" where no lookup has the area.
    """
    if code == config.area_code:
        return config.partnership
    if "lad_csp_pfa" in intake.extracts:
        frame = intake.extracts["lad_csp_pfa"].frame(["lad_code", "csp_name", "year"]).dropna()
        found = frame[frame["lad_code"] == code].sort_values("year")
        if len(found):
            return f"{found['csp_name'].iloc[-1]} Community Safety Partnership"
    return "Community safety partnership"
