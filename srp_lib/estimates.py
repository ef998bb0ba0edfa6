"""Estimate: a figure that never travels without its base, its interval and its method."""
from __future__ import annotations

from dataclasses import dataclass


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
        if self.value is not None and self.lower is not None and self.upper is not None:
            slack = 1e-9 * max(1.0, abs(self.value))
            if not self.lower - slack <= self.value <= self.upper + slack:
                raise ValueError(f"The interval {self.lower} to {self.upper} does not hold the value {self.value}.")


def absent(unit: str, method: str, note: str, numerator: float | None = None, denominator: float | None = None) -> Estimate:
    """An Estimate that has no value, with the sentence that says why."""
    return Estimate(None, None, None, numerator, denominator, unit, method, note=note)
