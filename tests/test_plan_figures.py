"""The plan's own figures on the pages of the sample: as published, and recounted from the raw files.

Figures that were published are typed here from the partnership's documents. The rest is counted again from the
extracts as received, with pandas, by the definitions in METHODS.md and with none of the audit's own code.
"""

from __future__ import annotations

import csv
import html
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from scipy import stats

LAST_DAY = date(2021, 3, 31)
YEAR = (date(2020, 4, 1), LAST_DAY)
THEMES = {
    "children": "Protecting vulnerable children",
    "adults": "Protecting vulnerable adults",
    "communities": "Safer and stronger communities",
    "violence": "Protecting people from violence and organised crime",
}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
Z = stats.norm.ppf(0.975)
LONG_OVER = "targets whose time is long over"


class Promise(NamedTuple):
    """An indicator of the plan of 2010/11: baseline and target as published, with their counts where it has them."""

    theme: str
    baseline: str
    baseline_count: int | None
    target: str
    target_count: int | None
    unit: str
    baseline_period: str = "2007-08"


# "Headline Performance Indicators", Safer Rotherham Partnership plan 2010/11 (003_e7ebc3b36120215f.txt, lines 393-399).
PLAN_2010 = {
    "ni_asb_big_problem": Promise("communities", "28.0", None, "25.0", None, "%", "2008"),
    "ni_serious_acquisitive_crime": Promise("communities", "19.52", 4943, "17.50", 4443, " per 1,000"),
    "ni_first_time_entrants": Promise("children", "2,140", 580, "1,900", 536, " per 100,000"),
    "ni_adult_reoffending": Promise("adults", "11.72", None, "10.20", None, "%"),
    "ni_assault_with_injury": Promise("violence", "8.52", 2159, "8.04", 2042, " per 1,000"),
    "ni_drug_users_in_treatment": Promise("adults", "1,256", None, "1,320", None, ""),
}
# Count over rate, by hand, and the difference: 580 / 2,140 x 100,000 is 27,103 people, 536 / 1,900 x 100,000 is 28,211.
IMPLIED = {
    "ni_first_time_entrants": ("27,103", "28,211", "+4.1% flagged"),
    "ni_serious_acquisitive_crime": ("253,227", "253,886", "+0.3%"),
    "ni_assault_with_injury": ("253,404", "253,980", "+0.2%"),
}
# Table of page 11, first and last month of the period that the figure was published for, and the figure in %.
PERCEPTIONS = {
    "asb_very_big_problem_share": ("Anti-social behaviour a very big problem, Your Voice Counts", "2015-04", "2016-03", 30),
    "da_victims_satisfied_share": ("Wholly satisfied, Domestic abuse victim survey", "2015-04", "2016-03", 83),
    "da_victims_feel_safer_share": ("Feel safer, Domestic abuse victim survey", "2015-04", "2016-03", 59),
    "asb_big_problem_baseline": ("Anti-social behaviour a big problem, Place Survey", "2008-01", "2008-12", 28),
}  # fmt: skip
# Measures of indicators that are no other page's key fact: measure of the services extract and per how many people.
SERVICE_MEASURES = {
    "ni_first_time_entrants": ("first_time_entrants", 100_000),
    "ni_serious_acquisitive_crime": ("serious_acquisitive_crime", 1_000),
    "ni_assault_with_injury": ("assault_with_injury", 1_000),
    "ni_adult_reoffending": ("adult_reoffending", 0),  # a share
    "ni_drug_users_in_treatment": ("drug_users_in_treatment", 1),  # a count
}
# Whom a partnership is expected to hear: the groups of partner_extracts.csv and the scrutiny board's minutes, and
# older people and victims, whom the Equality Act and the regulations of 2007 bring in.
EXPECTED = {"businesses", "disabled people", "minority ethnic communities", "older people", "rural communities",
            "victims", "young people"}  # fmt: skip
ALSO_CALLED = {"victims of crime": "victims"}
# Table of page 11 and key fact of each question that a survey asked.
QUESTIONS = {
    ("Your Voice Counts", "asb_very_big_problem"): ("Anti-social behaviour a very big problem", "asb_very_big_problem"),
    ("Your Voice Counts", "asb_big_problem"): ("Anti-social behaviour a big problem", "asb_big_problem"),
    ("Place Survey", "asb_big_problem"): ("Anti-social behaviour a big problem", "asb_big_problem_place_survey"),
    ("Domestic abuse victim survey", "wholly_satisfied"): ("Wholly satisfied", "wholly_satisfied"),
    ("Domestic abuse victim survey", "feel_safer"): ("Feel safer", "feel_safer"),
    ("Your Voice Counts", "trust_police"): ("Trust in the police", "trust_police"),
    ("Your Voice Counts", "feel_safe_dark"): ("Safe after dark", "feel_safe_dark"),
}
# Verdict of the rule on targets, in the words of the summary, and key fact of how many targets have it.
TALLY = {"met": ("Met", "met"), "on course": ("On course", "on_course"),
         "not on course": ("Not on course", "not_on_course"), "not met": ("Missed", "not_met"),
         "can't tell": ("Can't tell yet", "cant_tell")}  # fmt: skip
IN_WORDS = {"no clear change": "no clear change", "up, by more than chance": "higher",
            "down, by more than chance": "lower"}  # fmt: skip
# The last part of the id of the fact in each column of the evidence on page 09.
EVIDENCE = {"Volume": "count", "Harm score": "harm", "Trend": "change", "Next twelve months": "forecast",
            "Repeat victims": "repeat_victims_share", "Vulnerable victims": "victims_vulnerable_share"}  # fmt: skip


# --- pages ----------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """What a cell says (a line break is a new line), the page and fact that it links to, and the fact it is."""

    text: str
    page: str = ""
    leads_to: str = ""
    fact: str = ""


def plain(markup: str) -> str:
    """The text of some markup, line breaks kept and every blank one that breaks."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>", "\n", markup))).replace("\xa0", " ").strip()


def cell_of(attributes: str, markup: str) -> Cell:
    """A cell of a table from its tag's attributes and what stands in it."""
    link = re.search(r'href="([^"#]+)(?:#fact-([^"]+))?"', markup)
    place = re.search(r'id="fact-([^"]+)"', attributes + markup)
    page, fact = (link[1], link[2] or "") if link else ("", "")
    return Cell(plain(markup), page, fact, place[1] if place else "")


@cache
def markup_of(page: Path) -> str:
    """A page as it is in its file."""
    return page.read_text(encoding="utf-8")


@cache
def tables_of(page: Path) -> dict[str, list[dict[str, Cell]]]:
    """The rows of each table of a page by its caption, each row by column; of two with a caption the last."""
    found = {}
    for table in re.findall(r"<table.*?</table>", markup_of(page), re.S):
        caption = re.search(r"<caption>(.*?)</caption>", table, re.S)
        rows = [
            [cell_of(*cell) for cell in re.findall(r"<t[hd]\b([^>]*)>(.*?)</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr\b.*?</tr>", table, re.S)
        ]
        if caption and rows:
            columns = [cell.text for cell in rows[0]]
            found[plain(caption[1])] = [dict(zip(columns, row, strict=True)) for row in rows[1:]]
    return found


@dataclass(frozen=True)
class Report:
    """A report's folder, read as somebody who has only the folder would."""

    folder: Path

    @cached_property
    def facts(self) -> dict[str, dict[str, str]]:
        with (self.folder / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
            return {row["id"]: row for row in csv.DictReader(handle)}

    def page(self, name: str) -> str:
        """The markup of a page."""
        return markup_of(self.folder / name)

    def table(self, name: str, caption: str) -> list[dict[str, Cell]]:
        """The rows of the one table of a page whose caption begins so."""
        found = [rows for title, rows in tables_of(self.folder / name).items() if title.startswith(caption)]
        assert len(found) == 1, (name, caption)
        return found[0]

    def number(self, fact: str, column: str = "value") -> float:
        """A number of a key fact."""
        return float(self.facts[fact][column])

    def leads(self, page: str, fact: str) -> bool:
        """Whether a link leads to a key fact, on the page that made it, at the place where it stands."""
        made = self.facts.get(fact, {}).get("notebook")
        return f"{made}.html" == page and f'id="fact-{fact}"' in self.page(page)

    def indicators(self) -> dict[str, dict[str, Cell]]:
        """The rows of the indicator tables of page 10 by the indicator's id."""
        kinds = [f"{label}: {kind}" for label in THEMES.values() for kind in ("indicators", LONG_OVER)]
        rows = [row for kind in kinds for row in self.table("10_performance.html", kind)]
        return {row["Latest"].fact.rpartition(".")[2]: row for row in rows}


@pytest.fixture(scope="module")
def public(sample_report: Path) -> Report:
    return Report(sample_report)


@pytest.fixture(scope="module")
def partnership(sample_partnership: Path) -> Report:
    return Report(sample_partnership)


@pytest.fixture(scope="module", params=["public", "partnership"])
def report(request: pytest.FixtureRequest) -> Report:
    """The report of either edition."""
    return request.getfixturevalue(request.param)


# --- numbers --------------------------------------------------------------------------------------------------


def numbers(text: str) -> list[str]:
    """The numbers of a text as printed, with their sign and without commas."""
    found = re.findall(r"(?:(?<![\w-])[+−-])?\d+(?:,\d{3})*(?:\.\d+)?", text)
    return [number.replace(",", "").replace("−", "-") for number in found]


def says(printed: str, value: float) -> bool:
    """Whether a printed number is a value at the precision of the print."""
    return abs(float(printed) - value) <= 0.5 * 10.0 ** -len(printed.partition(".")[2]) + 1e-9


def same(printed: Sequence[str], values: Sequence[float]) -> bool:
    """Whether printed numbers are values, one by one, at the precision of the print."""
    return len(printed) == len(values) and all(map(says, printed, values))


def wilson(positive: float, base: float, design_effect: float = 1.0) -> tuple[float, float]:
    """Wilson's interval of a share in %, with the base divided by the design effect."""
    n, p = base / design_effect, positive / base
    middle, half = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return 100 * (middle - half) / (1 + Z * Z / n), 100 * (middle + half) / (1 + Z * Z / n)


def byar(count: float) -> tuple[float, float]:
    """Byar's approximate interval of a Poisson count."""
    above = count + 1
    lower = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3
    return lower, above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3


def rounded_to_five(count: float) -> int:
    """A count as the public edition prints it."""
    return 5 * math.floor(count / 5 + 0.5)  # of 8 or more that is never below 10


@pytest.mark.parametrize(("printed", "value", "right"), [
    ("13.7", 13.6686, True), ("13.6", 13.6686, False), ("22331", 22331, True), ("4.2", 4.25, True),
    ("-12", -12.4, True), ("-12", -12.6, False),
])  # fmt: skip
def test_a_number_is_held_to_the_precision_of_its_print(printed: str, value: float, right: bool) -> None:
    assert says(printed, value) is right


def test_numbers_are_read_as_printed() -> None:
    assert numbers("1,703 per 1,000, −7% to +38.4%; 15,703 of 114,884") == [
        "1703", "1000", "-7", "+38.4", "15703", "114884",
    ]  # fmt: skip


def test_intervals_are_those_of_the_textbooks() -> None:
    assert same(["25.53", "36.62"], wilson(81, 263)) and same(["6.24", "16.05"], wilson(15, 148))  # Newcombe 1998
    assert same(["4.8", "18.4"], byar(10))  # exact: 4.80 to 18.39


# --- raw files ------------------------------------------------------------------------------------------------


@cache
def raw(folder: Path, extract: str) -> pd.DataFrame:
    """The one file of an extract as received; the workbooks have two rows above their headings."""
    (path,) = sorted((folder / extract).glob("*.*"))
    if path.suffix == ".xlsx":
        return pd.read_excel(path, engine="calamine", header=2, dtype={"baseline_period": str})
    return pd.read_csv(path)


@pytest.fixture(scope="module")
def folder(sample_report: Path) -> Path:
    """The folder of the raw files that both reports were made from."""
    return sample_report.parents[2] / "raw"


def consulted(folder: Path) -> pd.DataFrame:
    """The consultation events of the year, groups by the name that the page gives them."""
    events = raw(folder, "consultation")
    days = pd.to_datetime(events["date"], format="%d/%m/%Y").dt.date
    found = events[(days >= YEAR[0]) & (days <= YEAR[1])]
    return found.assign(group=found["group"].replace(ALSO_CALLED))


def months_of(period: str) -> tuple[date, date]:
    """First and last day of a period: 2008, 2010-11 (a financial year), 2020-11 (a month), 2019-04 to 2021-03."""
    if " to " in period:
        first, last = period.split(" to ")
        return months_of(first)[0], months_of(last)[1]
    year, _, rest = period.partition("-")
    start, months = date(int(year), 1, 1), 12
    if rest and int(rest) == (int(year) + 1) % 100:
        start = date(int(year), 4, 1)
    elif rest:
        start, months = date(int(year), int(rest), 1), 1
    end = start.month - 1 + months
    return start, date(start.year + end // 12, end % 12 + 1, 1) - timedelta(days=1)


# --- the plan of 2010/11, as published ------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", PLAN_2010)
def test_baseline_and_target_are_printed_as_published(indicator: str, report: Report) -> None:
    plan, row = PLAN_2010[indicator], report.indicators()[indicator]
    for column, value, count, period in (
        ("Baseline", plan.baseline, plan.baseline_count, plan.baseline_period),
        ("Target", plan.target, plan.target_count, "2010-11"),
    ):
        below = f"{count:,} in {period}" if count else period
        assert row[column].text.split("\n") == [f"{value}{plan.unit}", below], column
    fact = report.facts[f"{plan.theme}.performance_past.{indicator}"]
    assert float(fact["comparator_value"]) == float(plan.baseline.replace(",", ""))
    assert fact["comparator_numerator"] == str(plan.baseline_count or "")
    assert fact["comparator_period"] == plan.baseline_period
    assert f"The target is {plan.target}{plan.unit}" in fact["statement"] and "for 2010-11" in fact["statement"]
    assert fact["statement"].endswith("(a target whose time is long over).")


def test_the_populations_that_the_plan_implies_are_printed_and_one_is_flagged(report: Report) -> None:
    names = {row["Indicator"].text.split("\n")[0]: key for key, row in report.indicators().items()}
    rows = report.table("10_performance.html", "People that counts and rates imply")
    columns = ("At the baseline", "At the target", "Difference")
    assert {names[row["Indicator"].text]: tuple(row[name].text for name in columns) for row in rows} == IMPLIED
    for indicator, (then, later, difference) in IMPLIED.items():
        plan = PLAN_2010[indicator]
        size = float(plan.unit.removeprefix(" per ").replace(",", ""))
        assert plan.baseline_count and plan.target_count
        people = size * plan.baseline_count / float(plan.baseline.replace(",", ""))
        aimed = size * plan.target_count / float(plan.target.replace(",", ""))
        assert same(numbers(f"{then} {later} {difference}"), [people, aimed, 100 * (aimed / people - 1)]), indicator
        assert ("flagged" in difference) == (abs(aimed / people - 1) > 0.01), indicator


# --- perception and satisfaction, as published ----------------------------------------------------------------


@pytest.mark.parametrize("published", PERCEPTIONS)
def test_a_share_that_was_published_is_what_the_page_prints_for_that_wave(published: str, report: Report) -> None:
    caption, first, last, figure = PERCEPTIONS[published]
    shares = {}
    for row in report.table("11_voices.html", caption):
        month, year = row["Wave"].text.split()
        wave = f"{year}-{MONTHS.index(month) + 1:02}"
        if first <= wave <= last:
            shares[wave] = float(row["Share"].text.removesuffix("%"))
    assert shares and {math.floor(share + 0.5) for share in shares.values()} == {figure}, shares


# --- targets --------------------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """The latest figure of an indicator with its interval and period."""

    value: float
    lower: float
    upper: float
    period: str


def long_over(indicator: Mapping[str, object]) -> bool:
    """Whether a target's period ended more than 24 months before the last day."""
    return months_of(str(indicator["target_period"]))[1] < LAST_DAY.replace(year=LAST_DAY.year - 2)


def own_fact(indicator: Mapping[str, object]) -> str:
    """The id of an indicator's own key fact."""
    return f"{indicator['theme']}.performance{'_past' * long_over(indicator)}.{indicator['indicator_id']}"


def latest(report: Report, indicator: Mapping[str, object]) -> Reading:
    """The figure that measures an indicator: the key fact that it names or, of services, that of its own row.

    A plain count of what services did stands as it is: no chance, no interval.
    """
    fact = report.facts.get(str(indicator["fact_id"]), report.facts[own_fact(indicator)])
    as_is = indicator["unit"] == "count" and fact["extracts"].rpartition(";")[2].startswith("services:")
    names = ("value", "value", "value") if as_is else ("value", "lower", "upper")
    return Reading(*(float(fact[name]) for name in names), fact["period"])


def moment(period: str, adds_up: bool) -> float:
    """The day at which a period's figure is read: its middle, or of a figure that adds up from a start its end."""
    first, last = months_of(period)
    return last.toordinal() if adds_up else (first.toordinal() + last.toordinal()) / 2


def way_point(indicator: Mapping[str, object], period: str) -> float:
    """Where the straight line from baseline to target is at a period."""
    adds_up = str(indicator["fact_id"]).endswith("_so_far")
    start = moment(str(indicator["baseline_period"]), adds_up)
    end = moment(str(indicator["target_period"]), adds_up)
    gone = min(1.0, (moment(period, adds_up) - start) / (end - start))
    return float(indicator["baseline"]) + (float(indicator["target"]) - float(indicator["baseline"])) * gone


def verdict(indicator: Mapping[str, object], reading: Reading) -> str:
    """The rule on targets: the whole interval on one side of the target or, before its time, of the straight line."""
    sign = 1 if indicator["good"] == "up" else -1
    worst, best = sorted((sign * reading.lower, sign * reading.upper))
    target, measured = sign * float(indicator["target"]), months_of(reading.period)[1]
    if measured <= months_of(str(indicator["baseline_period"]))[1]:
        return "can't tell"
    if worst >= target:
        return "met"
    over = months_of(str(indicator["target_period"]))[1] <= measured
    line = target if over else sign * way_point(indicator, reading.period)
    if best < line:
        return "not met" if over else "not on course"
    return "on course" if worst >= line and not over else "can't tell"


def test_periods_are_read_whole() -> None:
    assert months_of("2008") == (date(2008, 1, 1), date(2008, 12, 31))
    assert months_of("2020-21") == YEAR and months_of("2020-11") == (date(2020, 11, 1), date(2020, 11, 30))
    assert months_of("2010-11") == (date(2010, 4, 1), date(2011, 3, 31))
    assert months_of("2019-04 to 2021-03") == (date(2019, 4, 1), LAST_DAY)


def test_the_rule_on_targets_by_hand() -> None:
    indicator = {"good": "down", "baseline": 40, "target": 30, "fact_id": "a", "baseline_period": "2018-19",
                 "target_period": "2022-23"}  # fmt: skip
    assert says("35.0", way_point(indicator, "2020-21"))
    for lower, upper, right in (
        (20, 30, "met"), (31, 34, "on course"), (34, 36, "can't tell"), (36, 38, "not on course"),
    ):  # fmt: skip
        assert verdict(indicator, Reading(0, lower, upper, "2020-21")) == right
    for lower, upper, right in ((31, 34, "not met"), (29, 31, "can't tell"), (28, 29, "met")):
        assert verdict(indicator, Reading(0, lower, upper, "2022-23")) == right
    assert verdict(indicator | {"good": "up"}, Reading(0, 31, 34, "2020-21")) == "met"
    assert verdict(indicator, Reading(0, 20, 25, "2019-03")) == "can't tell"  # no later than the baseline
    ends = {"2018-19": False, "2018": True, "2019-02": True, "2019-03": False}
    assert {end: long_over({"target_period": end}) for end in ends} == ends


def verdicts(report: Report, folder: Path, live: bool = False) -> dict[str, str]:
    """The verdict of the rule on each indicator of the raw file by its key fact; of those not long over if `live`."""
    rows = raw(folder, "indicators").to_dict("records")
    return {own_fact(row): verdict(row, latest(report, row)) for row in rows if not (live and long_over(row))}


def test_every_target_has_the_verdict_of_the_rule(report: Report, folder: Path) -> None:
    given = verdicts(report, folder)
    cells = {indicator: row["Verdict"].text for indicator, row in report.indicators().items()}
    assert {indicator: words.partition(" ")[2].lower() for indicator, words in cells.items()} == {
        fact.rpartition(".")[2]: words for fact, words in given.items()
    }
    made = {key for key, fact in report.facts.items() if ".performance" in key and "The target is" in fact["statement"]}
    assert {fact: report.facts[fact]["verdict"] for fact in made} == given and set(TALLY) == set(given.values())
    past = [row for label in THEMES.values() for row in report.table("10_performance.html", f"{label}: {LONG_OVER}")]
    assert {row["Latest"].fact.rpartition(".")[2] for row in past} == set(PLAN_2010)


def test_verdicts_are_counted_by_theme_and_in_all_without_those_long_over(report: Report, folder: Path) -> None:
    given, plan = verdicts(report, folder, live=True), actions(folder)
    rows = report.table("10_performance.html", "Targets and actions by theme")
    for (theme, label), row in zip([*THEMES.items(), ("", "All themes")], rows, strict=True):
        counts = Counter(words for fact, words in given.items() if fact.startswith(theme))
        assert all(int(row[words.capitalize()].text) == counts[words] for words in TALLY), label
        mine = plan[plan["theme"].str.startswith(theme)]
        assert (row["Theme"].text, row["Indicators"].text) == (label, str(counts.total()))
        assert row["Actions overdue"].text == f"{mine['overdue'].sum()} of {len(mine)}", label
    for words, (_, kind) in TALLY.items():
        fact = f"performance.targets.{kind}"
        assert rows[-1][words.capitalize()].fact == fact and report.number(fact) == Counter(given.values())[words]


def test_the_latest_figure_and_the_line_are_printed_beside_the_verdict(report: Report, folder: Path) -> None:
    rows, lines = report.indicators(), 0
    reasons = [row for kind in ("is what", "on a target whose time is long over")
               for row in report.table("10_performance.html", f"Why each verdict {kind}")]  # fmt: skip
    why = {row["Indicator"].text: row["Why"].text for row in reasons}
    for indicator in raw(folder, "indicators").to_dict("records"):
        row, reading = rows[indicator["indicator_id"]], latest(report, indicator)
        assert says(numbers(row["Latest"].text)[0], reading.value), indicator["name"]
        interval = [] if reading.lower == reading.upper else reading[1:3]
        assert same(numbers(row["Interval and base"].text.split("\n")[0]), interval), indicator["name"]
        gap = reading.value - float(indicator["target"])
        words = "below" if gap < 0 else "above", "better" if (gap > 0) == (indicator["good"] == "up") else "worse"
        assert says(numbers(row["Gap to target"].text)[0], abs(gap)), indicator["name"]
        assert all(word in row["Gap to target"].text for word in words), indicator["name"]
        if line := re.search(r"baseline to target is at (.*?),? ", why[indicator["name"]]):
            assert same(numbers(line[1]), [way_point(indicator, reading.period)]), indicator["name"]
            lines += 1
    assert lines > 9


@pytest.mark.parametrize("indicator", SERVICE_MEASURES)
def test_latest_figures_of_services_are_those_of_the_raw_file(
    indicator: str, partnership: Report, folder: Path
) -> None:
    measure, people = SERVICE_MEASURES[indicator]
    rows = raw(folder, "services")
    rows = rows[(rows["measure_id"] == measure) & (pd.to_datetime(rows["period_start"]).dt.date == YEAR[0])]
    count, of = rows["numerator"].sum(), rows["denominator"].sum()
    size = people / of if of else 1
    (own,) = (fact for fact in partnership.facts if fact.endswith(f".performance_past.{indicator}"))
    made = [100 * count / of, *wilson(count, of)] if not people else [count * size, *(x * size for x in byar(count))]
    if people == 1:  # a plain count
        made = [count, count, count]
    assert [partnership.number(own, name) for name in ("value", "lower", "upper")] == pytest.approx(made, rel=1e-8)


# --- actions --------------------------------------------------------------------------------------------------


def actions(folder: Path) -> pd.DataFrame:
    """The actions with their dates as days, whether each was open, overdue and behind at the year's end."""
    found = raw(folder, "actions")
    found = found.assign(**{name: pd.to_datetime(found[name]).dt.date for name in ("due", "updated")})
    is_open = found["status"] != "complete"
    behind = found["status"].isin(["at risk", "off track"])
    return found.assign(open=is_open, overdue=is_open & (found["due"] < LAST_DAY), behind=behind)


@pytest.mark.parametrize("caption", [
    "Actions overdue", "Actions at risk or off track", "Actions without a measure",
    "Actions not complete and last updated", "Actions due on 31 March 2021 or in April to June 2021",
])  # fmt: skip
def test_actions_that_need_attention_are_those_of_the_raw_file(caption: str, report: Report, folder: Path) -> None:
    plan = actions(folder)
    wanted = plan[{
        "overdue": plan["overdue"],
        "at": plan["behind"],
        "without": plan["measure_of_success"].isna(),
        "not": plan["open"] & (plan["updated"] < date(2021, 1, 1)),
        "due": plan["open"] & plan["due"].between(LAST_DAY, date(2021, 6, 30)),
    }[caption.split()[1]]]  # fmt: skip
    rows = report.table("10_performance.html", caption)
    assert Counter((row["Objective"].text, row["Action"].text) for row in rows) == Counter(
        zip(wanted["objective"], wanted["activity"], strict=True)
    )
    assert len(rows) > 3
    if caption == "Actions overdue":
        late = {row.activity: (LAST_DAY - row.due).days for row in wanted.itertuples()}
        assert {row["Action"].text: int(row["Days overdue"].text) for row in rows} == late


def test_actions_by_theme_are_those_of_the_raw_file(report: Report, folder: Path) -> None:
    plan = actions(folder)
    for theme, row in zip(THEMES, report.table("10_performance.html", "Actions by theme and status"), strict=True):
        own = plan[plan["theme"] == theme]
        made = {status.capitalize(): int((own["status"] == status).sum()) for status in set(plan["status"])}
        made |= {"Actions": len(own), "Overdue": own["overdue"].sum(), "At risk or off track": own["behind"].sum()}
        assert {name: int(row[name].text) for name in made} == made and row["Theme"].text == THEMES[theme]
        for kind, name in (("", "Actions"), ("_complete", "Complete"), ("_overdue", "Overdue"),
                           ("_behind", "At risk or off track")):  # fmt: skip
            assert report.number(f"{theme}.performance.actions{kind}") == made[name], (theme, name)


# --- risk as scored -------------------------------------------------------------------------------------------


def parts_of(folder: Path) -> dict[str, set[str]]:
    """The dimensions of harm and of likelihood; every weight is one and the rule is mean, then product."""
    scale = tomllib.loads((folder / "risk_scale.toml").read_text(encoding="utf-8"))
    assert (scale["within_part"], scale["across_parts"]) == ("mean", "product")
    assert {dimension["weight"] for dimension in scale["dimensions"].values()} == {1.0}
    parts = {name: dimension["part"] for name, dimension in scale["dimensions"].items()}
    return {part: {name for name, own in parts.items() if own == part} for part in ("harm", "likelihood")}


def risks(scores: pd.DataFrame, parts: Mapping[str, set[str]]) -> pd.DataFrame:
    """Harm, likelihood and risk of each issue, highest first; none where nobody scored a dimension of either."""
    means = scores.groupby(["issue", "dimension"])["score"].mean().unstack()
    found = pd.DataFrame({part: means[sorted(names)].mean(axis=1, skipna=False) for part, names in parts.items()})
    return found.assign(risk=found["harm"] * found["likelihood"]).dropna().sort_values("risk", ascending=False)


def top_five(ranked: pd.DataFrame) -> set[str]:
    """The issues in the five highest places."""
    return set(ranked.index[ranked["risk"].round(9).rank(ascending=False, method="min") <= 5])


def scored_rows(report: Report) -> dict[str, dict[str, Cell]]:
    """The rows of the issues scored, by issue."""
    rows = report.table("09_priorities.html", "Issues by risk as scored")
    return {row["Issue"].text.split("\n")[0]: row for row in rows}


def test_risks_and_ranks_are_those_of_the_raw_scores(report: Report, folder: Path) -> None:
    scores, parts = raw(folder, "risk_scores"), parts_of(folder)
    assert not scores.duplicated(["issue", "organisation", "dimension"]).any()
    assert scores["scored_on"].max() <= LAST_DAY.isoformat()
    ranked = risks(scores, parts)
    ranks = ranked["risk"].round(9).rank(ascending=False, method="min").astype(int)
    panels = [
        top_five(risks(scores[scores["organisation"] != name], parts)) for name in scores["organisation"].unique()
    ]
    rows = scored_rows(report)
    assert list(rows)[: len(ranked)] == list(ranked.index) and set(rows) == set(scores["issue"])
    for issue, made in ranked.iterrows():
        row = rows[str(issue)]
        assert numbers(row["Rank"].text)[0] == str(ranks[issue]), issue
        three = ["Risk", "Harm", "Likelihood"]
        assert same([row[name].text for name in three], made[[name.lower() for name in three]]), issue
        assert report.number(row["Risk"].fact) == pytest.approx(made["risk"], rel=1e-9), issue
        stays = sum(issue in panel for panel in panels)
        assert row["Leaving one scorer out"].text == f"{stays} of {len(panels)}", issue


def test_an_issue_that_nobody_scored_on_a_dimension_has_no_rank(report: Report, folder: Path) -> None:
    scores, parts = raw(folder, "risk_scores"), parts_of(folder)
    scored = scores.groupby("issue")["dimension"].agg(set)
    lacking = {issue: (parts["harm"] | parts["likelihood"]) - dimensions for issue, dimensions in scored.items()}
    rows = scored_rows(report)
    unranked = {issue for issue, row in rows.items() if row["Rank"].text.startswith("Not ranked")}
    assert unranked == {issue for issue, dimensions in lacking.items() if dimensions} == {"Scams about Covid-19"}
    for issue in unranked:
        assert rows[issue]["Risk"].text == "–"
        assert all(name.replace("_", " ") in rows[issue]["Rank"].text for name in lacking[issue])


def test_single_scorers_are_as_far_apart_as_their_scores(report: Report, folder: Path) -> None:
    scores, parts = raw(folder, "risk_scores"), parts_of(folder)
    alone = pd.concat([risks(own, parts)["risk"] for _, own in scores.groupby("organisation")])
    spread = scores.groupby(["issue", "dimension"])["score"].agg(["min", "max"])
    for row in report.table("09_priorities.html", "What stands beside the risk"):
        issue = row["Issue"].text
        if issue in alone.index:
            single = alone[[issue]]
            assert same(numbers(row["Risk by single scorers"].text), [single.min(), single.max()]), issue
        dimension, _, apart = row["Furthest apart on"].text.partition(": ")
        own = spread.loc[issue]
        widest = own.loc[dimension.lower().replace(" ", "_")]
        assert same(numbers(apart), list(widest)), issue
        assert widest["max"] - widest["min"] == (own["max"] - own["min"]).max(), issue


# --- calls to 101 ---------------------------------------------------------------------------------------------


def weighted(calls: pd.DataFrame, figure: pd.Series, weight: str) -> tuple[float, float, int]:
    """Mean of some months weighted by calls, its variance from their own spread, and the degrees of freedom."""
    weights, left = calls[weight], len(calls) - 1
    mean = (figure * weights).sum() / weights.sum()
    return mean, (weights * (figure - mean) ** 2).sum() / (left * weights.sum()), left


def welch(now: tuple[float, float, int], then: tuple[float, float, int]) -> tuple[float, float, float]:
    """Difference of two means and its interval, each with its own variance, by Satterthwaite's degrees of freedom."""
    variance = now[1] + then[1]
    half = stats.t.ppf(0.975, variance**2 / (now[1] ** 2 / now[2] + then[1] ** 2 / then[2])) * math.sqrt(variance)
    return now[0] - then[0], now[0] - then[0] - half, now[0] - then[0] + half


def test_a_change_of_means_is_welch_s() -> None:
    now, then = [1.0, 4.0, 2.0, 9.0], [0.5, 0.25, 0.0, 1.5, 1.0]
    interval = stats.ttest_ind(now, then, equal_var=False).confidence_interval()
    parts = [weighted(pd.DataFrame({"w": 1.0}, range(len(own))), pd.Series(own), "w") for own in (now, then)]
    assert welch(*parts)[1:] == pytest.approx(tuple(interval))


def known_calls(folder: Path) -> pd.DataFrame:
    """The months of calls up to the year's end, each with the year in which its financial year began."""
    calls = raw(folder, "calls_101")
    calls = calls[calls["month"] <= "2021-03"]
    return calls.assign(year=calls["month"].str[:4].astype(int) - (calls["month"].str[5:] < "04"))


def test_calls_of_the_year_are_the_sums_of_the_raw_months(report: Report, folder: Path) -> None:
    sums = known_calls(folder).groupby("year")[["offered", "answered", "abandoned"]].sum()
    now, before = sums.loc[2020], sums.loc[2019]
    offered = [report.number("voices.calls_101.offered", name) for name in ("value", "comparator_value")]
    assert offered == [now["offered"], before["offered"]]
    page = plain(report.page("11_voices.html"))
    assert f"{now['offered']:,} calls were offered to 101 in 2020-21" in page
    for kind in ("abandoned", "answered"):
        fact, share = f"voices.calls_101.{kind}_share", 100 * now[kind] / now["offered"]
        assert [report.number(fact, name) for name in ("value", "numerator", "denominator", "comparator_value")] == (
            pytest.approx([share, now[kind], now["offered"], 100 * before[kind] / before["offered"]])
        )
        assert f"{share:.1f}% of calls to 101 were {kind} in 2020-21 ({now[kind]:,} of {now['offered']:,};" in page


@pytest.mark.parametrize(("fact", "weight"), [("abandoned_share", "offered"), ("mean_wait", "answered")])
def test_intervals_of_calls_come_from_how_much_months_differ(
    fact: str, weight: str, report: Report, folder: Path
) -> None:
    calls = known_calls(folder)
    figure = calls["mean_wait_seconds"] if fact == "mean_wait" else 100 * calls["abandoned"] / calls["offered"]
    now, then = (weighted(own, figure[own.index], weight) for own in (calls[calls["year"] == y] for y in (2020, 2019)))
    half = stats.t.ppf(0.975, now[2]) * math.sqrt(now[1])
    name = f"voices.calls_101.{fact}"
    got = [report.number(name, column) for column in ("value", "lower", "upper", "comparator_value")]
    assert got == pytest.approx([now[0], now[0] - half, now[0] + half, then[0]], rel=1e-8)
    change = welch(now, then)
    assert change[1] > 0 and report.facts[name]["verdict"] == "higher"
    told = report.facts[name]["statement"].rpartition("That is")[2]
    inside = re.search(r"\((\+[^()]*); 95% interval ([^()]*)\)", told)
    assert inside and same(numbers(" ".join(inside.groups())), change), told


def test_every_month_of_abandoned_calls_is_printed(report: Report, folder: Path) -> None:
    table = report.table("11_voices.html", "Share of calls to 101 that were abandoned")
    rows = {row["Year"].text: row for row in table}
    for month in known_calls(folder).itertuples():
        cell = rows[f"{month.year}-{month.year % 100 + 1}"][MONTHS[int(month.month[5:]) - 1][:3]]
        assert says(cell.text, 100 * month.abandoned / month.offered), month.month


# --- consultation ---------------------------------------------------------------------------------------------


def test_participants_are_those_of_the_raw_events(partnership: Report, folder: Path) -> None:
    events = consulted(folder)
    groups = events.groupby("group")["participants"].agg(["size", "sum"])
    rows = partnership.table("11_voices.html", "Who took part in consultation")
    assert {row["Group"].text.lower(): [int(row["Events"].text), int(row["Participants"].text.replace(",", ""))]
            for row in rows} == {group: list(own) for group, own in zip(groups.index, groups.to_numpy())}  # fmt: skip
    total = groups["sum"].sum()
    assert partnership.number("voices.consultation.participants") == total
    for row in rows:
        own = groups["sum"][row["Group"].text.lower()]
        assert same(numbers(row["Share of participants"].text), [100 * own / total])
    assert partnership.number("voices.consultation.events") == len(events)
    assert partnership.number("voices.consultation.public_meetings") == (events["public_meeting"] == "Y").sum() == 1


def test_in_public_few_participants_are_withheld_and_can_t_be_worked_out(public: Report, folder: Path) -> None:
    events = consulted(folder)
    groups = events.groupby("group")["participants"].sum()
    rows = public.table("11_voices.html", "Who took part in consultation")
    shown = {row["Group"].text.lower(): row["Participants"].text.replace(",", "") for row in rows}
    hidden = {group for group, text in shown.items() if text == "[c]"}
    assert {group for group, people in groups.items() if 1 <= people <= 7} <= hidden and len(hidden) > 1
    assert all(int(shown[group]) == rounded_to_five(groups[group]) for group in set(shown) - hidden)
    assert set(shown) == set(groups.index)
    assert public.number("voices.consultation.participants") == rounded_to_five(groups.sum())


def test_who_was_not_heard_is_named(report: Report, folder: Path) -> None:
    events = consulted(folder)
    unheard = EXPECTED - set(events.loc[events["participants"] > 0, "group"])
    assert unheard == {"older people", "rural communities"}
    page = plain(report.page("11_voices.html"))
    assert f"No consultation event was held with {' or '.join(sorted(unheard))}." in page
    assert f"in no event: {' and '.join(sorted(unheard))}." in page
    assert f"{len(EXPECTED - unheard)} of the {len(EXPECTED)} groups" in page


def test_what_was_asked_to_come_first_is_counted_by_event(report: Report, folder: Path) -> None:
    raised = consulted(folder)["priorities_raised"].str.split(";")
    each, first = Counter(raised.explode()), Counter(raised.str[0])
    rows = report.table("11_voices.html", "What was asked to come first")
    assert {row["Issue"].text: (row["Events"].text, int(row["Put first by"].text)) for row in rows} == {
        issue: (f"{count} of {len(raised)}", first[issue]) for issue, count in each.items()
    }


# --- surveys --------------------------------------------------------------------------------------------------


class Answers(NamedTuple):
    """Positive answers of so many, as an edition has them, with the design effect; `few` where either is withheld."""

    positive: float
    base: float
    effect: float
    few: bool

    def share(self) -> list[float]:
        """The share with its interval, in %."""
        return [100 * self.positive / self.base, *wilson(self.positive, self.base, self.effect)]


def protected(count: float) -> int:
    """A count of people as the public edition has it; part of a respondent, by weighting, is one."""
    return rounded_to_five(1 if 0 < count < 1 else round(count))


def few(count: float) -> bool:
    """Whether a count, rounded to a whole number, is from 1 to 7."""
    return count > 0 and round(count) <= 7


def answers(report: Report, row: object) -> Answers:
    """The answers of a row of the raw file as the report's edition has them."""
    got = (row.positive, row.base)
    if is_public(report):
        return Answers(*map(protected, got), row.design_effect, few(row.positive) or few(row.base - row.positive))
    return Answers(*got, row.design_effect, False)


def is_public(report: Report) -> bool:
    """Whether a report is of the public edition."""
    return report.folder.name == "public"


def known_waves(folder: Path) -> pd.DataFrame:
    """The rows of surveys up to the year's end, all respondents and groups, design effects filled."""
    rows = raw(folder, "surveys")
    return rows[rows["wave"] <= LAST_DAY.isoformat()].fillna({"group": "", "design_effect": 1.0})


def waves(folder: Path) -> Iterator[tuple[str, str, list]]:
    """Caption and name of each question with the rows of all its respondents, the latest first."""
    rows = known_waves(folder)
    rows = rows[rows["group"] == ""].sort_values("wave", ascending=False)
    found = dict(list(rows.groupby(["survey", "question_id"])))
    assert set(found) == set(QUESTIONS)
    for key, own in found.items():
        yield f"{QUESTIONS[key][0]}, {key[0]}", QUESTIONS[key][1], list(own.itertuples())


def written(wave: str) -> str:
    """The month of a wave in words."""
    return f"{MONTHS[int(wave[5:7]) - 1]} {wave[:4]}"


def before(own: list, wave: str) -> object | None:
    """The wave nearest to twelve months before one, from 10 to 14 months (of two the later), else the wave before."""
    then = [row for row in own if row.wave < wave]
    ages = [12 * (int(wave[:4]) - int(row.wave[:4])) + int(wave[5:7]) - int(row.wave[5:7]) for row in then]
    yearly = [(abs(age - 12), age, place) for place, age in enumerate(ages) if 10 <= age <= 14]
    return then[min(yearly)[2]] if yearly else (then or [None])[0]


def compared(now: Answers, then: Answers) -> str:
    """Newcombe's verdict (method 10) on the difference of two shares."""
    (p, low, high), (q, least, most) = now.share(), then.share()
    if p - q - math.hypot(p - low, most - q) > 0:
        return "higher"
    return "lower" if p - q + math.hypot(high - p, q - least) < 0 else "no clear change"


def test_newcombe_s_intervals_by_hand() -> None:  # 56 of 70 and 48 of 80, Newcombe 1998: 0.0524 to 0.3339
    now, then = Answers(56, 70, 1.0, False), Answers(48, 80, 1.0, False)
    (p, low, _), (q, _, most) = now.share(), then.share()
    assert says("5.24", p - q - math.hypot(p - low, most - q)) and compared(now, then) == "higher"
    assert compared(then, now) == "lower" and compared(now, now) == "no clear change"


def test_every_wave_is_that_of_the_raw_answers_and_held_against_the_year_before(report: Report, folder: Path) -> None:
    for caption, name, own in waves(folder):
        for made, row in zip(own, report.table("11_voices.html", caption), strict=True):
            now, then = answers(report, made), before(own, made.wave)
            assert row["Wave"].text == written(made.wave) and not now.few, caption
            assert same(numbers(f"{row['Share'].text} {row['Interval'].text}"), now.share()), (caption, made.wave)
            assert says(row["Design effect"].text, now.effect) and row["Base"].text == f"{now.base:,}", caption
            held = "First wave" if then is None else f"{compared(now, answers(report, then))}\n{written(then.wave)}"
            assert row["Held against"].text.removeprefix("◆ ").removeprefix("▲ ").removeprefix("▼ ").lower() == (
                held.lower()
            ), (caption, made.wave)
        fact, now, then = report.facts[f"voices.{name}.share"], answers(report, own[0]), before(own, own[0].wave)
        got = [float(fact[column]) for column in ("value", "lower", "upper", "denominator")]
        assert got == pytest.approx([*now.share(), now.base], rel=1e-8) and fact["period"] == own[0].wave[:7]
        assert is_public(report) == (fact["numerator"] == ""), name
        assert is_public(report) or float(fact["numerator"]) == pytest.approx(now.positive), name
        assert fact["comparator_period"] == (then.wave[:7] if then else ""), name
        assert fact["verdict"] == (compared(now, answers(report, then)) if then else ""), name


def test_groups_of_the_latest_wave_are_those_of_the_raw_answers(report: Report, folder: Path) -> None:
    rows = known_waves(folder)
    rows = rows[rows["wave"] == rows.groupby(["survey", "question_id"])["wave"].transform("max")]
    rows, withheld = rows[~rows["group"].str.match(r"E05\d{6}")], 0
    for (survey, question), own in rows.groupby(["survey", "question_id"]):
        if len(own) == 1:
            continue
        printed = report.table("11_voices.html", f"{QUESTIONS[survey, question][0]} by group, {survey}")
        cells = {row["Group"].text: row for row in printed}
        whole, *groups = sorted((row for row in own.itertuples() if row.base >= 30), key=lambda row: row.group)
        assert set(cells) == {"All respondents", *(row.group[0].upper() + row.group[1:] for row in groups)}
        for row in groups:
            made, cell = answers(report, row), cells[row.group[0].upper() + row.group[1:]]
            rest = (whole.positive - row.positive, whole.base - row.base)
            hidden = is_public(report) and (made.few or rest[1] < 30 or few(rest[0]) or few(rest[1] - rest[0]))
            shown = numbers(f"{cell['Share'].text} {cell['Interval'].text}")
            assert cell["Share"].text == "[c]" and not shown if hidden else same(shown, made.share()), (question, row)
            assert cell["Base"].text == f"{made.base:,}{'*' * (made.base < 100)}", (question, row.group)
            assert hidden or ("." in cell["Share"].text) == (made.base >= 100), (question, row.group)
            withheld += hidden
    assert withheld == (2 if is_public(report) else 0)


# --- the summary for residents --------------------------------------------------------------------------------


class Figure(NamedTuple):
    """A link of the summary: the page, the fact and what it says."""

    page: str
    fact: str
    text: str


def told(report: Report) -> str:
    """The markup of what the summary tells, from the first heading on, without the note on its reading age."""
    body = re.search(r'<div class="residents">.*?</nav>(.*?)<p class="note">', report.page("summary.html"), re.S)
    assert body
    return body[1]


def figures(markup: str) -> list[Figure]:
    """The figures of some markup: each link to a fact."""
    found = re.findall(r'<a href="([^"#]+)#fact-([^"]+)">(.*?)</a>', markup, re.S)
    return [Figure(page, fact, plain(text)) for page, fact, text in found]


def undated(text: str) -> str:
    """A text without its dates, the numbers for telephones and the name of the pandemic."""
    dates = rf"(?:{'|'.join(MONTHS)}) \d{{4}}|\b\d{{4}}-\d\d\b|\b(?:101|999)\b|Covid-19"
    return re.sub(dates, "", text)


def printed(text: str) -> list[str]:
    """The numbers of a figure; minutes and seconds are seconds, a number in words is a figure."""
    if wait := re.search(r"(?:(\d+) minutes? )?(\d+) seconds?", text):
        return [str(60 * int(wait[1] or 0) + int(wait[2]))]
    word = text.partition(" ")[0]
    return [str(WORDS.index(word))] if word in WORDS else numbers(undated(text))


def is_name(fact: str) -> bool:
    """Whether the link to a fact is the name of an indicator or of an issue, and no figure."""
    return fact.endswith(".risk") or ".performance." in fact and not fact.endswith(".actions_overdue")


def meant(fact: Mapping[str, str], text: str, seen: int) -> list[float]:
    """The numbers that a figure of the summary must have; `seen` is how many of the fact stood before it."""
    kind = fact["id"].rpartition(".")[2]
    if kind == "forecast":
        return [float(fact["upper" if seen else "lower"])]
    if " of " in text and kind.startswith("raised_"):
        return [float(fact["numerator"]), float(fact["denominator"])]
    if kind.endswith("change") and "%" not in text:
        return [float(fact["comparator_numerator"])]
    return [abs(float(fact["value"]))]


def test_every_figure_of_the_summary_is_that_of_the_fact_it_leads_to(report: Report) -> None:
    links, seen = figures(told(report)), Counter()
    for page, name, text in links:
        fact = report.facts[name]
        assert report.leads(page, name), name
        if ".raised_" in name and not printed(text):
            assert text.lower() in fact["statement"].lower(), name
            continue
        if is_name(name):
            assert fact["statement"].lower().startswith(text.lower()), name
            continue
        assert same(printed(text), meant(fact, text, seen[name])), (name, text)
        seen[name] += 1
    assert seen.total() > 35 and len(links) > seen.total()


def test_a_figure_of_the_summary_is_about_so_many_where_it_was_rounded_to_protect_people(report: Report) -> None:
    told_of = [(name, text) for _, name, text in figures(told(report)) if not is_name(name) and ".raised_" not in name]
    rounded = {name for name, fact in report.facts.items() if "computed from counts rounded" in fact["disclosure"]}
    wrong = [(name, text) for name, text in told_of if text.lower().startswith("about ") != (name in rounded)]
    assert not wrong


def test_the_summary_has_no_figure_that_is_not_a_link(report: Report) -> None:
    bare = re.sub(r"<a [^>]*>.*?</a>", "", told(report), flags=re.S)
    assert numbers(undated(plain(bare.replace("</", " </")))) == []


def told_under(report: Report, heading: str) -> list[str]:
    """The markup of each item that the summary has under a heading."""
    section = told(report).partition(f'<h2 id="{heading}">')[2].partition("<h2 ")[0]
    found = re.findall(r"<li>(.*?)</li>", section, re.S)
    assert found, heading
    return found


def test_what_changed_has_the_verdict_and_the_direction_of_its_fact(report: Report) -> None:
    for item in told_under(report, "what-changed"):
        change = report.facts[figures(item)[0].fact]
        verb, word = ("rose", "higher") if float(change["value"]) > 0 else ("fell", "lower")
        assert f" {verb} by " in plain(item) and change["verdict"] == word, plain(item)
    for item in told_under(report, "what-did-not-clearly-change"):
        change = report.facts[figures(item)[0].fact]
        assert change["unit"] == "% change" and change["verdict"] == "no clear change", plain(item)


def test_what_residents_told_has_the_verdict_of_its_fact(report: Report) -> None:
    said = []
    for item in told_under(report, "what-residents-told-us"):
        text, facts = plain(item), [report.facts[figure.fact] for figure in figures(item)]
        if words := re.search(r"That is (.*?)\.$", text):
            said.append(words[1])
            assert {fact["verdict"] for fact in facts} == {IN_WORDS[words[1]]}, text
        if facts[0]["id"].endswith(".share"):  # of a survey: its month and, where it is named, its name
            assert written(facts[0]["period"]) in text, text
            assert all(name in facts[0]["statement"] for name in re.findall("“(.*?)”", text)), text
    assert len(said) > 4


def test_targets_actions_and_risks_of_the_summary_are_those_of_the_facts(report: Report, folder: Path) -> None:
    given = verdicts(report, folder, live=True)
    tally, *listed = told_under(report, "how-we-did-against-our-targets")
    for (_, fact, number), (words, (said, kind)) in zip(figures(tally), TALLY.items(), strict=True):
        assert f"{said}: {number}." in plain(tally) and fact == f"performance.targets.{kind}"
        assert int(number) == Counter(given.values())[words], words
    names = [item for item in listed if figures(item)]
    behind = {fact for fact, words in given.items() if words in ("not met", "not on course")}
    assert {figures(item)[0].fact for item in names} <= behind
    assert ("Others" in plain(" ".join(listed))) == (len(names) < len(behind))
    assert all(plain(item).endswith(f": {TALLY[given[figures(item)[0].fact]][0].lower()}.") for item in names) and names
    (late,) = (item for item in told_under(report, "what-happens-next") if "that are late" in item)
    assert [figure.fact for figure in figures(late)] == [f"{theme}.performance.actions_overdue" for theme in THEMES]
    by_risk = sorted((fact for fact in report.facts if fact.endswith(".risk")), key=report.number, reverse=True)
    (highest,) = (item for item in told_under(report, "what-happens-next") if ".risk" in item)
    assert [figure.fact for figure in figures(highest)] == by_risk[:3]


def syllables(word: str) -> int:
    """Groups of vowels of a word, without a silent e; at least one."""
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<![aeiouyl])e$", "", word.lower()))))


def reading_age(sentences: Sequence[str]) -> float:
    """The age of the Flesch-Kincaid grade."""
    words = [word for sentence in sentences for word in re.findall(r"[\w'’,.-]*\w", sentence)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59 + 5


def test_the_summary_states_its_reading_age_and_it_is_thirteen_or_lower(report: Report) -> None:
    ages = r"Reading age of this summary: about (\d+), and of its hardest sentence about (\d+), by the Flesch-Kincaid"
    stated = re.search(ages, plain(report.page("summary.html")))
    assert stated and int(stated[1]) <= 13
    blocks = map(plain, re.findall(r"<(?:p|li)\b[^>]*>(.*?)</(?:p|li)>", told(report), re.S))
    sentences = [sentence for block in blocks for sentence in re.split(r"(?<=[.!?])\s+", block)]
    assert abs(reading_age(sentences) - int(stated[1])) < 1.5
    assert abs(max(reading_age([sentence]) for sentence in sentences) - int(stated[2])) < 2.5


# --- the evidence on page 09 ----------------------------------------------------------------------------------


def evidence(report: Report) -> Iterator[tuple[str, str, Cell]]:
    """Each cell of the evidence with its issue and column."""
    for row in report.table("09_priorities.html", "The evidence on each issue"):
        issue = row["Issue"].text.split("\n")[0]
        yield from ((issue, column, cell) for column, cell in row.items() if column != "Issue")


def shown(column: str, fact: Mapping[str, str]) -> list[float]:
    """The numbers that a cell of the evidence must have."""
    names = {"Next twelve months": ("lower", "upper"), "Public raised it": ("numerator", "denominator")}
    return [float(fact[name]) for name in names.get(column, ("value",))]


def test_each_cell_of_evidence_is_the_value_of_the_fact_it_leads_to(report: Report) -> None:
    checked = Counter()
    for issue, column, cell in evidence(report):
        if not cell.leads_to or cell.text == "Not raised":
            assert not cell.page or (report.folder / cell.page).exists(), (issue, column)
            continue
        at, fact = (issue, column), report.facts[cell.leads_to]
        assert report.leads(cell.page, cell.leads_to), at
        if cell.text in ("Not given", "[c]"):
            assert fact["value"] == "", at
        else:
            assert same(numbers(re.split(r"[a-z]{4,} to ", cell.text)[0]), shown(column, fact)), (at, cell.text)
            checked[column] += 1
        if column == "Trend":
            assert cell.text.split("\n")[0].endswith(fact["verdict"].capitalize()), at
    assert min(checked[column] for column in EVIDENCE if column != "Next twelve months") > 8


def test_no_fact_is_said_only_where_there_is_none(report: Report) -> None:
    for row in report.table("09_priorities.html", "The evidence on each issue"):
        for column, kind in EVIDENCE.items():  # a column in which no issue has a fact is left out
            if (column not in row or row[column].text == "No fact") and row["Volume"].leads_to:
                area = row["Volume"].leads_to.rpartition(".")[0]
                assert f"{area}.{kind}" not in report.facts, (row["Issue"].text, column)


def test_what_the_public_raised_is_what_the_raw_events_raised(report: Report, folder: Path) -> None:
    raised = consulted(folder)["priorities_raised"].str.split(";")
    times = Counter(raised.explode())
    for issue, column, cell in evidence(report):
        if column == "Public raised it":
            words = f"{times[issue]} of {len(raised)} events" if times[issue] else "Not raised"
            assert cell.text == words, issue
            assert report.leads(cell.page, cell.leads_to), issue
