"""Draws that several parts of the partners' synthetic records share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .draws import Draws, Ints, apportion

Bools = NDArray[np.bool_]
_Item = TypeVar("_Item")

# Age from, age to (both included), weight.
AgeBands = Sequence[tuple[int, int, int]]


def between(draws: Draws, low: Ints, high: Ints) -> Ints:
    """For each pair a whole number from `low` to `high`, both included (spans below 2**20)."""
    span = np.asarray(high, dtype=np.int64) - low + 1
    return low + ((draws.below(1 << 20, len(span)) * span) >> 20)


def banded(draws: Draws, bands: AgeBands, count: int) -> Ints:
    """`count` whole numbers: a band by its weight, then any number of it."""
    chosen = draws.pick([weight for *_, weight in bands], count)
    low, high = (np.array([band[at] for band in bands])[chosen] for at in (0, 1))
    return between(draws, low, high)


def chance(draws: Draws, per_mille: Ints | int, count: int) -> Bools:
    """`count` yes or no, each yes with its chance in thousandths."""
    return draws.below(1000, count) < per_mille


def some(draws: Draws, rows: Ints, count: int) -> Ints:
    """`count` of `rows` (all of them when there are fewer), in random order."""
    return rows[draws.shuffled(len(rows))[:count]]


def capped(total: int, weights: Sequence[int] | Ints, most: Sequence[int] | Ints) -> Ints:
    """Whole numbers near `weights`, none above its `most`, that add up to `total` if `most` allows."""
    limit = np.asarray(most, dtype=np.int64)
    given = np.zeros_like(limit)
    while (left := total - int(given.sum())) > 0 and (given < limit).any():
        open_weights = np.where(given < limit, weights, 0)
        if not open_weights.any():
            break
        given = np.minimum(given + apportion(left, open_weights), limit)
    return given


def percent_of(percent: int, whole: int) -> int:
    """The whole number nearest to `percent` per cent of `whole`."""
    return (percent * whole + 50) // 100


def feasible(whole: int, per_mille: int) -> int | None:
    """How many of `whole` read as `per_mille` to one decimal of a per cent; None when no number does."""
    part = (per_mille * whole + 500) // 1000
    return part if abs(1000 * part - per_mille * whole) * 5 <= 2 * whole else None


def names_of(rows: Ints, names: Sequence[_Item]) -> list[_Item]:
    """The name at each position in `rows`; a position of -1 takes the last name."""
    return np.array([*names], dtype=object)[rows].tolist()
