"""Outlook: what is at stake in each objective area, and the year ahead. One table over the areas of a page.

Repeat and vulnerable victims, the harm of its offences by the weights that were supplied, and what the next twelve
months may bring: what the partners' scoring of risks can point to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from srp_lib import change, disclosure, forecast, periods, wording
from srp_lib import harm as harms
from srp_lib.codelists import coverage, excluded
from srp_lib.codelists.offences import canonical_code
from srp_lib.disclosure import Policy
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import FORECAST_COVERAGE, KeyFact
from srp_lib.record_facts import Context, Made, Unavailable, then
from srp_lib.records import NOT_SUPPLIED, Rows
from srp_lib.section import Section
from srp_lib.used import DENOMINATOR
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

WEIGHTS = "harm_weights"
REPEATS, VULNERABLE, HARM, FORECAST = "repeat_victims_share", "victims_vulnerable_share", "harm", "forecast"
DIGITS = 2  # significant digits of a public harm score
NO_WEIGHT = "Some of its offences have no weight, or it had none, so there is no score: the page of data quality says which codes lack one."
NO_MONTHS = "Counts by month are too small to be shown."
COLUMNS = ("Area", "Repeat victims", "Vulnerable victims", "Harm score", "Harm on the year", "Next twelve months")
NOTE = (
    "Repeat victims had two or more such offences in the twelve months up to their latest. A harm score weighs each "
    "offence by the harm of its kind and has no unit: it serves to compare areas and years."
)
AHEAD = "The next twelve months are taken to be like the last twelve, with a range as wide as years have differed."
SHORT = "about three years of records are needed, and there are fewer."
WOMEN = "women_and_girls"
ALL_VULNERABLE = ("mental_health",)  # areas that count vulnerable victims alone


def at_stake(*sections: Section, made: tuple[str, ...] = ()) -> Table | Notice:
    """What is at stake in each area: repeat and vulnerable victims, harm and the next twelve months, as key facts.

    `made` has the ids of those that the page shows elsewhere, to which the table links instead of making them again.
    A forecast that cannot be made is no fact, and the note says why; columns and areas without any fact are left out.
    """
    found = {section.area.label: _facts(section) for section in sections}
    known = {label: {name: one for name, one in facts.items() if _given(name, one)} for label, facts in found.items()}
    known = {label: facts for label, facts in known.items() if facts}
    missing = _missing(found)
    if not known:
        return missing
    evidence = sections[0].records.evidence
    told = [fact for facts in known.values() for fact in facts.values() if fact.id not in made]
    ahead = AHEAD if any(FORECAST in facts for facts in known.values()) else ""
    notes = [NOTE, ahead, _why_no_forecast(found), missing.text, sections[0].context.people_policy.note]
    table = Table(
        f"What is at stake and the year ahead, {evidence.area_name}, {evidence.period.label}", COLUMNS,
        tuple((label, *_cells(facts)) for label, facts in known.items()), " ".join(filter(None, notes)), tuple(told),
        anchors=_addresses(known, lambda fact: "" if fact.id in made else fact.anchor),
        hrefs=_addresses(known, lambda fact: f"#{fact.anchor}" if fact.id in made else ""),
    )  # fmt: skip
    return table.without({DASH})


def _given(name: str, fact: Made) -> bool:
    """Whether there is a fact to show; a forecast that could not be made is none."""
    return isinstance(fact, KeyFact) and (name != FORECAST or fact.estimate.value is not None)


def _addresses(known: dict[str, dict[str, KeyFact]], address: Callable[[KeyFact], str]) -> tuple[tuple[str, ...], ...]:
    """What `address` gives for the fact of each cell, in the shape of the rows."""
    places = (REPEATS, VULNERABLE, HARM, "", FORECAST)
    return tuple(("", *(address(facts[name]) if name in facts else "" for name in places)) for facts in known.values())


def _facts(section: Section) -> dict[str, Made]:
    """The facts of one area by the end of their ids; an area without victims in its records has none of those."""
    noun, rows, area = section.area.noun, section.rows, section.area.slug
    ahead: dict[str, Made] = {FORECAST: forecast_fact(section.context, rows, noun)}
    if not section.area.rules:
        return ahead
    women = area == WOMEN  # whose victims are girls and women: others harmed in the same offences are not counted
    victims = section.female_victims if women else section.victims
    records = section.victim_records.where(sex="F") if women else section.victim_records
    of = "girls and women who were victims" if women else f"victims of {noun}"
    found: dict[str, Made] = {REPEATS: section.repeat_victims(of, records)}
    if area not in ALL_VULNERABLE:
        found[VULNERABLE] = section.share(VULNERABLE, victims, f"of {of} were vulnerable", vulnerable="Y")
    return {**found, HARM: harm_fact(section.context, rows, noun), **ahead}


def forecast_fact(context: Context, rows: Rows, noun: str) -> Made:
    """The twelve months after the period, were they like its last twelve, with a band and how often such bands held.

    Made from monthly counts as they may be shown; none where a month may not.
    """
    if rows.lacking:
        return Unavailable(f"a forecast of {noun}", rows.lacking)
    policy, series = context.policy(rows), rows.by_month()
    known = series[series.index <= context.evidence.period.months[-1]]
    counts, step = policy.months(known)
    area = context.prefix.split(".")[-1]
    if step != "month":
        told = absent(forecast.UNIT, forecast.METHOD, NO_MONTHS)
        held = told
    else:
        ahead = forecast.forecast_year(counts.astype(float), excluded(area), context.confidence)
        told, held = ahead.total, ahead.coverage
    definition = f"Number of {rows.text}; the twelve months after the period taken to be like its last twelve, with a band from past year-on-year changes"
    used = rows.used(months=known.index[-12:]) + rows.used(DENOMINATOR, known.index[:-12])
    return context.fact(
        FORECAST, _ahead(context.evidence, noun, told, held, policy), _whole(told), rows.extracts, policy, definition=definition,
        rows=used,
    )  # fmt: skip


def _ahead(evidence: Evidence, noun: str, told: Estimate, held: Estimate, policy: Policy) -> str:
    subject = wording.upper_first(noun)
    if told.value is None:
        return f"{subject}: no forecast. {told.note}"
    last = evidence.period.months[-1]
    span = periods.month_span(periods.shift_month(last, 1), periods.shift_month(last, 12))
    tested = (
        f"Of past ranges drawn in this way {wording.whole(held.value)}% held."
        if held.value is not None
        else f"In simulations {coverage()[FORECAST_COVERAGE]} of 100 such ranges held."
    )
    about = "about " if policy.protects else ""
    return (
        f"{subject}: between {wording.whole(told.lower)} and {wording.whole(told.upper)} in {span}, if years go on "
        f"differing as much as they have ({about}{wording.whole(told.numerator)} in the twelve months before). {tested}"
    )


def _whole(told: Estimate) -> Estimate:
    """The band in whole events, which is all that it can tell."""
    if told.value is None:
        return told
    return replace(told, lower=float(math.floor(told.lower)), upper=float(math.ceil(told.upper)))


def harm_fact(context: Context, rows: Rows, noun: str) -> Made:
    """The period's harm score by the weights that were supplied, with the year before as comparator and a verdict.

    Where counts are protected the score and its interval are those of the offences scaled to their count as shown, to
    two significant digits; the verdict is that of the exact counts. Source: METHODS.md, "What is at stake".
    """
    weights = weights_of(context.evidence)
    if rows.lacking or weights is None:
        return Unavailable(f"the harm of {noun}", rows.lacking or {WEIGHTS: NOT_SUPPLIED})
    policy, sides = context.policy(rows), (rows.now, rows.then)
    shown, before = (None if side is None else _score(policy, side, weights, context.confidence) for side in sides)
    known = before is not None and before.value is not None and shown.value is not None
    verdict = _moved(context, rows, weights) if known else ""
    statement = _harm_sentence(noun, shown, verdict, weights)
    return context.fact(
        HARM, statement, shown, (*rows.extracts, WEIGHTS), policy, hidden=shown.numerator is None, verdict=verdict,
        comparator_value=before.value if known else None, comparator_numerator=before.numerator if known else None,
        comparator_period=rows.cover.comparison.comparator.code if known else "",
        definition=f"Sum of the weights of {rows.text}, by offence code; weights: {weights.version}",
        rows=rows.used() + (then(rows) if known else ()),
    )  # fmt: skip


def weights_of(evidence: Evidence) -> harms.Weights | None:
    """The harm weights supplied, of the last version in order; None where there are none."""
    extract = evidence.intake.extracts.get(WEIGHTS)
    table = extract.frame(["version", "ho_code", "weight"]).dropna() if extract else pd.DataFrame()
    if not len(table):
        return None
    version = max(table["version"].astype(str))
    mine = table[table["version"].astype(str) == version]
    codes = mine["ho_code"].astype(str).map(canonical_code)
    return harms.Weights(version, dict(zip(codes, mine["weight"].astype(float))))


def _score(policy: Policy, rows: pd.DataFrame, weights: harms.Weights, confidence: float) -> Estimate:
    """The harm of some offences as it may be shown: where they are protected as if their count were the one shown."""
    counts = _by_code(rows)
    number = int(counts.sum())
    count = policy.count(number)
    if count.value is None:
        note = f"The count is from {count.low} to {count.high} and is shown as {disclosure.MARK}, so there is no score."
        return absent(weights.unit, "weighted sum", note)
    # Scaled before the interval is made: that of the true counts would tell which of those that round alike it was.
    found = harms.harm(counts * (count.value / number if number else 1.0), weights, confidence).score
    if found.value is None:
        return absent(weights.unit, found.method, NO_WEIGHT if policy.protects else found.note)
    if not policy.protects:
        return found
    number = float(count.value)
    value, lower, upper = map(_rounded, (found.value, found.lower, found.upper))
    method = f"{found.method}; offences scaled to their protected count, {DIGITS} significant digits"
    return replace(
        found, value=value, lower=min(lower, value), upper=max(upper, value), numerator=number, method=method
    )


def _by_code(rows: pd.DataFrame) -> pd.Series:
    return rows["ho_code"].astype(str).value_counts()


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _moved(context: Context, rows: Rows, weights: harms.Weights) -> str:
    """Whether the harm score moved by more than chance and the months' own ups and downs; too few to say under the
    smallest base of a change."""
    sides = [_by_code(side) for side in (rows.now, rows.then)]
    if min(side.sum() for side in sides) < context.evidence.config.smallest_base:
        return TOO_FEW
    now, then = (harms.harm(side, weights, context.confidence) for side in sides)
    moved = harms.harm_change(now, then, context.confidence)
    if moved.value is None:
        return ""
    middle = math.log1p(moved.value / 100)
    wider = math.sqrt(change.dispersion(*rows.both_years()))
    lower, upper = (middle + (math.log1p(end / 100) - middle) * wider for end in (moved.lower, moved.upper))
    return HIGHER if lower > 0 else LOWER if upper < 0 else UNCLEAR


def _harm_sentence(noun: str, shown: Estimate, verdict: str, weights: harms.Weights) -> str:
    if shown.value is None:
        return f"No harm score can be given for {noun}. {shown.note}"
    moved = {HIGHER: " Higher than the year before, by more than chance.", LOWER: " Lower than the year before, by more than chance.",
             UNCLEAR: " No clear change on the year before.", TOO_FEW: " Too few offences to say whether it changed."}.get(verdict, "")  # fmt: skip
    return (
        f"{wording.upper_first(noun)} had a harm score of {wording.whole(shown.value)} ({wording.whole(shown.lower)} to "
        f"{wording.whole(shown.upper)}), by the weights of {weights.version}.{moved}"
    )


def _cells(shown: dict[str, KeyFact]) -> tuple[str, ...]:
    harm, ahead = shown.get(HARM), shown.get(FORECAST)
    return (
        *(_share(shown.get(name)) for name in (REPEATS, VULNERABLE)),
        DASH if harm is None else _figure(harm),
        wording.marked(harm.verdict) if harm is not None and harm.verdict else DASH,
        DASH if ahead is None or ahead.estimate.value is None
        else f"{wording.whole(ahead.estimate.lower)} to {wording.whole(ahead.estimate.upper)}",
    )  # fmt: skip


def _share(fact: KeyFact | None) -> str:
    if fact is None:
        return DASH
    return _figure(fact) + ("%" if fact.estimate.value is not None else "")


def _figure(fact: KeyFact) -> str:
    if fact.estimate.value is not None:
        return wording.whole(fact.estimate.value)
    return disclosure.MARK if fact.disclosure.startswith("protected") else DASH


def _why_no_forecast(found: dict[str, dict[str, Made]]) -> str:
    """Why areas have no forecast, in a sentence; blank where all have one."""
    ahead = {label: facts[FORECAST] for label, facts in found.items() if isinstance(facts[FORECAST], KeyFact)}
    reasons: dict[str, list[str]] = {}
    for label, fact in ahead.items():
        if fact.estimate.value is None:
            note = fact.estimate.note
            short = "on the year and" in note  # too few past changes to learn from
            reasons.setdefault(SHORT if short else f"{note[:1].lower()}{note[1:]}", []).append(label)
    whole = len(reasons) == 1 and all(fact.estimate.value is None for fact in ahead.values())
    return " ".join(
        f"No forecast{'' if whole else f' for {wording.listed(labels)}'}: {note}" for note, labels in reasons.items()
    )


def _missing(found: dict[str, dict[str, Made]]) -> Notice:
    """Which extracts the table lacks, and what they would show."""
    lacking = [one for facts in found.values() for one in facts.values() if isinstance(one, Unavailable)]
    names = dict.fromkeys(name for one in lacking for name in one.lacking)
    if not names:
        return NOTHING
    what = (
        "the harm of offences" if list(names) == [WEIGHTS] else "repeat and vulnerable victims, harm and the year ahead"
    )
    return Notice(
        f"Not supplied: {wording.listed([f'extract {name}' for name in names])}, which would show {what}.", "missing"
    )
