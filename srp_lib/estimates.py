"""Estimate: a figure that never travels without its base, its interval and its method."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "confidence")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with what it rests on. Immutable.

    `value`, `lower` and `upper` are in `unit`; `numerator` and `denominator` are counts (or the counts
    compared, for a change). `value` is None where no figure can be given, and `note` then says why.
    `confidence` is the two-sided level of the interval.
    """

    value: float | None
    lower: float | None
    upper: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    method: str
    confidence: float = 0.95
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a figure without a value and without a reason, or outside its own interval."""
        if self.value is None and not self.note:
            raise ValueError("An Estimate without a value must say why in its note.")
        numbers = (self.value, self.lower, self.upper, self.numerator, self.denominator)
        if any(number is not None and math.isnan(number) for number in numbers):
            raise ValueError("An Estimate can't hold a number that is not a number: give None and say why in its note.")
        if self.value is not None and self.lower is not None and self.upper is not None:
            slack = 1e-9 * max(1.0, abs(self.value))
            if not self.lower - slack <= self.value <= self.upper + slack:
                raise ValueError(f"The interval {self.lower} to {self.upper} does not hold the value {self.value}.")


def absent(
    unit: str, method: str, note: str, numerator: float | None = None, denominator: float | None = None
) -> Estimate:
    """An Estimate that has no value, with the sentence that says why."""
    return Estimate(None, None, None, numerator, denominator, unit, method, note=note)


def table(estimates: Iterable[Estimate], index: Iterable[object]) -> pd.DataFrame:
    """Estimates as a frame, one row each in the order of `index`, one column for each field of an Estimate.

    A figure that could not be given is NaN in `value`, and its row says why in `note`. Raises ValueError when
    there are more or fewer index labels than Estimates.
    """
    import pandas as pd

    rows = pd.DataFrame([asdict(one) for one in estimates], columns=_columns())
    rows.index = index if isinstance(index, pd.Index) else pd.Index(list(index))
    return rows.astype(dict.fromkeys(NUMBERS, float))


def frame(index: pd.Index, **columns: object) -> pd.DataFrame:
    """Arrays as a frame laid out as `table` does, for thousands of figures at once; scalars fill their column.

    Raises ValueError where a row has no value and no note: a figure is never missing in silence.
    """
    import pandas as pd

    rows = pd.DataFrame({name: columns.get(name, "") for name in _columns()}, index=index)
    if np.any(rows["value"].isna() & (rows["note"] == "")):
        raise ValueError("A row without a value must say why in its note.")
    return rows.astype(dict.fromkeys(NUMBERS, float))


def from_row(row: pd.Series) -> Estimate:
    """The Estimate of one row of a frame made by `table` or `frame`."""
    numbers = {name: None if math.isnan(row[name]) else float(row[name]) for name in NUMBERS}
    return Estimate(**numbers, unit=row["unit"], method=row["method"], note=row["note"])


def _columns() -> list[str]:
    return [field.name for field in fields(Estimate)]
