"""Findings of surveys as charts: each question over its waves, and what groups say against all respondents."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from srp_lib import place_charts, survey_charts, survey_facts, wording
from srp_lib.display import NOTHING, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact
from srp_lib.survey_charts import Point
from srp_lib.survey_facts import A_YEAR_BEFORE
from srp_lib.surveys import Question, Surveys, limits, percent
from srp_lib.verdicts import HIGHER, LOWER


def wave_chart(surveys: Surveys, facts: Mapping[str, KeyFact]) -> Chart | Notice:
    """Each question's shares over its waves with their intervals; nothing where none has two waves to show.

    `facts` are the key facts by question, whose verdicts the title tells.
    """
    told = {survey_facts.titled(surveys, one): _points(surveys, one) for one in surveys.questions}
    told = {name: points for name, points in told.items() if len(points) > 1}
    if not told:
        return NOTHING
    ends = "; ".join(f"{name} {percent(points[-1].share)}" for name, points in told.items())
    title, level = _moved(surveys, facts), f"{surveys.evidence.config.confidence:.0%} intervals"
    subtitle = f"Share of respondents by wave, up to the end of {surveys.evidence.period.label}; the bars are {level}"
    alt = f"A panel for each question. {title}. Latest: {ends}."
    note = f"A line joins waves that asked in the same words. {surveys.rounding}".strip()
    return survey_charts.over_waves("waves", title, subtitle, alt, told, _table(told), note)


def group_chart(surveys: Surveys) -> Chart | Notice:
    """What groups say of the question that most of them answered, with all respondents as the upright line."""
    asked = max(surveys.questions, key=lambda one: (len(one.others), one is surveys.perception), default=None)
    if asked is None:
        return NOTHING
    every = {name: surveys.share(one) for name, one in asked.others.items()}
    shares = dict(sorted(((name, one) for name, one in every.items() if one.value is not None), key=_by_value))
    whole = surveys.share(asked.latest.answer)
    return _drawn(surveys, asked, shares, whole) if shares and whole.value is not None else NOTHING


def _drawn(surveys: Surveys, asked: Question, shares: dict[str, Estimate], whole: Estimate) -> Chart:
    """The intervals of groups, the highest share at the top."""
    rows = pd.DataFrame(
        [(wording.upper_first(name), one.value, one.lower, one.upper, False) for name, one in shares.items()],
        columns=["name", "value", "lower", "upper", "highlight"],
    )
    low, high = ((name, percent(shares[name])) for name in (next(iter(shares)), list(shares)[-1]))
    title = f"{asked.label}: from {low[1]} ({low[0]}) to {high[1]} ({high[0]})"
    place, level = f"{asked.survey}, {asked.latest.label}", f"{surveys.evidence.config.confidence:.0%} intervals"
    subtitle = f"Share who {asked.says}, by group, {place}; the bars are {level}"
    told = "; ".join(f"{wording.upper_first(name)} {percent(one)}" for name, one in shares.items())
    note = f"The upright line is all respondents: {percent(whole)}. Groups overlap. {survey_facts.many(len(rows))}"
    table = survey_facts.group_table(surveys, asked, {name: asked.others[name] for name in shares})
    alt = f"Intervals by group. {title}. {told}."
    return place_charts.ranges(
        "groups", title, subtitle, alt, rows, table, note=note.strip(), reference=round(whole.value, 1), unit="%"
    )


def _points(surveys: Surveys, question: Question) -> list[Point]:
    """The waves of a question whose share may be shown."""
    found = []
    for place, wave in enumerate(question.waves):
        share = surveys.share(wave.answer)
        if share.value is not None:
            found.append(Point(wave.day, share, place > 0 and wave.same_words(question.waves[place - 1])))
    return found


def _moved(surveys: Surveys, facts: Mapping[str, KeyFact]) -> str:
    """Which questions' answers moved by more than chance, and since when."""
    moved: dict[str, list[str]] = {}
    for one in surveys.questions:
        verdict = facts[one.ident].verdict
        if verdict in (HIGHER, LOWER):
            moved.setdefault(f"{verdict} than {survey_facts.since(one)}", []).append(survey_facts.titled(surveys, one))
    if not moved:
        yearly = all(survey_facts.since(one) == A_YEAR_BEFORE for one in surveys.questions if len(one.waves) > 1)
        return f"No question’s answers clearly changed {'in a year' if yearly else 'since the wave compared'}"
    told = "; ".join(f"{words}, by more than chance: {wording.listed(names)}" for words, names in moved.items())
    return wording.upper_first(told)


def _table(told: dict[str, list[Point]]) -> Table:
    """What is drawn."""
    rows = tuple(
        (name, f"{point.day:%Y-%m}", percent(point.share), limits(point.share))
        for name, points in told.items()
        for point in points
    )
    return Table("Shares by question and wave", ("Question", "Wave", "Share", "Interval"), rows)


def _by_value(pair: tuple[str, Estimate]) -> tuple[float, str]:
    return pair[1].value, pair[0]
