"""Key facts from the partners' records: a count, a share, a change, a rate, each protected before it is computed.

Every function gives a KeyFact, or an Unavailable that says what would be shown and which extract it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from srp_lib import change, disclosure, facts, periods, places, rates, repeats, wording
from srp_lib.disclosure import Policy, Shown
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact
from srp_lib.records import NOT_SUPPLIED, Cover, Rows, Service
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

EXACT, PARTNERSHIP = "as counted: borough total that is not sensitive", "as counted: partnership edition only"
ROUNDED, HIDDEN = "protected: computed from counts rounded to the nearest {base}", "protected: a count is shown as [c]"
OF_PEOPLE = {"victims", "suspects", "missing_children", "services"}
HOT_SPOTS = 10
POOLED = (1, 3)  # months in a cell: months where none is small, else quarters


@dataclass(frozen=True)
class Unavailable:
    """A fact that cannot be made from the extracts supplied: what it would show, and what it lacks and why."""

    what: str
    lacking: Mapping[str, str]

    @property
    def item(self) -> str:
        """A line of the notice that stands in its place."""
        told = [
            f"extract {name}" if why == NOT_SUPPLIED else f"extract {name}, which {why}"
            for name, why in self.lacking.items()
        ]
        return f"{wording.upper_first(self.what)} ({wording.listed(told)})."


Made = KeyFact | Unavailable


@dataclass(frozen=True)
class Context:
    """What the facts of one section share: the evidence, the start of their ids and whether the area is sensitive."""

    evidence: Evidence
    prefix: str
    sensitive: bool

    @property
    def confidence(self) -> float:
        """The level of every interval."""
        return self.evidence.config.confidence

    def policy(self, rows: Rows | None = None) -> Policy:
        """How counts of these rows are shown; whatever is of people is protected in every area."""
        of_people = rows is not None and (rows.persons or bool(OF_PEOPLE & set(rows.extracts)))
        return disclosure.policy(self.evidence.config, self.evidence.edition, self.sensitive or of_people)

    def fact(self, measure: str, statement: str, estimate: Estimate, rows: Rows, **more: object) -> KeyFact:
        """The fact as every function here makes it, with what became of it under disclosure control."""
        return KeyFact(
            f"{self.prefix}.{measure}", statement, estimate, self.evidence.period.code,
            extracts=rows.extracts, disclosure=status(self.policy(rows), estimate, self.evidence.edition), **more,
        )  # fmt: skip


def status(policy: Policy, estimate: Estimate, edition: str) -> str:
    """What disclosure control did to a figure, for key_facts.csv."""
    if not policy.protects:
        return EXACT if edition == "public" else PARTNERSHIP
    hidden = estimate.value is None and estimate.numerator is None
    return HIDDEN if hidden else ROUNDED.format(base=policy.base)


def count(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """How many there were in the period, with the year before as comparator where both are whole."""
    if rows.lacking:
        return Unavailable(f"how many {noun} there were", rows.lacking)
    policy, when = context.policy(rows), _when(context.evidence, rows)
    shown = policy.count(rows.total)
    before = None if rows.then is None else policy.count(len(rows.then)).value
    statement = f"There were {_words(shown, policy, noun)} in {when}."
    return context.fact(
        measure, statement, _counted(shown, noun, context.confidence), rows, definition=f"Number of {rows.text}",
        comparator_value=before, comparator_numerator=before,
        comparator_period="" if before is None else rows.cover.comparison.comparator.code, label=wording.upper_first(noun),
    )  # fmt: skip


def share(context: Context, measure: str, base: Rows, part: Rows, says: str) -> Made:
    """What share of `base` its narrowing `part` is, with last year's share and whether it has moved.

    `says` ends a sentence that begins with the percentage: "of victims were female".
    """
    if part.lacking:
        return Unavailable(f"what share {says}", part.lacking)
    before = None if base.then is None else (len(part.then), len(base.then))
    return share_of_counts(
        context, measure, (part.total, base.total), says, base, f"{part.text}, over {base.text}", before
    )


def share_of_counts(
    context: Context, measure: str, counts: tuple[int, int], says: str, rows: Rows, definition: str,
    before: tuple[int, int] | None = None,
) -> KeyFact:  # fmt: skip
    """As `share`, from a part and a whole that were counted already (now, and in the year before)."""
    policy = context.policy(rows)
    estimate = policy.share(*counts, context.confidence)
    then = policy.share(*before, context.confidence) if before else None
    known = then is not None and then.value is not None
    verdict = _share_verdict(context, estimate, then) if known else ""
    statement = share_sentence(estimate, says, policy)
    basis = rows.cover.comparison.comparator
    if verdict:
        statement += f" In {basis.label} it was {wording.decimal(then.value)}%."
    return context.fact(
        measure, statement, estimate, rows, definition=_sentence_case(definition), comparator_value=then.value if known else None,
        comparator_numerator=then.numerator if known else None, comparator_period=basis.code if known else "", verdict=verdict,
    )  # fmt: skip


def share_sentence(estimate: Estimate, says: str, policy: Policy) -> str:
    """A share in words with its base and interval; a band, or why there is none, where it has no value."""
    if estimate.value is None:
        return _band_sentence(estimate, says)
    about = "about " if policy.protects else ""
    counts = f"{about}{wording.whole(estimate.numerator)} of {wording.whole(estimate.denominator)}"
    return f"{wording.decimal(estimate.value)}% {says} ({counts}; {wording.interval(estimate)})."


def ratio(
    context: Context, measure: str, group: Rows, everyone: Rows, test: Mapping[str, object], says: tuple[str, str]
) -> Made:
    """How over-represented a group is in something: the share of `group` that passes `test` over that of `everyone`.

    `says` names the group and what it is over-represented in.
    """
    part, whole = group.where(**test), everyone.where(**test)
    if part.lacking:
        return Unavailable(f"whether {says[0]} are over-represented in {says[1]}", part.lacking)
    policy = context.policy(group)
    shown = [policy.count(rows.total).value for rows in (part, group, whole, everyone)]
    if any(number is None for number in shown):
        estimate = absent(
            "times",
            "ratio of shares",
            "One of the counts is from 1 to 7 and is shown as [c].".replace("7", str(policy.smallest - 1)),
        )
        statement = (
            f"{wording.upper_first(says[0])}: no comparison with all victims in {says[1]} can be given. {estimate.note}"
        )
    else:
        estimate = rates.over_representation(*shown, context.confidence)
        statement = _ratio_sentence(estimate, shown, says)
    definition = f"Share of {group.text} that are {_conditions(test)}, over the same share of {everyone.text}"
    return context.fact(measure, statement, estimate, group, definition=definition)


def changed(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """The change on the same months of the year before, with its verdict."""
    if rows.lacking:
        return Unavailable(f"the change in {noun} on the year before", rows.lacking)
    comparison = rows.cover.comparison
    if not comparison.possible:
        estimate = absent(change.UNIT, "ratio of counts", comparison.reason)
        statement = f"No change on the year before can be given for {noun}. {comparison.reason}"
        return context.fact(measure, statement, estimate, rows, definition=f"Number of {rows.text}")
    estimate, counts = change_of(context, rows)
    verdict = change.verdict(estimate)
    statement = facts.change_sentence(noun, estimate, verdict, comparison.basis, counts)
    return context.fact(
        measure, statement, estimate, rows, verdict=verdict, comparator_numerator=estimate.denominator,
        definition=f"Number of {rows.text}, against the same months of the year before",
        comparator_period=comparison.comparator.code, label=wording.upper_first(noun),
    )  # fmt: skip


def change_of(context: Context, rows: Rows) -> tuple[Estimate, str]:
    """The change of a Rows on the year before from protected counts, and the two counts in words."""
    return _compared(context, rows, *rows.both_years(), rows.by_month(), context.evidence.period.months[-1])


def changed_since(context: Context, rows: Rows, noun: str) -> Made:
    """The change in the months after the period, as far as the extract goes, on the same months a year earlier."""
    months = rows.cover.after
    if rows.lacking:
        return Unavailable(f"the change in {noun} since the period ended", rows.lacking)
    if not months:
        return Unavailable(
            f"the change in {noun} since the period ended", dict.fromkeys(rows.extracts, "has no month after it")
        )
    series, before = rows.by_month(), [periods.shift_month(month, -12) for month in months]
    estimate, counts = _compared(
        context, rows, series.loc[list(months)].to_numpy(), series.loc[before].to_numpy(), series, months[-1]
    )
    verdict, span = change.verdict(estimate), periods.month_span(months[0], months[-1])
    sentence = facts.change_sentence(noun, estimate, verdict, "the same months a year earlier", counts)
    names = [periods.month_name(month)[:3].lower() for month in (months[0], months[-1])]
    fact = context.fact(
        "_".join([*names, "change"]), f"Since then, in {span}: {sentence[:1].lower()}{sentence[1:]}", estimate, rows, verdict=verdict,
        definition=f"Number of {rows.text}, in the months after the period that the extract has, against the same months a year earlier",
        comparator_numerator=estimate.denominator, comparator_period=f"{before[0]} to {before[-1]}",
    )  # fmt: skip
    return replace(fact, period=f"{months[0]} to {months[-1]}")


def rate(context: Context, measure: str, rows: Rows, noun: str, sex: str) -> Made:
    """Events of the period per 1,000 residents of one sex, over the mid-year estimate nearest to its middle."""
    residents = {"females": "women and girls", "males": "men and boys", "persons": "residents"}[sex]
    if rows.lacking:
        return Unavailable(f"{noun} for every 1,000 {residents}", rows.lacking)
    policy, config = context.policy(rows), context.evidence.config
    people, shown = context.evidence.denominator(context.evidence.period, sex), policy.count(rows.total)
    if shown.value is None:
        estimate = absent(
            f"per {config.per:,}", "crude rate", f"The count is shown as {disclosure.MARK}.", None, people.residents
        )
        statement = f"No rate can be given: {_words(shown, policy, noun)}, shown as {disclosure.MARK}."
    else:
        estimate = rates.crude_rate(shown.value, people.residents, config.per, config.confidence)
        about = "about " if policy.protects else ""
        statement = (
            f"{wording.decimal(estimate.value)} {noun} for every {config.per:,} {residents} ({about}{wording.whole(shown.value)} over "
            f"{wording.whole(people.residents)}, {people.label}; {wording.interval(estimate)})."
        )
    definition = f"Number of {rows.text}, over the {residents} of the mid-year estimate nearest to the middle of the period ({people.label})"
    fact = context.fact(measure, statement, estimate, rows, definition=definition)
    return replace(fact, extracts=(*fact.extracts, facts.PEOPLE))


def repeat_share(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """The share of the period's victims with two or more such offences in the 12 months up to their latest.

    `rows` are victim records over all months that the extract has, because the twelve months reach back before the
    period.
    """
    if rows.lacking:
        return Unavailable(f"what share of {noun} were victims twice or more within twelve months", rows.lacking)
    first, after = f"{rows.cover.months[0]}-01", f"{periods.shift_month(rows.cover.months[-1], 1)}-01"
    again = repeats.repeat_to_latest(rows.frame["victim_id"], rows.frame["recorded_date"], first, after)
    history = periods.shift_month(rows.cover.months[0], -12)
    short = rows.cover.available[0] > history
    definition = f"Distinct victims of {rows.text} in the period with two or more in the 12 months up to and including their latest, over all of them"
    says = f"of {noun} had been victims twice or more in the twelve months up to their latest offence"
    fact = share_of_counts(context, measure, (int(again.numerator), int(again.denominator)), says, rows, definition)
    if not short:
        return fact
    told = f"The extract begins in {periods.month_name(rows.cover.available[0])}, so earlier offences are not seen and the true share is higher."
    return replace(fact, statement=f"{fact.statement} {told}")


def concentrated(
    context: Context, rows: Rows, noun: str, counted: Callable[[Rows], tuple[pd.Series, pd.Series | None]]
) -> tuple[Made, ...]:
    """The smallest number of neighbourhoods that hold half, and the change where there was most the year before.

    `counted` gives the counts by neighbourhood in both years. Counts within the area are always protected.
    """
    if rows.lacking:
        return (
            Unavailable(f"how concentrated {noun} were, and what became of the places that had the most", rows.lacking),
        )
    inner = disclosure.policy(context.evidence.config, context.evidence.edition)
    now, then = counted(rows)
    shown = inner.counts(now).fillna(0).astype(int)
    half = places.concentration(shown, 0.5)
    if half.value is None:
        return (
            context.fact(
                "half_in_share",
                f"No {noun} have a location. {half.note}",
                half,
                rows,
                definition=f"Concentration of {rows.text}",
            ),
        )
    held = wording.whole(half.numerator)
    statement = f"Half of {noun} with a location were in {held} of the {wording.whole(half.denominator)} neighbourhoods that had any."
    definition = f"Smallest share of 2021 LSOAs with any {rows.text} that hold half of them; an LSOA with too few to show counts as none"
    first = context.fact("half_in_share", statement, half, rows, definition=definition)
    return (first,) if then is None else (first, _hot_spots(context, rows, noun, now, then, inner))


def _hot_spots(context: Context, rows: Rows, noun: str, now: pd.Series, then: pd.Series, policy: Policy) -> KeyFact:
    """What became of the neighbourhoods with the most in the year before, beside the area as a whole."""
    top = then.sort_index().sort_values(ascending=False, kind="stable").index[:HOT_SPOTS]
    place = rows.where(said=f"in the {HOT_SPOTS} LSOAs with the most the year before", lsoa21=tuple(top))
    estimate, counts = change_of(context, place)
    basis = rows.cover.comparison.basis
    sentence = facts.change_sentence(
        f"in the {HOT_SPOTS} neighbourhoods that had the most in {basis}, {noun}",
        estimate,
        change.verdict(estimate),
        basis,
        counts,
    )
    return context.fact(
        "hot_spots_change", f"{sentence} Places chosen for their high figures tend to fall back by chance alone.", estimate, place,
        definition=f"Number of {place.text}, against the same months of the year before", verdict=change.verdict(estimate),
        comparator_numerator=estimate.denominator, comparator_period=rows.cover.comparison.comparator.code,
    )  # fmt: skip


def service_count(context: Context, measure: str, found: Service | None, says: str, lacking: Mapping[str, str]) -> Made:
    """A count that a partner supplied, with the time that it covers. `says` follows the number."""
    if found is None:
        return Unavailable(f"how many {says}", lacking or {"services": "has no such record of the period"})
    rows, policy = _service_rows(found), context.policy(_service_rows(found))
    shown = policy.count(int(found.numerator))
    span, by = periods.month_span(found.first, found.last), wording.listed(found.providers)
    statement = f"{wording.upper_first(_words(shown, policy, says))}, {span} (supplied by {by})."
    fact = context.fact(
        measure,
        statement,
        _counted(shown, says, context.confidence),
        rows,
        definition=f"{_sentence_case(rows.text)}, {span}",
    )
    return replace(fact, period=f"{found.first} to {found.last}")


def service_gap(context: Context, measure: str, found: Service | None, says: str, lacking: Mapping[str, str]) -> Made:
    """The share of an estimated need that a service does not reach, from its numerator and denominator.

    The interval is that of the estimate where the supplier gave one for the need; else there is none to be had.
    """
    if found is None or found.denominator is None:
        return Unavailable(f"what share {says}", lacking or {"services": "has no such record of the period"})
    rows, policy = _service_rows(found), context.policy(_service_rows(found))
    unmet = int(round(found.denominator - found.numerator))
    estimate = policy.share(unmet, int(round(found.denominator)), context.confidence)
    statement = share_sentence(estimate, says, policy)
    if found.low and found.high and estimate.value is not None and not policy.protects:
        estimate = _of_estimated_need(found, estimate)
        statement = (
            f"{wording.decimal(estimate.value)}% {says} ({wording.whole(found.numerator)} of an estimated {wording.whole(found.denominator)} "
            f"are; {wording.decimal(estimate.lower)}% to {wording.decimal(estimate.upper)}% as the estimate of need is uncertain)."
        )
    span = periods.month_span(found.first, found.last)
    fact = context.fact(
        measure,
        statement,
        estimate,
        rows,
        definition=f"1 less the numerator over the denominator of {rows.text}, {span}",
    )
    return replace(fact, period=f"{found.first} to {found.last}")


def _of_estimated_need(found: Service, estimate: Estimate) -> Estimate:
    """The share unmet with the interval that the supplier's own interval of the need gives it."""
    low, high = (100 * max(0.0, 1 - found.numerator / need) for need in (found.low, found.high))
    return replace(
        estimate,
        lower=min(low, estimate.value),
        upper=max(high, estimate.value),
        method="1 - in treatment / need; interval of the estimated need",
    )


def _service_rows(found: Service) -> Rows:
    return Rows(None, f"services {found.measure}", ("services",), Cover((), (), None))  # type: ignore[arg-type]


def _compared(
    context: Context, rows: Rows, now: np.ndarray, then: np.ndarray, series: pd.Series, last: str
) -> tuple[Estimate, str]:
    """Two paired runs of months as a change, and as words, from what may be shown of them."""
    config, policy = context.evidence.config, context.policy(rows)
    sides = [policy.count(int(side.sum())) for side in (now, then)]
    about = "about " if policy.protects else ""
    counts = f"{about}{sides[0].text} against {sides[1].text}"
    if any(side.value is None for side in sides):
        note = f"A count from 1 to {policy.smallest - 1} is shown as {disclosure.MARK}, so there is no percentage."
        return absent(change.UNIT, "ratio of counts", note, sides[0].value, sides[1].value), counts
    totals = ([sides[0].value], [sides[1].value])
    spread = _spread(policy, now, then) if len(now) >= change.OWN_SPREAD_FROM else _pooled(series, last)
    if spread is None and min(sides[0].value, sides[1].value) >= config.smallest_base:
        few = "The months are too few, or their counts too small to be shown, to tell a change from their own ups and downs."
        return absent(change.UNIT, "ratio of counts", few, sides[0].value, sides[1].value), counts
    return change.year_on_year(
        *totals, config.smallest_base, config.confidence, spread or change.Spread(1.0, 0)
    ), counts


def _spread(policy: Policy, now: np.ndarray, then: np.ndarray) -> change.Spread | None:
    """How much the months vary, from counts that may be shown: of months, else of quarters; None where neither may."""
    for size in POOLED if policy.protects else POOLED[:1]:
        pooled = [np.add.reduceat(side, range(0, len(side), size)) for side in (now, then)]
        shown = [[policy.count(int(number)).value for number in side] for side in pooled]
        if not any(number is None for side in shown for number in side):
            return change.spread(*shown)
    return None


def _pooled(series: pd.Series, last: str) -> change.Spread | None:
    known = change.pooled_spread(change.pairs_of_years(series, last))
    return known if known.degrees >= change.OWN_SPREAD_FROM - 1 else None


def _share_verdict(context: Context, now: Estimate, then: Estimate) -> str:
    """Whether a share has moved by more than chance; too few to say where either base is small, "" without a value."""
    if now.value is None:
        return ""
    if min(now.denominator, then.denominator) < context.evidence.config.smallest_base:
        return TOO_FEW
    gap = rates.share_difference(now.numerator, now.denominator, then.numerator, then.denominator, context.confidence)
    return HIGHER if gap.lower > 0 else LOWER if gap.upper < 0 else UNCLEAR


def _counted(shown: Shown, unit: str, confidence: float) -> Estimate:
    if shown.value is None:
        return replace(
            absent(unit, "count", f"The count is from {shown.low} to {shown.high} and is shown as {disclosure.MARK}."),
            lower=float(shown.low), upper=float(shown.high),
        )  # fmt: skip
    return rates.count(shown.value, unit, confidence)


def _words(shown: Shown, policy: Policy, noun: str) -> str:
    return shown.words(noun) if policy.protects else f"{wording.whole(shown.value)} {noun}"


def _band_sentence(estimate: Estimate, says: str) -> str:
    """A share of which only a band may be told, or that has no base."""
    if estimate.lower is None or estimate.upper is None:
        return f"What share {says} cannot be given. {estimate.note}"
    low, high = wording.decimal(estimate.lower, 0), wording.decimal(estimate.upper, 0)
    if estimate.upper < 50:
        return f"Under {high}% {says}. {estimate.note}"
    return (
        f"Over {low}% {says}. {estimate.note}"
        if estimate.lower > 50
        else f"Between {low}% and {high}% {says}. {estimate.note}"
    )


def _ratio_sentence(estimate: Estimate, shown: list[int], says: tuple[str, str]) -> str:
    who, what = says
    if estimate.value is None:
        return f"{wording.upper_first(who)}: no comparison with all victims in {what} can be given. {estimate.note}"
    own, all_of_them = 100 * shown[0] / shown[1], 100 * shown[2] / shown[3]
    if estimate.lower > 1:
        found = f"were over-represented in {what}"
    elif estimate.upper < 1:
        found = f"were under-represented in {what}"
    else:
        found = f"were not clearly over-represented in {what}"
    return (
        f"{wording.upper_first(who)} {found}: {wording.decimal(own)}% of their records against {wording.decimal(all_of_them)}% of all "
        f"({wording.decimal(estimate.value, 2)} times; {wording.interval(estimate, 2)})."
    )


def _conditions(test: Mapping[str, object]) -> str:
    return wording.listed([f"{column} = {value}" for column, value in test.items()])


def _sentence_case(text: str) -> str:
    return wording.upper_first(text)


def _when(evidence: Evidence, rows: Rows) -> str:
    """The period in a sentence, owning up to a month that the extract lacks."""
    if len(rows.cover.months) == len(evidence.period.months):
        return evidence.period.label
    return f"the {len(rows.cover.months)} months of {evidence.period.label} that the extract has"
