"""Perception: what people in each ward say of anti-social behaviour beside what is recorded there.

A ward's share is judged against those of all other wards, and its record against that of all other wards, each by a
rule that allows for chance and for the number of wards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from srp_lib import places, survey_charts, survey_tests, wording
from srp_lib.codelists import ASB, measures
from srp_lib.display import DASH, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.local import WARD, Local
from srp_lib.place_figures import Figures, Subject, standing_words
from srp_lib.rates import HIDDEN_BASE
from srp_lib.survey_facts import against, all_small, base_cell, left_out, many, share_cells, small_said
from srp_lib.survey_tests import Answer
from srp_lib.surveys import Question, Surveys, percent
from srp_lib.verdicts import HIGHER, LOWER, UNCLEAR

SURE = 0.05
RULE = (
    "A ward is named where the share there is higher than in the other wards (allowing for how many wards are compared) though its rate of recorded anti-social behaviour "
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

    @property
    def answered(self) -> list[str]:
        """The codes of wards with a base of 30 or more, whether their share may be shown or not."""
        return [code for code, one in self.answers.items() if one.enough]

    @cached_property
    def shares(self) -> dict[str, Estimate]:
        """The shares of those of them whose share may be shown."""
        return {code: self.surveys.share(one) for code, one in self.answers.items() if one.known}

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
        found = self.standing["verdict"]
        return {code: found[code] if isinstance(found[code], str) else "" for code in self.figures.index}

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Each ward's rate against the others', as on the page of wards; no clear difference where that rests on rounding.

        Rounded counts may say "higher" or "lower" only where the counts as they are say the same.
        """
        found = self.figures.standing
        if not self.surveys.policy.protects:
            return found
        rests = found["verdict"].isin([HIGHER, LOWER]) & (found["verdict"] != self.exact.reindex(found.index))
        return found.assign(
            verdict=found["verdict"].mask(rests, UNCLEAR), stands_out=found["stands_out"].mask(rests, "")
        )

    @cached_property
    def exact(self) -> pd.Series:
        """The verdict on each ward's rate by the counts as they are: never shown, and compared with that of rounded ones."""
        evidence, people = self.local.evidence, self.figures.residents
        counts = self.local.counts(ASB, WARD, list(evidence.months)).sum(axis=1).reindex(people.index)
        some, base = people.index[people > 0], evidence.config.smallest_base
        found = places.against(counts[some].astype(float), people[some], smallest_base=base, tau2=self.figures.spread)
        return found["verdict"]

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
        found, _ = self.correlation
        if found.value is None:
            return f"{self.tended()}: {found.note[:1].lower()}{found.note[1:]}"
        size = f"rank correlation {wording.decimal(found.value, 2)} over {found.denominator:.0f} wards; {wording.interval(found, 2)}"
        return f"{self.tended()} ({size})."

    def tended(self) -> str:
        """The same without the figures, and without a full stop; in the words of the question."""
        found, p = self.correlation
        if found.value is None:
            return f"Whether wards with more recorded anti-social behaviour had more people who {self.question.says} cannot be told"
        if not (p < SURE and not found.lower <= 0 <= found.upper):
            tended = "did not clearly tend to have more, or fewer, people who"
        else:
            tended = "tended to have more people who" if found.value > 0 else "tended to have fewer people who"
        return f"Wards with more recorded anti-social behaviour {tended} {self.question.says}"


def table(perception: Perception) -> Table | Notice:
    """Each ward's share, its base and its recorded rate, with both verdicts."""
    if not perception.answered:
        return Notice(f"No ward has {HIDDEN_BASE} answers or more to this question. {_gone(perception)}", "missing")
    per = perception.surveys.evidence.config.per
    answers = [perception.answers[code] for code in perception.answered]
    starred = not all_small(answers)
    rows = tuple(_row(perception, code, starred) for code in perception.answered)
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
        f"{perception.surveys.rounding} Recorded counts are rounded to the nearest {policy.base}, and a verdict on a rate holds for the counts as they are too."
        if policy.protects
        else ""
    )
    note = f"{small_said(answers, 'ward')}{_gone(perception)}{many(len(rows))}{rounded}".strip()
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
    told = reasons(perception, known)
    rows = pd.DataFrame(
        [
            {"name": perception.name(code), "rate": perception.rates[code], "value": share.value, "lower": share.lower,
             "upper": share.upper, "told": code in told}
            for code, share in perception.shares.items() if code in known
        ]
    )  # fmt: skip
    period, question = perception.local.evidence.period, perception.question
    title, level = perception.tended(), f"{perception.surveys.evidence.config.confidence:.0%} intervals"
    subtitle = f"Share who {question.says} ({question.latest.label}), and recorded anti-social behaviour in {period.label}, by ward; bars are {level}"
    axes = (
        f"Recorded anti-social behaviour per {perception.surveys.evidence.config.per:,} residents",
        f"{question.label}, share of respondents",
    )
    note = f"{_reasons(perception, told)} {perception.surveys.policy.brief}".strip()
    alt = f"A dot for each of {len(rows)} wards. {perception.together()} {named(perception)}".strip()
    drawn = _drawn(perception, known, axes)
    return survey_charts.beside_record("perception-wards", title, subtitle, alt, rows, axes, drawn, note)


def reasons(perception: Perception, drawn: list[str]) -> dict[str, list[str]]:
    """Why each ward that is named in the chart of the wards `drawn` is, by code."""
    share, rate = (
        max(drawn, key=lambda code: perception.shares[code].value), max(drawn, key=lambda code: perception.rates[code]),
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for codes, why in (
        ([share], "the highest share"), ([rate], "the highest recorded rate"),
        (perception.worried, "high worry while records are not high"), (perception.calm, "low worry while records are high"),
    ):  # fmt: skip
        for code in codes:
            if code in drawn:
                found.setdefault(code, []).append(why)
    return found


def _reasons(perception: Perception, told: dict[str, list[str]]) -> str:
    """Those reasons as a sentence."""
    parts = [f"{perception.name(code)} for {wording.listed(why)}" for code, why in told.items()]
    return f"Named are {'; '.join(parts)}."


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


def _row(perception: Perception, code: str, starred: bool) -> tuple[str, ...]:
    rate = perception.rates[code]
    answer = perception.answers[code]
    judged = against(perception.words[code]) if answer.known else DASH
    return (
        perception.name(code), *share_cells(perception.surveys.share(answer)), base_cell(answer, starred),
        judged, wording.decimal(rate) if rate == rate else DASH, standing_words(perception.standing.loc[code]),
    )  # fmt: skip


def _drawn(perception: Perception, codes: list[str], axes: tuple[str, str]) -> Table:
    """What the chart draws."""
    cells = tuple(
        (perception.name(code), wording.decimal(perception.rates[code]), percent(perception.shares[code]))
        for code in codes
    )
    return Table("Recorded rate and share of each ward drawn", ("Ward", *axes), cells)


def _gone(perception: Perception) -> str:
    """Which wards are not there, and why."""
    unasked = f"The survey has no answers from {wording.listed(perception.unasked)}. " if perception.unasked else ""
    return f"{left_out(perception.small)}{unasked}"
