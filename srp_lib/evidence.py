"""Evidence: what one audit has to go on, as the notebooks see it.

Opens the processed extracts for one area and one period and answers in counts. No row of an extract leaves it.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from srp_lib import extracts, periods
from srp_lib.codelists import OUTCOME_GROUPS, Measure, measures, outcome_group
from srp_lib.config import Config, load_config
from srp_lib.extracts import Intake


@dataclass(frozen=True)
class Denominator:
    """The residents that a rate is over: the mid-year estimate nearest to the middle of the period."""

    year: int
    residents: int
    months_away: int

    @property
    def label(self) -> str:
        """As a sentence names it, such as "mid-2020"."""
        return f"mid-{self.year}"


@dataclass(frozen=True)
class Evidence:
    """The extracts of one audit, narrowed to an area and a period."""

    config: Config
    intake: Intake
    area_code: str
    area_name: str
    period: periods.Period
    months: tuple[str, ...]
    available: tuple[str, ...]
    comparison: periods.Comparison
    edition: str

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Rows in the area, one line per month present (index "YYYY-MM"), one column per published crime type."""
        street = self._street
        table = pd.crosstab(street["month"].astype(str), street["crime_type"].astype(str))
        names = [name for measure in measures().values() for name in measure.crime_types]
        return table.reindex(index=list(self.available), columns=list(dict.fromkeys(names)), fill_value=0)

    @cached_property
    def _street(self) -> pd.DataFrame:
        columns = ["month", "crime_type", "outcome", "lad_code"]
        street = self.intake.extracts["street_crime"].frame(columns)
        return street[street["lad_code"] == self.area_code]

    @cached_property
    def _placing(self) -> pd.DataFrame:
        """Rows of the files by month, and how many of them have no location; all areas together."""
        street = self.intake.extracts["street_crime"].frame(["month", "lsoa_code"])
        blank = street["lsoa_code"].isna()
        return pd.DataFrame({"rows": street.groupby("month", observed=True).size(), "unlocated": blank.groupby(street["month"], observed=True).sum()})

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
        return self.series(slug, self.comparison.now).to_numpy(), self.series(slug, self.comparison.then).to_numpy()

    def denominator(self, period: periods.Period) -> Denominator:
        """The area's residents at the mid-year nearest to the period's middle; the earlier one on a tie."""
        people = self.intake.extracts["population"].frame(["year", "area_code", "sex", "all_ages"])
        people = people[(people["area_code"] == self.area_code) & (people["sex"] == "persons")].sort_values("year")
        middle = period.middle
        # Mid-year estimates are of 30 June, so a middle at 1 July is no distance away.
        away = [abs((middle.year - year) * 12 + middle.month - 7) for year in people["year"]]
        nearest = int(np.argmin(away))
        return Denominator(int(people["year"].iloc[nearest]), int(people["all_ages"].iloc[nearest]), away[nearest])

    def outcomes(self, slug: str) -> pd.Series:
        """How many of the period's crimes have each outcome group now; all groups, and "unlisted" for other names."""
        street = self._street
        street = street[street["month"].isin(self.months) & street["crime_type"].isin(self.measure(slug).crime_types)]
        groups = street["outcome"].astype(object).map(lambda name: outcome_group().get(name, "unlisted") if isinstance(name, str) else "unknown")
        return groups.value_counts().reindex([*OUTCOME_GROUPS, "unlisted"], fill_value=0)

    def unlocated(self) -> tuple[int, int]:
        """Rows of the period without a location, and all its rows, of every area in the files."""
        placing = self._placing.loc[list(self.months)]
        return int(placing["unlocated"].sum()), int(placing["rows"].sum())

    def table_c2(self) -> pd.Series | None:
        """Table C2's line for the area when it is of exactly this period; None otherwise."""
        if not self.has_table_c2:
            return None
        table = self.intake.extracts["recorded_crime_csp"].frame()
        same = (table["lad_code"] == self.area_code) & (table["period_end"] == self.period.months[-1])
        return table[same].iloc[0] if same.any() and len(self.months) == 12 and len(self.period.months) == 12 else None

    def table_c2_periods(self) -> list[str]:
        """The periods that the supplied table C2 covers, in words."""
        if not self.has_table_c2:
            return []
        ends = self.intake.extracts["recorded_crime_csp"].frame(["period_end"])["period_end"].unique()
        return [f"year ending {periods.month_name(end)}" for end in sorted(ends)]


def open_evidence(processed: str = "", period: str = "", area: str = "", edition: str = "") -> Evidence:
    """The evidence of one audit. Each blank argument takes its default: the latest processed data, the latest
    complete financial year in them, the area and the edition of audit.toml.

    Raises PeriodError where the period can't be audited and ExtractError where nothing has been processed.
    """
    config = load_config()
    intake = extracts.load(Path(processed) if processed else config.processed)
    if "street_crime" not in intake.extracts:
        raise extracts.ExtractError("No street-level crime has been processed yet: run 'srp check' or 'srp audit' first, then open the notebook again.")
    available = available_months(intake)
    wanted = periods.parse_period(period) if period else periods.latest_complete_year(available)
    months = periods.require_period(wanted, available, config.minimum_share)
    comparison = periods.compare(wanted, available, config.minimum_share)
    code = area or config.area_code
    return Evidence(config, intake, code, area_name(intake, config, code), wanted, months, available, comparison, edition or config.edition)


def available_months(intake: Intake) -> tuple[str, ...]:
    """The months that the street-level files hold, in order."""
    files = intake.extracts["street_crime"].files
    return tuple(sorted({month for text in files["inner_months"] for month in periods.months_in(text)}))


def area_name(intake: Intake, config: Config, code: str) -> str:
    """The area's name: of audit.toml for its own area, else of the lookups or the population estimates.

    Raises ExtractError where no extract knows the code.
    """
    if code == config.area_code:
        return config.area_name
    for extract, column, name in (("lsoa21_ward", "lad_code", "lad_name"), ("lsoa11_lsoa21", "lad_code", "lad_name"), ("population", "area_code", "area_name")):
        if extract in intake.extracts:
            frame = intake.extracts[extract].frame([column, name])
            found = frame.loc[frame[column] == code, name]
            if len(found):
                return str(found.iloc[0])
    raise extracts.ExtractError(f"No extract knows the area {code}: check --area, or add a lookup that has it.")
