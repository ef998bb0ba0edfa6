"""Changes in the partners' records: on the year before, since the period ended, and where there was most.

Both counts of a change are protected before it is computed, and so are the months that show how much it can be
expected to move by itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from srp_lib import change, disclosure, facts, periods, wording
from srp_lib.concentration import concentration
from srp_lib.disclosure import Policy
from srp_lib.estimates import Estimate, absent
from srp_lib.facts import KeyFact
from srp_lib.record_facts import Context, Made, Unavailable
from srp_lib.records import Rows
from srp_lib.used import DENOMINATOR, Used

HOT_SPOTS = 10
# Said where a change is not clear in quarters, because its months may not be shown: in the true counts it may be.
BLURRED = " Protecting people blurs the counts, which can hide a change that is more than chance."
POOLED = (1, 3)  # months in a cell: months where none is small, else quarters


def changed(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """The change on the same months of the year before, with its verdict."""
    if rows.lacking:
        return Unavailable(f"the change in {noun} on the year before", rows.lacking)
    comparison, policy = rows.cover.comparison, context.policy(rows)
    if not comparison.possible:
        estimate = absent(change.UNIT, "ratio of counts", comparison.reason)
        statement = f"No change on the year before can be given for {noun}. {comparison.reason}"
        return context.fact(
            measure, statement, estimate, rows.extracts, policy, definition=f"Number of {rows.text}", rows=rows.used()
        )
    estimate, counts = change_of(context, rows, policy)
    verdict = change.verdict(estimate)
    statement = facts.change_sentence(noun, estimate, verdict, comparison.basis, counts, policy.places)
    blurred = verdict == change.UNCLEAR and any(policy.small(number) for side in rows.both_years() for number in side)
    return context.fact(
        measure, statement + (BLURRED if blurred else ""), estimate, rows.extracts, policy,
        hidden=_hides(estimate), verdict=verdict, comparator_numerator=estimate.denominator,
        definition=f"Number of {rows.text}, against the same months of the year before",
        comparator_period=comparison.comparator.code, label=wording.upper_first(noun), rows=_used(rows),
    )  # fmt: skip


def change_of(context: Context, rows: Rows, policy: Policy) -> tuple[Estimate, str]:
    """The change of a Rows on the year before from counts as `policy` shows them, and the two counts in words."""
    return _compared(context, policy, *rows.both_years(), rows.by_month(), context.evidence.period.months[-1])


def changed_since(context: Context, rows: Rows, noun: str) -> Made:
    """The change in the months after the period, as far as the extract goes, on the same months a year earlier."""
    months, what = rows.cover.after, f"the change in {noun} since the period ended"
    if rows.lacking or not months:
        return Unavailable(what, rows.lacking or dict.fromkeys(rows.extracts, "has no month after it"))
    series, before = rows.by_month(), [periods.shift_month(month, -12) for month in months]
    policy, sides = context.policy(rows), [series.loc[list(side)].to_numpy() for side in (months, before)]
    estimate, counts = _compared(context, policy, *sides, series, months[-1])
    verdict, span = change.verdict(estimate), periods.month_span(months[0], months[-1])
    sentence = facts.change_sentence(noun, estimate, verdict, "the same months a year earlier", counts, policy.places)
    names = [periods.month_name(month)[:3].lower() for month in (months[0], months[-1])]
    fact = context.fact(
        "_".join([*names, "change"]), f"After the period, in {span}: {sentence[:1].lower()}{sentence[1:]}", estimate, rows.extracts,
        policy, hidden=_hides(estimate), verdict=verdict, comparator_numerator=estimate.denominator,
        definition=f"Number of {rows.text}, in the months after the period that the extract has, against the same months a year earlier",
        comparator_period=f"{before[0]} to {before[-1]}", rows=rows.used(months=months) + rows.used(DENOMINATOR, before),
    )  # fmt: skip
    return replace(fact, period=f"{months[0]} to {months[-1]}")


def concentrated(context: Context, rows: Rows, noun: str, now: pd.Series, then: pd.Series | None) -> tuple[Made, ...]:
    """The smallest number of neighbourhoods that hold half, and the change where there was most the year before.

    `now` and `then` are the counts by neighbourhood. Counts within the area are always protected.
    """
    if rows.lacking:
        what = f"how concentrated {noun} were, and what became of the places that had the most"
        return (Unavailable(what, rows.lacking),)
    policy = disclosure.policy(context.evidence.config, context.evidence.edition)
    shown = policy.counts(now).dropna().astype(int)
    half, some = concentration(shown, 0.5), len(shown) < len(now)
    if half.value is None:
        statement = f"How concentrated {noun} were cannot be told: too few have a location."
    else:
        held, of = wording.whole(half.numerator), wording.whole(half.denominator)
        which = f"those with {policy.smallest} or more" if some else "those that had any"
        statement = f"Half of {noun} were in {held} neighbourhoods, of {of} ({which})."
    definition = (
        f"Smallest share of the 2021 LSOAs with any {rows.text} that may be shown that hold half of those in them"
    )
    first = context.fact(
        "half_in_share", statement, half, rows.extracts, policy, definition=definition, rows=rows.used()
    )
    return (first,) if then is None or not len(then) else (first, _hot_spots(context, rows, noun, then, policy))


def _hot_spots(context: Context, rows: Rows, noun: str, then: pd.Series, policy: Policy) -> KeyFact:
    """What became of the neighbourhoods with the most in the year before, beside the area as a whole."""
    top = then.sort_index().sort_values(ascending=False, kind="stable").index[:HOT_SPOTS]
    place = rows.where(said=f"in the {len(top)} LSOAs with the most the year before", lsoa21=tuple(top))
    estimate, counts = change_of(context, place, policy)
    basis, verdict = rows.cover.comparison.basis, change.verdict(estimate)
    where = f"in the {len(top)} neighbourhoods that had the most in {basis}, {noun}"
    sentence = facts.change_sentence(where, estimate, verdict, basis, counts, policy.places)
    return context.fact(
        "hot_spots_change", f"{sentence} Places chosen for their high figures tend to fall back by chance alone.", estimate,
        place.extracts, policy, hidden=_hides(estimate), verdict=verdict, comparator_numerator=estimate.denominator,
        definition=f"Number of {place.text}, against the same months of the year before",
        comparator_period=rows.cover.comparison.comparator.code, rows=_used(place),
    )  # fmt: skip


def _used(rows: Rows) -> Used:
    """The rows of the months compared: of the period as the numerator's, of the year before as the denominator's."""
    comparison = rows.cover.comparison
    return rows.used(months=comparison.now) + rows.used(DENOMINATOR, comparison.then)


def _hides(estimate: Estimate) -> bool:
    """Whether one of the two counts of a change is withheld."""
    return estimate.numerator is None or estimate.denominator is None


def _compared(
    context: Context, policy: Policy, now: np.ndarray, then: np.ndarray, series: pd.Series, last: str
) -> tuple[Estimate, str]:
    """Two paired runs of months as a change, and as words, from what may be shown of them."""
    config, method = context.evidence.config, "ratio of counts"
    shown, former = policy.comparison(now.sum(), then.sum())
    counts = f"{'about ' if policy.protects else ''}{shown.text} against {former.text}"
    if shown.protected or former.protected:
        note = f"A count from 1 to {policy.smallest - 1} is shown as {disclosure.MARK}, so there is no percentage."
        return absent(change.UNIT, method, note, shown.value, former.value), counts
    spread = _spread(policy, now, then) if len(now) >= change.OWN_SPREAD_FROM else _pooled(policy, series, last)
    if spread is None and min(shown.value, former.value) >= config.smallest_base:
        few = "The months are too few, or their counts too small to be shown, to tell a change from their own ups and downs."
        return absent(change.UNIT, method, few, shown.value, former.value), counts
    known = spread or change.Spread(1.0, 0)
    return change.year_on_year([shown.value], [former.value], config.smallest_base, config.confidence, known), counts


def _spread(policy: Policy, now: np.ndarray, then: np.ndarray) -> change.Spread | None:
    """How much the months vary, from counts that may be shown: of months, else of quarters; None where neither may."""
    for size in POOLED if policy.protects else POOLED[:1]:
        pooled = [np.add.reduceat(side, range(0, len(side), size)) for side in (now, then)]
        shown = [[policy.count(int(number)).value for number in side] for side in pooled]
        if not any(number is None for side in shown for number in side):
            return change.spread(*shown)
    return None


def _pooled(policy: Policy, series: pd.Series, last: str) -> change.Spread | None:
    """How much the months of all years vary, where all of them may be shown; None where they may not or are too few."""
    shown = policy.counts(series)
    if shown.isna().any():
        return None
    known = change.pooled_spread(change.pairs_of_years(shown.astype(int), last))
    return known if known.degrees >= change.OWN_SPREAD_FROM - 1 else None
