"""Perception: what people in each ward say of anti-social behaviour beside what is recorded there.

A ward's share is judged against those of all other wards, and its record against that of all other wards, each by a
rule that allows for chance and for the number of wards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import survey_charts, survey_tests, wording
from srp_lib.codelists import ASB, measures
from srp_lib.display import DASH, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.local import WARD, Local
from srp_lib.place_figures import Figures, Subject, standing_words
from srp_lib.rates import HIDDEN_BASE
from srp_lib.survey_facts import SMALL_SAID, against, base_cell, left_out, many, share_cells
from srp_lib.survey_tests import Answer
from srp_lib.surveys import Question, Surveys
from srp_lib.verdicts import HIGHER, LOWER

SURE = 0.05
RULE = (
    "A ward is named where the share there is higher than in the other wards (Benjamini-Hochberg at 5%) though its rate of recorded anti-social behaviour "
    "is not clearly higher than theirs, or where the share is lower though the rate is clearly higher."
)


@dataclass(frozen=True)
class Perception:
    """The wards' answers to one question beside their recorded anti-social behaviour.

    `local` is of twelve months where the extracts have them: a quarter has too few incidents in a ward to judge by.
    """

    surveys: Surveys
    question: Question
    local: Local

    @cached_property
    def figures(self) -> Figures:
        """Recorded anti-social behaviour by ward, from counts as they may be shown."""
        measure = measures()[ASB]
        return Figures(self.local, Subject(ASB, measure.label, measure.noun, (ASB,)), WARD)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """The answers of the area's own wards, by code, in order of name."""
        return {code: self.question.wards[code] for code in self.figures.index if code in self.question.wards}

    @cached_property
    def shares(self) -> dict[str, Estimate]:
        """The shares of wards with a base of 30 or more, as they may be shown."""
        found = {
            code: self.surveys.share(one, self.question.of_victims) for code, one in self.answers.items() if one.enough
        }
        return {code: share for code, share in found.items() if share.value is not None}

    @property
    def small(self) -> list[str]:
        """The names of wards left out for a base under 30."""
        return [self.name(code) for code, one in self.answers.items() if not one.enough]

    @property
    def unasked(self) -> list[str]:
        """The names of wards from which the survey has no answers."""
        return [self.name(code) for code in self.figures.index if code not in self.answers]

    @cached_property
    def words(self) -> dict[str, str]:
        """The verdict on each ward's share against all other wards'."""
        return survey_tests.against_rest(self.answers, None, self.surveys.evidence.config.confidence)

    @cached_property
    def record(self) -> dict[str, str]:
        """The verdict on each ward's rate of recorded anti-social behaviour against all other wards'; blank without one."""
        found = self.figures.standing["verdict"]
        return {code: found[code] if isinstance(found[code], str) else "" for code in self.figures.index}

    @cached_property
    def rates(self) -> pd.Series:
        """Recorded anti-social behaviour for every 1,000 residents (as audit.toml has it), by ward; NaN where withheld."""
        return self.figures.rate["value"]

    @cached_property
    def correlation(self) -> tuple[Estimate, float]:
        """The rank correlation of share and rate over wards, and its p."""
        shares = pd.Series({code: share.value for code, share in self.shares.items()}, dtype=float)
        return survey_tests.rank_correlation(shares, self.rates, self.surveys.evidence.config.confidence)

    @property
    def worried(self) -> list[str]:
        """The codes of wards that worry more than others though their record is not clearly higher."""
        return [code for code in self.shares if self.words[code] == HIGHER and self.record[code] not in (HIGHER, "")]

    @property
    def calm(self) -> list[str]:
        """The codes of wards that worry less than others though their record is clearly higher."""
        return [code for code in self.shares if self.record[code] == HIGHER and self.words[code] == LOWER]

    @property
    def most(self) -> list[str]:
        """The codes of the wards with most: those whose rate is clearly higher than that of the others."""
        return [code for code in self.figures.index if self.record[code] == HIGHER]

    def name(self, code: str) -> str:
        """A ward's name."""
        return self.local.names()[code]

    def together(self) -> str:
        """Whether worry and record go together over wards, in a sentence."""
        found, p = self.correlation
        if found.value is None:
            return f"Whether wards with more recorded anti-social behaviour worry more cannot be told: {found.note[:1].lower()}{found.note[1:]}"
        size = f"rank correlation {wording.decimal(found.value, 2)} over {found.denominator:.0f} wards; {wording.interval(found, 2)}"
        sure = p < SURE and not found.lower <= 0 <= found.upper
        if not sure:
            tended = "did not clearly tend to have more, or fewer, people who"
        else:
            tended = "tended to have more people who" if found.value > 0 else "tended to have fewer people who"
        return f"Wards with more recorded anti-social behaviour {tended} call it a very big problem ({size})."


def table(perception: Perception) -> Table | Notice:
    """Each ward's share, its base and its recorded rate, with both verdicts."""
    if not perception.shares:
        return Notice(f"No ward has {HIDDEN_BASE} answers or more to this question. {_gone(perception)}", "missing")
    per = perception.surveys.evidence.config.per
    rows = tuple(_row(perception, code) for code in perception.shares)
    columns = (
        "Ward",
        "Share",
        "Interval",
        "Base",
        "Share against other wards",
        f"Recorded per {per:,}",
        "Record against other wards",
    )
    policy = perception.surveys.policy
    rounded = (
        f"Bases and recorded counts are rounded to the nearest {policy.base} to protect people."
        if policy.protects
        else ""
    )
    note = f"{SMALL_SAID}{_gone(perception)}{many(len(rows))}{rounded}".strip()
    caption = (
        f"{perception.question.label}: answers by ward ({perception.question.survey}, {perception.question.latest.label}) beside records of "
        f"{perception.local.evidence.period.label}"
    )
    return Table(caption, columns, rows, note)


def chart(perception: Perception) -> Chart | Notice:
    """The wards' shares over their recorded rates, those named that the text names."""
    known = [code for code in perception.shares if perception.rates[code] == perception.rates[code]]
    if not known:
        return Notice("No ward has both enough answers and a recorded rate, so they are not drawn together.", "missing")
    most = (
        max(known, key=lambda code: perception.shares[code].value),
        max(known, key=lambda code: perception.rates[code]),
    )
    told = {*perception.worried, *perception.calm, *most}
    rows = pd.DataFrame(
        [
            {"name": perception.name(code), "rate": perception.rates[code], "value": share.value, "lower": share.lower,
             "upper": share.upper, "told": code in told}
            for code, share in perception.shares.items() if code in known
        ]
    )  # fmt: skip
    period, question = perception.local.evidence.period, perception.question
    title = perception.together().split(" (")[0].rstrip(".")
    subtitle = f"Share who {question.says} ({question.latest.label}), and recorded anti-social behaviour in {period.label}, by ward; bars are 95% intervals"
    axes = (
        f"Recorded anti-social behaviour per {perception.surveys.evidence.config.per:,} residents",
        f"{question.label}, share of respondents",
    )
    alt = f"A dot for each of {len(rows)} wards. {perception.together()} {named(perception)}".strip()
    return survey_charts.beside_record(
        "perception-wards", title, subtitle, alt, rows, axes, _drawn(rows, axes), perception.surveys.policy.brief
    )


def named(perception: Perception) -> str:
    """The wards where worry and record part, as sentences."""
    worried, calm = ([perception.name(code) for code in codes] for codes in (perception.worried, perception.calm))
    more = (
        f"Worry is high while records are not in {wording.listed(worried)}."
        if worried
        else ("No ward's worry is high while its record is not.")
    )
    less = f" Worry is low though records are high in {wording.listed(calm)}." if calm else ""
    return f"{more}{less}"


def findings(perception: Perception) -> Notice:
    """What the wards tell together, the rule for naming one, and what limits both."""
    items = (
        named(perception),
        RULE,
        "Shares of few respondents blur any connection between wards, so a weak one can be missed. Nothing here says that one causes the other.",
    )
    return Notice(perception.together(), "caveat", items)


def _row(perception: Perception, code: str) -> tuple[str, ...]:
    rate = perception.rates[code]
    return (
        perception.name(code), *share_cells(perception.shares[code], perception.answers[code]), base_cell(perception.surveys, perception.answers[code]),
        against(perception.words[code]), wording.decimal(rate) if rate == rate else DASH, standing_words(perception.figures.standing.loc[code]),
    )  # fmt: skip


def _drawn(rows: pd.DataFrame, axes: tuple[str, str]) -> Table:
    """What the chart draws."""
    cells = tuple(
        (row.name, wording.decimal(row.rate), f"{wording.decimal(row.value, 0)}%")
        for row in rows.itertuples(index=False)
    )
    return Table("Recorded rate and share of each ward drawn", ("Ward", *axes), cells)


def _gone(perception: Perception) -> str:
    """Which wards are not there, and why."""
    unasked = f"The survey has no answers from {wording.listed(perception.unasked)}. " if perception.unasked else ""
    return f"{left_out(perception.small)}{unasked}"
