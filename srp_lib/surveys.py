"""Surveys: what residents and victims answered, by question, wave and group, up to the end of the period.

A question is one question of one survey. It answers in shares of respondents; no row of the extract leaves here.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import pandas as pd

from srp_lib import disclosure, periods, wording
from srp_lib.disclosure import MARK, Policy
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.rates import HIDDEN_BASE, SMALL_BASE
from srp_lib.records import Records
from srp_lib.survey_protection import protected, protected_groups
from srp_lib.survey_tests import Answer
from srp_lib.used import RowsUsed, Used
from srp_lib.wording import slug_of

EXTRACT, METHOD = "surveys", "survey proportion"
EVERYONE = {"", "all", "all respondents", "everyone"}
WARD_CODE = re.compile(r"E05\d{6}")
OLD_MONTHS = 24
YEAR_BEFORE = range(10, 15)  # how many months before a wave another counts as a year before it
PERCEPTION = ("asb_very_big_problem", "asb_big_problem")
# What a question is called in a table and in a sentence after a share; others are called by their own id.
KNOWN = {
    "asb_very_big_problem": ("Anti-social behaviour a very big problem", "said that anti-social behaviour is a very big problem"),
    "asb_big_problem": ("Anti-social behaviour a big problem", "said that anti-social behaviour is a big problem"),
    "wholly_satisfied": ("Wholly satisfied", "were wholly satisfied with the service that they had"),
    "feel_safer": ("Feel safer", "felt safer because of what was done"),
    "trust_police": ("Trust in the police", "said that they trust the police"),
    "feel_safe_dark": ("Safe after dark", "said that they feel safe outside after dark"),
    "feel_safe_day": ("Safe by day", "said that they feel safe outside by day"),
}  # fmt: skip
FEW = f"Fewer than {HIDDEN_BASE} answered, so nothing is shown."
SMALL = "So few are involved that people could be identified."


@dataclass(frozen=True)
class Wave:
    """One wave of a question: the last day of its fieldwork, the words asked and the answer of all respondents.

    The answer is as it may be shown; `file` has the row that it is of.
    """

    day: date
    words: str
    answer: Answer
    file: str = ""

    def used(self, *parts: str) -> Used:
        """The row of all respondents as parts of a figure; see `srp_lib.used`."""
        return tuple(RowsUsed(part, EXTRACT, self.file, 1) for part in parts if self.file)

    @property
    def label(self) -> str:
        """The month in which the fieldwork ended."""
        return periods.month_name(f"{self.day:%Y-%m}")

    def same_words(self, other: Wave) -> bool:
        """Whether both asked the same, whatever the case and the spaces."""
        return _plain(self.words) == _plain(other.words)


@dataclass(frozen=True)
class Question:
    """One question of a survey: its waves, the earliest first, and the answers of groups in the latest.

    `ident` is its name in facts' ids: the question's own, with the survey's where another survey asked it later. All
    answers are as they may be shown.
    """

    survey: str
    slug: str
    ident: str
    waves: tuple[Wave, ...]
    groups: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def latest(self) -> Wave:
        """The last wave."""
        return self.waves[-1]

    @property
    def label(self) -> str:
        """What a table calls it."""
        return KNOWN[self.slug][0] if self.slug in KNOWN else wording.upper_first(self.slug.replace("_", " ").strip())

    @property
    def says(self) -> str:
        """What those counted said, after a share."""
        return KNOWN[self.slug][1] if self.slug in KNOWN else f"gave the answer counted to “{self.latest.words}”"

    @property
    def of_victims(self) -> bool:
        """Whether the survey asked victims."""
        return "victim" in self.survey.lower()

    @property
    def wards(self) -> dict[str, Answer]:
        """The answers of wards, by code."""
        return {name: one for name, one in self.groups.items() if WARD_CODE.fullmatch(name)}

    @property
    def others(self) -> dict[str, Answer]:
        """The answers of groups that are no wards."""
        return {name: one for name, one in self.groups.items() if not WARD_CODE.fullmatch(name)}

    def year_before(self, place: int = -1) -> Wave | None:
        """The wave nearest to twelve months before the one at `place`, from 10 to 14 months before it; None without one.

        One that asked in the same words goes before one that did not; of two as near the later counts.
        """
        wave = self.waves[place]
        near = [one for one in self.waves if months_between(one.day, wave.day) in YEAR_BEFORE]
        return min(near, key=lambda one: _far(one, wave), default=None)

    def held_against(self, place: int = -1) -> Wave | None:
        """The wave that the one at `place` is held against: that of a year before, else the one before; None for the first.

        It may have asked in other words: then the two are not compared.
        """
        known = self.waves[: place % len(self.waves)]
        year = self.year_before(place)
        if year is not None and year.same_words(self.waves[place]):
            return year
        return known[-1] if known else None

    @property
    def others_before(self) -> tuple[Wave | None, Wave | None]:
        """The wave before the latest and the first, each None where the latest is held against it or it does not exist."""
        taken = [self.latest, self.year_before()]
        before = self.waves[-2] if len(self.waves) > 1 and self.waves[-2] not in taken else None
        first = self.waves[0] if self.waves[0] not in [*taken, before] else None
        return before, first


@dataclass(frozen=True)
class Surveys:
    """The surveys of an audit, with the waves up to the end of its period."""

    evidence: Evidence

    @cached_property
    def as_at(self) -> date:
        """The last day of the period."""
        year, month = periods.split_month(self.evidence.period.months[-1])
        return date(year, month, calendar.monthrange(year, month)[1])

    @cached_property
    def policy(self) -> Policy:
        """How counts of people are shown."""
        return disclosure.policy(self.evidence.config, self.evidence.edition)

    @property
    def supplied(self) -> bool:
        """Whether the extract was supplied, and is of the area audited."""
        return not Records(self.evidence).lacking(EXTRACT)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that all respondents answered: of anti-social behaviour first, then as KNOWN has them, then others."""
        made = [
            _question(survey, slug, rows, self.policy)
            for (survey, slug), rows in self._known.groupby(["survey", "question_id"])
        ]
        made = sorted((one for one in made if one.waves), key=lambda one: (-one.latest.day.toordinal(), one.survey))
        taken: set[str] = set()
        named = []
        for one in made:
            named.append(replace(one, ident=f"{one.slug}_{slug_of(one.survey)}") if one.slug in taken else one)
            taken.add(one.slug)
        order = {slug: place for place, slug in enumerate(KNOWN)}
        return tuple(sorted(named, key=lambda one: (order.get(one.slug, len(order)), one.slug)))

    @cached_property
    def unasked(self) -> tuple[str, ...]:
        """The questions of which the extract has groups and no row of all respondents, by survey and question."""
        pairs = self._known[["survey", "question_id"]].drop_duplicates().itertuples(index=False)
        known = {(one.survey, one.slug) for one in self.questions}
        return tuple(f"{slug} ({survey})" for survey, slug in pairs if (survey, slug) not in known)

    @property
    def perception(self) -> Question | None:
        """The question of how large a problem anti-social behaviour is; None where none was asked."""
        asked = {one.slug: one for one in reversed(self.questions)}
        others = (slug for slug in sorted(asked) if slug.startswith("asb_") and "problem" in slug)
        slug = next((slug for slug in (*PERCEPTION, *others) if slug in asked), "")
        return asked.get(slug)

    def months_old(self, wave: Wave) -> int:
        """How many months lie between a wave and the end of the period."""
        return months_between(wave.day, self.as_at)

    def share(self, answer: Answer) -> Estimate:
        """The share of an answer of `questions`: in the public edition of rounded counts, and without its numerator.

        Without a value where the base is under 30 or the answer is withheld.
        """
        if not answer.enough:
            return absent("%", METHOD, FEW)
        if answer.withheld:
            return absent("%", METHOD, SMALL, None, answer.base)
        found = answer.share(self.evidence.config.confidence)
        if not self.policy.protects:
            return found
        rounded = f"Worked out from answers and a base rounded to the nearest {self.policy.base}."
        note = " ".join(filter(None, (found.note, rounded)))
        return replace(found, numerator=None, note=note)

    @property
    def rounding(self) -> str:
        """What is said beneath figures of surveys; blank where nothing is protected."""
        if not self.policy.protects:
            return ""
        return (
            f"To protect people, shares are worked out from answers and bases rounded to the nearest {self.policy.base}; {MARK} stands where "
            f"1 to {self.policy.smallest - 1} answered one way, or their number could be worked out from what stands beside it."
        )

    @cached_property
    def _known(self) -> pd.DataFrame:
        """The rows of waves up to the end of the period, with the group as text, blank for all respondents."""
        columns = ["file", "survey", "wave", "question_id", "question", "group", "positive", "base", "design_effect"]
        if not self.supplied:
            return pd.DataFrame(columns=columns)
        rows = self.evidence.intake.extracts[EXTRACT].frame(columns)
        rows = rows.assign(**{name: rows[name].astype(object) for name in ("survey", "question_id", "question")})
        group = rows["group"].astype(object).where(rows["group"].notna(), "").astype(str).str.strip()
        rows = rows.assign(
            group=group.mask(group.str.lower().isin(EVERYONE), ""), wave=pd.to_datetime(rows["wave"]).dt.date
        )
        return rows[rows["wave"] <= self.as_at].sort_values("wave", kind="stable")


def months_between(first: date, last: date) -> int:
    """How many months lie from the month of one day to that of another; below zero where the other comes first."""
    return 12 * (last.year - first.year) + last.month - first.month


def places(*bases: float) -> int:
    """The decimals of a share, or of a difference of shares: none where fewer than 100 are the base of any."""
    return 0 if min(bases) < SMALL_BASE else 1


def percent(share: Estimate) -> str:
    """A share as everything prints it: to a whole per cent where few answered."""
    return f"{wording.decimal(share.value, places(share.denominator))}%"


def limits(share: Estimate) -> str:
    """Its interval, likewise."""
    lower, upper = (wording.decimal(number, places(share.denominator)) for number in (share.lower, share.upper))
    return f"{lower}% to {upper}%"


def _question(survey: str, slug: str, rows: pd.DataFrame, policy: Policy) -> Question:
    """A question from its rows, its answers as they may be shown; without waves where none is of all respondents."""
    whole = rows[rows["group"] == ""].drop_duplicates("wave")
    answers = [_answer(row) for row in whole.itertuples()]
    waves = tuple(
        Wave(row.wave, str(row.question), protected(answer, policy), str(row.file))
        for row, answer in zip(whole.itertuples(), answers)
    )
    groups = rows[(rows["group"] != "") & (rows["wave"] == waves[-1].day)] if waves else rows.iloc[:0]
    by_group = {str(row.group): _answer(row) for row in groups.drop_duplicates("group").itertuples()}
    kinds = (
        {name: one for name, one in by_group.items() if bool(WARD_CODE.fullmatch(name)) is ward}
        for ward in (False, True)
    )
    shown = {name: one for kind in kinds if kind for name, one in protected_groups(answers[-1], kind, policy).items()}
    return Question(str(survey), str(slug), str(slug), waves, {name: shown[name] for name in by_group})


def _answer(row: object) -> Answer:
    effect = row.design_effect
    return Answer(float(row.positive), float(row.base), 1.0 if pd.isna(effect) else float(effect))


def _far(one: Wave, wave: Wave) -> tuple[bool, int, int]:
    """How ill a wave serves as that of a year before another."""
    months = months_between(one.day, wave.day)
    return not one.same_words(wave), abs(months - 12), months


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
