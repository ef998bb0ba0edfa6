"""Key facts from the partners' records: a count, a share, a change, a rate, each protected before it is computed.

Every function gives a KeyFact, or an Unavailable that says what would be shown and which extract it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from srp_lib import disclosure, facts, periods, rates, repeats, wording
from srp_lib.disclosure import Policy, Shown
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact
from srp_lib.records import NOT_SUPPLIED, Rows
from srp_lib.used import COMPARATOR, DENOMINATOR, Used
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

EXACT = "as counted: borough total that is not sensitive"
OF_PEOPLE = {"victims", "suspects", "missing_children", "services"}  # extracts whose every count is protected
# Columns that make parts of one whole, which pages show beside each other.
PARTS = ("relationship", "exploitation_type", "nationality", "group", "subgroup", "ocg_role", "reported_to", "recency")


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

    @property
    def people_policy(self) -> Policy:
        """How counts of people are shown, in every area."""
        return disclosure.policy(self.evidence.config, self.evidence.edition)

    def policy(self, rows: Rows) -> Policy:
        """How counts of these rows are shown; whatever is of people is protected in every area."""
        of_people = rows.persons or bool(OF_PEOPLE & set(rows.extracts))
        return disclosure.policy(self.evidence.config, self.evidence.edition, self.sensitive or of_people)

    def fact(
        self, measure: str, statement: str, estimate: Estimate, extracts: tuple[str, ...], policy: Policy, hidden: bool = False,
        **more: object,
    ) -> KeyFact:  # fmt: skip
        """The fact as every function here makes it; `hidden` says whether a count of it is withheld."""
        exact = self.evidence.edition == disclosure.PUBLIC and not policy.protects
        return KeyFact(
            f"{self.prefix}.{measure}", statement, estimate, self.evidence.period.code, extracts=extracts,
            disclosure=EXACT if exact else policy.treatment(hidden), **more,
        )  # fmt: skip


def count(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """How many there were in the period, with the year before as comparator where both are whole."""
    if rows.lacking:
        return Unavailable(f"how many {noun} there were", rows.lacking)
    policy, when = context.policy(rows), _when(context.evidence, rows)
    shown = policy.count(rows.total)
    before = None if rows.then is None else policy.count(len(rows.then)).value
    statement = f"There were {shown.words(noun)} in {when}."
    return context.fact(
        measure, statement, counted(shown, noun, context.confidence), rows.extracts, policy, hidden=shown.protected,
        definition=f"Number of {rows.text}", comparator_value=before, comparator_numerator=before,
        comparator_period="" if before is None else rows.cover.comparison.comparator.code, label=wording.upper_first(noun),
        rows=rows.used() + then(rows),
    )  # fmt: skip


def share(context: Context, measure: str, base: Rows, part: Rows, says: str, column: str = "", value: str = "") -> Made:
    """What share of `base` its narrowing `part` is, with last year's share and whether it has moved.

    `says` ends a sentence that begins with the percentage: "of victims were female". Where the part is all rows with
    one `value` of a `column` in PARTS, it is protected together with the column's other values.
    """
    if part.lacking:
        return Unavailable(f"what share {says}", part.lacking)
    definition = f"{part.text}, over {base.text}"
    used = part.used() + base.used(DENOMINATOR) + then(part)
    if column in PARTS:
        sides = [
            None if side is None else side[column].astype(object).fillna("").value_counts()
            for side in (base.now, base.then)
        ]
        return share_of_parts(context, measure, sides, value, says, base, definition, used)
    policy, level = context.policy(part), context.confidence
    now = policy.share(part.total, base.total, level)
    before = None if base.then is None else policy.share(len(part.then), len(base.then), level)
    return _share_fact(context, measure, (now, before), says, part, definition, used)


def share_of_parts(
    context: Context,
    measure: str,
    sides: Sequence[pd.Series | None],
    value: str,
    says: str,
    rows: Rows,
    definition: str,
    used: Used,
) -> KeyFact:
    """The share of one part in the sum of the parts of a whole (now, and in the year before or None).

    The parts are protected together, as the charts beside them show them all; `used` are the rows behind them.
    """
    shares = [
        None if parts is None else _part(context.policy(rows), parts, value, context.confidence) for parts in sides
    ]
    return _share_fact(context, measure, (shares[0], shares[1]), says, rows, definition, used)


def _part(policy: Policy, parts: pd.Series, value: str, confidence: float) -> Estimate:
    """The share of one of the parts; zero where it is not among them."""
    return policy.shares(parts, confidence).get(value) or policy.share(0, int(parts.sum()), confidence)


def _share_fact(
    context: Context, measure: str, shares: tuple[Estimate, Estimate | None], says: str, rows: Rows, definition: str, used: Used,
) -> KeyFact:  # fmt: skip
    """A share with last year's and the verdict between the two; the rows `used` for last year are those of a comparator."""
    (now, then), policy, basis = shares, context.policy(rows), rows.cover.comparison.comparator
    verdict = _share_verdict(context, now, then)
    statement = share_sentence(now, says, policy)
    if verdict and then is not None:
        statement += f" In {basis.label} it was {wording.decimal(then.value, policy.places)}%."
    return context.fact(
        measure, statement, now, rows.extracts, policy, hidden=now.value is None and now.numerator is None,
        definition=wording.upper_first(definition), verdict=verdict, comparator_value=then.value if verdict and then else None,
        comparator_numerator=then.numerator if verdict and then else None, comparator_period=basis.code if verdict else "",
        rows=tuple(one for one in used if verdict or one.part != COMPARATOR),
    )  # fmt: skip


def share_sentence(estimate: Estimate, says: str, policy: Policy) -> str:
    """A share in words with its base and interval; a band, or why there is none, where it has no value."""
    if estimate.value is None:
        return _band_sentence(estimate, says)
    about, places = ("about " if policy.protects else ""), policy.places
    if round(estimate.lower, places) == round(estimate.upper, places):
        places += 1  # an interval is never told as a single number
    counts = f"{about}{wording.whole(estimate.numerator)} of {wording.whole(estimate.denominator)}"
    figure = f"{wording.upper_first(about)}{wording.decimal(estimate.value, places)}%"
    return f"{figure} {says} ({counts}; {wording.interval(estimate, places)})."


def ratio(
    context: Context, measure: str, group: Rows, everyone: Rows, test: Mapping[str, object], says: tuple[str, str]
) -> Made:
    """How over-represented a group is in something: the share of `group` that passes `test` over that of `everyone`.

    `says` names the group and what it is over-represented in.
    """
    part, whole = group.where(**test), everyone.where(**test)
    if part.lacking:
        return Unavailable(f"whether {says[0]} are over-represented in {says[1]}", part.lacking)
    policy = context.policy(part)
    own, every = (
        policy.share(some.total, all_of_them.total, context.confidence)
        for some, all_of_them in ((part, group), (whole, everyone))
    )
    if own.value is None or every.value is None:
        estimate = absent("times", "ratio of shares", "One of the shares cannot be given.")
    else:
        counts = (own.numerator, own.denominator, every.numerator, every.denominator)
        estimate = rates.over_representation(*counts, context.confidence)
    definition = f"Share of {group.text} that are {_conditions(test)}, over the same share of {everyone.text}"
    hidden = any(one.value is None and one.numerator is None for one in (own, every))
    statement = _ratio_sentence(estimate, own, every, says)
    used = part.used() + whole.used(DENOMINATOR)
    return context.fact(
        measure, statement, estimate, part.extracts, policy, hidden=hidden, definition=definition, rows=used
    )


def rate(context: Context, measure: str, rows: Rows, noun: str, sex: str) -> Made:
    """Events of the period for so many residents of one sex, over the mid-year estimate nearest to its middle."""
    config, period = context.evidence.config, context.evidence.period
    residents = {"females": "women and girls", "males": "men and boys", "persons": "residents"}[sex]
    if rows.lacking:
        return Unavailable(f"{noun} for every {config.per:,} {residents}", rows.lacking)
    policy, people = context.policy(rows), context.evidence.denominator(period, sex)
    shown = policy.count(rows.total)
    if shown.value is None:
        note = f"The count is shown as {disclosure.MARK}."
        estimate = absent(f"per {config.per:,}", "crude rate", note, None, people.residents)
        statement = f"No rate of {noun} can be given. {note}"
    else:
        estimate = rates.crude_rate(shown.value, people.residents, config.per, config.confidence)
        over = (
            "" if len(rows.cover.months) == 12 else f" in {_when(context.evidence, rows)}, which is not a yearly rate"
        )
        statement = (
            f"{wording.decimal(estimate.value)} {noun} for every {config.per:,} {residents}{over} ({'about ' if policy.protects else ''}"
            f"{wording.whole(shown.value)} over {wording.whole(people.residents)}, {people.label}; {wording.interval(estimate)})."
        )
    definition = f"Number of {rows.text}, over the {residents} of the mid-year estimate nearest to the middle of the period ({people.label})"
    return context.fact(
        measure, statement, estimate, (*rows.extracts, facts.PEOPLE), policy, hidden=shown.protected, definition=definition,
        rows=rows.used() + people.used,
    )  # fmt: skip


def repeat_share(context: Context, measure: str, rows: Rows, noun: str) -> Made:
    """The share of the period's victims with two or more such offences in the 12 months up to their latest.

    `rows` are victim records over all months that the extract has, because the twelve months reach back before the
    period.
    """
    if rows.lacking:
        return Unavailable(f"what share of {noun} were victims twice or more within twelve months", rows.lacking)
    first, after = f"{rows.cover.months[0]}-01", f"{periods.shift_month(rows.cover.months[-1], 1)}-01"
    again = repeats.repeat_to_latest(rows.frame["victim_id"], rows.frame["recorded_date"], first, after)
    before = periods.month_range(
        periods.shift_month(rows.cover.months[0], -12), periods.shift_month(rows.cover.months[0], -1)
    )
    unseen = [month for month in before if month not in rows.cover.available]
    definition = f"Distinct victims of {rows.text} in the period with two or more in the 12 months up to and including their latest, over all of them"
    says = f"of {noun} had been victims twice or more in the twelve months up to their latest offence"
    known = context.policy(rows).share(again.numerator, again.denominator, context.confidence)
    seen = [month for month in (*before, *rows.cover.months) if month not in unseen]
    used = rows.used(months=seen) + rows.used(DENOMINATOR)
    fact = _share_fact(context, measure, (known, None), says, rows, definition, used)
    if not unseen:
        return fact
    told = f"The extract lacks {periods.list_months(unseen)}, so earlier offences are not seen and the true share is higher."
    return replace(fact, statement=f"{fact.statement} {told}")


def then(rows: Rows) -> Used:
    """The rows of the year before as those of a comparator; none where the two years are not compared as wholes."""
    return rows.used(COMPARATOR, rows.cover.comparison.then) if rows.then is not None else ()


def _share_verdict(context: Context, now: Estimate, then: Estimate | None) -> str:
    """Whether a share has moved by more than chance: too few to say where either base is small, "" where there is no share."""
    if now.value is None or then is None or then.value is None:
        return ""
    if min(now.denominator, then.denominator) < context.evidence.config.smallest_base:
        return TOO_FEW
    gap = rates.share_difference(now.numerator, now.denominator, then.numerator, then.denominator, context.confidence)
    return HIGHER if gap.lower > 0 else LOWER if gap.upper < 0 else UNCLEAR


def counted(shown: Shown, unit: str, confidence: float) -> Estimate:
    """A count as an Estimate; its band, without a value, where it is withheld."""
    if shown.value is None:
        return replace(
            absent(unit, "count", f"The count is from {shown.low} to {shown.high} and is shown as {disclosure.MARK}."),
            lower=float(shown.low), upper=float(shown.high),
        )  # fmt: skip
    return rates.count(shown.value, unit, confidence)


def _band_sentence(estimate: Estimate, says: str) -> str:
    """A share of which only a band may be told, or that has no base."""
    told = disclosure.band(estimate)
    return (
        f"{wording.upper_first(told)} {says}. {estimate.note}"
        if told
        else f"What share {says} is not given. {estimate.note}"
    )


def _ratio_sentence(estimate: Estimate, own: Estimate, every: Estimate, says: tuple[str, str]) -> str:
    who, what = wording.upper_first(says[0]), says[1]
    if estimate.value is None:
        return f"{who}: their share in {what} cannot be set beside everybody's. {estimate.note}"
    way = (
        "over-represented"
        if estimate.lower > 1
        else "under-represented"
        if estimate.upper < 1
        else "not clearly over-represented"
    )
    return (
        f"{who} were {way} in {what}: it made up {wording.decimal(own.value)}% of the crimes against them and "
        f"{wording.decimal(every.value)}% of those against all victims ({wording.decimal(estimate.value, 2)} times; {wording.interval(estimate, 2)})."
    )


def _conditions(test: Mapping[str, object]) -> str:
    return wording.listed([f"{column} = {value}" for column, value in test.items()])


def _when(evidence: Evidence, rows: Rows) -> str:
    """The period in a sentence, owning up to a month that the extract lacks."""
    if len(rows.cover.months) == len(evidence.period.months):
        return evidence.period.label
    return f"the {len(rows.cover.months)} months of {evidence.period.label} that the extract has"
