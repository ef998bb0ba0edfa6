"""Charts of records: what they say agrees with the counts they are given, and nothing else is in them."""

from __future__ import annotations

import inspect
import re

import pandas as pd
import pytest

from srp_lib import periods, record_charts, series_charts
from srp_lib.codelists import EVERY_SERIES
from srp_lib.display import DASH, Notice
from srp_lib.drawing import Chart, fold
from srp_lib.lag import NON_RECENT_DAYS
from srp_lib.record_charts import LAGS, NON_RECENT, Scope, bars, lag, months, pyramid

AGES = ["Under 10", "10 to 17", "18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 to 64", "65 and over"]
LAG_LABELS = ["Same day", "Within a week", "8 to 30 days", "31 days to a year", "Over a year", "No date"]
HELD = periods.month_range("2019-04", "2021-12")


def scope(noun: str = "victims", period: str = "2020-21", note: str = "") -> Scope:
    return Scope("Rotherham", periods.parse_period(period), noun, note, id="test")


def people(females: list[int], males: list[int], ages: list[str] = AGES) -> pd.DataFrame:
    return pd.DataFrame({"Females": females, "Males": males}, index=ages).astype("Int64")


def of(what: str, counts: dict[str, int]) -> pd.Series:
    return pd.Series(counts, name=what, dtype="Int64")


MANY = people([0, 10, 1000, 3000, 2600, 700, 200, 90], [20, 30, 200, 700, 900, 300, 150, 100])
CHARTS = {
    "pyramid": lambda: pyramid(scope(note="Rounded to the nearest 5."), MANY),
    "bars": lambda: bars(scope(), of("n", {"Ex-partner": 1200, "Partner": 300, "Other": 1500}), "relationship", "victims"),
    "lag": lambda: lag(scope("offences"), of("n", dict(zip(LAG_LABELS, (10, 20, 30, 1200, 15, 5))))),
    "months": lambda: months(scope("offences"), pd.Series(range(1040, 1073), index=HELD), HELD, "month", "da"),
    "quarters": lambda: months(
        scope("offences"), pd.Series(range(1040, 1051), index=series_charts.whole_quarters(HELD)), HELD, "quarter"
    ),
}  # fmt: skip


def texts(svg: str) -> list[str]:
    """What stands in a drawing as text."""
    return [text.strip() for text in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.S)]


@pytest.mark.parametrize("kind", CHARTS)
def test_every_chart_has_its_words_its_data_and_the_same_bytes_twice(kind: str) -> None:
    chart = CHARTS[kind]()
    html = chart.html()
    assert html == CHARTS[kind]().html()
    assert html.count("</title>") == html.count("</desc>") == html.count('role="img"') == 2
    assert chart.title in chart.alt and chart.table.rows and chart.table.caption
    assert "Rotherham" in chart.subtitle and chart.id.startswith("test-")
    assert "nan" not in html.lower().replace("finance", "") and "<NA>" not in html
    identities = re.findall(r'\bid="([^"]+)"', html)
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("kind", ["pyramid", "bars", "lag"])
def test_every_number_drawn_is_in_the_table_and_every_count_of_the_table_is_drawn(kind: str) -> None:
    chart = CHARTS[kind]()
    names = {word for row in chart.table.rows for word in row[0].split()}
    counts = sorted(cell for row in chart.table.rows for cell in row[1:] if re.fullmatch(r"[\d,]+", cell))
    for svg in (chart.wide, chart.narrow):
        drawn = [text.split(" (")[0] for text in texts(svg) if re.match(r"[\d,]+( \(|$)", text)]
        assert sorted(drawn) == counts
        shares = {round(float(cell[:-1])) for row in chart.table.rows for cell in row if cell.endswith("%")}
        assert {int(share) for text in texts(svg) for share in re.findall(r"\((\d+)%\)", text)} <= shares
        rest = {word for text in texts(svg) if not re.match(r"[\d,]+( \(|$)", text) for word in text.split()}
        assert rest <= names | {"Females", "Males", f"({NON_RECENT})"}


@pytest.mark.parametrize("kind", ["months", "quarters"])
def test_a_line_has_a_mark_for_each_count_of_the_table_and_no_other(kind: str) -> None:
    chart = CHARTS[kind]()
    cells = [cell for row in chart.table.rows for cell in row[1:] if cell != DASH]
    assert cells == [f"{count:,}" for count in range(1040, 1040 + len(cells))]
    assert len(cells) == (33 if kind == "months" else 11)
    line = max(re.findall(r'd="(M[^"]*)"[^>]*clip-path', chart.wide), key=lambda path: path.count("L"))
    assert line.count("L") == len(cells) - 1


def test_the_larger_sex_and_the_ages_of_most() -> None:
    chart = pyramid(scope("victims of domestic abuse"), MANY)
    assert chart.title == "Girls and women were 76% of victims of domestic abuse; most were 25 to 44"
    assert round(100 * 7600 / 10000) == 76 and 2 * (3000 + 2600 + 700 + 900) > 10000 > 2 * (3000 + 700)
    assert "25 to 34: 3,000 females and 700 males" in chart.alt
    assert chart.table.rows[0] == ("Under 10", "0", "20") and len(chart.table.rows) == len(AGES)
    assert pyramid(scope(), MANY).note == "" and CHARTS["pyramid"]().note == "Rounded to the nearest 5."


@pytest.mark.parametrize(
    ("females", "males", "ages", "title"),
    [
        ([1], [0], ["25 to 34"], "All victims were women"),
        ([0, 4], [3, 12], ["Under 10", "10 to 17"], "Boys were 79% of victims; most were 10 to 17"),
        ([5, 0, 0], [0, 5, 0], AGES[:3], "Half of victims were girls and half boys; all were under 18"),
        ([0, 0, 8], [0, 0, 0], ["Under 18", "18 to 64", "65 and over"], "All victims were women; all were 65 or over"),
        ([6, 6, 6, 6], [1, 1, 1, 1], AGES[2:6], "Women were 86% of victims"),
        ([10, 1, 2, 9], [0] * 4, AGES[2:6], "All victims were women; the most common age was 18 to 24 (45%)"),
        ([1000, 0], [1, 0], ["Adults", "Not known"], "Females were over 99% of victims"),
        ([20, 60, 0], [50, 0, 0], AGES[2:5], "Women were 62% of victims; most victims were 18 to 24"),
    ],
)
def test_titles_of_pyramids(females: list[int], males: list[int], ages: list[str], title: str) -> None:
    assert pyramid(scope(), people(females, males, ages)).title == title


def test_bars_start_at_zero_and_grow_with_the_counts() -> None:
    chart = bars(scope(), of("n", {"A": 100, "B": 50, "C": 0}), "kind", "victims")
    found = re.findall(
        r'<path d="M ([\d.]+) [\d.]+ *\nL ([\d.]+) [^"]*" clip-path[^>]*style="fill: #0b5394', chart.wide
    )
    lengths = [float(end) - float(start) for start, end in found]
    assert len({start for start, _ in found}) == 1 and lengths == pytest.approx(
        [lengths[0], lengths[0] / 2, 0], abs=0.01
    )


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ({"Parent": 10, "Ex-partner": 30}, "Ex-partner: the most common relationship, 75% of victims"),
        ({"Ex-partner": 4}, "Ex-partner: the only relationship among victims"),
        ({"Other": 20, "Ex-partner": 5}, "Ex-partner: the most common relationship that is named, 20% of victims"),
        ({"Parent": 5, "Partner": 5}, "Parent and Partner: equally common by relationship, each 50% of victims"),
        ({"A": 5, "B": 5, "C": 5}, "Three share the first place by relationship, each 33% of victims"),
        ({"Not recorded": 9, "Parent": 0}, "Not recorded: the only relationship among victims"),
    ],
)
def test_titles_of_bars(counts: dict[str, int], title: str) -> None:
    chart = bars(scope(), of("n", counts), "relationship", "victims")
    assert chart.title == title and chart.id == "test-relationship"
    shown = [int(row[1]) for row in chart.table.rows]
    last = {"Other", "Not recorded"}  # no kinds of their own
    assert shown == [counts[name] for name in sorted(counts, key=lambda name: (name in last, -counts[name]))]
    assert [row[2] for row in chart.table.rows] == [f"{100 * one / sum(shown):.1f}%" for one in shown]


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ((120, 140, 90, 160, 210, 0), "51% of offences were non-recent, recorded more than 30 days after they happened; 29% more than a year after"),
        ((5, 5, 0, 0, 0, 90), "All offences with a date were recorded within 30 days"),
        ((3, 0, 0, 0, 1, 1), "25% of offences with a date were non-recent, recorded more than a year after they happened"),
        ((0, 0, 0, 6, 2, 0), "All offences were non-recent, recorded more than 30 days after they happened; 25% more than a year after"),
        ((0, 0, 0, 0, 0, 7), "No report lag is known: none of the offences has a date"),
    ],
)  # fmt: skip
def test_titles_of_report_lag(counts: tuple[int, ...], title: str) -> None:
    chart = lag(scope("offences"), of("n", dict(zip(LAG_LABELS, counts))))
    assert chart.title == title and [row[0] for row in chart.table.rows] == LAG_LABELS
    assert chart.table.rows[-1][2] == DASH


def test_non_recent_bars_are_hatched_named_and_noted() -> None:
    chart = CHARTS["lag"]()
    for svg in (chart.wide, chart.narrow):
        assert svg.count("fill: url(#") == 2 and texts(svg).count(f"({NON_RECENT})") == 2
    assert f"more than {NON_RECENT_DAYS} days; such bars are hatched" in chart.note
    assert [row[3] for row in chart.table.rows] == [LAGS[name] for name in LAG_LABELS]
    with pytest.raises(ValueError, match="Soon is no report lag"):
        lag(scope(), of("n", {"Soon": 3}))


def test_nothing_to_draw_is_a_notice_and_a_withheld_count_draws_nothing() -> None:
    nothing = of("n", {"Same day": 0})
    withheld = pd.Series([pd.NA, 40], index=["Same day", "Over a year"], dtype="Int64")
    none = pd.Series(dtype="Int64")
    for shown in (
        pyramid(scope(), people([0] * 8, [0] * 8)), pyramid(scope(), MANY.mask(MANY == 10)), bars(scope(), nothing, "kind", "victims"),
        bars(scope(), withheld, "kind", "victims"), lag(scope(), withheld), lag(scope(), nothing), bars(scope(), none, "kind", "victims"),
        months(scope(), none, HELD), months(scope(), none, ()), months(scope(), none, HELD, "none"),
        months(scope(period="2022-23"), pd.Series(3, index=HELD), HELD),
        months(scope(), pd.Series(40, index=HELD, dtype="Int64").where(pd.Series(HELD, index=HELD) != "2020-05"), HELD),
    ):  # fmt: skip
        assert isinstance(shown, Notice) and shown.text and "40" not in shown.text
    assert lag(scope(), nothing).text == "No victims to show by report lag in 2020-21."
    assert months(scope(), none, HELD).text == "There were no victims in April 2019 to December 2021."
    for bad in (-1, 2.5):
        with pytest.raises(ValueError, match="not a whole number"):
            bars(scope(), pd.Series({"A": bad}), "kind", "victims")


def test_a_month_without_a_count_is_zero_where_it_was_supplied_and_a_gap_where_not() -> None:
    supplied = [month for month in HELD if month != "2019-09"]
    chart = months(scope("offences"), pd.Series({"2019-09": 7, "2020-06": 50, "2020-07": 40}), supplied)
    cells = [cell for row in chart.table.rows for cell in row[1:]]
    assert cells.count("0") == 30 and "7" not in cells and cells[5] == DASH
    assert chart.title.startswith("Offences: unusually high in June to July 2020")
    assert chart.alt.endswith("No figures for September 2019: not in the extracts, and not zero.")


def test_control_limits_come_from_the_counts_given_up_to_the_end_of_the_period() -> None:
    held = periods.month_range("2016-04", "2020-02")
    counts = pd.Series([40, 44, 41, 45, 42, 43] * 8, index=periods.month_range("2016-04", "2020-03"))[list(held)]
    counts["2018-09"] = 90
    chart = months(scope("offences", "2018-19"), counts, held, series="women_and_girls")
    assert chart.title == "Offences: unusually high in September 2018" and "usual range" in chart.subtitle
    later = counts.copy()
    later["2019-11"] = 900
    assert months(scope("offences", "2018-19"), later, held).title == chart.title
    assert "breaks" not in chart.subtitle and "leaves the season out" in chart.subtitle


def test_quarters_are_drawn_whole_without_limits_where_few_and_broken_within_the_quarter() -> None:
    held = [month for month in HELD if month != "2019-08"]
    quarters = series_charts.whole_quarters(held)
    chart = months(scope("offences"), pd.Series(range(20, 20 + len(quarters)), index=quarters), held, "quarter")
    assert len(quarters) == 10 and chart.table.columns == (
        "Year",
        *(f"{a}{DASH}{b}" for a, b in (("Apr", "Jun"), ("Jul", "Sep"), ("Oct", "Dec"), ("Jan", "Mar"))),
    )
    assert chart.table.rows[0] == ("2019-20", "20", DASH, "21", "22")
    assert "July to September 2019" in chart.note and "13 are needed" in chart.note and "Q1" not in chart.note
    assert "usual range;" not in chart.subtitle and "count a quarter" in chart.subtitle and "Covid-19" in chart.wide
    assert chart.title == "2020-21: most offences in January to March 2021 (26), fewest in April to June 2020 (23)"
    small = months(scope("offences"), pd.Series(1, index=quarters), held, "quarter")
    assert small.title == "2020-21: 1 offences in every quarter" and "pool months" not in small.note


def test_months_that_share_the_first_place_are_all_named() -> None:
    counts = pd.Series(20, index=HELD)
    counts[["2020-04", "2020-05", "2020-09"]] = 25
    alt = months(scope("offences"), counts, HELD).alt
    assert "most offences in April to May 2020 and September 2020 (25 each), fewest in nine months (20 each)" in alt


def test_another_year_gives_the_same_chart_of_that_year() -> None:
    later = pyramid(scope(period="ye-2031-06"), MANY)
    assert later.title == pyramid(scope(), MANY).title and "year ending June 2031" in later.subtitle
    for module in (record_charts, series_charts):
        code = re.sub(r'""".*?"""|#[^\n]*|\("\d{4}-\d{2}[^)]*\)', "", inspect.getsource(module), flags=re.S)
        assert not re.search(r"\b(19|20)\d\d\b", code)


def test_it_knows_no_extract_and_no_evidence_and_only_common_breaks_without_a_series() -> None:
    for module in (record_charts, series_charts):
        assert not re.search(
            r"import.*\b(evidence|extracts|Evidence)\b|from srp_lib\.(evidence|extracts|facts)",
            inspect.getsource(module),
        )
    held = periods.month_range("2016-04", "2019-03")
    chart = months(scope("offences", "2018-19"), pd.Series(50, index=held), held)
    assert isinstance(chart, Chart) and "reclassified" not in chart.wide
    assert series_charts.drawn_breaks(held, EVERY_SERIES) == []


def test_a_name_keeps_its_own_line_breaks_when_folded() -> None:
    assert fold("31 days to a year\n(non-recent)", 17) == "31 days to a year\n(non-recent)"
    assert fold("one two three", 7) == "one two\nthree" and fold("", 5) == ""
