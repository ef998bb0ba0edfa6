"""What is at stake in each area: recounted from the sample's own files, and protected in the public edition."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from conftest import lacking

from srp_lib import outlook, section
from srp_lib.display import FACTS, Notice, Table
from srp_lib.evidence import Evidence, open_evidence
from srp_lib.facts import KeyFact
from srp_lib.record_facts import Unavailable

YEAR = "2020-21"
NAMES = ("domestic_abuse", "sexual_offences", "cce")


@cache
def opened(processed: str, edition: str, period: str = YEAR) -> Evidence:
    return open_evidence(processed, period, "", edition)


def sections(processed: str, edition: str, *names: str, period: str = YEAR) -> tuple[section.Section, ...]:
    return section.open_sections(opened(processed, edition, period), *names)


def lines(raw: Path, pattern: str) -> list[dict[str, str]]:
    found = []
    for path in sorted(raw.glob(pattern)):
        with path.open(encoding="utf-8", newline="") as handle:
            found += list(csv.DictReader(handle))
    return found


def harm_of(processed: str, edition: str, name: str) -> KeyFact | Unavailable:
    (one,) = sections(processed, edition, name)
    return outlook.harm_fact(one.context, one.rows, one.area.noun)


def test_a_harm_score_is_the_sum_of_the_weights_of_the_offences_in_the_files(
    sample_report: Path, processed: str
) -> None:
    raw = sample_report.parents[2] / "raw"
    weights = {row["ho_code"]: float(row["weight"]) for row in lines(raw, "harm_weights/*.csv")}
    codes = Counter(
        row["ho_code"]
        for row in lines(raw, "offences/*.csv")
        if row["domestic_abuse"] == "Y" and "2020-04-01" <= row["recorded_date"] <= "2021-03-31"
    )
    fact = harm_of(processed, "partnership", "domestic_abuse")
    assert fact.estimate.value == pytest.approx(sum(weights[code] * number for code, number in codes.items()))
    assert fact.estimate.numerator == codes.total() > 1000
    assert fact.estimate.lower < fact.estimate.value < fact.estimate.upper and fact.comparator_value > 0


def test_a_public_harm_score_has_two_digits_and_rests_on_the_count_as_it_is_shown(processed: str) -> None:
    exact, shown = (harm_of(processed, edition, "domestic_abuse") for edition in ("partnership", "public"))
    assert shown.estimate.numerator % 5 == 0 and shown.estimate.value == float(f"{shown.estimate.value:.2g}")
    assert shown.estimate.value == pytest.approx(exact.estimate.value, rel=0.06)
    assert shown.estimate.lower <= shown.estimate.value <= shown.estimate.upper
    assert shown.disclosure.startswith("protected") and shown.verdict == exact.verdict


def test_a_count_that_is_withheld_has_no_harm_score(processed: str) -> None:
    (one,) = sections(processed, "public", "domestic_abuse")
    few = one.rows.where(ho_code="2")
    assert 0 < few.total < 8
    fact = outlook.harm_fact(one.context, few, "attempted murders")
    assert fact.estimate.value is None and fact.estimate.numerator is None and "[c]" in fact.estimate.note


def test_without_weights_the_table_stands_and_says_what_they_would_show(processed: str) -> None:
    bare = lacking(opened(processed, "public"), "harm_weights")
    table = outlook.at_stake(*section.open_sections(bare, *NAMES))
    assert isinstance(table, Table) and "extract harm_weights, which would show the harm of offences" in table.note
    assert not any(fact.id.endswith(".harm") for fact in table.facts)


def test_without_the_partners_records_it_says_which_are_missing(processed: str) -> None:
    bare = lacking(opened(processed, "public"), "offences", "victims", "suspects")
    told = outlook.at_stake(*section.open_sections(bare, *NAMES))
    assert isinstance(told, Notice) and "extract offences" in told.text and told.kind == "missing"


def test_facts_that_the_page_makes_elsewhere_are_linked_and_not_made_again(processed: str) -> None:
    made = "violence.domestic_abuse.repeat_victims_share"
    table = outlook.at_stake(*sections(processed, "public", *NAMES), made=(made,))
    assert made not in {fact.id for fact in table.facts}
    assert table.hrefs[0][1] == f"#fact-{made}" and table.anchors[0][1] == ""
    assert all(not link for row in table.hrefs[1:] for link in row)
    ids = [record["id"] for record in table._repr_mimebundle_()[FACTS]]
    assert len(set(ids)) == len(ids) == len(table.facts)
    anchors = {anchor for row in table.anchors for anchor in row if anchor}
    assert anchors == {fact.anchor for fact in table.facts}


def test_a_forecast_needs_three_years_and_then_has_a_band_that_holds_the_last_twelve_months(processed: str) -> None:
    (short,) = sections(processed, "partnership", "domestic_abuse")
    early = outlook.forecast_fact(short.context, short.rows, short.area.noun)
    assert early.estimate.value is None and "are needed for a band" in early.statement
    (long,) = sections(processed, "partnership", "domestic_abuse", period="ye-2021-12")
    fact = outlook.forecast_fact(long.context, long.rows, long.area.noun)
    twelve = long.rows.by_month().loc["2021-01":"2021-12"].sum()
    assert fact.estimate.numerator == twelve and fact.estimate.lower < twelve < fact.estimate.upper
    assert "January to December 2022" in fact.statement


def test_a_forecast_is_not_made_from_months_that_may_not_be_shown(processed: str) -> None:
    (one,) = sections(processed, "public", "cce", period="ye-2021-12")
    fact = outlook.forecast_fact(one.context, one.rows, one.area.noun)
    assert fact.estimate.value is None and "too small to be shown" in fact.estimate.note
