"""Ratio estimates: the rate of one class of areas over that of another, with areas and not events as the unit.

Areas of one class differ far more among themselves than chance in their counts would make them, so two classes that
are any split of the same areas differ too. How much is told by the areas' own differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from srp_lib.estimates import Estimate, absent
from srp_lib.places import nonnegative

SMALLEST_CLASS = 5  # areas: with fewer, how much areas of a class differ is not known
METHOD = (
    "ratio of rates; areas as the unit, the wider of the intervals by each class's own and by their common variance"
)


@dataclass(frozen=True)
class ClassRatio:
    """The rate of a class of areas over that of the rest, and its two-sided p; None where there is no ratio."""

    estimate: Estimate
    p: float | None


def class_ratio(events: np.ndarray, people: np.ndarray, inside: np.ndarray, confidence: float = 0.95) -> ClassRatio:
    """The rate of the areas `inside` over that of the others.

    `events`, `people` and `inside` (truth values) have an item an area; an area without people is left out. Numerator
    and denominator are the events of the two classes. On the log scale the variance of a class's rate R = sum(O) /
    sum(n) over m areas is m s^2 / (sum(O) / R)^2, s^2 the sum of (O / R - n)^2 over m - 1; the interval takes Student's t
    on one less than the areas of the smaller class. Where the class that happens to hold the few areas with very much
    is the other one, such an interval is too narrow; so a second one takes s^2 over both classes, on m1 + m2 - 2
    degrees of freedom, and the wider of the two stands. p is in step with it. There is no ratio where a class has
    fewer than 5 areas or no events. Raises ValueError for numbers that are missing or negative or lengths that differ.
    Source: Cochran 1977, chapter 6; METHODS.md, "Places".
    """
    events, people, inside = nonnegative(events), nonnegative(people), np.asarray(inside, dtype=bool)
    if not events.shape == people.shape == inside.shape:
        raise ValueError("Each area needs one count, one population and one class.")
    sides = [(events[which], people[which]) for which in ((people > 0) & inside, (people > 0) & ~inside)]
    counts = [float(count.sum()) for count, _ in sides]
    if min(len(count) for count, _ in sides) < SMALLEST_CLASS:
        why = f"One of the two classes has fewer than {SMALLEST_CLASS} areas, too few to know how much areas differ."
        return ClassRatio(absent("times", METHOD, why, *counts), None)
    if not min(counts):
        return ClassRatio(absent("times", METHOD, "One of the two classes has none.", *counts), None)
    ratio = float(counts[0] / sides[0][1].sum() / (counts[1] / sides[1][1].sum()))
    reach = _reach(sides, (1 - confidence) / 2)
    value = Estimate(
        ratio, float(ratio * np.exp(-reach)), float(ratio * np.exp(reach)), *counts, "times", METHOD, confidence
    )
    return ClassRatio(value, _p(sides, abs(float(np.log(ratio)))))


def _errors(sides: list[tuple[np.ndarray, np.ndarray]]) -> tuple[tuple[float, int], tuple[float, int]]:
    """The standard error of the log ratio by each class's own variance and by the common one, and degrees of freedom."""
    number = np.array([len(count) for count, _ in sides])
    people = np.array([size.sum() for _, size in sides])
    squares = np.array([((count * size.sum() / count.sum() - size) ** 2).sum() for count, size in sides])
    own = (number / (number - 1) * squares / people**2).sum()
    common = (number / people**2).sum() * squares.sum() / (number.sum() - 2)
    return (float(np.sqrt(own)), int(number.min() - 1)), (float(np.sqrt(common)), int(number.sum() - 2))


def _reach(sides: list[tuple[np.ndarray, np.ndarray]], tail: float) -> float:
    return max(error * float(stats.t.isf(tail, degrees)) for error, degrees in _errors(sides))


def _p(sides: list[tuple[np.ndarray, np.ndarray]], distance: float) -> float:
    tails = [
        stats.t.sf(distance / error, degrees) if error else float(not distance) for error, degrees in _errors(sides)
    ]
    return float(min(1.0, 2 * max(tails)))
