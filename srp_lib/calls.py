"""Calls to 101, the police's number for what is no emergency: offered, answered, abandoned and how long callers waited.

The figures are those of the force that answers, for all callers; they count calls and not people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from srp_lib import change, control, monthly_means, periods, rates, verdicts, wording
from srp_lib.control import ControlChart
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact
from srp_lib.monthly_means import MonthlySpread, Months
from srp_lib.records import Records
from srp_lib.used import COMPARATOR, DENOMINATOR, NUMERATOR, Used, in_files

EXTRACT = "calls_101"
DISCLOSURE = "as supplied: counts of calls, not of people"
ABANDONED, ANSWERED, WAIT = "abandoned_share", "answered_share", "mean_wait"
# A figure that months have: its unit, that of a difference, its weight and what it is in words.
FIGURES = {
    ABANDONED: ("%", "percentage points", "offered", "of calls to 101 were abandoned"),
    ANSWERED: ("%", "percentage points", "offered", "of calls to 101 were answered"),
    WAIT: ("seconds", "seconds", "answered", "seconds to an answer"),
}


@dataclass(frozen=True)
class Calls:
    """The calls of an audit, by month up to the end of its period."""

    evidence: Evidence

    @property
    def supplied(self) -> bool:
        """Whether the extract was supplied, and is of the area audited."""
        return not Records(self.evidence).lacking(EXTRACT)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The rows by month ("YYYY-MM"), in order, up to the end of the period; the first where a month has several."""
        rows = self.evidence.intake.extracts[EXTRACT].frame()
        rows = rows.assign(month=rows["month"].astype(str)).drop_duplicates("month").set_index("month").sort_index()
        return rows[rows.index <= self.evidence.period.months[-1]]

    def used(self, part: str, months: Sequence[str]) -> Used:
        """The rows of some months by file; see `srp_lib.used`."""
        return in_files(part, EXTRACT, self._rows.loc[list(months), "file"]) if self.supplied else ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """By month ("YYYY-MM"), in order: offered, answered, abandoned, mean_wait, abandoned_share, answered_share.

        A share is in % of the calls offered; NaN where none was, as a wait is where none was answered.
        """
        columns = ["offered", "answered", "abandoned", "mean_wait_seconds"]
        if not self.supplied:
            return pd.DataFrame(columns=[*columns[:3], *FIGURES], dtype=float)
        rows = self._rows[columns].astype(float)
        some = rows["offered"].where(rows["offered"] > 0)
        shares = {f"{name}_share": 100 * rows[name] / some for name in ("abandoned", "answered")}
        waits = rows["mean_wait_seconds"].where(rows["answered"] > 0)
        return rows.drop(columns="mean_wait_seconds").assign(mean_wait=waits, **shares)

    @cached_property
    def months(self) -> tuple[str, ...]:
        """The months of the period that the extract has."""
        return tuple(month for month in self.evidence.period.months if month in self.table.index)

    @property
    def missing(self) -> tuple[str, ...]:
        """The months of the period that it lacks."""
        return tuple(month for month in self.evidence.period.months if month not in self.months)

    @cached_property
    def comparison(self) -> periods.Comparison:
        """The months compared with the year before, like for like."""
        return periods.compare(self.evidence.period, self.table.index, self.evidence.config.minimum_share)

    @property
    def where(self) -> str:
        """Whose calls they are, as the beginning of a sentence: those of the whole area of the force, or of several."""
        names = self.evidence.forces
        if len(names) > 1:
            return f"Across the areas of {wording.listed(names)}"
        return f"Across {names[0]}\N{RIGHT SINGLE QUOTATION MARK}s area" if names else "Across the police force’s area"

    @property
    def when(self) -> str:
        """The period in a sentence, owning up to months that the extract lacks."""
        label = self.evidence.period.label
        return f"the {len(self.months)} months of {label} that the extract has" if self.missing else label

    def total(self, column: str, months: tuple[str, ...] | None = None) -> int:
        """The sum of a count over the months given, or the period's."""
        return int(self.table.loc[list(self.months if months is None else months), column].sum())

    def figure(self, name: str, months: tuple[str, ...]) -> Months:
        """A figure of FIGURES over some months, each weighted by its calls; months without a call are left out."""
        rows = self.table.loc[list(months)]
        rows = rows[rows[name].notna()]
        return Months(rows[name].to_list(), rows[FIGURES[name][2]].to_list())

    def spread(self, name: str) -> MonthlySpread:
        """How much months differ within a year: the period's own months or, of a short period, those of all years."""
        own = self.figure(name, self.months)
        if len(own.values) >= monthly_means.OWN_SPREAD_FROM:
            return monthly_means.spread([own])
        return monthly_means.spread(self.figure(name, side) for side in self._years)

    def mean(self, name: str) -> Estimate:
        """A figure over the period: the share of all its calls, or the mean wait of all that were answered."""
        found = monthly_means.mean(
            self.figure(name, self.months), self.spread(name), FIGURES[name][0], self.evidence.config.confidence
        )
        if FIGURES[name][0] != "%" or found.value is None:
            return found
        limits = {} if found.lower is None else {"lower": max(found.lower, 0.0), "upper": min(found.upper, 100.0)}
        return replace(found, numerator=float(self.total(name.removesuffix("_share"))), **limits)

    def change(self, name: str) -> Estimate:
        """A figure's change on the same months of the year before; months' own ups and downs decide how sure it is.

        Each side's own where both have months enough, those of all years otherwise.
        """
        sides = [self.figure(name, side) for side in (self.comparison.now, self.comparison.then)]
        unit, level = FIGURES[name][1], self.evidence.config.confidence
        if min(len(side.values) for side in sides) >= monthly_means.OWN_SPREAD_FROM:
            return monthly_means.change_of_years(*sides, unit, level)
        known = monthly_means.spread(self.figure(name, side) for side in self._years)
        return monthly_means.change(*sides, known, unit, level)

    def control(self, name: str) -> ControlChart:
        """The control chart of a figure by month, over all months alike.

        No registered break starts it anew: breaks change what is reported, not how soon a call should be answered.
        """
        return control.xmr(self.table[name])

    @property
    def _years(self) -> list[tuple[str, ...]]:
        """The months known of each twelve that end as the period does, the latest first."""
        last, found = self.evidence.period.months[-1], []
        while len(self.table) and last >= self.table.index[0]:
            year = periods.month_range(periods.shift_month(last, -11), last)
            found.append(tuple(month for month in year if month in self.table.index))
            last = periods.shift_month(last, -12)
        return found


def call_facts(calls: Calls) -> tuple[KeyFact, ...]:
    """Calls offered, the shares answered and abandoned and the mean wait; none where the period has no month."""
    if not calls.months:
        return ()
    return _offered(calls), *(_figure_fact(calls, name) for name in FIGURES)


def verdict(gap: Estimate) -> str:
    """A difference in words: higher, lower, no clear change, or too few to say."""
    return change.verdict(gap)


def duration(seconds: float) -> str:
    """A wait in words: "45 seconds" or "3 minutes 5 seconds"."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in ((minutes, "minute"), (rest, "second"))]
    return " ".join(parts if minutes and rest else parts[:1] if minutes else parts[1:])


def _offered(calls: Calls) -> KeyFact:
    """How many calls were offered, and the change of their number on the year before."""
    evidence, config, number = calls.evidence, calls.evidence.config, calls.total("offered")
    gap = change.change_in(
        calls.table["offered"], evidence.period, config.minimum_share, config.smallest_base, config.confidence
    )
    then = calls.total("offered", calls.comparison.then) if calls.comparison.whole else None
    statement = f"{calls.where}, {wording.whole(number)} calls were offered to 101 in {calls.when}."
    if gap.value is not None:
        words = "no clear change on" if verdict(gap) == verdicts.UNCLEAR else f"{verdict(gap)} than in"
        statement += (
            f" That is {words} {calls.comparison.basis} ({wording.signed(gap.value)}%; {wording.interval(gap)})."
        )
    fact = _fact(calls, "offered", statement, rates.count(number, "calls", config.confidence), "Calls offered to 101")
    compared = calls.comparison.possible
    used = calls.used(NUMERATOR, calls.months) + (_before(calls) if then is not None else ())
    return replace(
        fact, comparator_value=then, comparator_numerator=then, verdict=verdict(gap) if compared else "",
        comparator_period=calls.comparison.comparator.code if then is not None else "", rows=used,
    )  # fmt: skip


def _figure_fact(calls: Calls, name: str) -> KeyFact:
    """A share or the mean wait, with the year before over the months that both have."""
    found, then = calls.mean(name), calls.figure(name, calls.comparison.then)
    compared = calls.comparison.possible and bool(then.values)
    told, gap = _told(calls, name, found), calls.change(name) if compared else None
    statement = f"{told} {_judged(calls, name, gap, then.mean)}" if gap and found.value is not None else told
    definition = (
        f"{wording.upper_first(name.replace('_', ' '))} of calls to 101, months weighted by calls {FIGURES[name][2]}"
    )
    fact = _fact(calls, name, statement, found, definition)
    return replace(
        fact, verdict=verdict(gap) if gap else "", comparator_value=then.mean if compared else None,
        comparator_period=calls.comparison.comparator.code if compared else "",
        rows=_both_parts(calls) + (_before(calls) if compared else ()),
    )  # fmt: skip


def _both_parts(calls: Calls) -> Used:
    """The rows of the period's months, each of which has the calls counted and those that they are of."""
    return calls.used(NUMERATOR, calls.months) + calls.used(DENOMINATOR, calls.months)


def _before(calls: Calls) -> Used:
    return calls.used(COMPARATOR, calls.comparison.then)


def _told(calls: Calls, name: str, found: Estimate) -> str:
    """A figure of the period in a sentence, or why it has none."""
    if found.value is None:
        why = f"{found.note[:1].lower()}{found.note[1:]}"
        return f"{calls.where}, the {name.replace('_', ' ')} of calls to 101 cannot be told: {why}"
    figure, rests = _figure(name, found.value), f"in {calls.when} ({_basis(calls, name, found)})."
    if name == WAIT:
        return f"{calls.where}, callers to 101 waited {figure} for an answer on average {rests}"
    return f"{calls.where}, {figure} {FIGURES[name][3]} {rests}"


def _figure(name: str, value: float) -> str:
    """A figure as a sentence writes it."""
    return duration(value) if name == WAIT else f"{wording.decimal(value)}%"


def _basis(calls: Calls, name: str, found: Estimate) -> str:
    """What a figure rests on, for the brackets behind it."""
    if name == WAIT:
        counts, unit = f"{wording.whole(found.denominator)} calls answered", " seconds"
    else:
        counts, unit = f"{wording.whole(found.numerator)} of {wording.whole(found.denominator)}", ""
    return f"{counts}; {wording.interval(found)}{unit}" if found.lower is not None else counts


def _judged(calls: Calls, name: str, gap: Estimate, before: float) -> str:
    """How a figure differs from the year before's, by `gap`, as a sentence."""
    basis = f"the {_figure(name, before)} of {calls.comparison.basis}"
    if gap.value is None:
        return f"Whether that differs from {basis} cannot be told. {gap.note}"
    limits = f"{wording.signed(gap.lower)} to {wording.signed(gap.upper)}"
    size = f"{wording.signed(gap.value)} {gap.unit}; {gap.confidence:.0%} interval {limits}"
    words = "no clear change on" if verdict(gap) == verdicts.UNCLEAR else f"{verdict(gap)} than"
    return f"That is {words} {basis} ({size})."


def _fact(calls: Calls, name: str, statement: str, estimate: Estimate, definition: str) -> KeyFact:
    return KeyFact(
        f"voices.{EXTRACT}.{name}", statement, estimate, calls.evidence.period.code, definition, (EXTRACT,),
        disclosure=DISCLOSURE, label=f"101 calls: {name.replace('_', ' ')}",
    )  # fmt: skip
