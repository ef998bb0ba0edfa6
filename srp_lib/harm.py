"""Harm: crimes weighted by how much harm each type does, with weights of one named version.

The weights come from a file that the user supplies, such as the ONS Crime Severity Score or the Cambridge Crime
Harm Index. Scores made with different versions are never compared (METHODS.md, "Harm").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from scipy import stats

from srp_lib.change import UNIT
from srp_lib.estimates import Estimate, absent, table


@dataclass(frozen=True)
class Weights:
    """Harm weights by offence, with the version that every score made from them carries. Immutable.

    Raises ValueError without a version or for a weight that is missing or negative.
    """

    version: str
    weights: Mapping[str, float]
    unit: str = "harm points"

    def __post_init__(self) -> None:
        """Refuse weights that nobody could name or that make no sense; keep a copy that nobody can change."""
        if not self.version.strip():
            raise ValueError("Harm weights need a version, such as 'ONS Crime Severity Score, March 2023'.")
        wrong = [offence for offence, weight in self.weights.items() if not 0 <= weight < math.inf]
        if wrong:
            raise ValueError(f"The weights of {', '.join(map(str, wrong))} are missing or negative.")
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))


@dataclass(frozen=True)
class Harm:
    """A harm score with its interval, its variance, and the version of the weights that made it."""

    score: Estimate
    variance: float
    version: str


def harm(counts: Mapping[str, float] | pd.Series, weights: Weights, confidence: float = 0.95) -> Harm:
    """The weighted sum of crimes, sum(w c), with a gamma interval from its variance sum(w^2 c).

    With one weight for all the interval is the exact one of the plain count, times the weight. Its upper limit
    allows for one more crime of the heaviest offence in `counts`, so list an offence that did not happen with 0.
    The score's numerator is the number of crimes. An offence with crimes but no weight gives a score without a
    value, which names it: a sum that leaves some out would read as less harm. Raises ValueError for a count that
    is missing or negative. Source: METHODS.md, "Harm"; Fay & Feuer 1997.
    """
    known = dict(counts.items())
    if any(not 0 <= number < math.inf for number in known.values()):
        raise ValueError("A count can't be negative or missing.")
    crimes, method = float(sum(known.values())), f"weighted sum, {weights.version}; gamma interval"
    bare = sorted(str(offence) for offence, number in known.items() if number and offence not in weights.weights)
    if bare or not known:
        note = (
            f"No weight is known for {', '.join(bare)}, so there is no score."
            if bare
            else "There are no offences to weigh, so there is no score."
        )
        return Harm(absent(weights.unit, method, note, crimes), 0.0, weights.version)
    pairs = [(weights.weights.get(offence, 0.0), number) for offence, number in known.items()]
    score, variance = (float(sum(weight**power * number for weight, number in pairs)) for power in (1, 2))
    low, high = _gamma_interval(score, variance, max(weight for weight, _ in pairs), confidence)
    return Harm(Estimate(score, low, high, crimes, None, weights.unit, method, confidence), variance, weights.version)


def harm_change(now: Harm, then: Harm, confidence: float = 0.95) -> Estimate:
    """The change of a harm score, in %, with an interval on the log scale from both variances.

    Numerator and denominator are the two scores. A score that is missing or zero gives an Estimate without a
    value. Raises ValueError for scores made with different versions of the weights.
    """
    _one_version([now, then])
    method = f"ratio of harm scores, {now.version}; log-normal interval"
    new, old = now.score.value, then.score.value
    if new is None or old is None:
        return absent(UNIT, method, now.score.note or then.score.note, new, old)
    if not new or not old:
        return absent(UNIT, method, "One of the two harm scores is zero, so there is no percentage.", new, old)
    half = float(stats.norm.isf((1 - confidence) / 2)) * math.sqrt(now.variance / new**2 + then.variance / old**2)
    value, lower, upper = (100 * math.expm1(math.log(new / old) + step) for step in (0, -half, half))
    return Estimate(value, lower, upper, new, old, UNIT, method, confidence)


def harm_series(scores: Mapping[str, Harm]) -> pd.DataFrame:
    """Harm scores as a frame, one row a period, laid out as `srp_lib.estimates.table`.

    Raises ValueError for scores made with different versions of the weights: they can't be one series.
    """
    _one_version(list(scores.values()))
    return table([one.score for one in scores.values()], list(scores))


def _one_version(scores: list[Harm]) -> None:
    versions = sorted({one.version for one in scores})
    if len(versions) > 1:
        raise ValueError(
            f"Harm scores made with different weights can't be compared: {'; '.join(versions)}. Score every period with one version."
        )


def _gamma_interval(score: float, variance: float, heaviest: float, confidence: float) -> tuple[float, float]:
    """Limits of a weighted sum of Poisson counts; the upper one as if one more of the heaviest had happened."""
    alpha, above, wider = 1 - confidence, score + heaviest, variance + heaviest**2
    lower = variance / (2 * score) * stats.chi2.ppf(alpha / 2, 2 * score**2 / variance) if score else 0.0
    upper = wider / (2 * above) * stats.chi2.isf(alpha / 2, 2 * above**2 / wider) if above else 0.0
    return float(lower), float(upper)
