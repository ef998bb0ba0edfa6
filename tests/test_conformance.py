"""Every published number through the public function, and what the conformance list says of it."""

from __future__ import annotations

import pytest

from srp_lib import conformance


@pytest.mark.parametrize(
    "one", conformance.conformance(), ids=lambda one: f"{one.function}-{one.inputs[:40]}-{one.output}"
)
def test_published_numbers(one: conformance.Conformance) -> None:
    assert one.passed, f"{one.got} is not {one.expected}, which {one.source} gives"


def test_every_row_has_a_source_and_every_function_a_row() -> None:
    rows = conformance.vectors()
    assert all(row["source"].strip() for row in rows)
    assert {row["function"] for row in rows} == set(conformance.FUNCTIONS)


def test_a_wrong_number_does_not_pass() -> None:
    row = conformance.vectors()[0]
    assert not conformance._check({**row, "expected": str(1.00001 * float(row["expected"]))}).passed


def test_a_row_of_an_unknown_function_is_named() -> None:
    with pytest.raises(ValueError, match="rates.unheard_of"):
        conformance._check({**conformance.vectors()[0], "function": "rates.unheard_of"})
