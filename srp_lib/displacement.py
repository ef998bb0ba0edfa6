"""Did the operation work: crimes avoided in the treated area, net of the control area and of crime moved next door.

Formula: METHODS.md, "Displacement".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from srp_lib.estimates import Estimate

SMALL_CELL = 5


@dataclass(frozen=True)
class Displacement:
    """The effect of an operation in crimes (negative: fewer), its standard error, z and verdict in words."""

    effect: Estimate
    standard_error: float
    z: float
    verdict: str


def weighted_displacement_difference(
    control: Sequence[float], treated: Sequence[float], displacement_control: Sequence[float] = (0, 0), displacement_treated: Sequence[float] = (0, 0),
    area_weights: Sequence[float] = (1, 1, 1, 1), time_weights: Sequence[float] = (1, 1), confidence: float = 0.95,
) -> Displacement:  # fmt: skip
    """Change in the treated area less that in its control, plus the same for the areas that crime may move to.

    Each area has its count before and after. Counts are divided by their area's weight, in the order control,
    treated, displacement control, displacement treated (such as size), and by their period's (such as months).
    The variance is the sum of counts over squared weights, as Poisson counts have. Raises ValueError for counts
    that are missing or negative, weights not above zero, or no event in any area.
    Source: Wheeler & Ratcliffe 2018; area and time weights as in the R package ptools.
    """
    counts = np.array([control, treated, displacement_control, displacement_treated], dtype=float)
    if counts.shape != (4, 2) or not np.all(counts >= 0):
        raise ValueError("Each area needs a count before and one after, neither missing nor negative.")
    weights = np.outer(np.asarray(area_weights, dtype=float), np.asarray(time_weights, dtype=float))
    if weights.shape != (4, 2) or not np.all(weights > 0):
        raise ValueError("Four areas and two periods each need a weight above zero.")
    if not counts.any():
        raise ValueError("There is no event in any area, so nothing can be said of the operation.")
    signs = np.array([[1, -1], [-1, 1], [1, -1], [-1, 1]])
    value, error = float((signs * counts / weights).sum()), math.sqrt(float((counts / weights**2).sum()))
    half = float(stats.norm.isf((1 - confidence) / 2)) * error
    used = counts[:2] if not counts[2:].any() else counts
    note = f"An area has fewer than {SMALL_CELL} events, so the interval is rough." if used.min() < SMALL_CELL else ""
    effect = Estimate(
        value,
        value - half,
        value + half,
        float(counts[1, 1]),
        float(counts[1, 0]),
        "crimes",
        "weighted displacement difference; normal interval",
        confidence,
        note,
    )
    verdict = (
        "fewer than without the operation"
        if effect.upper < 0
        else "more than without the operation"
        if effect.lower > 0
        else "no clear effect"
    )
    return Displacement(effect, error, value / error, verdict)
