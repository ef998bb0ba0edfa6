"""Key facts: figures with an identity, shown as a sentence and collected by the run.

A notebook makes one with a single call and leaves it as the last line of its cell. What Jupyter shows is the
sentence; what the run collects is the record beside it, under the media type FACTS.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from srp_lib import change, forecast, periods, rates, verdicts, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED, Measure, coverage, excluded
from srp_lib.display import FACTS, SUMMARY
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.used import COMPARATOR, DENOMINATOR, PROTECTED, Used, packed

OPEN = "as published: borough total of open data"
FORECAST_COVERAGE = "twelve-month forecast, 4 years of history"
LEADING = r"\A(?:Under |Over |About )?\d[\d,.]*%?"
CRIME, PEOPLE = "street_crime", "population"
# Functions that only hand on what another has made; those of a dataclass have one of the first three names.
HANDS_ON = (
    "__create_fn__", "KeyFact.__init__", "KeyFact.__post_init__", "Context.fact", "_fact", "_share_fact", "Vulnerable._made",
)  # fmt: skip


@dataclass(frozen=True)
class KeyFact:
    """An Estimate with an identity, a statement in plain English and a comparator. Immutable.

    `id` is theme.objective.measure and is permanent: pages anchor it, later runs compare it. `rows` are those of the
    files that it was made from, `rests_on` the ids of facts that it was made from, and `made_by` the function that
    made it, which it finds itself; `place` is the ward or group of wards that it is of, blank for the whole area.
    """

    id: str
    statement: str
    estimate: Estimate
    period: str
    definition: str
    extracts: tuple[str, ...]
    comparator_value: float | None = None
    comparator_numerator: float | None = None
    comparator_period: str = ""
    verdict: str = ""
    disclosure: str = OPEN
    label: str = ""
    headline: bool = False
    rows: Used = ()
    rests_on: tuple[str, ...] = ()
    made_by: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        """Keep the name of the function that made it; a copy keeps that of the first."""
        if not self.made_by:
            object.__setattr__(self, "made_by", _maker())

    @property
    def anchor(self) -> str:
        """The fact's permanent address in its page."""
        return f"fact-{self.id}"

    def record(self) -> dict[str, object]:
        """The fact as the line of key_facts.csv that it becomes, less the notebook and cell that the run knows.

        `label`, `anchor` and `headline` come besides: what the index calls it, where it stands in its page and
        whether the index shows it. So do the method, note and confidence of its Estimate, for pages that rest on it, and
        what its trace tells: the rows used (without their numbers where the fact is protected), facts it rests on, maker.
        """
        theme, objective, _ = self.id.split(".", 2)
        estimate = self.estimate
        return {
            "id": self.id, "theme": theme, "objective": objective, "statement": self.statement,
            "value": estimate.value, "lower": estimate.lower, "upper": estimate.upper,
            "numerator": estimate.numerator, "denominator": estimate.denominator, "unit": estimate.unit, "period": self.period,
            "comparator_value": self.comparator_value, "comparator_numerator": self.comparator_numerator,
            "comparator_period": self.comparator_period, "verdict": self.verdict,
            "definition": f"{self.definition}. Method: {estimate.method}." + (f" {estimate.note}" if estimate.note else ""),
            "extracts": list(self.extracts), "disclosure": self.disclosure, "label": self.label, "anchor": self.anchor, "headline": self.headline,
            "method": estimate.method, "note": estimate.note, "confidence": estimate.confidence,
            "rows": packed(self.rows, self.disclosure.startswith(PROTECTED)), "rests_on": list(self.rests_on), "made_by": self.made_by,
            "place": self.place,
        }  # fmt: skip

    def sentence(self) -> str:
        """The statement as HTML, at the fact's permanent address, a figure that it begins with set off."""
        text = re.sub(LEADING, r"<strong>\g<0></strong>", escape(self.statement), count=1)
        return f'<span id="{escape(self.anchor)}">{text}</span>'


@dataclass(frozen=True)
class FactGroup:
    """Facts shown together: as a card when `figure` is given, which then stands for the first, else as a list of sentences."""

    facts: tuple[KeyFact, ...]
    label: str = ""
    figure: str = ""
    unit: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows (HTML, text) and what the run collects (the records)."""
        return {
            "text/plain": "\n".join(fact.statement for fact in self.facts),
            "text/html": self.html(),
            FACTS: self.records(),
        }

    def records(self) -> list[dict[str, object]]:
        """The records of its facts."""
        return [fact.record() for fact in self.facts]

    def html(self) -> str:
        """A card or a list, for a page or a notebook."""
        if not self.figure:
            items = "".join(f"<li>{fact.sentence()}{_mark(fact)}</li>" for fact in self.facts)
            return f'<ul class="facts">{items}</ul>'
        first, *rest = self.facts
        paragraphs = "".join(f"<p>{fact.sentence()}</p>" for fact in rest)
        big = f'<p class="figure" id="{escape(first.anchor)}"><strong>{escape(self.figure)}</strong> {escape(self.unit)}</p>'
        return f'<div class="card">{big}{_badge(self.verdict)}{paragraphs}</div>'

    @property
    def verdict(self) -> str:
        """The verdict of its change; empty where it has none."""
        return next((fact.verdict for fact in self.facts if fact.id.endswith("change")), "")


@dataclass(frozen=True)
class Lead:
    """The sentences that a page opens with, and beneath them how to read its figures."""

    text: str
    note: str
    headings: dict[str, str]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the index says of the page."""
        return {"text/plain": self.text, "text/html": self.html(), SUMMARY: self.summary()}

    def html(self) -> str:
        """The sentences, and the note below them where there is one."""
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        return f'<p class="lead">{escape(self.text)}</p>{note}'

    def summary(self) -> dict[str, object]:
        """What the index repeats."""
        return {"lead": self.text, "note": self.note, "headings": self.headings}


@dataclass(frozen=True)
class Deck:
    """Cards side by side under the sentences that sum them up."""

    lead: Lead
    groups: tuple[FactGroup, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows, what the run collects and what the index says of the page."""
        cards = "".join(group.html() for group in self.groups)
        html = f'{self.lead.html()}<div class="cards">{cards}</div>'
        records = [record for group in self.groups for record in group.records()]
        return {"text/plain": self.lead.text, "text/html": html, FACTS: records, SUMMARY: self.lead.summary()}


def count_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """How many there were in the period; compared with the year before only where every month takes part."""
    measure = evidence.measure(slug)
    number = evidence.total(slug)
    whole = evidence.comparison.whole
    then = int(evidence.both_years(slug)[1].sum()) if whole else None
    statement = f"{evidence.area_name} had {wording.whole(number)} {measure.noun} in {_when(evidence)}."
    return KeyFact(
        f"{theme}.{slug_id(slug, theme)}.count", statement, rates.count(number, measure.noun, evidence.config.confidence), evidence.period.code, measure.definition, (CRIME,),
        comparator_value=then, comparator_numerator=then, comparator_period=evidence.comparison.comparator.code if whole else "",
        verdict=change.verdict(change_of(evidence, slug)) if whole else "", label=measure.label,
        rows=evidence.used(slug) + (_before(evidence, slug) if whole else ()),
    )  # fmt: skip


def rate_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """The period's count over residents at the nearest mid-year, with the same for the year before where whole."""
    measure, config = evidence.measure(slug), evidence.config
    people = evidence.denominator(evidence.period)
    estimate = rates.crude_rate(evidence.total(slug), people.residents, config.per, config.confidence)
    base = f"{wording.whole(people.residents)} residents, {people.label}"
    months = len(evidence.months)
    over = (
        ""
        if months == 12
        else f" over {wording.number_word(months)} month{'' if months == 1 else 's'}, which is not a yearly rate"
    )
    if estimate.value is None:
        statement = f"No rate can be given. {estimate.note}"
    else:
        statement = f"That is {wording.decimal(estimate.value)} for every {config.per:,} residents{over} ({wording.interval(estimate)}; {base})."
    then_value, then = _rate_before(evidence, slug) if evidence.comparison.whole else (None, None)
    definition = f"{measure.definition}, over the residents of the mid-year population estimate nearest to the middle of the period ({people.label}, {wording.whole(people.residents)}, {people.months_away} months from it)"
    return KeyFact(
        f"{theme}.{slug_id(slug, theme)}.rate", statement, estimate, evidence.period.code, definition, (CRIME, PEOPLE),
        comparator_value=then_value, comparator_numerator=then, comparator_period=evidence.comparison.comparator.code if then is not None else "", label=measure.label,
        rows=evidence.used(slug) + people.used + (_before(evidence, slug) if then is not None else ()),
    )  # fmt: skip


def change_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """The change on the same months of the year before, with its verdict; the reason where there is no comparator."""
    measure, comparison = evidence.measure(slug), evidence.comparison
    estimate = change_of(evidence, slug)
    verdict = change.verdict(estimate) if comparison.possible else ""
    return KeyFact(
        f"{theme}.{slug_id(slug, theme)}.change", _change_statement(evidence, measure, estimate, verdict), estimate, evidence.period.code,
        f"{measure.definition}, against the same months of the year before", (CRIME,),
        comparator_numerator=estimate.denominator if comparison.possible else None,
        comparator_period=comparison.comparator.code if comparison.possible else "", verdict=verdict, label=measure.label,
        rows=evidence.used(slug, comparison.now or None) + _before(evidence, slug, DENOMINATOR),
    )  # fmt: skip


def trio(evidence: Evidence, slug: str, theme: str = "overview") -> tuple[KeyFact, KeyFact, KeyFact]:
    """Count, rate and change of one measure; their ids are <theme>.<measure>.count, .rate and .change."""
    return count_fact(evidence, slug, theme), rate_fact(evidence, slug, theme), change_fact(evidence, slug, theme)


def card(evidence: Evidence, slug: str, theme: str = "overview") -> FactGroup:
    """Count, rate and change of one measure as a card."""
    measure = evidence.measure(slug)
    shown = tuple(replace(fact, headline=True) for fact in trio(evidence, slug, theme))
    return FactGroup(shown, measure.label, wording.whole(evidence.total(slug)), measure.noun)


def lead(evidence: Evidence, slugs: Sequence[str]) -> Lead:
    """The page's first words, where a table further down holds the facts."""
    return Lead(summary(evidence, slugs), reading(evidence), headings(evidence))


def headline(evidence: Evidence, slugs: Sequence[str] = (RECORDED, ASB), theme: str = "overview") -> Deck:
    """The page's first words: a sentence on each measure that moved, and a card for every one."""
    return Deck(lead(evidence, slugs), tuple(card(evidence, slug, theme) for slug in slugs))


def outcome_shares(evidence: Evidence, slug: str = RECORDED, prefix: str = "overview.outcomes") -> FactGroup:
    """The share charged, the share with no suspect identified and the share still open, over all such crimes."""
    return FactGroup(
        tuple(
            _outcome_fact(evidence, slug, group, f"{prefix}.{group}_share")
            for group in ("charged", "no_suspect", "open")
        )
    )


def forecasts(evidence: Evidence, slugs: Sequence[str] = (RECORDED, ASB), theme: str = "overview") -> FactGroup:
    """The twelve months after the period, were they like its last twelve, with a band and how often such bands held."""
    return FactGroup(tuple(_forecast_fact(evidence, slug, theme) for slug in slugs))


def _forecast_fact(evidence: Evidence, slug: str, theme: str) -> KeyFact:
    measure, series = evidence.measure(slug), evidence.series(slug)
    known = series[series.index <= evidence.period.months[-1]]
    made = forecast.forecast_year(known, excluded(slug), evidence.config.confidence)
    total, held = made.total, made.coverage
    if total.value is None:
        statement = f"{wording.upper_first(measure.noun)}: no forecast. {total.note}"
    else:
        span = periods.month_span(made.months[0], made.months[-1])
        tested = (
            f"Of past ranges drawn in this way {wording.whole(held.value)}% held ({wording.whole(held.numerator)} of "
            f"{wording.whole(held.denominator)}, which overlap)."
            if held.value is not None
            else f"{held.note} In simulations {coverage()[FORECAST_COVERAGE]} of 100 such ranges held."
        )
        statement = (
            f"{wording.upper_first(measure.noun)}: between {wording.whole(total.lower)} and {wording.whole(total.upper)} in {span}, "
            f"if years go on differing as much as they have ({wording.whole(total.numerator)} in the twelve months before). {tested}"
        )
    definition = f"{measure.definition}; the twelve months after the period taken to be like its last twelve, with a band from past year-on-year changes"
    return KeyFact(
        f"{theme}.{slug_id(slug, theme)}.forecast", statement, total, evidence.period.code, definition, (CRIME,),
        rows=evidence.used(slug, known.index[-12:]) + evidence.used(slug, known.index[:-12], DENOMINATOR),
    )  # fmt: skip


def summary(evidence: Evidence, slugs: Sequence[str]) -> str:
    """What rose, what fell and what did not clearly change, in a few sentences for the head of a page."""
    comparison = evidence.comparison
    if not comparison.possible:
        largest = sorted(slugs, key=evidence.total, reverse=True)[:3]
        counts = [f"{wording.whole(evidence.total(slug))} {evidence.measure(slug).noun}" for slug in largest]
        return f"{evidence.area_name} had {wording.listed(counts)} in {_when(evidence)}. No change on the year before can be given."
    told: dict[str, list[tuple[str, float]]] = {
        verdict: [] for verdict in (change.HIGHER, change.LOWER, change.UNCLEAR, change.TOO_FEW)
    }
    for slug in slugs:
        estimate = change_of(evidence, slug)
        told[change.verdict(estimate)].append((evidence.measure(slug).noun, estimate.value or 0.0))
    clear = len(told[change.HIGHER]) + len(told[change.LOWER])
    sentences = [
        wording.movement(told[change.LOWER], "fell"),
        wording.movement(told[change.HIGHER], "rose"),
        f"{'This change is' if clear == 1 else 'These changes are'} larger than chance would explain." if clear else "",
        _plainly(told[change.UNCLEAR], "did not clearly change"),
        _plainly(told[change.TOO_FEW], "could not be compared"),
        f"The comparison is with {comparison.basis}.",
    ]
    return " ".join(filter(None, sentences))


def headings(evidence: Evidence) -> dict[str, str]:
    """Column headings that own up to how many months each figure covers; "change" is empty without a comparator."""
    comparison, months = evidence.comparison, len(evidence.months)
    counted = "" if months == 12 and (comparison.whole or not comparison.possible) else f", {months} months"
    moved = "Change" if comparison.whole else f"Change, same {len(comparison.now)} months"
    return {
        "count": f"Count{counted}",
        "rate": f"Per {evidence.config.per:,}{counted}",
        "change": moved if comparison.possible else "",
    }


def reading(evidence: Evidence) -> str:
    """How to read the figures: their base, and what higher, lower and the interval mean."""
    people = evidence.denominator(evidence.period)
    base = f"Rates are for every {evidence.config.per:,} residents ({wording.whole(people.residents)}, {people.label})."
    if not evidence.comparison.possible:
        return base
    return (
        f"{base} Counts go up and down by chance. The {evidence.config.confidence:.0%} interval is the range that chance alone "
        "could plausibly give the figure; when all of it lies above or below no change, we say higher or lower."
    )


def slug_id(slug: str, theme: str = "overview") -> str:
    """The measure's name in a fact's id.

    The overview calls anti-social behaviour by the partnership's short form; on a theme's page that form is kept for
    the partners' own records of it.
    """
    return "asb" if slug == ASB and theme == "overview" else slug


def _outcome_fact(evidence: Evidence, slug: str, group: str, id: str) -> KeyFact:
    outcomes, measure = evidence.outcomes(slug), evidence.measure(slug)
    estimate = rates.proportion(int(outcomes[group]), int(outcomes.sum()), evidence.config.confidence)
    words = {
        "charged": "had reached a charge, a summons or a court",
        "no_suspect": "were closed with no suspect identified",
    }.get(group)
    counts = f"{wording.whole(estimate.numerator)} of {wording.whole(estimate.denominator)}"
    if estimate.value is None:
        statement = f"There were no {measure.noun} in {_when(evidence)}, so no share can be given."
    elif group == "open":
        statement = _open_statement(measure, estimate, int(outcomes["unknown"]))
    else:
        statement = f"{wording.decimal(estimate.value)}% of {measure.noun} {words} when the files were published ({counts}; {wording.interval(estimate)})."
    definition = f"{measure.definition}, with a last outcome in the group '{OUTCOME_GROUPS[group]}', over all of them"
    rows = evidence.used_by_outcome(slug, group) + evidence.used(slug, part=DENOMINATOR)
    return KeyFact(id, statement, estimate, evidence.period.code, definition, (CRIME,), rows=rows)


def _open_statement(measure: Measure, estimate: Estimate, unknown: int) -> str:
    """What is still open, and what may be: crimes whose outcome the files do not give."""
    marked = (
        f"{wording.decimal(estimate.value)}% of {measure.noun} were"
        if estimate.numerator
        else f"No {measure.noun} were"
    )
    counts = f"{wording.whole(estimate.numerator)} of {wording.whole(estimate.denominator)}"
    share = wording.decimal(100 * unknown / estimate.denominator)
    tail = (
        f" For {wording.whole(unknown)} ({share}%) the files give no outcome, so some of those may be open too."
        if unknown
        else ""
    )
    return f"{marked} marked as still under investigation when the files were published ({counts}).{tail}"


def _plainly(named: Sequence[tuple[str, float]], ending: str) -> str:
    nouns = [noun for noun, _ in named]
    return wording.upper_first(f"{wording.listed(nouns)} {ending}.") if nouns else ""


def change_of(evidence: Evidence, slug: str) -> Estimate:
    """The measure's change on the year, like for like.

    A comparison of few months is judged by the ups and downs of all years in the extracts; without a value where
    there is no comparator, too few events, or no longer series to judge a short comparison by.
    """
    now, then = evidence.both_years(slug)
    config = evidence.config
    if evidence.comparison.reason:
        return absent(change.UNIT, "ratio of counts", evidence.comparison.reason)
    if len(now) >= change.OWN_SPREAD_FROM:
        return change.year_on_year(now, then, config.smallest_base, config.confidence)
    known = change.pooled_spread(change.pairs_of_years(evidence.series(slug), evidence.period.months[-1]))
    if known.degrees < change.OWN_SPREAD_FROM - 1:
        few = f"{len(now)} months are too few to tell a change from the months' own ups and downs, and the extracts have no longer series."
        return absent(change.UNIT, "ratio of counts", few, float(now.sum()), float(then.sum()))
    return change.year_on_year(now, then, config.smallest_base, config.confidence, known)


def _change_statement(evidence: Evidence, measure: Measure, estimate: Estimate, verdict: str) -> str:
    if not evidence.comparison.possible:
        return f"No change on the year before can be given for {measure.noun}."
    counts = f"{wording.whole(estimate.numerator)} against {wording.whole(estimate.denominator)}"
    return change_sentence(measure.noun, estimate, verdict, evidence.comparison.basis, counts)


def change_sentence(noun: str, estimate: Estimate, verdict: str, basis: str, counts: str, places: int = 1) -> str:
    """A change in words: what moved, by how much against `basis`, and the two `counts`; the reason where it has no value.

    `places` are the decimals of the percentages.
    """
    noun = wording.upper_first(noun)
    if estimate.value is None:
        return f"{noun}: {counts} in {basis}. {estimate.note}"
    if verdict == change.UNCLEAR:
        start = f"{noun} showed no clear change from {basis}, at {wording.signed(estimate.value, places)}%"
    else:
        start = f"{noun} were {wording.decimal(abs(estimate.value), places)}% {verdict} than in {basis}"
    return f"{start} ({counts}; {wording.interval(estimate, places)})."


def _before(evidence: Evidence, slug: str, part: str = COMPARATOR) -> Used:
    """The rows of the year before, of the months that are compared."""
    return evidence.used(slug, evidence.comparison.then, part)


def _rate_before(evidence: Evidence, slug: str) -> tuple[float, int]:
    then = int(evidence.both_years(slug)[1].sum())
    people = evidence.denominator(evidence.comparison.comparator)
    return rates.crude_rate(then, people.residents, evidence.config.per).value, then


def _when(evidence: Evidence) -> str:
    """The period in a sentence, owning up to a month that it lacks."""
    if not evidence.short:
        return evidence.period.label
    return f"the {len(evidence.months)} months of {evidence.period.label} that the extracts have"


def _mark(fact: KeyFact) -> str:
    """A verdict at the end of a sentence in a list; nothing where there is none, or where the sentence says it."""
    if not fact.verdict or (
        fact.estimate.unit == verdicts.CHANGE and fact.verdict in (verdicts.UNCLEAR, verdicts.TOO_FEW)
    ):
        return ""
    mark = f'<span aria-hidden="true">{wording.MARKS[fact.verdict]}</span>'
    return f' <span class="verdict {fact.verdict.replace(" ", "-")}">{mark} {wording.SHORT[fact.verdict]}.</span>'


def _badge(verdict: str) -> str:
    if not verdict:
        return ""
    return f'<p class="verdict {verdict.replace(" ", "-")}"><span aria-hidden="true">{wording.MARKS[verdict]}</span> {wording.SHORT[verdict]}</p>'


def _maker() -> str:
    """The function of this package that makes the fact which is being made: "srp_lib.calls.call_facts"."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        module, name = str(frame.f_globals.get("__name__", "")), frame.f_code.co_qualname.split(".<locals>")[0]
        if module.startswith("srp_lib.") and name not in HANDS_ON:
            return f"{module}.{name}"
        frame = frame.f_back
    return ""
