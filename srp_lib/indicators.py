"""Indicators: what the plan is judged on, the latest figure of each and the verdict on its target.

The latest figure is a key fact that another page has made, or a measure that partners' services supplied. It is always
of twelve months, as targets are; a quarter is judged by the twelve months to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import periods, rates, targets, wording
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.ledger import Entry, Ledger
from srp_lib.periods import Period
from srp_lib.record_facts import Context, counted
from srp_lib.records import DATED, NOT_SUPPLIED, STOCKS, Records, Service
from srp_lib.targets import Goal, Judgement
from srp_lib.used import COMPARATOR, RowsUsed, Used
from srp_lib.verdicts import CANT_TELL

EXTRACT, SERVICES, STREET, SURVEYS = "indicators", "services", "street_crime", "surveys"
PREFIX = f"{SERVICES}."
NO_FIGURE = "no figure is given"  # of disclosure control, where there is none to protect
SO_FAR = "_so_far"  # ends the id of a fact that adds up from a start on


@dataclass(frozen=True)
class Indicator:
    """One row of the extract: what is measured by which fact, from which baseline and to which target.

    `unit` is blank where it is that of the fact; the counts are those that the rates were worked out from. `file` has
    the row.
    """

    id: str
    theme: str
    objective: str
    name: str
    fact_id: str
    good: str
    baseline: float
    baseline_period: str
    target: float | None = None
    target_period: str = ""
    unit: str = ""
    baseline_count: float | None = None
    target_count: float | None = None
    file: str = ""

    def used(self, part: str = COMPARATOR) -> Used:
        """Its row as a part of a figure: that of the baseline unless told; see `srp_lib.used`."""
        return (RowsUsed(part, EXTRACT, self.file, 1),) if self.file else ()

    @cached_property
    def goal(self) -> Goal:
        """What is aimed at, with its periods read."""
        since, due = periods.read_period(self.baseline_period), periods.read_period(self.target_period)
        return Goal(self.good, self.baseline, since, self.target, due)

    @property
    def adds_up(self) -> bool:
        """Whether its figure adds up from a start on, so that it is of a day and not of the months before it."""
        return self.fact_id.endswith(SO_FAR)

    @property
    def measure(self) -> str:
        """The measure of services that its figure would come from."""
        return self.fact_id.removeprefix(PREFIX)


@dataclass(frozen=True)
class Latest:
    """The latest figure of an indicator, in the unit of its target where it can be put in it.

    `why` says why no target can be judged by it, and is blank where one can. `rows` are those that it was made from and
    `rests_on` the id of the key fact that it is, if any.
    """

    estimate: Estimate | None
    period: Period | None
    why: str = ""
    extracts: tuple[str, ...] = ()
    disclosure: str = NO_FIGURE
    href: str = ""
    rows: Used = ()
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """An indicator with its latest figure and the verdict on its target."""

    indicator: Indicator
    latest: Latest

    @cached_property
    def judgement(self) -> Judgement:
        """The verdict and its grounds."""
        if self.latest.why and self.indicator.target is not None:
            return Judgement(CANT_TELL, targets.NO_FIGURE)
        goal, period = self.indicator.goal, self.latest.period
        if self.indicator.adds_up:
            goal, period = replace(goal, since=_last(goal.since), due=_last(goal.due)), _last(period)
        return targets.judge(self.latest.estimate, period, goal)

    @property
    def unit(self) -> str:
        """The unit of baseline and target; blank where neither the extract nor a figure tells it."""
        found = self.latest.estimate
        return self.indicator.unit or (targets.kind(found) if found is not None and found.value is not None else "")

    @property
    def populations(self) -> dict[str, float]:
        """The people that baseline, target and latest figure were worked out over, where they can be told."""
        one, found = self.indicator, self.latest.estimate
        told = {
            "baseline": targets.implied_population(one.baseline_count, one.baseline, self.unit),
            "target": targets.implied_population(one.target_count, one.target, self.unit),
        }
        if any(told.values()) and found is not None and found.value is not None:
            told["latest"] = found.denominator
        return {name: number for name, number in told.items() if number is not None}


def judged(evidence: Evidence, ledger: Ledger) -> tuple[Judged, ...]:
    """Every indicator, in the file's order, with its latest figure; `evidence` and `ledger` are of the same months."""
    records = Records(evidence)
    return tuple(Judged(one, latest(one, ledger, records)) for one in read_indicators(records))


def of_twelve_months(evidence: Evidence) -> Evidence:
    """The evidence of the twelve months that end with the period; itself where the period has twelve."""
    year = evidence.period.twelve_months()
    if year.code == evidence.period.code:
        return evidence
    months = tuple(month for month in year.months if month in evidence.available)
    comparison = periods.compare(year, evidence.available, evidence.config.minimum_share)
    return replace(evidence, period=year, months=months, comparison=comparison)


def read_indicators(records: Records) -> tuple[Indicator, ...]:
    """The rows of the extract, in order; none where it cannot be used."""
    if records.lacking(EXTRACT):
        return ()
    rows = records.evidence.intake.extracts[EXTRACT].frame().to_dict("records")
    return tuple(_indicator(row) for row in rows)


def latest(indicator: Indicator, ledger: Ledger, records: Records) -> Latest:
    """The latest figure of an indicator: of its key fact, else of the measure of services of that name."""
    entry = ledger.get(indicator.fact_id)
    if entry is not None:
        return _of_fact(indicator, entry, records)
    found = records.service(indicator.measure)
    if found is not None:
        return _of_service(indicator, found, Context(records.evidence, indicator.theme, sensitive=True))
    return Latest(None, None, _not_found(indicator, ledger, records))


def _last(period: Period | None) -> Period | None:
    """The last month of a period."""
    return None if period is None else Period(period.months[-1], "span", period.months[-1:])


# --- where the figure comes from ----------------------------------------------------------------------------------


def _of_fact(indicator: Indicator, entry: Entry, records: Records) -> Latest:
    """The figure of a key fact, in the indicator's unit."""
    # A survey's fact is of a month, which can look like a financial year.
    when = f"{entry.period} to {entry.period}" if SURVEYS in entry.extracts else entry.period
    period, own = _as_year(periods.read_period(when), records.evidence.period), entry.estimate
    rows = tuple(one for one in entry.rows if one.part != COMPARATOR)
    told = {
        "extracts": entry.extracts, "disclosure": str(entry.record["disclosure"]), "href": entry.href,
        "rows": rows, "rests_on": (entry.id,),
    }  # fmt: skip
    if own.value is None:
        return Latest(own, period, own.note, **told)
    found = targets.in_unit(own, indicator.unit) if indicator.unit else own
    if found is None:
        return Latest(own, period, _unlike_units(targets.kind(own), indicator.unit), **told)
    found = _as_done(found) if entry.extracts == (SERVICES,) else found
    return Latest(found, period, _unlike_times(indicator, found, period) or _gaps(found, entry, records), **told)


def _of_service(indicator: Indicator, found: Service, context: Context) -> Latest:
    """The figure of a measure that services supplied; its unit decides what is made of it."""
    period = _as_year(periods.read_period(f"{found.first} to {found.last}"), context.evidence.period)
    estimate = _service_estimate(indicator, found, context)
    hidden = estimate.value is None and estimate.numerator is None
    told = {
        "extracts": (SERVICES,), "disclosure": context.people_policy.treatment(hidden), "rows": found.used,
    }  # fmt: skip
    if estimate.value is None:
        return Latest(estimate, period, estimate.note, **told)
    why = "" if found.measure in STOCKS else _unlike_times(indicator, estimate, period)
    if not why and found.missing and _over_time(estimate):
        why = f"The services' figures lack {periods.list_months(found.missing)}."
    return Latest(estimate, period, why, **told)


def _as_year(period: Period | None, year: Period) -> Period:
    """The twelve months themselves where a figure is of just those, or of none that can be read."""
    return year if period is None or period.months == year.months else period


def _service_estimate(indicator: Indicator, found: Service, context: Context) -> Estimate:
    """A count, a share or a rate from what partners supplied, protected before it is computed."""
    unit = indicator.unit or (targets.COUNT if found.denominator is None else targets.SHARE)
    policy, part, whole = context.people_policy, round(found.numerator), found.denominator
    base = targets.per(unit)
    if base is None:
        return _as_supplied(_as_done(counted(policy.count(part), unit, context.confidence)), found)
    if whole is None:
        return absent(unit, "rate", f"The services gave a count alone, and the target is {_words(unit)}.")
    if unit == targets.SHARE:
        if part > round(whole):
            return absent(unit, "share", "The part is more than the whole, so one of the two is wrong.")
        return policy.share(part, round(whole), context.confidence)
    shown = policy.count(part)
    if shown.value is None:
        return absent(unit, "crude rate", "So few are involved that people could be identified.")
    return rates.crude_rate(shown.value, whole, base, context.confidence)


def _as_done(estimate: Estimate) -> Estimate:
    """A plain count of what services did, which chance has no part in: the figure is its own interval."""
    if targets.kind(estimate) != targets.COUNT or estimate.value is None:
        return estimate
    return replace(estimate, lower=estimate.value, upper=estimate.value, method="count of activity, as supplied")


def _as_supplied(estimate: Estimate, found: Service) -> Estimate:
    """A count with the supplier's own interval, where there is one around it."""
    ends = found.low, found.high
    if estimate.value is None or None in ends or not ends[0] <= estimate.value <= ends[1]:
        return estimate
    return replace(estimate, lower=ends[0], upper=ends[1], method="estimate and interval as supplied")


# --- why no target can be judged by it ----------------------------------------------------------------------------


def _not_found(indicator: Indicator, ledger: Ledger, records: Records) -> str:
    year, ident = records.evidence.period, indicator.fact_id
    when = year.label if year.kind == "year" else f"the {year.label}"
    lacking = records.lacking(SERVICES)
    if "." in indicator.measure:
        return (
            ledger.why
            or f"No page made the key fact {ident} of {when}: its extract was not supplied, its id is mistyped, or it is "
            "made for whole audits alone and not for a quarter's report."
        )
    if lacking:
        why = lacking[SERVICES]
        return f"The extract services {why}{'' if why == NOT_SUPPLIED else f', and {ident} is a measure of it'}."
    return f"The extract services has no record of {indicator.measure} that ended in {when}."


def _unlike_units(own: str, wanted: str) -> str:
    return f"The figure is {_words(own)} and the target {_words(wanted)}: the two cannot be compared."


def _words(unit: str) -> str:
    """A unit in a sentence."""
    if unit == targets.COUNT:
        return "a count"
    return "a percentage" if unit == targets.SHARE else f"in {unit}" if targets.per(unit) is None else f"a rate {unit}"


def _unlike_times(indicator: Indicator, estimate: Estimate, period: Period) -> str:
    """That a count or a rate covers more or fewer months than its baseline or target; a share may, or what adds up."""
    if indicator.adds_up or not _over_time(estimate):
        return ""
    for said, held in (("target", indicator.goal.due), ("baseline", indicator.goal.since)):
        if held is not None and len(held.months) != len(period.months):
            own = f"{wording.number_word(len(period.months))} month{'' if len(period.months) == 1 else 's'}"
            return f"The figure covers {own} and the {said} {wording.number_word(len(held.months))}."
    return ""


def _over_time(estimate: Estimate) -> bool:
    """Whether a figure grows with the months that it covers: a count or a rate, and not a share."""
    return targets.kind(estimate) == targets.COUNT or bool(targets.RATE.fullmatch(estimate.unit))


def _gaps(estimate: Estimate, entry: Entry, records: Records) -> str:
    """That the records behind a count or a rate lack months of the period."""
    evidence = records.evidence
    if not _over_time(estimate):
        return ""
    held = {name: records.cover(name).months for name in entry.extracts if name in DATED and records.has(name)}
    held |= {STREET: evidence.months} if STREET in entry.extracts else {}
    gone = sorted({month for months in held.values() for month in evidence.period.months if month not in months})
    return f"The extracts lack {periods.list_months(gone)}, so the figure is not of the whole year." if gone else ""


# --- reading ------------------------------------------------------------------------------------------------------


def _indicator(row: Mapping[str, object]) -> Indicator:
    texts = {name: _text(row.get(name)) for name in ("theme", "objective", "name", "fact_id", "good", "unit")}
    spans = {name: _text(row.get(name)) for name in ("baseline_period", "target_period")}
    numbers = {name: _number(row.get(name)) for name in ("target", "baseline_count", "target_count")}
    ident, file = _text(row["indicator_id"]), _text(row.get("file"))
    return Indicator(ident, baseline=float(row["baseline"]), file=file, **texts, **spans, **numbers)


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
