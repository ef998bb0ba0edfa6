"""Performance charts: the series behind each indicator, as a control chart or as intervals of a survey's waves.

Where no series is known the reader is told why. Counts of people are protected before they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import call_charts, disclosure, periods, place_charts, series_charts, survey_facts, wording
from srp_lib.calls import EXTRACT as CALLS
from srp_lib.calls import FIGURES, Calls
from srp_lib.codelists import ASB, EVERY_SERIES, measures
from srp_lib.codelists.offences import SHORT_IDS, ObjectiveArea, objective_areas
from srp_lib.display import Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.indicators import SERVICES, Judged
from srp_lib.records import Records
from srp_lib.section import Section
from srp_lib.series_charts import MONTH, QUARTER, Subject
from srp_lib.surveys import Question, Surveys, percent

OF_COUNTS = ("count", "change", "rate")  # measures of a key fact that follow a count by month
FEWEST = 4  # quarters or months of a service that make a chart
VOICES = "voices"


@dataclass(frozen=True)
class Series:
    """The series of one audit's twelve months."""

    evidence: Evidence

    @cached_property
    def records(self) -> Records:
        """The partners' extracts."""
        return Records(self.evidence)

    @cached_property
    def surveys(self) -> Surveys:
        """The surveys up to the end of the period."""
        return Surveys(self.evidence)

    def chart(self, one: Judged) -> Chart | Notice:
        """The series behind an indicator, up to the end of the period; a notice that says why there is none."""
        made = self._chart(one)
        if isinstance(made, Notice):
            return made
        # Two indicators can follow one series, and a page has each id once.
        ident = f"indicator-{one.indicator.id}".lower().replace("_", "-")
        return replace(made, id=ident, title=wording.upper_first(made.title))

    def _chart(self, one: Judged) -> Chart | Notice:
        indicator = one.indicator
        parts = indicator.fact_id.split(".")
        if len(parts) == 3 and parts[0] == VOICES:
            return self._of_voices(one, *parts[1:])
        if len(parts) == 3 and parts[2] in OF_COUNTS:
            return self._of_counts(one, *parts[:2])
        measure = parts[-1] if len(parts) > 1 else indicator.measure
        rows = self._service_rows(measure)
        if len(rows):
            return self._of_service(measure, rows)
        if one.latest.estimate is None:
            return Notice(f"no series is known of {indicator.fact_id}.")
        return Notice("worked out over the whole of a period, not by month or quarter.")

    def _of_counts(self, one: Judged, theme: str, objective: str) -> Chart | Notice:
        """A count by month: of an objective area's records, or of a measure of the open data."""
        area = _area(theme, objective)
        if area is not None:
            made = Section(self.records, area).monthly(name=one.indicator.id)
            return (
                made
                if isinstance(made, Chart) or made.text
                else Notice("the records that are counted were not supplied.")
            )
        slug = ASB if (theme, objective) == ("overview", "asb") else objective
        if slug not in measures():
            return Notice(f"no series by month is known of {one.indicator.fact_id}.")
        measure = self.evidence.measure(slug)
        about = (slug, measure.label, measure.noun, self.evidence.area_name, self.evidence.period, slug)
        return series_charts.control_chart(Subject(*about, self.evidence.series(slug)))

    def _of_voices(self, one: Judged, objective: str, measure: str) -> Chart | Notice:
        """The waves of a survey's question, or the calls to 101 by month."""
        if objective == CALLS:
            return self._calls(measure)
        found = next((question for question in self.surveys.questions if question.ident == objective), None)
        if found is None:
            return Notice(f"no wave of a survey asked {objective} by the end of the period.")
        return self._waves(one, found)

    def _calls(self, measure: str) -> Chart | Notice:
        """Calls to 101 by month, or a share of them, or the wait."""
        found = Calls(self.evidence)
        if not found.months or measure not in ("offered", *FIGURES):
            return Notice(f"no month of {self.evidence.period.label} is known of it.")
        if measure in FIGURES:
            return call_charts.by_month(found, measure)
        about = ("calls", "Calls offered to 101", "calls offered to 101", self.evidence.area_name, self.evidence.period)
        return series_charts.control_chart(Subject(*about, EVERY_SERIES, found.table[measure].astype(int), brief=True))

    def _waves(self, one: Judged, question: Question) -> Chart | Notice:
        """A question's share in each wave with its interval, and the target as a line."""
        shares = {wave.label: self.surveys.share(wave.answer) for wave in question.waves}
        known = {label: share for label, share in shares.items() if share.value is not None}
        if not known:
            return Notice("in every wave too few answered for the share to be shown.")
        rows = pd.DataFrame(
            {"name": label, "value": share.value, "lower": share.lower, "upper": share.upper, "highlight": place == len(known) - 1}
            for place, (label, share) in enumerate(known.items())
        )  # fmt: skip
        said = [f"{percent(share)} in {label}" for label, share in known.items()]
        title = f"{question.label}: {', '.join(dict.fromkeys([said[0], said[-1]]))}"
        target, level = one.indicator.target, f"{self.evidence.config.confidence:.0%}"
        drawn = "" if target is None else f"; the upright line is the target, {wording.decimal(target)}%"
        cells = tuple(
            (wave.label, *survey_facts.share_cells(shares[wave.label]), survey_facts.base_cell(wave.answer))
            for wave in question.waves
        )
        table = Table(
            f"{question.label} by wave of {question.survey}", ("Wave", "Share", f"{level} interval", "Base"), cells
        )
        return place_charts.ranges(
            "waves", title,
            f"Share of respondents of {question.survey} with {level} interval, by the month in which fieldwork ended{drawn}",
            f"Intervals by wave. {title}. {'; '.join(said)}.", rows, table,
            note=f"Survey waves are too few and too far apart for a control chart: intervals stand in its place. {self.surveys.rounding}".strip(),
            reference=target, unit="%",
        )  # fmt: skip

    def _service_rows(self, measure: str) -> pd.DataFrame:
        """The records of a measure of services up to the end of the period; none where there is none or no extract."""
        if self.records.lacking(SERVICES):
            return pd.DataFrame()
        rows = self.evidence.intake.extracts[SERVICES].frame()
        end = pd.Timestamp(f"{self.evidence.period.months[-1]}-01") + pd.offsets.MonthEnd(0)
        return rows[(rows["measure_id"].astype(str) == measure) & (rows["period_end"] <= end)]

    def _of_service(self, measure: str, rows: pd.DataFrame) -> Chart | Notice:
        """A service's count by month or by quarter, protected."""
        policy = disclosure.policy(self.evidence.config, self.evidence.edition)
        noun = measure.replace("_", " ")
        counts, step = _by_month_or_quarter(rows)
        if len(counts) < FEWEST:
            return Notice(
                f"supplied by the year, or for fewer than {wording.number_word(FEWEST)} single months or quarters, which is "
                "too few for a control chart."
            )  # fmt: skip
        shown, step = policy.months(counts) if step == MONTH else (policy.counts(counts), step)
        if step == "none" or shown.isna().any():
            return Notice("in some months or quarters so few are involved that people could be identified.")
        about = (measure, wording.upper_first(noun), noun, self.evidence.area_name, self.evidence.period)
        subject = Subject(*about, EVERY_SERIES, shown.astype(int), step, policy.protects, brief=True)
        if not subject.own:
            return Notice(f"the services supplied no month or quarter of {self.evidence.period.label}.")
        return series_charts.control_chart(subject, added=policy.brief)


def _area(theme: str, objective: str) -> ObjectiveArea | None:
    """The objective area of a key fact's id; None where it is of something else."""
    slugs = {short: slug for slug, short in SHORT_IDS.items()}
    area = objective_areas().get(slugs.get(objective, objective))
    return area if area is not None and area.theme == theme else None


def _by_month_or_quarter(rows: pd.DataFrame) -> tuple[pd.Series, str]:
    """Counts by the finest step that the records have at least FEWEST of: months, else quarters of the financial year.

    Providers are added up, and a step that one of them lacks is left out.
    """
    spans = pd.DataFrame({
        "months": [periods.month_range(f"{a:%Y-%m}", f"{b:%Y-%m}") for a, b in zip(rows["period_start"], rows["period_end"])],
        "number": rows["numerator"].to_numpy(), "provider": rows["provider"].astype(str).to_numpy(),
    })  # fmt: skip
    found = pd.Series(dtype=float)
    for step, size in ((MONTH, 1), (QUARTER, 3)):
        own = spans[spans["months"].map(len) == size]
        own = own.assign(label=[_label(months, step) for months in own["months"]])
        own = own[own["label"] != ""].drop_duplicates(["label", "provider"])
        sums = own.groupby("label").agg(number=("number", "sum"), providers=("provider", "size"))
        found = sums.loc[sums["providers"] == own["provider"].nunique(), "number"].round()
        if len(found) >= FEWEST:
            return found, step
    return found, QUARTER


def _label(months: tuple[str, ...], step: str) -> str:
    """The month or the quarter ("2020-21Q1"); blank for three months that are no quarter."""
    if step == MONTH:
        return months[0]
    return next(iter(series_charts.whole_quarters(months)), "")
