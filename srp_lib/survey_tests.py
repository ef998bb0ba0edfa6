"""Survey tests: what the answers to a survey can tell apart, with the sample's design allowed for.

Formulas: METHODS.md, "Surveys". Every test works on the effective base, which is the base over the design effect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from srp_lib import rates
from srp_lib.change import false_discovery
from srp_lib.estimates import Estimate, absent
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

if TYPE_CHECKING:
    import pandas as pd

FEWEST_PLACES = 8  # to rank two things against each other
DRAWS, SEED = 10_000, 2021


@dataclass(frozen=True)
class Answer:
    """How many of the `base` gave the counted answer, weighted or not, and by how much the design widens the variance.

    One that is `withheld` to protect people has a base and no number of positive answers (NaN).
    """

    positive: float
    base: float
    design_effect: float = 1.0
    withheld: bool = False

    @property
    def effective(self) -> tuple[float, float]:
        """Positive and base of the simple random sample that would tell as much."""
        return self.positive / self.design_effect, self.base / self.design_effect

    @property
    def enough(self) -> bool:
        """Whether the base is large enough to show anything."""
        return self.base >= rates.HIDDEN_BASE

    @property
    def known(self) -> bool:
        """Whether its share may be shown, and be compared."""
        return self.enough and not self.withheld

    def share(self, confidence: float = 0.95) -> Estimate:
        """The share in %, as `rates.survey_proportion`: without a value where the base is under 30."""
        return rates.survey_proportion(self.positive, self.base, self.design_effect, confidence)


def difference(now: Answer, then: Answer, confidence: float = 0.95) -> Estimate:
    """The share of `now` less that of `then`, in percentage points, by Newcombe's interval on the effective bases.

    Numerator and denominator are the two effective parts. No value where a base is under 30 or an answer withheld.
    Source: Newcombe 1998, method 10; Kish 1965 for the effective base.
    """
    if not (now.known and then.known):
        note = f"One of the two bases is under {rates.HIDDEN_BASE}, or its answer is withheld."
        return absent("percentage points", "difference of survey shares", note)
    found = rates.share_difference(*now.effective, *then.effective, confidence)
    return replace(found, method=f"{found.method}, on effective bases")


def verdict(gap: Estimate) -> str:
    """A difference in words: higher, lower, no clear change (the interval holds none), or too few to say."""
    if gap.value is None:
        return TOO_FEW
    return HIGHER if gap.lower > 0 else LOWER if gap.upper < 0 else UNCLEAR


def share_p(one: Answer, other: Answer) -> float:
    """Two-sided p that two independent shares are the same: the score test on the effective bases; 1 where all agree."""
    (part1, size1), (part2, size2) = one.effective, other.effective
    pooled = (part1 + part2) / (size1 + size2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / size1 + 1 / size2))
    return float(2 * stats.norm.sf(abs(part1 / size1 - part2 / size2) / spread)) if spread else 1.0


def against_rest(groups: dict[str, Answer], whole: Answer | None = None, confidence: float = 0.95) -> dict[str, str]:
    """The verdict on each group's share against that of everyone else, with few false alarms over the family.

    Everyone else is `whole` less the group or, without it, the other groups whose share may be shown. Higher or lower
    where Benjamini-Hochberg at `change.DISCOVERY_RATE` flags the score test and the interval of the difference leaves
    out zero; too few to say where either side's base is under 30 or withheld. Source: Benjamini & Hochberg 1995.
    """
    shown = {name: one for name, one in groups.items() if one.known}
    rests = {name: _rest(one, whole or _sum(shown.values())) for name, one in shown.items()}
    tried = {name: rest for name, rest in rests.items() if rest}
    flags = dict(zip(tried, false_discovery([share_p(shown[name], rest) for name, rest in tried.items()])))
    words = dict.fromkeys(groups, TOO_FEW)
    for name, rest in tried.items():
        words[name] = verdict(difference(shown[name], rest, confidence)) if flags[name] else UNCLEAR
    return words


def rank_correlation(
    first: pd.Series, second: pd.Series, confidence: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[Estimate, float]:
    """Spearman's rank correlation of two series over the places that both know, and its two-sided permutation p.

    The p is that of `draws` shufflings with a fixed seed, itself counted as one. No value, and p 1, under eight places or
    where one of the two is the same everywhere. The denominator is the number of places. Source: Bonett & Wright 2000
    for the interval; Phipson & Smyth 2010 for the p.
    """
    known = first.notna() & second.reindex(first.index).notna()
    one, two = (stats.rankdata(side[known].astype(float)) for side in (first, second.reindex(first.index)))
    places, method = len(one), "Spearman's rank correlation; interval by Fisher's z (Bonett and Wright)"
    if places < FEWEST_PLACES or min(len(set(one)), len(set(two))) < 2:
        return absent("correlation", method, f"{places} places are too few, or too alike, to rank.", None, places), 1.0
    one, two = ((ranks - ranks.mean()) / ranks.std() for ranks in (one, two))
    found = min(max(float((one * two).mean()), -1.0), 1.0)
    shuffled = np.random.default_rng(seed).permuted(np.tile(two, (draws, 1)), axis=1) @ one / places
    p = (1 + int((np.abs(shuffled) >= abs(found) - 1e-12).sum())) / (draws + 1)
    bounded = math.copysign(min(abs(found), 1 - 1e-12), found)
    width = stats.norm.isf((1 - confidence) / 2) * math.sqrt((1 + found**2 / 2) / (places - 3))
    lower, upper = math.tanh(math.atanh(bounded) - width), math.tanh(math.atanh(bounded) + width)
    return Estimate(found, min(lower, found), max(upper, found), None, places, "correlation", method, confidence), p


def _sum(answers: object) -> Answer | None:
    """Several groups as one, with the design effect that their effective bases add up to; None of none."""
    held = list(answers)
    base = sum(one.base for one in held)
    effective = sum(one.effective[1] for one in held)
    return Answer(sum(one.positive for one in held), base, base / effective) if held else None


def _rest(group: Answer, whole: Answer | None) -> Answer | None:
    """Everyone but the group; None where they are under 30, withheld, or the group is not a part of the whole."""
    if whole is None or not whole.known:
        return None
    positive, base = whole.positive - group.positive, whole.base - group.base
    fits = base >= rates.HIDDEN_BASE and -1e-9 <= positive <= base + 1e-9
    return Answer(min(max(positive, 0.0), base), base, whole.design_effect) if fits else None
