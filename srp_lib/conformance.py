"""Conformance: every published number that a function must reproduce, recomputed, with what was expected and found.

The numbers and their sources are in `codelists/vectors.csv`. A row names a public function as "module.function",
its arguments as "name=value" joined by ";", and the part of the result to look at. A value is a number, a list
("1,2,3"), a table ("1:127,2:41") or "none".
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from srp_lib import change, concentration, control, displacement, places, rates, repeats
from srp_lib.estimates import Estimate

VECTORS = Path(__file__).parent / "codelists" / "vectors.csv"
TINY = 1e-12  # what counts as zero, where a relative tolerance means nothing
FUNCTIONS: dict[str, Callable[..., object]] = {
    f"{function.__module__.rpartition('.')[2]}.{function.__name__}": function
    for function in (
        rates.count_interval,
        rates.crude_rate,
        rates.wilson_interval,
        rates.ratio_interval,
        rates.standardised_ratio,
        change.e_test,
        change.exact_test,
        control.xmr,
        displacement.weighted_displacement_difference,
        places.funnel_limits,
        concentration.gini,
        concentration.generalised_gini,
        places.empirical_bayes,
        repeats.repeat_crimes,
        repeats.repeat_table,
    )  # fmt: skip
}
SERIES = {"control.xmr": "values"}  # arguments that must be a Series


@dataclass(frozen=True)
class Conformance:
    """One published number: what was expected, what the function gave, and whether they agree."""

    function: str
    inputs: str
    output: str
    expected: float
    got: float
    rel_tol: float
    source: str
    passed: bool


def conformance() -> list[Conformance]:
    """Every vector recomputed, in the order of the file. Raises ValueError for a row that can't be read."""
    return [_check(row) for row in vectors()]


def vectors() -> list[dict[str, str]]:
    """The rows of `codelists/vectors.csv` as text: function, inputs, output, expected, rel_tol, source."""
    with VECTORS.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _check(row: dict[str, str]) -> Conformance:
    name, expected, tolerance = row["function"], float(row["expected"]), float(row["rel_tol"])
    if name not in FUNCTIONS:
        raise ValueError(f"vectors.csv names the function '{name}', which is not registered in srp_lib/conformance.py.")
    arguments = {key: _read(value) for key, _, value in (pair.partition("=") for pair in row["inputs"].split(";"))}
    if name in SERIES:
        arguments[SERIES[name]] = pd.Series(arguments[SERIES[name]])
    got = _pick(FUNCTIONS[name](**arguments), row["output"])
    passed = math.isclose(got, expected, rel_tol=tolerance, abs_tol=TINY)
    return Conformance(name, row["inputs"], row["output"], expected, got, tolerance, row["source"], passed)


def _read(text: str) -> object:
    if text == "none":
        return None
    if ":" in text:
        return {int(key): float(value) for key, _, value in (pair.partition(":") for pair in text.split(","))}
    return [float(part) for part in text.split(",")] if "," in text else float(text)


def _pick(result: object, output: str) -> float:
    """The number that `output` names: a field, a column with its row ("smoothed.0"), a limit, or the result itself."""
    if isinstance(result, tuple):
        return float(result[("lower", "upper").index(output)])
    if isinstance(result, Estimate) and output == "fraction":
        return result.value / 100
    for part in output.split(".") if not isinstance(result, float) else ():
        result = (
            result.iloc[int(part)]
            if part.isdigit()
            else result[part]
            if isinstance(result, pd.DataFrame)
            else getattr(result, part)
        )
    return float(result)
