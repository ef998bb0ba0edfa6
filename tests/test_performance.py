"""The performance page: the plan of 2010/11 as it was published, where figures come from, and how actions stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import pandas as pd
import pytest

from srp_lib import actions, periods, rates, tables
from srp_lib.config import load_config
from srp_lib.display import FACTS, SUMMARY, Folded, Notice
from srp_lib.drawing import Chart
from srp_lib.errors import AuditError
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.extracts import Intake
from srp_lib.facts import KeyFact
from srp_lib.indicators import Indicator, Judged, Latest, latest, of_twelve_months
from srp_lib.ledger import Entry, Ledger
from srp_lib.performance import Performance, open_performance
from srp_lib.performance_charts import Series
from srp_lib.performance_words import reading, reason, tally
from srp_lib.records import Records
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE

YEAR, QUARTER = "2010-11", "2010-11Q2"
MONTHS = periods.month_range("2007-04", "2011-03")
NASTY = "<b>Bold & co</b>"
# The table of the plan of 2010/11: id, theme, name, fact, good, baseline, its period, target, unit, counts.
PLAN = (
    ("asb_big_problem", "communities", "ASB a big problem", "voices.asb_big_problem.share", "down", 28, "2008", 25, "%", None, None),
    ("serious_acquisitive", "communities", "Serious acquisitive crime", "services.serious_acquisitive_crime", "down", 19.52, "2007-08", 17.5, "per 1,000", 4943, 4443),
    ("first_time_entrants", "children", "First-time entrants", "first_time_entrants", "down", 2140, "2007/08", 1900, "per 100,000", 580, 536),
    ("reoffending", "adults", "Adult re-offending", "services.adult_reoffending", "down", 11.72, "2007-08", 10.20, "%", None, None),
    ("assault", "violence", NASTY, "services.assault_with_injury", "down", 8.52, "2007-08", 8.04, "per 1,000", 2159, 2042),
    ("in_treatment", "adults", "Drug users in treatment", "services.drug_users_in_treatment", "up", 1256, "2007-08", 1320, "", None, None),
)  # fmt: skip
COLUMNS = ("indicator_id", "theme", "name", "fact_id", "good", "baseline", "baseline_period", "target", "unit", "baseline_count", "target_count")  # fmt: skip
SUPPLIED = {  # numerator and denominator in 2010-11
    "serious_acquisitive_crime": (4100, 255_000),
    "first_time_entrants": (430, 27_500),
    "adult_reoffending": (150, 1400),
    "assault_with_injury": (2400, 255_000),
    "drug_users_in_treatment": (1322, None),
}


@dataclass(frozen=True)
class Held:
    """An extract in memory."""

    rows: pd.DataFrame
    key: str = "key"

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = self.rows if "file" in self.rows else self.rows.assign(file="held.csv")
        return rows.copy() if columns is None else rows[list(columns)]


def indicator_rows() -> pd.DataFrame:
    rows = pd.DataFrame([dict(zip(COLUMNS, row)) for row in PLAN])
    return rows.assign(objective="Crime", target_period="2010-11")


def service_rows() -> pd.DataFrame:
    rows = [(name, "2010-04-01", "2011-03-31", *pair) for name, pair in SUPPLIED.items()]
    rows += [
        ("assault_quarterly", f"{year}-{start}-01", f"{year}-{end}", year - 1500, None)
        for year in (2008, 2009, 2010)
        for start, end in (("04", "06-30"), ("07", "09-30"), ("10", "12-31"))
    ]
    table = pd.DataFrame(rows, columns=["measure_id", "period_start", "period_end", "numerator", "denominator"])
    dates = {name: pd.to_datetime(table[name]) for name in ("period_start", "period_end")}
    return table.assign(provider="Partner", estimate_low=float("nan"), estimate_high=float("nan"), **dates)


def action_rows() -> pd.DataFrame:
    rows = [
        ("A1", "children", "Walks", "Six walks", "2010-04-01", "2011-03-31", "at risk", "Late", "2011-02-01"),
        ("A2", "children", "Talks", None, "2010-04-01", "2011-01-30", "off track", NASTY, "2010-12-31"),
        ("A3", "adults", "Wait", "Shorter", "2010-04-01", "2011-04-01", "on track", None, "2011-01-01"),
        ("A4", "adults", "Train", "", "2010-04-01", "2010-06-30", "complete", None, "2010-07-01"),
        ("A5", "violence", NASTY, "Fewer", "2011-04-01", "2011-07-01", "not started", None, "2011-05-01"),
    ]
    names = ["action_id", "theme", "activity", "measure_of_success", "start", "due", "status", "progress", "updated"]
    table = pd.DataFrame(rows, columns=names).assign(objective="cse", commitment="Keep", lead_partner="Council")
    dated = {name: pd.to_datetime(table[name]) for name in ("start", "due", "updated")}
    return table.assign(**dated).astype({"status": "category", "theme": "category"})


EXTRACTS = {"indicators": indicator_rows(), "services": service_rows(), "actions": action_rows()}


class Alone(Evidence):
    """Evidence without street-level crime, with counts that no extract gives."""

    @property
    def counts(self) -> pd.DataFrame:
        numbers = [100 + place % 7 for place in range(len(MONTHS))]
        return pd.DataFrame({"Burglary": numbers}, index=list(MONTHS))


def evidence_of(period: str = YEAR, edition: str = "partnership", **changed: pd.DataFrame | None) -> Evidence:
    config, asked = load_config(), periods.parse_period(period)
    held = {name: Held(rows) for name, rows in {**EXTRACTS, **changed}.items() if rows is not None}
    return Alone(
        config=config, intake=Intake(held, []), area_code=config.area_code, area_name=config.area_name, period=asked, months=asked.months,
        available=MONTHS, comparison=periods.compare(asked, MONTHS, config.minimum_share), edition=edition,
    )  # fmt: skip


def ledger_of(*facts: KeyFact) -> Ledger:
    made = {"notebook": "05_page", "cell": "a", "page": "Page"}
    return Ledger({fact.id: Entry({**fact.record(), **made}) for fact in facts})


def fact(ident: str, estimate: Estimate, period: str = YEAR, **more: object) -> KeyFact:
    return KeyFact(ident, f"{ident} in words.", estimate, period, "By hand", ("offences",), **more)


ASB_SHARE = fact("voices.asb_big_problem.share", rates.proportion(240, 1000), disclosure="protected: rounded")


def page(
    period: str = YEAR, theme: str = "", edition: str = "partnership", *facts: KeyFact, **changed: object
) -> Performance:
    evidence, ledger = evidence_of(period, edition, **changed), ledger_of(ASB_SHARE, *facts)
    year = of_twelve_months(evidence)
    return Performance(evidence, year, ledger, ledger, theme)


def verdicts_of(made: Performance) -> dict[str, str]:
    return {one.indicator.id: one.judgement.verdict for one in made.indicators}


# --- the plan of 2010/11 --------------------------------------------------------------------------------------


def test_the_plan_of_2010_is_judged() -> None:
    made = page()
    assert verdicts_of(made) == {
        "first_time_entrants": MET, "reoffending": CANT_TELL, "in_treatment": MET,
        "asb_big_problem": CANT_TELL, "serious_acquisitive": MET, "assault": NOT_MET,
    }  # fmt: skip
    assert [reading(one) for one in made.indicators] == [
        "336 per 100,000 below the target (better)", "0.51 percentage points above the target (worse)", "2 above the target (better)",
        "1.0 percentage points below the target (better)", "1.42 per 1,000 below the target (better)", "1.37 per 1,000 above the target (worse)",
    ]  # fmt: skip
    lead = made.lead()
    assert lead.lead.text.startswith("Of 6 indicators 3 met their targets, 1 missed its target and 2 can't be judged.")
    assert lead.lead.text.endswith("1 of 5 actions is overdue; 2 are at risk or off track.")
    assert not {"title", "behind"} & set(lead._repr_mimebundle_()[SUMMARY])
    told = {row[0]: row[2] for row in made.reasons().rows}
    assert told[NASTY] == "The target's time is over, and the whole interval (9.04 to 9.80) is worse than the target."
    assert told["Serious acquisitive crime"] == "The whole interval (15.59 to 16.58) is at the target or better."
    assert told["Adult re-offending"].endswith("reaches across the target.")


def test_a_page_of_all_themes_counts_its_targets_as_key_facts() -> None:
    table = page().headlines()
    assert table.columns[1:] == ("Indicators", "Met", "On course", "Not on course", "Not met", "Can't tell", "Actions overdue")  # fmt: skip
    assert table.rows[0] == ("Protecting vulnerable children", "1", "1", "0", "0", "0", "0", "1 of 2")
    assert table.rows[-1] == ("All themes", "6", "3", "0", "0", "1", "2", "1 of 5")
    records = {one["id"].removeprefix("performance.targets."): one for one in table._repr_mimebundle_()[FACTS]}
    told = {name: (one["value"], one["denominator"], one["unit"], one["statement"]) for name, one in records.items()}
    assert told == {
        "met": (3, None, "targets", "3 of 6 targets were met."), "on_course": (0, None, "targets", "None of 6 targets is on course."),
        "not_on_course": (0, None, "targets", "None of 6 targets is not on course."), "not_met": (1, None, "targets", "1 of 6 targets was not met."),
        "cant_tell": (2, None, "targets", "2 of 6 targets can't be judged."),
    }  # fmt: skip
    assert records["met"]["extracts"] == ["indicators", "services", "offences"] and table.html().count('id="fact-') == 5
    assert page(indicators=None).headlines().facts == () and page(theme="adults").headlines().text == ""


def test_a_tally_of_one_kind_is_said_as_such() -> None:
    every = {one.indicator.id: one for one in page().indicators}
    assert tally([]) == "" and tally([every["assault"]]) == "The one indicator missed its target."
    untold = [every[name] for name in ("reoffending", "asb_big_problem")]
    assert tally(untold) == "None of the 2 indicators can be judged."
    met = [every[name] for name in ("first_time_entrants", "serious_acquisitive")]
    assert tally(met) == "All 2 indicators met their targets."


def test_a_target_whose_time_is_long_over_is_for_the_record() -> None:
    rows = indicator_rows()
    rows["target_period"] = rows["target_period"].where(rows["theme"] == "violence", "2008-09").where(rows["theme"] != "adults", "2007-08")  # fmt: skip
    made = page(indicators=rows)  # 2008-09 ended two years before the period, and 2007-08 three
    assert [one.indicator.id for one in made.past] == ["reoffending", "in_treatment"]
    assert made.lead().lead.text.startswith("Of 4 indicators 2 met their targets, 1 missed its target and 1 can't")
    assert made.headlines().rows[1][1] == "0" and made.headlines().rows[-1][1] == "4"
    assert made.headlines().note == "Two targets whose time is long over are left out; see further down."
    assert made.table().parts[-1].text == "Every target is long over of: Protecting vulnerable adults."
    table, why = made.past_table().parts
    assert table.caption == "Protecting vulnerable adults: targets whose time is long over"
    assert table.columns == made.table().parts[0].columns and [row[1] for row in why.rows] == [
        row[-1] for row in table.rows
    ]
    assert len(made.reasons().rows) == 4 and not {row[0] for row in made.reasons().rows} & {row[0] for row in why.rows}
    records = made.past_table()._repr_mimebundle_()[FACTS]
    assert [one["id"] for one in records] == [f"adults.performance_past.{name}" for name in ("reoffending", "in_treatment")]  # fmt: skip
    assert records[0]["statement"].endswith(f"for 2007-08: {CANT_TELL} (a target whose time is long over).")
    assert records[0]["verdict"] == CANT_TELL and records[0]["label"] == "Adult re-offending"
    assert "ended more than two years" in page().past_table().text
    assert page(indicators=None).past_table() == page(indicators=None).missing()


def test_baselines_and_targets_are_shown_as_they_were_published() -> None:
    rows = {row[0].split("\n")[0]: row for table in page().table().parts for row in table.rows}
    plain = {name: tuple(cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row) for name, row in rows.items()}
    assert plain["Serious acquisitive crime"][1:3] == ("19.52 per 1,000\n4,943 in 2007-08", "17.50 per 1,000\n4,443 in 2010-11")  # fmt: skip
    assert plain["First-time entrants"][1:3] == ("2,140 per 100,000\n580 in 2007/08", "1,900 per 100,000\n536 in 2010-11")  # fmt: skip
    assert plain["Adult re-offending"][1:3] == ("11.72%\n2007-08", "10.20%\n2010-11")
    assert plain["Drug users in treatment"][1:4] == ("1,256\n2007-08", "1,320\n2010-11", "1,322")
    assert plain["ASB a big problem"][1:4] == ("28.0%\n2008", "25.0%\n2010-11", "24.0%")
    assert plain["Serious acquisitive crime"][4] == "15.59 to 16.58\n4,100 of 255,000\n2010-11"
    assert plain[NASTY][0].endswith("(lower is better)") and plain["Drug users in treatment"][0].endswith(
        "(higher is better)"
    )


def test_populations_that_differ_are_flagged() -> None:
    notice, table = page().populations().parts
    assert notice.items == ("First-time entrants: 27,103 people at the baseline and 28,211 at the target (+4.1%).",)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["First-time entrants"] == ("27,103", "28,211", "+4.1% flagged", "27,500 (+1.5%)")
    assert rows["Serious acquisitive crime"] == ("253,227", "253,886", "+0.3%", "255,000 (+0.7%)")
    assert rows[NASTY][:3] == ("253,404", "253,980", "+0.2%")
    alike = indicator_rows().query("indicator_id != 'first_time_entrants'")
    assert page(indicators=alike).populations().parts[0].items == ()
    assert "no population is implied" in page(indicators=alike.assign(baseline_count=None)).populations().text


def test_facts_name_what_they_rest_on() -> None:
    made = [one for table in page().table().parts for one in table.facts]
    assert len({one.id for one in made}) == 6 and not any(one.headline for one in made)
    asb = next(one for one in made if one.id == "communities.performance.asb_big_problem")
    assert asb.extracts == ("indicators", "offences") and asb.disclosure == "protected: rounded"
    assert (asb.verdict, asb.comparator_value, asb.comparator_period) == (CANT_TELL, 28, "2008")
    assert "about 24.0% in 2010-11" in asb.statement and asb.statement.endswith("25.0% for 2010-11: can't tell.")
    acquisitive = next(one for one in made if one.id.endswith("serious_acquisitive"))
    assert acquisitive.extracts == ("indicators", "services") and acquisitive.comparator_numerator == 4943
    json.dumps([one.record() for one in made])


def test_what_partners_wrote_is_escaped() -> None:
    made = page()
    parts = [made.table(), made.reasons(), made.populations(), made.charts(), made.actions.overdue_table(), made.actions.soon_table()]  # fmt: skip
    html = "".join(part._repr_mimebundle_()["text/html"] for part in parts)
    assert NASTY not in html and escape(NASTY) in html


# --- latest figures -------------------------------------------------------------------------------------------

ONE = Indicator(
    "one", "violence", "Crime", "One", "violence.domestic_abuse.count", "down", 120, "2009-10", 100, "2012-13"
)


def latest_of(found: KeyFact | None, evidence: Evidence | None = None, **changed: object) -> Judged:
    one, records = replace(ONE, **changed), Records(evidence or evidence_of())
    return Judged(one, latest(one, ledger_of(*([found] if found else [])), records))


def test_a_key_fact_gives_the_figure_and_its_address() -> None:
    got = latest_of(fact(ONE.fact_id, rates.count(80, "offences")))
    assert (got.latest.estimate.value, got.latest.period.code, got.latest.why) == (80, YEAR, "")
    assert got.latest.href == f"05_page.html#fact-{ONE.fact_id}"
    assert got.judgement.verdict == MET and reading(got) == "20 below the target (better)"


@pytest.mark.parametrize(("number", "verdict"), [(80, MET), (95, ON_COURSE), (118, CANT_TELL), (160, NOT_ON_COURSE)])
def test_before_its_time_a_target_is_held_to_the_line(number: int, verdict: str) -> None:
    width = 3 if number != 118 else 20
    estimate = Estimate(number, number - width, number + width + 8, number, None, "offences", "by hand")
    got = latest_of(fact(ONE.fact_id, estimate))
    assert got.judgement.verdict == verdict
    if verdict != MET:
        assert "for 2012-13. At the middle of 2010-11 the straight line from baseline to target is at 113" in reason(
            got
        )


def test_a_cumulative_figure_is_held_to_the_line_at_the_ends() -> None:
    estimate = rates.count(115, "pupils")
    got = latest_of(fact("violence.x.y_so_far", estimate, "2009-04 to 2011-03"), fact_id="violence.x.y_so_far", good="up", baseline=50, target=110)  # fmt: skip
    assert got.judgement.point == pytest.approx(50 + 60 * 365 / 1096, abs=0.01)
    assert got.judgement.verdict == ON_COURSE and "At the end of March 2011" in reason(got)


def test_what_bars_a_verdict_is_said() -> None:
    rate, share = rates.crude_rate(100, 255_000), rates.proportion(30, 100)
    told = {
        "No target was set.": latest_of(fact(ONE.fact_id, rates.count(80, "offences")), target=None),
        "No page made the key fact": latest_of(None),
        "has no record of arrests": latest_of(None, fact_id="services.arrests"),
        "The extract services was not supplied.": latest_of(None, evidence_of(services=None), fact_id="arrests"),
        "The figure is a rate per 1,000 and the target a count": latest_of(fact(ONE.fact_id, rate), unit="count"),
        "a percentage and the target a rate per 1,000": latest_of(fact(ONE.fact_id, share), unit="per 1,000"),
        "covers three months and the target 12": latest_of(fact(ONE.fact_id, rates.count(80, "offences"), "2010-11Q4")),
        "The figure has no interval": latest_of(fact(ONE.fact_id, Estimate(9.0, None, None, 9.0, 2.0, "seconds", "mean"))),
        "Too few.": latest_of(fact(ONE.fact_id, absent("offences", "count", "Too few."))),
        "leads to the target: it has no period that can be read": latest_of(fact(ONE.fact_id, rates.count(110, "offences")), target_period="soon"),
        "the baseline has no period that can be read": latest_of(fact(ONE.fact_id, rates.count(110, "offences")), baseline_period=""),
        "its period is not later": latest_of(fact(ONE.fact_id, rates.proportion(300, 400)), target=10, baseline_period="2013-14"),
        "no later figure than the baseline's": latest_of(fact(ONE.fact_id, rates.count(110, "offences"), "2009-10")),
        "no better than the baseline": latest_of(fact(ONE.fact_id, rates.count(110, "offences")), target=121),
    }  # fmt: skip
    for words, got in told.items():
        assert words in reason(got)
        assert got.judgement.verdict == CANT_TELL or words.startswith("no better")
    december = fact(ONE.fact_id, rates.proportion(280, 1000), "2009-12")  # within the baseline's year, after its middle
    assert "no later figure" in reason(latest_of(december, baseline=28, target=25, baseline_period="2009"))
    assert reading(told["covers three months and the target 12"]) == "\N{EN DASH}"


def test_a_month_missing_from_the_records_bars_a_count() -> None:
    short = replace(evidence_of(), months=MONTHS[-12:-1])
    found = replace(fact(ONE.fact_id, rates.count(80, "offences")), extracts=("street_crime",))
    assert "The extracts lack March 2011" in reason(latest_of(found, short))
    assert latest_of(found).judgement.verdict == MET


def test_services_are_protected_before_a_rate_is_made() -> None:
    rows = service_rows()
    few = rows.assign(numerator=rows["numerator"].where(rows["measure_id"] != "first_time_entrants", 3))
    public = {one.indicator.id: one for one in page(YEAR, "", "public", services=few).indicators}
    hidden = public["first_time_entrants"].latest
    assert hidden.estimate.value is None and hidden.estimate.numerator is None and "protected" in hidden.disclosure
    assert public["in_treatment"].latest.estimate.value == 1320  # 1,322 to the nearest five
    assert public["assault"].latest.estimate.value == pytest.approx(1000 * 2400 / 255_000)
    cells = [
        cell for table in page(YEAR, "", "public", services=few).table().parts for row in table.rows for cell in row
    ]
    assert "[c]" in cells
    wrong = rows.assign(numerator=rows["numerator"].where(rows["measure_id"] != "adult_reoffending", 9000))
    assert "one of the two is wrong" in reason(page(services=wrong).indicators[1])


def test_an_interval_made_elsewhere_is_kept() -> None:
    rows = service_rows()
    given = rows["measure_id"] == "drug_users_in_treatment"
    got = page(services=rows.assign(estimate_low=rows["estimate_low"].mask(given, 1321), estimate_high=rows["estimate_high"].mask(given, 1400)))  # fmt: skip
    found = {one.indicator.id: one for one in got.indicators}["in_treatment"]
    assert (found.latest.estimate.lower, found.latest.estimate.upper) == (1321, 1400)
    assert found.judgement.verdict == MET


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2007-08", "2007-04", "2008-03"), ("2007/08", "2007-04", "2008-03"), ("2008", "2008-01", "2008-12"),
        ("2020-21Q3", "2020-10", "2020-12"), ("ye-2020-12", "2020-01", "2020-12"), ("2010-03", "2010-03", "2010-03"),
        ("2020-04 to 2021-03", "2020-04", "2021-03"), ("2020-11-30", "2020-11", "2020-11"),
    ],
)  # fmt: skip
def test_periods_are_read_as_people_write_them(text: str, first: str, last: str) -> None:
    months = periods.read_period(text).months
    assert (months[0], months[-1]) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2008 and 2009",
        "Place Survey 2008",
        "year ending March 2020",
        "2008-2010",
        "2020-13",
        "2021-03 to 2020-04",
    ],
)
def test_what_is_no_one_period_is_none(text: str) -> None:
    assert periods.read_period(text) is None


# --- actions --------------------------------------------------------------------------------------------------


def test_actions_are_held_to_the_last_day_of_the_period() -> None:
    made = page().actions
    ids = {
        name: list(getattr(made, name)["action_id"]) for name in ("overdue", "unmeasured", "stale", "in_doubt", "soon")
    }
    assert ids == {"overdue": ["A2"], "unmeasured": ["A2", "A4"], "stale": ["A2"], "in_doubt": ["A1", "A2"], "soon": ["A1", "A3"]}  # fmt: skip
    late = made.overdue_table()
    assert [row[late.columns.index("Days overdue")] for row in late.rows] == ["60"]
    assert late.columns[-1] == "Progress" and made.doubt_table().rows[0][-1] == "Late"
    assert made.soon_table().caption == "Actions due on 31 March 2011 or in April to June 2011"
    on_time = page("2010-11Q1").actions.soon  # of A4, which is complete, nothing is due
    assert (
        on_time.empty and page("2010-11Q1").actions.soon_table().text == "No action is due in July to September 2010."
    )
    counts = page().action_counts()
    assert counts.rows[0] == ("Protecting vulnerable children", "2", "0", "0", "1", "1", "0", "1", "2")
    assert [one.id for one in counts.facts[:4]] == [f"children.performance.{name}" for name in ("actions", "actions_complete", "actions_overdue", "actions_behind")]  # fmt: skip
    theme = page(theme="children").action_counts()
    assert theme.caption == "Actions by theme and status at 31 March 2011" and theme.note == ""
    assert theme.facts[2].statement == "1 of 2 actions was overdue at 31 March 2011."
    assert theme.facts[3].statement == "2 of 2 actions were at risk or off track at 31 March 2011."
    assert [theme.html().count(f'id="{one.anchor}"') for one in theme.facts] == [1] * 4


def test_statuses_of_a_later_day_are_said_to_be_so() -> None:
    made = page("2010-11Q3").actions  # A1, A3 and A5 were updated in 2011
    assert made.quarter_start == pd.Timestamp("2010-10-01") and made.overdue.empty
    assert list(made.soon["action_id"]) == ["A2", "A1"]
    counts, when = made.counts(["A", "B", "C", "D"]), "as last reported, up to 1 May 2011"
    assert counts.caption == f"Actions by theme and status {when}" and counts.note.startswith("Three actions were updated after 31 December 2010: the extract has")  # fmt: skip
    assert counts.facts[0].statement == f"The theme had 2 actions {when}."
    assert counts.facts[2].statement == f"0 of 2 actions were overdue at 31 December 2010 ({when})."
    assert made.doubt_table().caption == f"Actions at risk or off track {when}"
    untold = "Three of those not complete were updated after 31 December 2010, so whether they were updated in the quarter too can't be told: they are left out here."
    assert made.stale_table().text == f"No other action is left without an update in the quarter. {untold}"
    table = page("2010-11Q3", actions=action_rows().assign(updated=pd.to_datetime(["2010-06-30", *["2011-02-01"] * 4])))
    assert len(table.actions.stale_table().rows) == 1 and table.actions.stale_table().note.startswith("Three of those")
    assert actions.Actions(evidence_of("ye-2010-11"), ("children",)).quarter_start == pd.Timestamp("2010-10-01")


def test_an_action_past_its_date_says_so_and_the_front_page_hears_of_it() -> None:
    rows = action_rows()
    late = rows.assign(due=rows["due"].where(~rows["action_id"].isin(["A3", "A5"]), pd.Timestamp("2011-03-30")))
    made = page(actions=late)
    assert {row[0]: row[-2] for row in made.actions.overdue_table().rows} == {
        "Talks": "Off track", "Wait": "On track, but past its date", NASTY: "Not started, but past its date",
    }  # fmt: skip
    told = page(theme="children", actions=late).lead()._repr_mimebundle_()[SUMMARY]
    assert told["behind"] == [["Talks", "Council", "30 January 2011", "Off track"], ["Walks", "Council", "31 March 2011", "At risk"]]  # fmt: skip
    other = page(theme="adults", actions=late).lead()
    assert other._repr_mimebundle_()[SUMMARY]["behind"] == [["Wait", "Council", "30 March 2011", "On track, but past its date"]]  # fmt: skip
    assert other.lead.text.endswith("1 of 2 actions is overdue; none is at risk or off track.")


def test_progress_notes_are_for_the_partners_alone() -> None:
    public = page(YEAR, "", "public").actions
    assert "Progress" not in public.doubt_table().columns and "Late" not in public.doubt_table().html()
    assert (
        public.doubt_table().rows[0][1] == "Child sexual exploitation"
    )  # the plan's own name, where a short one is given


def test_no_action_is_said() -> None:
    only = action_rows().query("action_id == 'A4'")
    made = page(actions=only).actions
    assert made.overdue_table().text == "No action is overdue." and isinstance(made.doubt_table(), Notice)


# --- parts of the page ----------------------------------------------------------------------------------------


def test_missing_extracts_are_named() -> None:
    made = page(indicators=None, actions=None)
    assert "extract indicators was not supplied" in made.lead().text and made.lead().kind == "missing"
    assert "extract actions was not supplied" in made.action_counts().text
    assert made.populations() == made.uncharted() == made.missing()
    for part in (made.headlines(), made.reasons(), made.charts(), made.caveats(), made.actions.overdue_table()):
        assert part.text == ""
    assert page(indicators=None).lead().lead.text == "1 of 5 actions is overdue; 2 are at risk or off track."
    assert page(indicators=None).headlines().rows[0][1:] == ("\N{EN DASH}",) * 6 + ("1 of 2",)


def test_another_area_has_no_partner_extracts() -> None:
    elsewhere = replace(evidence_of(), area_code="E08000016")
    made = Performance(elsewhere, elsewhere, ledger_of(), ledger_of())
    assert "is of Rotherham alone" in made.lead().text


def test_a_theme_has_its_own_page() -> None:
    made = page(theme="adults")
    assert made.headlines().text == ""
    assert list(verdicts_of(made)) == ["reoffending", "in_treatment"]
    assert made.lead()._repr_mimebundle_()[SUMMARY]["title"] == "Protecting vulnerable adults"
    assert made.figures().text == made.more_figures().text == ""  # a year has pages of its own for these
    assert "No indicator is set for" in page(theme="adults", indicators=indicator_rows().iloc[:1]).table().parts[0].text
    with pytest.raises(AuditError, match="no theme 'youth'"):
        open_performance(evidence_of(), "youth")


MOVED = Estimate(-20.0, -30.0, -9.0, 120, 150, "% change", "ratio")


def test_a_quarter_is_judged_by_its_twelve_months_and_carries_its_figures() -> None:
    stem = "adults.mental_health"
    count = fact(f"{stem}.count", rates.count(120, "offences"), QUARTER, label="Mental health", comparator_value=150)
    change = fact(f"{stem}.change", MOVED, QUARTER, verdict="lower")
    made = page(QUARTER, "adults", "partnership", count, change, fact("children.cse.count", rates.count(9, "x"), QUARTER))  # fmt: skip
    assert made.year.period.code == "ye-2010-09" and made.year.period.months[0] == "2009-10"
    table = made.figures()
    assert table.columns == ("Recorded", "Count", "July to September 2009", "Change", "Verdict")
    assert table.rows == (
        ("Mental health", "120", "150", "\N{MINUS SIGN}20.0%", "\N{BLACK DOWN-POINTING TRIANGLE} Lower"),
    )
    records = table._repr_mimebundle_()[FACTS]
    assert [one["id"] for one in records] == [f"{stem}.count", f"{stem}.change"]
    assert "page" not in records[0] and 'id="fact-adults.mental_health.count"' in table.html()
    assert not any(any(row) for row in made.table().parts[0].hrefs)  # the year's pages are not in the report
    empty = Performance(made.evidence, made.year, Ledger({}, "Nothing yet."), made.yearly, "adults")
    assert "Nothing yet." in empty.figures().text and empty.more_figures().text == ""
    early = replace(made.evidence, comparison=periods.compare(made.evidence.period, MONTHS[-12:], 0.5))
    assert replace(made, evidence=early).figures().columns[2] == "A year before"


def test_a_change_under_another_name_stands_beside_its_count() -> None:
    stem = "adults.mental_health"
    count = fact(f"{stem}.count", rates.count(120, "offences"), QUARTER, comparator_value=150)
    other = fact(f"{stem}.victim_offences_change", MOVED, QUARTER, verdict="lower", disclosure="protected: rounded")
    unlike = fact(f"{stem}.part_change", replace(MOVED, numerator=60, denominator=75), QUARTER, verdict="lower")
    made = page(QUARTER, "adults", "partnership", count, unlike, other)
    assert made.figures().rows[0][:4] == ("Mental health", "120", "150", "\N{MINUS SIGN}20%")
    assert [one.entry.id for one in made.more_figures().facts] == [unlike.id]
    bare = page(QUARTER, "adults", "partnership", replace(count, comparator_value=None), unlike).figures()
    assert bare.rows[0][2:] == ("\N{EN DASH}",) * 3


def test_other_figures_are_those_of_the_quarter_that_moved() -> None:
    share, up = rates.proportion(60, 120), {"verdict": "higher"}
    told = fact("children.cce.boys_share", share, QUARTER, label="Cce", **up)
    rest = (
        fact("children.cce.girls_share", share, QUARTER, verdict="no clear change"),
        fact("children.cce.jan_dec_change", MOVED, "2010-01 to 2010-12", verdict="lower"),
        fact("children.cce.rate", rates.crude_rate(120, 255_000), QUARTER, **up),
        fact("children.performance.one", share, QUARTER, **up),
    )
    table = page(QUARTER, "children", "partnership", told, *rest).more_figures()
    assert table.rows == (("Child criminal exploitation", told.statement, "\N{BLACK UP-POINTING TRIANGLE} Higher"),)
    assert table.html().count(f'id="{told.anchor}"') == 1
    assert page(QUARTER, "children", "partnership", *rest).more_figures().text == ""


def test_breaks_are_told_where_there_are_targets() -> None:
    made = page("2010-11")
    assert made.caveats().kind == "caveats"
    covid = replace(made, year=replace(made.year, period=periods.parse_period("2020-21")))
    assert made.caveats() == tables.break_caveats(made.year) and covid.caveats() == tables.break_caveats(covid.year)


def test_each_indicator_has_a_chart_or_a_reason() -> None:
    burglary = (
        indicator_rows()
        .iloc[:2]
        .assign(indicator_id=["a", "b_c"], fact_id=["overview.burglary.rate", "services.assault_quarterly"])
    )
    made = page(indicators=pd.concat([burglary, indicator_rows().iloc[2:3]], ignore_index=True))
    series = Series(made.year)
    charts = {one.indicator.id: series.chart(one) for one in made.indicators}
    assert isinstance(charts["a"], Chart) and charts["a"].id == "indicator-a" and "month" in charts["a"].subtitle
    assert (
        isinstance(charts["b_c"], Chart) and charts["b_c"].id == "indicator-b-c" and "quarter" in charts["b_c"].subtitle
    )
    assert "by the year" in charts["first_time_entrants"].text
    folded = made.charts()
    assert (
        isinstance(folded, Folded) and len(folded.parts) == 2 and "<details" in folded._repr_mimebundle_()["text/html"]
    )
    assert made.uncharted().items == ("Supplied by the year, or for fewer than four single months or quarters, which is too few for a control chart: First-time entrants.",)  # fmt: skip
    assert len(page().uncharted().items) == 2  # one reason for those of services, one for the survey
    unknown = Judged(replace(ONE, fact_id="overview.parrots.count"), Latest(None, None))
    assert "overview.parrots.count" in series.chart(unknown).text


def test_the_title_of_a_chart_starts_with_a_capital(monkeypatch: pytest.MonkeyPatch) -> None:
    burglary = indicator_rows().iloc[:1].assign(fact_id="overview.burglary.rate")
    made = page(indicators=burglary)
    drawn = replace(Series(made.year).chart(made.indicators[0]), title="year ending September 2010: most in May 2010")
    monkeypatch.setattr(Series, "_chart", lambda self, one: drawn)
    assert Series(made.year).chart(made.indicators[0]).title == "Year ending September 2010: most in May 2010"


def test_quarters_that_a_provider_lacks_are_left_out() -> None:
    rows = service_rows().query("measure_id == 'assault_quarterly'")
    other = rows.iloc[1:].assign(provider="Other")
    one = page(
        services=pd.concat([rows, other], ignore_index=True),
        indicators=indicator_rows().iloc[:1].assign(fact_id="services.assault_quarterly"),
    )
    chart = Series(one.year).chart(one.indicators[0])
    assert chart.table.rows[0] == ("2008-09", "\N{EN DASH}", "1,016", "1,016", "\N{EN DASH}")


def test_a_question_is_shown_by_wave_with_its_target() -> None:
    waves = pd.DataFrame({
        "survey": "Place Survey", "wave": pd.to_datetime(["2008-12-01", "2010-12-01", "2011-12-01"]), "question_id": "asb_big_problem",
        "question": "How big?", "group": None, "positive": [280.0, 240.0, 1.0], "base": [1000.0, 1000.0, 1000.0], "design_effect": 1.0,
    })  # fmt: skip
    made = page(surveys=waves, indicators=indicator_rows().iloc[:1])
    chart = Series(made.year).chart(made.indicators[0])
    assert chart.title.endswith("28.0% in December 2008, 24.0% in December 2010")
    assert "the upright line is the target, 25.0%" in chart.subtitle and len(chart.table.rows) == 2
    assert "asked asb_big_problem" in Series(page().year).chart(page().indicators[3]).text
