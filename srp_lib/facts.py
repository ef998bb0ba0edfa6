"""Key facts: figures with an identity, shown as a sentence and collected by the run.

A notebook makes one with a single call and leaves it as the last line of its cell. What Jupyter shows is the
sentence; what the run collects is the record beside it, under the media type FACTS.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from srp_lib import change, rates, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED, Measure
from srp_lib.estimates import Estimate
from srp_lib.evidence import Evidence

FACTS = "application/vnd.srp.facts+json"
SUMMARY = "application/vnd.srp.summary+json"
COLUMNS = (
    "id", "theme", "objective", "statement", "value", "lower", "upper", "numerator", "denominator", "unit", "period", "comparator_value",
    "comparator_numerator", "comparator_period", "verdict", "definition", "extracts", "notebook", "cell", "disclosure",
)  # fmt: skip
ENDINGS = {
    change.HIGHER: "rose by more than chance would explain",
    change.LOWER: "fell by more than chance would explain",
    change.UNCLEAR: "did not clearly change",
    change.TOO_FEW: "were too few to compare",
}
OPEN = "as published: borough total of open data"
CRIME, PEOPLE = "street_crime", "population"


@dataclass(frozen=True)
class KeyFact:
    """An Estimate with an identity, a statement in plain English and a comparator. Immutable.

    `id` is theme.objective.measure and is permanent: pages anchor it, later runs compare it.
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

    @property
    def anchor(self) -> str:
        """The fact's permanent address in its page."""
        return f"fact-{self.id}"

    def record(self) -> dict[str, object]:
        """The fact as the line of key_facts.csv that it becomes, less the notebook and cell that the run knows.

        `label`, `anchor` and `headline` come besides: what the index calls it, where it stands in its page and
        whether the index shows it.
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
        }  # fmt: skip

    def sentence(self) -> str:
        """The statement as HTML, at the fact's permanent address."""
        return f'<span id="{escape(self.anchor)}">{escape(self.statement)}</span>'


@dataclass(frozen=True)
class FactGroup:
    """Facts shown together: as a card when `figure` is given, which then stands for the first, else as a list of sentences."""

    facts: tuple[KeyFact, ...]
    label: str = ""
    figure: str = ""
    unit: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows (HTML, text) and what the run collects (the records)."""
        return {"text/plain": "\n".join(fact.statement for fact in self.facts), "text/html": self.html(), FACTS: self.records()}

    def records(self) -> list[dict[str, object]]:
        """The records of its facts."""
        return [fact.record() for fact in self.facts]

    def html(self) -> str:
        """A card or a list, for a page or a notebook."""
        if not self.figure:
            items = "".join(f"<li>{fact.sentence()}</li>" for fact in self.facts)
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
    """The sentence that a page opens with."""

    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the index says of the page."""
        return {"text/plain": self.text, "text/html": f'<p class="lead">{escape(self.text)}</p>', SUMMARY: {"lead": self.text}}


@dataclass(frozen=True)
class Deck:
    """Cards side by side under one sentence that sums them up."""

    lead: str
    groups: tuple[FactGroup, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows and what the run collects."""
        cards = "".join(group.html() for group in self.groups)
        html = f'<p class="lead">{escape(self.lead)}</p><div class="cards">{cards}</div>'
        records = [record for group in self.groups for record in group.records()]
        return {"text/plain": self.lead, "text/html": html, FACTS: records, SUMMARY: {"lead": self.lead}}


def count_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """How many there were in the period; compared with the year before only where every month takes part."""
    measure = evidence.measure(slug)
    number = evidence.total(slug)
    whole = evidence.comparison.whole
    then = int(evidence.both_years(slug)[1].sum()) if whole else None
    statement = f"{evidence.area_name} had {wording.whole(number)} {measure.noun} in {_when(evidence)}."
    return KeyFact(
        f"{theme}.{slug_id(slug)}.count", statement, rates.count(number, measure.noun, evidence.config.confidence), evidence.period.code, measure.definition, (CRIME,),
        comparator_value=then, comparator_numerator=then, comparator_period=evidence.comparison.comparator.code if whole else "",
        verdict=change.verdict(_change(evidence, slug)) if whole else "", label=measure.label,
    )  # fmt: skip


def rate_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """The period's count over residents at the nearest mid-year, with the same for the year before where whole."""
    measure, config = evidence.measure(slug), evidence.config
    people = evidence.denominator(evidence.period)
    estimate = rates.crude_rate(evidence.total(slug), people.residents, config.per, config.confidence)
    base = f"{wording.whole(people.residents)} residents, {people.label}"
    statement = f"That is {wording.decimal(estimate.value)} for every {config.per:,} residents ({wording.interval(estimate)}; {base})."
    then_value, then = _rate_before(evidence, slug) if evidence.comparison.whole else (None, None)
    definition = f"{measure.definition}, over the residents of the mid-year population estimate nearest to the middle of the period ({people.label}, {wording.whole(people.residents)})"
    return KeyFact(
        f"{theme}.{slug_id(slug)}.rate", statement, estimate, evidence.period.code, definition, (CRIME, PEOPLE),
        comparator_value=then_value, comparator_numerator=then, comparator_period=evidence.comparison.comparator.code if then is not None else "", label=measure.label,
    )  # fmt: skip


def change_fact(evidence: Evidence, slug: str, theme: str = "overview") -> KeyFact:
    """The change on the same months of the year before, with its verdict; the reason where there is no comparator."""
    measure, comparison = evidence.measure(slug), evidence.comparison
    estimate = _change(evidence, slug)
    verdict = change.verdict(estimate) if comparison.possible else ""
    return KeyFact(
        f"{theme}.{slug_id(slug)}.change", _change_statement(evidence, measure, estimate, verdict), estimate, evidence.period.code,
        f"{measure.definition}, against the same months of the year before", (CRIME,),
        comparator_numerator=estimate.denominator if comparison.possible else None,
        comparator_period=comparison.comparator.code if comparison.possible else "", verdict=verdict, label=measure.label,
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
    return Lead(summary(evidence, slugs))


def headline(evidence: Evidence, slugs: Sequence[str] = (RECORDED, ASB), theme: str = "overview") -> Deck:
    """The page's first words: a sentence on each measure that moved, and a card for every one."""
    return Deck(summary(evidence, slugs), tuple(card(evidence, slug, theme) for slug in slugs))


def outcome_shares(evidence: Evidence, slug: str = RECORDED, prefix: str = "overview.outcomes") -> FactGroup:
    """The share charged, the share with no suspect identified and the share still open, over all such crimes."""
    return FactGroup(tuple(_outcome_fact(evidence, slug, group, f"{prefix}.{group}_share") for group in ("charged", "no_suspect", "open")))


def summary(evidence: Evidence, slugs: Sequence[str]) -> str:
    """What rose, what fell and what did not clearly change, in a few sentences for the head of a page."""
    comparison = evidence.comparison
    if not comparison.possible:
        counts = [f"{wording.whole(evidence.total(slug))} {evidence.measure(slug).noun}" for slug in slugs]
        return f"{evidence.area_name} had {wording.listed(counts)} in {_when(evidence)}. They can't be compared with the year before."
    told: dict[str, list[str]] = {}
    for slug in slugs:
        estimate = _change(evidence, slug)
        verdict = change.verdict(estimate)
        size = f" ({wording.signed(estimate.value)}%)" if verdict in (change.HIGHER, change.LOWER) else ""
        told.setdefault(verdict, []).append(f"{evidence.measure(slug).noun}{size}")
    sentences = [f"{wording.upper_first(wording.listed(told[verdict]))} {ending}." for verdict, ending in ENDINGS.items() if verdict in told]
    return f"{' '.join(sentences)} The comparison is with {comparison.basis}."


def slug_id(slug: str) -> str:
    """The measure's name in a fact's id; ASB keeps the short form that the partnership uses."""
    return "asb" if slug == ASB else slug


def _outcome_fact(evidence: Evidence, slug: str, group: str, id: str) -> KeyFact:
    outcomes, measure = evidence.outcomes(slug), evidence.measure(slug)
    estimate = rates.proportion(int(outcomes[group]), int(outcomes.sum()), evidence.config.confidence)
    words = {"charged": "ended with a suspect charged or summonsed", "no_suspect": "were closed with no suspect identified", "open": "were still under investigation"}[group]
    counts = f"{wording.whole(estimate.numerator)} of {wording.whole(estimate.denominator)}"
    if estimate.value is None:
        statement = f"There were no {measure.noun} in {_when(evidence)}, so no share can be given."
    elif not estimate.numerator:
        statement = f"No {measure.noun} {words} when the files were published ({counts})."
    else:
        statement = f"{wording.decimal(estimate.value)}% of {measure.noun} {words} when the files were published ({counts}; {wording.interval(estimate)})."
    definition = f"{measure.definition}, with a last outcome in the group '{OUTCOME_GROUPS[group]}', over all of them"
    return KeyFact(id, statement, estimate, evidence.period.code, definition, (CRIME,))


def _change(evidence: Evidence, slug: str) -> Estimate:
    now, then = evidence.both_years(slug)
    estimate = change.year_on_year(now, then, evidence.config.smallest_base, evidence.config.confidence)
    return replace(estimate, note=evidence.comparison.reason) if evidence.comparison.reason else estimate


def _change_statement(evidence: Evidence, measure: Measure, estimate: Estimate, verdict: str) -> str:
    comparison = evidence.comparison
    if not comparison.possible:
        return f"No change on the year before can be given for {measure.noun}."
    counts = f"{wording.whole(estimate.numerator)} against {wording.whole(estimate.denominator)}"
    start = f"{wording.upper_first(measure.noun)} were {wording.change_phrase(estimate, verdict)} than in {comparison.basis}"
    if verdict == change.UNCLEAR:
        start = f"{wording.upper_first(measure.noun)} showed no clear change from {comparison.basis}, at {wording.signed(estimate.value)}%"
    if estimate.value is None:
        return f"{wording.upper_first(measure.noun)}: {counts} in {comparison.basis}, too few to give a percentage."
    return f"{start} ({counts}; {wording.interval(estimate)})."


def _rate_before(evidence: Evidence, slug: str) -> tuple[float, int]:
    then = int(evidence.both_years(slug)[1].sum())
    people = evidence.denominator(evidence.comparison.comparator)
    return rates.crude_rate(then, people.residents, evidence.config.per).value, then


def _when(evidence: Evidence) -> str:
    """The period in a sentence, owning up to a month that it lacks."""
    if not evidence.short:
        return evidence.period.label
    return f"the {len(evidence.months)} months of {evidence.period.label} that the extracts have"


def _badge(verdict: str) -> str:
    if not verdict:
        return ""
    return f'<p class="verdict {verdict.replace(" ", "-")}"><span aria-hidden="true">{wording.MARKS[verdict]}</span> {wording.SHORT[verdict]}</p>'
