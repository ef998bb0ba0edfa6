"""Findings of surveys as charts: each question over its waves, and what groups say against all respondents."""

from __future__ import annotations

import pandas as pd

from srp_lib import place_charts, survey_charts, survey_facts, wording
from srp_lib.display import NOTHING, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.survey_charts import Point
from srp_lib.surveys import Question, Surveys
from srp_lib.verdicts import HIGHER, LOWER


def wave_chart(surveys: Surveys) -> Chart | Notice:
    """Each question's shares over its waves with their intervals; nothing where none has two waves to show."""
    told = {survey_facts.titled(surveys, one): _points(surveys, one) for one in surveys.questions}
    told = {name: points for name, points in told.items() if len(points) > 1}
    if not told:
        return NOTHING
    ends = "; ".join(f"{name} {wording.decimal(points[-1].share.value)}%" for name, points in told.items())
    title, level = _moved(surveys), f"{surveys.evidence.config.confidence:.0%} intervals"
    subtitle = f"Share of respondents by wave, up to the end of {surveys.evidence.period.label}; the bars are {level}"
    alt = f"A panel for each question. {title}. Latest: {ends}."
    note = "A line joins waves that asked in the same words."
    return survey_charts.over_waves("waves", title, subtitle, alt, told, _table(told), note)


def group_chart(surveys: Surveys) -> Chart | Notice:
    """What groups say of the question that most of them answered, with all respondents as the upright line."""
    asked = max(surveys.questions, key=lambda one: (len(one.others), one is surveys.perception), default=None)
    if asked is None:
        return NOTHING
    every = {name: surveys.share(one, asked.of_victims) for name, one in asked.others.items()}
    shares = dict(sorted(((name, one) for name, one in every.items() if one.value is not None), key=_by_value))
    whole = surveys.share(asked.latest.answer, asked.of_victims).value
    return _drawn(surveys, asked, shares, whole) if shares and whole is not None else NOTHING


def _drawn(surveys: Surveys, asked: Question, shares: dict[str, Estimate], whole: float) -> Chart:
    """The intervals of groups, the highest share at the top."""
    rows = pd.DataFrame(
        [(wording.upper_first(name), one.value, one.lower, one.upper, False) for name, one in shares.items()],
        columns=["name", "value", "lower", "upper", "highlight"],
    )
    low, high = ((name, f"{wording.decimal(shares[name].value)}%") for name in (next(iter(shares)), list(shares)[-1]))
    title = f"{asked.label}: from {low[1]} ({low[0]}) to {high[1]} ({high[0]})"
    place, level = f"{asked.survey}, {asked.latest.label}", f"{surveys.evidence.config.confidence:.0%} intervals"
    subtitle = f"Share who {asked.says}, by group, {place}; the bars are {level}"
    told = "; ".join(f"{row.name} {wording.decimal(row.value)}%" for row in rows.itertuples(index=False))
    note = f"The upright line is all respondents: {wording.decimal(whole)}%. Groups overlap. {survey_facts.many(len(rows))}"
    table = survey_facts.group_table(surveys, asked, {name: asked.others[name] for name in shares})
    alt = f"Intervals by group. {title}. {told}."
    return place_charts.ranges(
        "groups", title, subtitle, alt, rows, table, note=note.strip(), reference=round(whole, 1), unit="%"
    )


def _points(surveys: Surveys, question: Question) -> list[Point]:
    """The waves of a question whose share may be shown."""
    found = []
    for place, wave in enumerate(question.waves):
        share = surveys.share(wave.answer, question.of_victims)
        if share.value is not None:
            found.append(Point(wave.day, share, place > 0 and wave.same_words(question.waves[place - 1])))
    return found


def _moved(surveys: Surveys) -> str:
    """Which questions' answers moved by more than chance since the wave before."""
    verdicts = {one.ident: survey_facts.share_fact(surveys, one).verdict for one in surveys.questions}
    moved = [
        f"{survey_facts.titled(surveys, one)} ({verdicts[one.ident]})"
        for one in surveys.questions
        if verdicts[one.ident] in (HIGHER, LOWER)
    ]
    if not moved:
        return "No question’s answers clearly changed since the wave before"
    return f"Changed since the wave before by more than chance: {wording.listed(moved)}"


def _table(told: dict[str, list[Point]]) -> Table:
    """What is drawn."""
    rows = tuple(
        (name, f"{point.day:%Y-%m}", f"{wording.decimal(point.share.value)}%", _limits(point.share))
        for name, points in told.items()
        for point in points
    )
    return Table("Shares by question and wave", ("Question", "Wave", "Share", "Interval"), rows)


def _limits(share: Estimate) -> str:
    return f"{wording.decimal(share.lower)}% to {wording.decimal(share.upper)}%"


def _by_value(pair: tuple[str, Estimate]) -> tuple[float, str]:
    return pair[1].value, pair[0]
