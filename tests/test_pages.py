"""Charts, tables, facts and the shell of a page: what they say, and what they refuse to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from srp_lib import change, charts, display, facts, periods, rates, render, section, tables, verdicts, wording
from srp_lib.codelists import ASB, OUTCOME_GROUPS, RECORDED, measures, outcome_group
from srp_lib.config import load_config
from srp_lib.evidence import Denominator, Evidence
from srp_lib.extracts import Intake
from srp_lib.record_facts import Unavailable
from srp_lib.records import NOT_SUPPLIED
from srp_lib.used import RowsUsed

ROOT = Path(__file__).resolve().parents[1]
PAGE = render.Page(
    "Title",
    "Rotherham",
    "2020-21",
    "April 2020 to March 2021",
    "Partnership",
    "public",
    links=(render.Link("index.html", "Summary", True),),
)


class Told(Evidence):
    """Evidence with counts given by hand instead of read from extracts."""

    people = 100_000

    @property
    def counts(self) -> pd.DataFrame:
        return self.__dict__["counts_given"]

    def denominator(self, period: periods.Period) -> Denominator:
        return Denominator(2020, self.people, 3)

    def used(self, slug: str, months: object = None, part: str = "") -> tuple[RowsUsed, ...]:
        return ()

    def used_by_outcome(self, slug: str, group: str) -> tuple[RowsUsed, ...]:
        return ()

    def unlocated(self, slug: str = "", months: object = None) -> tuple[int, int]:
        return (4, 100) if months == self.comparison.now else (8, 100)

    def outcomes(self, slug: str) -> pd.Series:
        return pd.Series(
            {**dict.fromkeys(OUTCOME_GROUPS, 0), "unlisted": 0, "charged": 10, "no_suspect": 30, "unknown": 10}
        )


def told(months: list[str], per_month: dict[str, list[int]], period: str = "2020-21") -> Evidence:
    wanted = periods.parse_period(period)
    names = [name for measure in measures().values() for name in measure.crime_types]
    table = pd.DataFrame(0, index=months, columns=list(dict.fromkeys(names)))
    for name, values in per_month.items():
        table[name] = values
    config = load_config(ROOT)
    evidence = Told(
        config,
        Intake({}, []),
        config.area_code,
        config.area_name,
        wanted,
        tuple(month for month in wanted.months if month in months),
        tuple(months),
        periods.compare(wanted, months, config.minimum_share),
        "public",
    )
    evidence.__dict__["counts_given"] = table
    return evidence


BOTH = list(periods.month_range("2019-04", "2021-03"))


@pytest.fixture
def two_full_years() -> Evidence:
    return told(
        BOTH, {"Anti-social behaviour": [40] * 12 + [50] * 12, "Burglary": [10] * 12 + [8] * 12, "Robbery": [1] * 24}
    )


def test_anti_social_behaviour_is_in_no_recorded_crime_figure(two_full_years: Evidence) -> None:
    assert two_full_years.total(RECORDED) == 12 * (8 + 1)
    assert two_full_years.total(ASB) == 600


def test_count_rate_and_change_of_a_whole_comparison(two_full_years: Evidence) -> None:
    count, rate, moved = facts.trio(two_full_years, ASB)
    assert (count.id, rate.id, moved.id) == ("overview.asb.count", "overview.asb.rate", "overview.asb.change")
    assert count.estimate.value == 600 and count.comparator_value == 480 and count.verdict == "higher"
    assert rate.estimate.value == pytest.approx(6.0) and rate.comparator_value == pytest.approx(4.8)
    assert moved.estimate.value == pytest.approx(25.0) and (moved.estimate.numerator, moved.comparator_numerator) == (
        600,
        480,
    )
    assert moved.statement.startswith(
        "Anti-social behaviour incidents were 25.0% higher than in 2019-20 (600 against 480; 95% interval +"
    )
    assert "mid-2020" in rate.statement and "100,000 residents" in rate.statement


def test_a_missing_month_is_left_out_of_the_change_and_kept_in_the_count() -> None:
    months = [month for month in BOTH if month != "2019-07"]
    evidence = told(months, {"Anti-social behaviour": [100 if month < "2020-04" else 120 for month in months]})
    count, _, moved = facts.trio(evidence, ASB)
    assert count.estimate.value == 12 * 120 and count.comparator_value is None and count.comparator_period == ""
    assert (moved.estimate.numerator, moved.estimate.denominator) == (11 * 120, 11 * 100)
    assert moved.estimate.value == pytest.approx(20.0) and "the same 11 months of 2019-20" in moved.statement
    assert "July 2019 is missing" in str(tables.caveats(evidence).items)


def test_no_comparator_leaves_counts_and_a_reason() -> None:
    evidence = told(BOTH[12:], {"Burglary": [9] * 12})
    count, _, moved = facts.trio(evidence, "burglary")
    assert count.estimate.value == 108 and moved.estimate.value is None and moved.verdict == ""
    assert "none of the 12 months of 2019-20" in moved.estimate.note
    assert (
        facts.summary(evidence, ["burglary"])
        == "Rotherham had 108 burglaries in 2020-21. No change on the year before can be given."
    )
    assert charts.change_by_type(evidence, ["burglary"]).html() == ""
    assert tables.by_type(evidence, ["burglary"]).columns == ("Type", "Count", "Per 1,000", "95% interval")
    assert "Counts go up and down" not in facts.lead(evidence, ["burglary"]).note
    assert charts.two_years(evidence, "burglary").title == "Burglaries: 9 a month on average in 2020-21, from 9 to 9"


def test_few_are_counted_and_not_turned_into_a_percentage(two_full_years: Evidence) -> None:
    moved = facts.change_fact(two_full_years, "robbery")
    assert moved.estimate.value is None and moved.verdict == "too few to say"
    assert (
        moved.statement
        == "Robberies: 12 against 12 in 2019-20. One of the two counts is below 50, too few for a percentage."
    )


def test_nothing_at_all_still_makes_every_display_object() -> None:
    evidence = told(BOTH, {})
    types = [slug for slug in measures() if slug != RECORDED]
    deck = facts.headline(evidence)
    assert "could not be compared" in deck.lead.text
    for shown in (
        deck,
        charts.monthly(evidence, ASB),
        charts.two_years(evidence, ASB),
        charts.change_by_type(evidence, types),
        charts.counts_by_type(evidence, types, RECORDED),
        tables.by_type(evidence, types),
    ):
        assert shown._repr_mimebundle_()["text/html"]
    assert "nan" not in tables.by_type(evidence, types).html().lower()


def test_outcome_shares_by_hand(two_full_years: Evidence) -> None:
    charged, unknown, still = facts.outcome_shares(two_full_years).facts
    assert (charged.id, unknown.id) == ("overview.outcomes.charged_share", "overview.outcomes.no_suspect_share")
    assert charged.estimate.value == 20.0 and unknown.estimate.value == 60.0
    assert still.statement == (
        "No recorded crimes were marked as still under investigation when the files were published (0 of 50). "
        "For 10 (20.0%) the files give no outcome, so some of those may be open too."
    )
    assert tables.outcomes_by_type(two_full_years, ["burglary"]).rows[0][1:] == (
        "50",
        "20.0%",
        "11.2% to 33.0%",
        "60.0%",
        "0.0%",
        "20.0%",
    )
    assert (charged.estimate.lower, charged.estimate.upper) == tuple(
        pytest.approx(100 * limit) for limit in rates.wilson_interval(10, 50)
    )


def test_every_published_outcome_has_a_group_with_a_name() -> None:
    assert set(outcome_group().values()) <= set(OUTCOME_GROUPS)


def test_a_chart_states_its_finding_in_text_and_holds_its_data(two_full_years: Evidence) -> None:
    chart = charts.two_years(two_full_years, ASB)
    html = chart.html()
    assert chart.title == "Anti-social behaviour incidents were above the year before in all 12 months compared"
    assert html.count('role="img"') == 2 and f">{chart.alt}</desc>" in html
    assert "<table " in html and "<script" not in html and "<?xml" not in html and "dc:date" not in html
    assert charts.two_years(two_full_years, ASB).html() == html


def test_a_chart_without_a_text_alternative_can_not_be_made(two_full_years: Evidence) -> None:
    with pytest.raises(ValueError, match="text alternative"):
        replace(charts.monthly(two_full_years, ASB), alt=" ")


def test_tables_escape_what_they_are_given_and_refuse_ragged_rows() -> None:
    html = display.Table("A <b> caption", ("What", "Count"), (("<script>", "1"),)).html()
    assert "<script>" not in html and "&lt;script&gt;" in html and "&lt;b&gt;" in html
    assert 'scope="row"' in html and 'class="number">Count' in html and 'data-label="Count"' in html
    with pytest.raises(ValueError, match="1 cells and 2 are wanted"):
        display.Table("Caption", ("a", "b"), (("1",),))
    with pytest.raises(ValueError, match="caption"):
        display.Table(" ", ("a",), ())


def test_only_columns_of_figures_are_set_right() -> None:
    rows = (("a", "1,234", "1.2 to 3.4", "no", "12"), ("b", wording.signed(-5) + "%", "\N{EN DASH}", "no", "2 wards"))
    html = display.Table("c", ("n", "count", "range", "words", "mixed"), rows).html()
    assert [f'class="number">{name}<' in html for name in ("n", "count", "range", "words", "mixed")] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_crime_shares_are_of_recorded_crime_without_anti_social_behaviour(two_full_years: Evidence) -> None:
    chart = charts.counts_by_type(two_full_years, ["burglary", "robbery"])
    assert chart.title == "Burglaries were 89% of recorded crime (96 of 108)"
    assert chart.table.rows == (("Burglary", "96", "88.9%"), ("Robbery", "12", "11.1%"))


def test_the_first_sentences_of_a_page(two_full_years: Evidence) -> None:
    assert facts.summary(two_full_years, [RECORDED, ASB, "robbery"]) == (
        "Anti-social behaviour incidents rose by 25.0%. This change is larger than chance would explain. "
        "Recorded crimes did not clearly change. Robberies could not be compared. The comparison is with 2019-20."
    )
    assert (
        wording.movement([("a", -1.0), ("b", -40.0), ("c", -3.0), ("d", -2.0), ("e", -9.0)], "fell")
        == "B (40.0%), e (9.0%) and c (3.0%) fell most, and two other types fell too."
    )
    assert wording.movement([], "rose") == ""


def test_a_part_of_a_year_says_that_its_rate_is_not_yearly() -> None:
    months = [*periods.month_range("2020-04", "2020-09"), *periods.month_range("2021-04", "2021-09")]
    evidence = told(months, {"Burglary": [10] * 6 + [20] * 6}, "ytd-2021-09")
    assert "over six months, which is not a yearly rate" in facts.rate_fact(evidence, "burglary").statement
    assert facts.headings(evidence) == {"count": "Count, 6 months", "rate": "Per 1,000, 6 months", "change": "Change"}
    assert evidence.period.short == "Apr\N{EN DASH}Sep 2021"


def test_breaks_are_told_by_how_much_of_each_side_they_cover(two_full_years: Evidence) -> None:
    assert "which covers all 12 months of 2020-21 and one of the 12 months it is compared with" in str(
        tables.caveats(two_full_years).items
    )


def test_what_crimes_without_a_location_do_to_a_change(two_full_years: Evidence) -> None:
    table = tables.unlocated_by_type(two_full_years, ["robbery"])
    # 108 against 132 is -18.2%; with 4% and 8% unplaced it is (108 / 0.96) / (132 / 0.92) - 1 = -21.6%.
    assert table.rows[0] == ("Recorded crime", "8.0%", "4.0%", "\N{MINUS SIGN}18.2%", "\N{MINUS SIGN}21.6%")
    assert "went from 8.0% to 4.0%" in str(tables.caveats(two_full_years).items)


def test_a_short_comparison_is_judged_by_longer_series_or_not_at_all() -> None:
    steady = [100, 300] * 24
    months = list(periods.month_range("2017-10", "2021-09"))
    long = facts.change_of(told(months, {"Burglary": steady}, "2021-22Q2"), "burglary")
    assert long.value == 0 and "widened" not in long.method
    short = facts.change_of(
        told([*months[-15:-12], *months[-3:]], {"Burglary": [100, 300, 100] * 2}, "2021-22Q2"), "burglary"
    )
    assert short.value is None and "too few to tell" in short.note


def test_missing_extracts_are_named_with_what_they_would_show() -> None:
    missing = (
        Unavailable("hate crime", {"offences": NOT_SUPPLIED}),
        Unavailable("who they were", {"victims": NOT_SUPPLIED}),
    )
    html = section.Facts((), missing).notice.html()
    assert "<li>Hate crime (extract offences).</li><li>Who they were (extract victims).</li>" in html


def test_figures_in_house_style() -> None:
    assert wording.whole(1234567) == "1,234,567"
    assert wording.decimal(-0.04) == "0.0"
    assert (wording.signed(4.06), wording.signed(-4.06), wording.signed(0)) == ("+4.1", "\N{MINUS SIGN}4.1", "0.0")
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    changes = {change.HIGHER, change.LOWER, change.UNCLEAR, change.TOO_FEW}
    assert set(wording.MARKS) == set(wording.SHORT) == {*changes, *verdicts.TARGETS}
    assert len(set(wording.MARKS.values())) == len(wording.MARKS)


def test_a_sound_page_passes_and_is_self_contained() -> None:
    html = render.shell("<p>Text</p>", PAGE)
    assert render.page_faults(html) == [] and '<html lang="en-GB">' in html and "default-src 'none'" in html


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<h1>Again</h1>", "2 main headings"),
        ("<h3>Too deep</h3>", "a heading h3 follows a heading h1"),
        ("<script>1</script>", "could run or fetch"),
        ('<p onclick="x()">a</p>', "could run or fetch"),
        ('<img src="x.png" alt="x">', "asks for another file"),
        ("<svg></svg>", "no text alternative"),
        ("<style>*{stroke-linecap: butt}</style>", "reach the whole page"),
        ("<table><tr><th scope='col'>a</th></tr></table>", "no caption"),
        ("<table><caption>c</caption><tr><th>a</th></tr></table>", "no scope"),
        ('<p id="a"></p><p id="a"></p>', "ids stand twice: a"),
        ('<a href="#nowhere">x</a>', "lead nowhere in the page: nowhere"),
        ("<p>&lt;Table object at 0x7f&gt;</p>", "Python object"),
        ("<p>No description has been provided for this image</p>", "text alternative"),
    ],
)
def test_a_page_with_a_fault_is_not_made(content: str, fault: str) -> None:
    with pytest.raises(render.RenderError, match=fault):
        render.shell(content, PAGE)


def test_the_page_says_when_it_is_synthetic_or_not_for_the_public() -> None:
    html = render.shell(
        "<p>Text</p>",
        replace(
            PAGE,
            banners=(
                render.Banner("synthetic", "Synthetic data", "Invented."),
                render.Banner("partnership", "Partnership edition", "Keep."),
            ),
        ),
    )
    assert "Synthetic data" in html and "Partnership edition" in html
    assert html.index("Synthetic data") < html.index("<main")


def test_a_control_chart_names_the_months_out_of_the_ordinary_and_draws_the_break() -> None:
    months = list(periods.month_range("2017-04", "2021-03"))
    quiet = [40, 44, 41, 45, 42, 43] * 8
    counts = [90 if month == "2020-09" else count for month, count in zip(months, quiet)]
    chart = charts.monthly(told(months, {"Burglary": counts}), "burglary")
    assert chart.title == "Burglaries: unusually high in September 2020"
    assert (
        "Covid-19" in chart.wide
        and "upright dashes mark breaks" in chart.subtitle
        and "leaves the season out" in chart.subtitle
    )


def test_what_a_break_did_to_each_type_is_told_and_drawn() -> None:
    months = list(periods.month_range("2017-04", "2021-03"))
    halved = [40 if month >= "2020-03" else 80 for month in months]
    chart = charts.types_by_month(told(months, {"Burglary": halved, "Drugs": [50] * 48}), ["burglary", "drugs"])
    assert (
        chart.title
        == "During Covid-19 (March 2020 to March 2021 in the extracts), one of 2 types were lower and no higher than trend and season would give"
    )
    rows = {row[0]: row[1:] for row in chart.table.rows}
    assert rows["Burglary"][0] == "Covid-19" and rows["Burglary"][1] == "\N{MINUS SIGN}50.0%"
    assert "Burglary" in chart.wide and "Burglary \N{MINUS SIGN}50.0%" in chart.alt and "13 of 25 months" in chart.note


def test_forecasts_are_facts_with_their_test_or_the_reason_for_none() -> None:
    months = list(periods.month_range("2014-04", "2021-03"))
    made = facts.forecasts(told(months, {"Burglary": [30 + place % 7 for place in range(84)]}), ["burglary", "drugs"])
    told_of, none = made.facts
    assert (
        told_of.id == "overview.burglary.forecast"
        and "% held (" in told_of.statement
        and "April 2021 to March 2022" in told_of.statement
    )
    assert told_of.estimate.lower <= told_of.estimate.value <= told_of.estimate.upper
    assert none.estimate.value is None and "no forecast" in none.statement


def test_every_published_number_is_on_the_methods_page() -> None:
    from srp_lib.conformance import vectors

    table = tables.conformance()
    assert len(table.rows) == len(vectors()) and {row[4] for row in table.rows} == {"Yes"}
    assert tables.conformance(failures_only=True).text == "Every reference number was given back."
    assert f"{len(table.rows)} of {len(table.rows)}" in tables.conformance_verdict().text


def test_how_often_intervals_hold_is_told_alike_on_the_page_and_in_methods() -> None:
    methods = (ROOT / "METHODS.md").read_text(encoding="utf-8")
    for row in tables.coverage().rows:
        assert f"| {' | '.join(row)} |".replace("|  |", "| |") in methods


def test_later_months_do_not_make_a_month_of_the_period_out_of_the_ordinary() -> None:
    months = list(periods.month_range("2018-04", "2021-09"))
    counts = [
        44 if month < "2021-04" and place % 2 else 40 if month < "2021-04" else 43 for place, month in enumerate(months)
    ]
    chart = charts.monthly(told(months, {"Burglary": counts}), "burglary")
    assert "unusually" not in chart.title and "seven" not in chart.title


def test_every_page_lists_its_contents_and_the_headline_comes_first() -> None:
    html = render.shell('<p>First</p><h2>One thing</h2><h2 id="own">Another</h2>', PAGE)
    assert html.index("First") < html.index("On this page") < html.index('<h2 id="one-thing">')
    assert '<a href="#own">Another</a>' in html
