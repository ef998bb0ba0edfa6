"""Period arithmetic and like-for-like comparison."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srp_lib import periods
from srp_lib.periods import (
    PeriodError,
    compare,
    latest_complete_year,
    list_months,
    month_range,
    parse_period,
    require_period,
    shift_month,
)

# The months of the street-level files that the project was built against: July 2019 was never published, and 2021 to 2024 is a gap.
REAL = [month for month in month_range("2018-01", "2021-09") if month != "2019-07"] + list(
    month_range("2024-04", "2025-04")
)
months = st.builds(lambda year, month: f"{year:04d}-{month:02d}", st.integers(1900, 2099), st.integers(1, 12))


@pytest.mark.parametrize(
    ("code", "first", "last", "length", "comparator", "label"),
    [
        ("2020-21", "2020-04", "2021-03", 12, "2019-20", "2020-21"),
        ("1999-00", "1999-04", "2000-03", 12, "1998-99", "1999-00"),
        ("2024-25Q1", "2024-04", "2024-06", 3, "2023-24Q1", "April to June 2024"),
        ("2024-25Q2", "2024-07", "2024-09", 3, "2023-24Q2", "July to September 2024"),
        ("2024-25Q4", "2025-01", "2025-03", 3, "2023-24Q4", "January to March 2025"),
        ("ye-2025-12", "2025-01", "2025-12", 12, "ye-2024-12", "year ending December 2025"),
        ("ye-2025-06", "2024-07", "2025-06", 12, "ye-2024-06", "year ending June 2025"),
        ("ytd-2025-12", "2025-04", "2025-12", 9, "ytd-2024-12", "April to December 2025"),
        ("ytd-2025-02", "2024-04", "2025-02", 11, "ytd-2024-02", "April 2024 to February 2025"),
        ("ytd-2025-04", "2025-04", "2025-04", 1, "ytd-2024-04", "April 2025"),
    ],
)
def test_codes(code: str, first: str, last: str, length: int, comparator: str, label: str) -> None:
    period = parse_period(code)
    assert (period.months[0], period.months[-1], len(period.months), period.label) == (first, last, length, label)
    assert period.comparator() == parse_period(comparator)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020",
        "2020-22",
        "2020-2021",
        "2020-21Q5",
        "2020-21q1",
        "ye-2025",
        "ye-2025-13",
        "ytd-2025-00",
        "last year",
        "2020-21\n",
    ],
)
def test_what_is_not_a_period_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(PeriodError, match="ytd-2025-12"):
        parse_period(text)


@given(months, st.integers(-600, 600))
def test_shifting_there_and_back(month: str, by: int) -> None:
    assert shift_month(shift_month(month, by), -by) == month


@given(months)
def test_a_month_lies_in_its_financial_year(month: str) -> None:
    assert month in parse_period(periods.financial_year(month)).months


@given(st.sets(months, max_size=30))
def test_runs_hold_every_month_once(chosen: set[str]) -> None:
    assert [month for first, last in periods.runs(chosen) for month in month_range(first, last)] == sorted(chosen)


def test_months_in_words() -> None:
    assert list_months([]) == "no month"
    assert list_months(["2019-07"]) == "July 2019"
    assert (
        list_months(["2021-10", "2021-11", "2021-12", "2022-01", "2024-05"])
        == "October 2021 to January 2022 and May 2024"
    )


def test_middles() -> None:
    assert parse_period("2020-21").middle == date(2020, 10, 1)
    assert parse_period("2024-25Q2").middle == date(2024, 8, 16)


def test_latest_complete_year() -> None:
    assert latest_complete_year(REAL).code == "2024-25"
    assert latest_complete_year([month for month in REAL if month < "2022"]).code == "2020-21"
    with pytest.raises(PeriodError, match="No financial year is complete"):
        latest_complete_year(["2020-04", "2020-05"])


def test_a_gap_in_the_comparator_is_left_out_on_both_sides() -> None:
    comparison = compare(parse_period("2020-21"), REAL, 0.75)
    assert comparison.possible and not comparison.whole
    assert "2020-07" not in comparison.now and "2019-07" not in comparison.then
    assert [shift_month(month, 12) for month in comparison.then] == list(comparison.now)
    assert comparison.basis == "the same 11 months of 2019-20"
    assert comparison.caveat == (
        "Every comparison with 2019-20 is over the same 11 months of both years: July 2019 is missing from the extracts, so July 2020 is left out as well."
    )


def test_a_gap_in_the_period_itself() -> None:
    comparison = compare(parse_period("2019-20"), REAL, 0.75)
    assert len(comparison.now) == 11 and "so July 2018 is left out as well" in comparison.caveat


def test_no_comparator_says_why() -> None:
    comparison = compare(parse_period("2024-25"), REAL, 0.75)
    assert not comparison.possible and comparison.now == comparison.then == ()
    assert (
        comparison.caveat
        == "There is no comparison with the year before: the extracts have none of the 12 months of 2023-24 (April 2023 to March 2024)."
    )


def test_a_whole_comparison_needs_no_caveat() -> None:
    comparison = compare(parse_period("ytd-2021-09"), REAL, 0.75)
    assert comparison.whole and comparison.caveat == "" and comparison.basis == "April to September 2020"


def test_half_a_year_is_refused_and_the_year_to_date_is_offered() -> None:
    with pytest.raises(
        PeriodError, match=r"6 of its 12 months, and October 2021 to March 2022 are missing.*--year ytd-2021-09"
    ):
        require_period(parse_period("2021-22"), REAL, 0.75)
    assert len(require_period(parse_period("ytd-2021-09"), REAL, 0.75)) == 6


def test_a_period_whose_last_month_is_missing_is_refused_however_much_is_there() -> None:
    with pytest.raises(PeriodError, match="March 2021 is missing"):
        require_period(parse_period("2020-21"), [month for month in REAL if month != "2021-03"], 0.75)


def test_a_period_short_of_one_inner_month_can_be_audited() -> None:
    assert len(require_period(parse_period("2019-20"), REAL, 0.75)) == 11


@given(st.sets(st.sampled_from(month_range("2018-04", "2022-03"))))
def test_comparison_pairs_are_always_a_year_apart_and_present(available: set[str]) -> None:
    comparison = compare(parse_period("2020-21"), available, 0.75)
    assert all(month in available for month in (*comparison.now, *comparison.then))
    assert [shift_month(month, 12) for month in comparison.then] == list(comparison.now)
    assert comparison.possible == (len(comparison.now) >= 9)
