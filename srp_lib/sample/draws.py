"""Repeatable draws in whole numbers: the same on every machine and with every numpy version.

Floating-point results may differ in the last place between processors, and the methods of numpy's
generators may change between versions. The raw 64-bit stream of a bit generator may not, so
everything here is integer arithmetic on that stream.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Draws:
    """A named stream of draws; streams with different names don't disturb each other."""

    def __init__(self, seed: int, stream: str) -> None:
        """Start the stream `stream` of `seed` (0 or more; ValueError from numpy otherwise)."""
        self._bits = np.random.PCG64([seed, *stream.encode("utf-8")])

    def below(self, bound: int, count: int) -> Ints:
        """`count` whole numbers from 0 up to but not including `bound` (at most 2**31)."""
        raw = self._bits.random_raw(count) >> np.uint64(32)
        return ((raw * np.uint64(bound)) >> np.uint64(32)).astype(np.int64)

    def around(self, spread: int, count: int) -> Ints:
        """`count` whole numbers from 1000 - spread to 1000 + spread, as per mille factors."""
        return 1000 - spread + self.below(2 * spread + 1, count)

    def pick(self, weights: Sequence[int] | Ints, count: int) -> Ints:
        """`count` positions in `weights`, each as likely as its weight."""
        ends = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(ends, self.below(int(ends[-1]), count), side="right")

    def shuffled(self, count: int) -> Ints:
        """The numbers 0 to count - 1 in a random order."""
        return np.argsort(self._bits.random_raw(count), kind="stable")

    def hexadecimal(self, count: int) -> list[str]:
        """`count` strings of 64 hexadecimal characters."""
        text = self._bits.random_raw(4 * count).astype("<u8").tobytes().hex()
        return [text[start : start + 64] for start in range(0, 64 * count, 64)]


def apportion(total: int, weights: Sequence[int] | Ints) -> Ints:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainder)."""
    shares = np.asarray(weights, dtype=np.int64)
    parts, left_over = np.divmod(total * shares, int(shares.sum()))
    first = np.argsort(-left_over, kind="stable")[: total - int(parts.sum())]
    parts[first] += 1
    return parts


def read_off(shape: Sequence[tuple[int, int]], at: int) -> int:
    """The value at `at` on the straight lines through the points of `shape`, in whole numbers; flat beyond the last."""
    for (left, low), (right, high) in zip(shape, shape[1:], strict=False):
        if at <= right:
            return low + (high - low) * (at - left) // (right - left)
    return shape[-1][1]
