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
from srp_lib.disclosure import Policy
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.place_figures import slug_of
from srp_lib.rates import HIDDEN_BASE, SMALL_BASE
from srp_lib.survey_tests import Answer

EXTRACT = "surveys"
EVERYONE = {"", "all", "all respondents", "everyone"}
WARD_CODE = re.compile(r"E05\d{6}")
OLD_MONTHS = 24
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
    """One wave of a question: the last day of its fieldwork, the words asked and the answer of all respondents."""

    day: date
    words: str
    answer: Answer

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

    `ident` is its name in facts' ids: the question's own, with the survey's where another survey asked it later.
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
        """Whether the survey asked victims, whose numbers are protected as those of victims."""
        return "victim" in self.survey.lower()

    @property
    def wards(self) -> dict[str, Answer]:
        """The answers of wards, by code."""
        return {name: one for name, one in self.groups.items() if WARD_CODE.fullmatch(name)}

    @property
    def others(self) -> dict[str, Answer]:
        """The answers of groups that are no wards."""
        return {name: one for name, one in self.groups.items() if not WARD_CODE.fullmatch(name)}

    @property
    def before(self) -> Wave | None:
        """The wave before the latest; None where there is none or it asked in other words."""
        return self._like(self.waves[-2]) if len(self.waves) > 1 else None

    @property
    def first(self) -> Wave | None:
        """The first wave; None where it is the latest or the one before, or asked in other words."""
        return self._like(self.waves[0]) if len(self.waves) > 2 else None

    def _like(self, wave: Wave) -> Wave | None:
        return wave if wave.same_words(self.latest) else None


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
        """Whether the extract was supplied."""
        return EXTRACT in self.evidence.intake.extracts

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that all respondents answered: of anti-social behaviour first, then as KNOWN has them, then others."""
        made = [
            _question(survey, slug, rows) for (survey, slug), rows in self._known.groupby(["survey", "question_id"])
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
        return 12 * (self.as_at.year - wave.day.year) + self.as_at.month - wave.day.month

    def share(self, answer: Answer, of_victims: bool) -> Estimate:
        """A share as it may be shown: rounded, over a rounded base and without its count in the public edition.

        Without a value where the base is under 30 or, of victims in public, where either answer was given by too few.
        """
        found = answer.share(self.evidence.config.confidence)
        if found.value is None:
            return absent(found.unit, found.method, FEW)
        if not self.policy.protects:
            return found
        counts = round(answer.positive), round(answer.base - answer.positive)
        if of_victims and any(self.policy.small(count) for count in counts):
            return absent(found.unit, found.method, SMALL, None, self.base(answer))
        value, lower, upper = (round(number, places(answer)) for number in (found.value, found.lower, found.upper))
        note = " ".join(filter(None, (found.note, f"The base is rounded to the nearest {self.policy.base}.")))
        return replace(
            found, value=value, lower=lower, upper=upper, numerator=None, denominator=self.base(answer), note=note
        )

    def base(self, answer: Answer) -> float:
        """A base as it may be shown: to the nearest five, say, in the public edition."""
        step = self.policy.base if self.policy.protects else 1
        return float(step * int(answer.base / step + 0.5))

    @cached_property
    def _known(self) -> pd.DataFrame:
        """The rows of waves up to the end of the period, with the group as text, blank for all respondents."""
        columns = ["survey", "wave", "question_id", "question", "group", "positive", "base", "design_effect"]
        if not self.supplied:
            return pd.DataFrame(columns=columns)
        rows = self.evidence.intake.extracts[EXTRACT].frame(columns)
        rows = rows.assign(**{name: rows[name].astype(object) for name in ("survey", "question_id", "question")})
        group = rows["group"].astype(object).where(rows["group"].notna(), "").astype(str).str.strip()
        rows = rows.assign(
            group=group.mask(group.str.lower().isin(EVERYONE), ""), wave=pd.to_datetime(rows["wave"]).dt.date
        )
        return rows[rows["wave"] <= self.as_at].sort_values("wave", kind="stable")


def places(answer: Answer) -> int:
    """The decimals of a share: none where fewer than 100 answered."""
    return 0 if answer.base < SMALL_BASE else 1


def _question(survey: str, slug: str, rows: pd.DataFrame) -> Question:
    """A question from its rows; without waves where none is of all respondents."""
    whole = rows[rows["group"] == ""].drop_duplicates("wave")
    waves = tuple(Wave(row.wave, str(row.question), _answer(row)) for row in whole.itertuples())
    groups = rows[(rows["group"] != "") & (rows["wave"] == waves[-1].day)] if waves else rows.iloc[:0]
    by_group = {str(row.group): _answer(row) for row in groups.drop_duplicates("group").itertuples()}
    return Question(str(survey), str(slug), str(slug), waves, by_group)


def _answer(row: object) -> Answer:
    effect = row.design_effect
    return Answer(float(row.positive), float(row.base), 1.0 if pd.isna(effect) else float(effect))


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
