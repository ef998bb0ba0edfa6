"""Disclosure control: counts of few people are withheld or rounded before anything is computed from them.

Rule and reasons: METHODS.md, "Disclosure control". A `Policy` that does not protect hands everything back as it is,
so that a page asks the same questions in both editions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from srp_lib import wording
from srp_lib.config import EDITIONS, PUBLIC, Config
from srp_lib.estimates import Estimate, absent

MARK = "[c]"
SHARE = "share of protected counts"
PARTNERSHIP_ONLY = "as counted: partnership edition only"
Joiner = Callable[[list[str]], str]


@dataclass(frozen=True)
class Shown:
    """A count as readers see it: `value`, None where it is withheld, and the range low..high that they are told."""

    value: int | None
    low: int
    high: int

    @property
    def protected(self) -> bool:
        """Whether the count is withheld."""
        return self.value is None

    @property
    def text(self) -> str:
        """The count for a table: "[c]" or "1,234"."""
        return MARK if self.value is None else f"{self.value:,}"

    def words(self, noun: str, one: str = "") -> str:
        """The count for a sentence: "about 395 victims", "fewer than 8 victims", "395 victims", "no victims".

        `noun` is plural; `one` is its singular, for an exact count of one.
        """
        if self.value is None:
            return f"fewer than {self.high + 1:,} {noun}"
        if self.value == 0:
            return f"no {noun}"
        if self.low != self.high:
            return f"about {self.text} {noun}"
        return f"{self.text} {one if one and self.value == 1 else noun}"


@dataclass(frozen=True)
class Policy:
    """How counts are shown: those from 1 to `smallest` - 1 not at all, others to the nearest `base`, zeros as zeros.

    Where `protects` is False every count is shown as it is. Raises ValueError for a `smallest` or `base` below 1.
    """

    protects: bool
    smallest: int = 8
    base: int = 5

    def __post_init__(self) -> None:
        """Refuse a threshold or a base that can't be."""
        if self.smallest < 1 or self.base < 1:
            raise ValueError("The smallest count shown and the base of rounding are whole numbers from 1.")

    @property
    def note(self) -> str:
        """The sentence beneath a table of protected counts; empty where nothing is protected."""
        if not self.protects:
            return ""
        small = f"counts from 1 to {self.smallest - 1} are shown as {MARK}"
        nearest = f"other counts are rounded to the nearest {self.base}"
        return f"To protect people, {small} and {nearest}; shares are worked out from the rounded counts, so figures may not add up."

    @property
    def places(self) -> int:
        """The decimals of a percentage in words: none where it is of rounded counts."""
        return 0 if self.protects else 1

    def treatment(self, hidden: bool) -> str:
        """What disclosure control did to a figure, for key_facts.csv; `hidden` says whether a count of it is withheld."""
        if not self.protects:
            return PARTNERSHIP_ONLY
        rounded = f"protected: computed from counts rounded to the nearest {self.base}"
        return f"protected: a count is shown as {MARK}" if hidden else rounded

    @property
    def brief(self) -> str:
        """The sentence beneath a chart, in which no count is withheld; empty where nothing is protected."""
        return f"Counts are rounded to the nearest {self.base} to protect people." if self.protects else ""

    def count(self, n: float) -> Shown:
        """The count `n` as it is shown. Raises ValueError for a number that is negative, missing or not whole."""
        number = _whole(n)
        if not self.protects or number == 0:
            return Shown(number, number, number)
        if number < self.smallest:
            return Shown(None, 1, self.smallest - 1)
        lowest = -(-self.smallest // self.base) * self.base
        value = max(lowest, (number + self.base // 2) // self.base * self.base)
        low = self.smallest if value == lowest else value - self.base // 2
        return Shown(value, low, value + (self.base - 1) // 2)

    def counts(self, values: pd.Series) -> pd.Series:
        """`count` of each of `values`: Int64 with the same index and name, <NA> where withheld. Raises as `count`."""
        shown = [self.count(number).value for number in values]
        return pd.Series(shown, index=values.index, name=values.name, dtype="Int64")

    def comparison(self, now: float, then: float) -> tuple[Shown, Shown]:
        """Both sides of a change, each protected by itself: where either is withheld there is no change to state."""
        return self.count(now), self.count(then)

    def small(self, n: float) -> bool:
        """Whether the count `n` would be withheld. Raises as `count`."""
        return self.count(n).protected

    def share(self, part: float, whole: float, confidence: float = 0.95) -> Estimate:
        """The share of `whole` that is `part`, in %, from their protected counts, with Wilson's interval.

        Where part, whole or the rest of the whole is withheld there is no value: `lower` and `upper` are then the
        band that the protected whole allows (None where it would say too much), and the note says why. Raises
        ValueError as `rates.proportion` does and for a number that is not whole.
        """
        if not self.protects:
            return _proportion(part, whole, confidence)
        over, under = _whole(whole), _whole(part)
        if under > over:
            raise ValueError("A part does not fit in its whole: the count is above its base.")
        top, base = self.count(under), self.count(over)
        if over and (top.protected or base.protected or self._rest_hidden(over, under)):
            return self._hidden_share(under, over, confidence)
        got = _proportion(top.value, base.value, confidence)
        rounded = f"Worked out from counts rounded to the nearest {self.base}." if over else got.note
        return replace(got, method=f"{SHARE}; Wilson interval" if over else got.method, note=rounded)

    def shares(self, parts: pd.Series, confidence: float = 0.95) -> dict[str, Estimate]:
        """The share of each of `parts` in their sum, for parts that make up a whole and are told beside each other.

        One withheld part could be worked out from the others, so the next smallest is withheld with it; all are
        where even that is not enough. Raises ValueError as `collapse`.
        """
        numbers = _numbers(parts)
        whole = sum(numbers.values())
        pool = self._pool(numbers, ()) if self.protects else []
        hidden = list(numbers) if pool is None else pool
        return {
            label: self._withheld(self.count(whole), confidence) if label in hidden else self.share(number, whole, confidence)
            for label, number in numbers.items()
        }  # fmt: skip

    def collapse(
        self, counts: pd.Series, other: str | Joiner, keep: Collection[str] = (), ordered: bool = False
    ) -> pd.Series:
        """Categories as protected counts without one that is withheld: Int64, zeros as they are, sum as before.

        Small categories become one called `other`, with the next smallest until nothing can be told of any of them;
        those of `keep` are never put into it. With `ordered`, neighbours are merged instead, under what `other` makes
        of their labels or, where it is a text, under "a, b and c". Empty where no such table can be made. Raises
        ValueError for a label that is there twice and as `count`.
        """
        numbers = _numbers(counts)
        if any(self.small(number) for number in numbers.values()):
            joiner = other if callable(other) else wording.listed
            numbers = self._neighbours(numbers, joiner, keep) if ordered else self._merged(numbers, str(other), keep)
            numbers = numbers if sum(number > 0 for number in numbers.values()) > 1 else {}
        shown = [self.count(number).value for number in numbers.values()]
        return pd.Series(shown, index=pd.Index(list(numbers), name=counts.index.name), name=counts.name, dtype="Int64")

    def finest(self, options: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
        """The first of `options`, from fine to coarse, that has no cell to withhold: Int64; None where all have one."""
        for table in options:
            cells = table.apply(self.counts)
            if not cells.isna().any(axis=None):
                return cells
        return None

    def collapse_rows(self, table: pd.DataFrame, other: str, everything: str) -> pd.DataFrame | None:
        """Rows none of whose cells is withheld, and the others put together as `other`; the counts are not rounded yet.

        `table` has a row for each group and its cells as columns, every cell a part of the row's first, largest row
        first. All rows together are called `everything`. None where even those have a cell to withhold.
        """
        if not self.protects:
            return table
        kept = [name for name in table.index if not self._hides(table.loc[name])]
        while True:
            rest = table.drop(kept)
            if not len(rest):
                return table
            merged = rest.sum()
            if (len(rest) > 1 or not kept) and not self._hides(merged):
                name = other if kept else everything
                return pd.concat([table.loc[kept], merged.rename(name).to_frame().T])
            if not kept:
                return None
            kept = kept[:-1]

    def _hides(self, cells: pd.Series) -> bool:
        return any(self.small(number) for number in cells)

    def months(self, counts: pd.Series) -> tuple[pd.Series, str]:
        """Monthly counts (index "YYYY-MM") as protected counts, with their step: "month", "quarter" or "none".

        Pooled to quarters of the financial year ("2020-21Q1") where a month would be withheld; empty where a quarter
        would be too, or the months left over from quarters.
        """
        if not any(self.small(number) for number in counts):
            return self.counts(counts), "month"
        from srp_lib.control import pool_quarters

        quarters = pool_quarters(counts)
        left_over = counts.sum() - quarters.sum()
        if not len(quarters) or any(self.small(number) for number in (*quarters, left_over)):
            return self.counts(counts.iloc[:0]), "none"
        return self.counts(quarters), "quarter"

    def _rest_hidden(self, whole: int, part: int) -> bool:
        """Whether the rest of the whole is too few to show, or is lost in rounding and would read as none."""
        rest = whole - part
        return self.small(rest) or (rest > 0 and self.count(whole).value == self.count(part).value)

    def _hidden_share(self, part: int, whole: int, confidence: float) -> Estimate:
        """No value; a band on the side of the few, where the whole is so large that the other side can't be few too."""
        most, base = self.smallest - 1, self.count(whole)
        few = [self.small(part), self.small(whole - part)]
        bare = self._withheld(base, confidence)
        if base.protected or base.low <= 2 * most or not any(few):
            # Of a base as small as that, the base itself would tell within how few the part must be.
            return replace(bare, denominator=None)
        top = 100 * most / base.low
        lower, upper = (0.0, top) if few[0] else (100 - top, 100.0)
        side = "in" if few[0] else "outside"
        note = f"The number {side} the share is from 1 to {most}, so only a band is given."
        return replace(bare, lower=lower, upper=upper, note=note)

    def _withheld(self, whole: Shown, confidence: float) -> Estimate:
        note = "So few are involved that people could be identified."
        return replace(absent("%", SHARE, note, None, whole.value), confidence=confidence)

    def _merged(self, counts: dict[str, int], other: str, keep: Collection[str]) -> dict[str, int]:
        """`counts` with small ones and whom they need summed under `other`, at the end; empty where that can't be."""
        pool = self._pool(counts, keep, other)
        if pool is None:
            return {}
        rest = {label: number for label, number in counts.items() if label not in (*pool, other)}
        return {**rest, other: sum(counts[label] for label in pool)}

    def _pool(self, counts: dict[str, int], keep: Collection[str], first: str = "") -> list[str] | None:
        """The labels to put together: none where no count is small, None where no set of them is safe.

        `first` is among them whatever its size.
        """
        aside = [number for label, number in counts.items() if label in keep]
        if any(self.small(number) for number in aside):
            return None
        some = {label: number for label, number in counts.items() if number and label not in keep}
        order = sorted(some, key=lambda label: (label != first, some[label]))
        least = max((place for place, label in enumerate(order, 1) if self.small(some[label])), default=0)
        sizes, large_first = [some[label] for label in order], some.get(first, 0) >= self.smallest
        for size in range(least, len(order) + 1) if least else ():
            members, others = sizes[:size], sizes[size:]
            if self._roomy(members) and (large_first or self._open(members, others, aside)):
                return order[:size]
        return None if least else []

    def _roomy(self, members: list[int]) -> bool:
        """Whether a group is so large that any member could be from 1 to `smallest` - 1, with one in each other."""
        return len(members) > 1 and sum(members) >= self.smallest + len(members) - 2

    def _open(self, members: list[int], others: list[int], aside: list[int]) -> bool:
        """Whether what is shown lets each member be a single person, to someone who knows how groups are made.

        Members are known to be no larger than `others`, so the group as shown must not be so large that all of them
        must be large, given the `others`, those put `aside` and the sum of all as shown. `edge` tries what the
        smallest of the others may be.
        """
        if not others:
            return True
        group, whole = self.count(sum(members)), self.count(sum(members) + sum(others) + sum(aside))
        shown, fixed = [self.count(number) for number in others], [self.count(number) for number in aside]
        rest = len(members) - 1
        for edge in range(min(one.low for one in shown), min(one.high for one in shown) + 1):
            most = min(group.high, 1 + rest * (edge - 1))
            least = group.low + sum(max(one.low, edge) for one in shown) + sum(one.low for one in fixed)
            if (
                most >= group.low
                and least <= whole.high
                and most + sum(one.high for one in (*shown, *fixed)) >= whole.low
            ):
                return True
        return False

    def _neighbours(self, counts: dict[str, int], joiner: Joiner, keep: Collection[str]) -> dict[str, int]:
        """`counts` in groups of neighbours from the first to the last; empty where that can't be.

        Groups are closed as soon as they are large enough, whatever comes next, so that where they end says nothing
        of what comes next. What is left at the end joins the last group before it.
        """
        groups: list[list[str]] = []
        pending: list[str] = []
        for label in counts:
            pending.append(label)
            if self._stands([counts[one] for one in pending]):
                groups, pending = [*groups, pending], []
        while pending and groups and not self._stands([counts[one] for one in pending]):
            pending = groups.pop() + pending
        groups = [*groups, pending] if pending else groups
        sums = {joiner([str(one) for one in group]): sum(counts[one] for one in group) for group in groups}
        loose = any(len(group) > 1 and set(group) & set(keep) for group in groups)
        return {} if loose or any(self.small(number) for number in sums.values()) else sums

    def _stands(self, group: list[int]) -> bool:
        """Whether a group of neighbours can be shown: one category that is not small, or several with room."""
        return self._roomy(group) if len(group) > 1 else not self.small(group[0])


def policy(config: Config, edition: str, sensitive: bool = True) -> Policy:
    """The policy of an edition for a subject: protecting for sensitive ones in the public edition, else as it is.

    Raises ValueError for an edition that there is not, so that a slip never publishes what it should protect.
    """
    if edition not in EDITIONS:
        raise ValueError(f"There is no edition '{edition}': it is {' or '.join(EDITIONS)}.")
    return Policy(edition == PUBLIC and sensitive, config.smallest_count, config.rounding_base)


def band(share: Estimate) -> str:
    """The band of a share without a value, for a sentence: "under 6%", "over 94%"; empty where it has none.

    Rounded outward to a whole per cent, so that the words never say more than the band does.
    """
    if share.value is not None or share.lower is None or share.upper is None:
        return ""
    if share.lower <= 0:
        return f"under {int(np.floor(share.upper)) + 1}%"
    return f"over {int(np.ceil(share.lower)) - 1}%"


def _numbers(counts: pd.Series) -> dict[str, int]:
    if not counts.index.is_unique:
        raise ValueError("A category is there twice: add its counts up first.")
    return {label: _whole(number) for label, number in counts.items()}


def _whole(number: float) -> int:
    if pd.isna(number) or number < 0 or number != int(number):
        raise ValueError("A count to protect must be a whole number from 0, and not missing.")
    return int(number)


def _proportion(part: float, whole: float, confidence: float) -> Estimate:
    """`rates.proportion`, loaded when a share is wanted: whoever asks only how a count is shown needs no statistics."""
    from srp_lib.rates import proportion

    return proportion(part, whole, confidence)
