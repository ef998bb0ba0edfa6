"""Voices: shares of surveys, calls by month, who was heard in consultation, and what stands where an extract is missing."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from srp_lib import (
    control,
    duty,
    monthly_means,
    periods,
    rates,
    survey_facts,
    survey_findings,
    survey_groups,
    survey_tests,
)
from srp_lib.calls import Calls, call_facts, duration
from srp_lib.codelists import ASB, measures
from srp_lib.codelists.consulted import consulted_groups, group_of
from srp_lib.codelists.offences import objective_areas
from srp_lib.config import load_config
from srp_lib.consultation import Consultation
from srp_lib.consultation_tables import facts as consultation_facts
from srp_lib.consultation_tables import heard, not_heard, raised, raised_facts, unheard_words
from srp_lib.disclosure import Policy
from srp_lib.display import Folded, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.extracts import Intake
from srp_lib.facts import FactGroup, Lead
from srp_lib.monthly_means import Months
from srp_lib.perception import Perception, findings
from srp_lib.perception import chart as ward_chart
from srp_lib.perception import table as ward_table
from srp_lib.sample import partner
from srp_lib.survey_protection import protected, protected_groups
from srp_lib.survey_tests import Answer
from srp_lib.surveys import Surveys
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR
from srp_lib.voices import Voices, _twelve_months, open_voices

ROOT = Path(__file__).resolve().parents[1]
MONTHS = periods.month_range("2019-04", "2021-03")
ASKED = "How big a problem? A very big problem"
ALL = {"general public": 90, "young people": 7, "disabled people": 12, "minority ethnic communities": 31}


@dataclass(frozen=True)
class Held:
    """An extract in memory."""

    rows: pd.DataFrame

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = self.rows if "file" in self.rows else self.rows.assign(file="held.csv")
        return rows.copy() if columns is None else rows[list(columns)]


def evidence(period: str = "2020-21", edition: str = "public", **extracts: pd.DataFrame) -> Evidence:
    """An audit of these extracts; anti-social behaviour is 40 incidents a month in the first year and 60 in the second."""
    wanted, config = periods.parse_period(period), load_config(ROOT)
    names = list(dict.fromkeys(name for measure in measures().values() for name in measure.crime_types))
    counts = pd.DataFrame(0, index=list(MONTHS), columns=names)
    counts["Anti-social behaviour"] = [40] * 12 + [60] * 12
    made = Evidence(
        config, Intake({name: Held(rows) for name, rows in {"population": people(), **extracts}.items()}, []),
        config.area_code, config.area_name, wanted, wanted.months, MONTHS, periods.compare(wanted, MONTHS, 0.75), edition,
    )  # fmt: skip
    by_file = counts.rename_axis("month").rename_axis("crime_type", axis=1).stack()
    made.__dict__["_by_file"] = pd.concat({"held.csv": by_file}, names=["file"]).reorder_levels([1, 2, 0])
    return made


def people() -> pd.DataFrame:
    """A borough of 91,000 in mid-2020, a thousand of each age, 450 of them men."""
    ages = {f"age_{age}": [1000, 550, 450] for age in range(91)}
    totals = {"all_ages": [91_000, 91 * 550, 91 * 450], "sex": ["persons", "females", "males"]}
    return pd.DataFrame({"year": 2020, "area_code": load_config(ROOT).area_code, **totals, **ages})


def row(
    wave: str,
    positive: float,
    base: float,
    group: str | None = None,
    slug: str = "asb_very_big_problem",
    **more: object,
) -> dict[str, object]:
    """A row of the extract surveys."""
    whole = {
        "survey": "Your Voice Counts",
        "wave": pd.Timestamp(wave),
        "question_id": slug,
        "question": ASKED,
        "group": group,
    }
    return {**whole, "positive": positive, "base": base, "design_effect": math.nan, **more}


@pytest.fixture(scope="module")
def sample_surveys() -> pd.DataFrame:
    """The extract surveys of the sample."""
    written = next(data for path, data in partner.plan_files(2021) if path.startswith("surveys"))
    return pd.read_csv(io.BytesIO(written), parse_dates=["wave"]).drop(columns="SYNTHETIC")


def surveys(*rows: Mapping[str, object], period: str = "2020-21", edition: str = "public") -> Surveys:
    return Surveys(evidence(period, edition, surveys=pd.DataFrame(list(rows))))


def latest(found: Surveys) -> Table | Notice:
    """The table of latest answers, with its key facts."""
    return survey_facts.latest(found, survey_facts.share_facts(found))


def call_rows(months: Sequence[str] = MONTHS, abandoned: Sequence[int] | None = None) -> pd.DataFrame:
    """Calls by month: a thousand offered, by default 80 to 100 abandoned in the first year and 180 to 200 in the second."""
    lost = abandoned or [(80 if month < "2020-04" else 180) + 5 * (int(month[-2:]) % 5) for month in months]
    return pd.DataFrame(
        {"month": list(months), "offered": 1000, "answered": [990 - one for one in lost], "abandoned": lost,
         "mean_wait_seconds": [float(one) for one in lost]}
    )  # fmt: skip


def events(*rows: tuple[str, str, str, int, str | None, str | None]) -> pd.DataFrame:
    """Rows of the extract consultation: date, method, group, participants, what was raised, public meeting."""
    columns = ["date", "method", "group", "participants", "priorities_raised", "public_meeting"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.assign(event_id=[f"E{number}" for number in range(len(frame))], date=pd.to_datetime(frame["date"]))


def usual_events() -> pd.DataFrame:
    raised_by = {
        "general public": "Anti-social behaviour;E-scooters",
        "young people": "online crime;anti-social behaviour and priority locations",
    }
    kinds = {"general public": "meeting"}
    return events(
        *(
            ("2020-10-05", kinds.get(name, "focus group"), name, many, raised_by.get(name), None)
            for name, many in ALL.items()
        )
    )


# --- shares ---------------------------------------------------------------------------------------------------


def test_the_published_shares_come_back_with_their_intervals() -> None:
    # 2015-16: 30% a very big problem, 83% wholly satisfied, 59% felt safer; 2008: 28% a very or fairly big one
    for positive, base, published in ((345.0, 1150, 30), (171, 206, 83), (121, 206, 59), (322, 1150, 28)):
        found = Answer(positive, base).share()
        assert round(found.value) == published == round(rates.survey_proportion(positive, base).value)
        assert found.lower < published < found.upper


def test_wilson_with_a_design_effect_by_hand() -> None:
    found, z, n, p = Answer(60, 200, 1.6).share(), stats.norm.isf(0.025), 125.0, 0.3
    middle, half = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (found.lower, found.upper) == pytest.approx(
        [100 * (middle + side * half) / (1 + z**2 / n) for side in (-1, 1)]
    )


def test_two_waves_differ_by_newcombe_on_effective_bases() -> None:
    now, then = Answer(500, 1000, 2.0), Answer(400, 1000, 2.0)
    gap = survey_tests.difference(now, then)
    assert (gap.value, gap.lower, gap.upper) == pytest.approx(
        (lambda one: (one.value, one.lower, one.upper))(rates.share_difference(250, 500, 200, 500))
    )
    assert survey_tests.verdict(gap) == HIGHER and survey_tests.verdict(survey_tests.difference(then, now)) == LOWER
    assert survey_tests.verdict(survey_tests.difference(Answer(10, 29), then)) == TOO_FEW
    assert survey_tests.verdict(survey_tests.difference(Answer(42, 100, 2.0), then)) == UNCLEAR


def test_groups_are_judged_as_a_family_against_everyone_else() -> None:
    groups = {f"g{number}": Answer(30, 100) for number in range(9)} | {"high": Answer(60, 100), "few": Answer(20, 29)}
    words = survey_tests.against_rest(groups)
    assert words["high"] == HIGHER and words["few"] == TOO_FEW and words["g1"] == UNCLEAR
    assert survey_tests.against_rest({"part": Answer(60, 100)}, Answer(30, 110)) == {"part": TOO_FEW}
    chance = {f"g{number}": Answer(30 + (14 if number == 0 else 0), 100) for number in range(20)}
    assert survey_tests.verdict(survey_tests.difference(chance["g0"], Answer(570, 1900))) == HIGHER
    assert set(survey_tests.against_rest(chance).values()) == {UNCLEAR}  # one such in twenty is no surprise


def test_the_score_test_is_the_chi_squared_test() -> None:
    table = [[30, 70], [50, 60]]
    assert survey_tests.share_p(Answer(30, 100), Answer(50, 110)) == pytest.approx(
        stats.chi2_contingency(table, correction=False).pvalue
    )
    assert survey_tests.share_p(Answer(0, 100), Answer(0, 110)) == 1.0


def test_rank_correlation_is_spearmans_and_its_p_that_of_shuffling() -> None:
    rng = np.random.default_rng(7)
    first = pd.Series(rng.normal(size=15))
    second = first * 0.5 + rng.normal(size=15)
    found, p = survey_tests.rank_correlation(first, second)
    known = stats.spearmanr(first, second)
    assert found.value == pytest.approx(known.statistic) and p == pytest.approx(known.pvalue, abs=0.02)
    assert found.lower < found.value < found.upper and found.denominator == 15
    assert (
        survey_tests.rank_correlation(first, first)[0].value == pytest.approx(1)
        and survey_tests.rank_correlation(first, first)[1] < 0.001
    )
    few, sure = survey_tests.rank_correlation(first[:7], second)
    assert few.value is None and sure == 1.0 and "7 places" in few.note
    assert survey_tests.rank_correlation(first, second * 0)[0].value is None


# --- questions ------------------------------------------------------------------------------------------------


def test_waves_after_the_period_are_not_known_and_a_quarter_has_its_own_latest() -> None:
    rows = [row("2020-05-31", 300, 1000), row("2020-11-30", 380, 1000), row("2021-05-31", 500, 1000)]
    year, quarter = surveys(*rows), surveys(*rows, period="2020-21Q2")
    assert year.questions[0].latest.day == date(2020, 11, 30) and quarter.questions[0].latest.day == date(2020, 5, 31)
    fact = survey_facts.share_fact(year, year.questions[0])
    assert (fact.id, fact.verdict, fact.period, fact.comparator_period) == (
        "voices.asb_very_big_problem.share",
        HIGHER,
        "2020-11",
        "2020-05",
    )
    assert fact.estimate.value == 38.0 and fact.comparator_value == 30.0
    assert fact.label == "Anti-social behaviour a very big problem (Your Voice Counts)"
    assert "higher than the wave before (30.0% in May 2020)" in fact.statement
    assert survey_facts.share_fact(quarter, quarter.questions[0]).verdict == ""


def test_other_words_are_not_compared_and_an_old_wave_is_told() -> None:
    rows = [row("2016-05-31", 300, 1000), row("2017-05-31", 500, 1000, question="How big? Very or fairly big")]
    found = surveys(*rows)
    fact, table = survey_facts.share_fact(found, found.questions[0]), latest(found)
    assert fact.verdict == "" and "other words" in fact.statement and "3 years old" in fact.statement
    assert isinstance(table, Table) and survey_facts.OTHER_WORDS in table.rows[0] and "(old)" in table.rows[0][0]
    assert "three years old (May 2017)" in open_voices(found.evidence).question_limits().items[0]
    assert not found.questions[0].latest.same_words(found.questions[0].waves[0])
    same = surveys(rows[0], row("2017-05-31", 500, 1000, question=f"  {ASKED.upper()} "))
    assert same.questions[0].year_before().day == date(2016, 5, 31)


def test_a_wave_is_held_against_that_of_a_year_before_and_not_of_another_season() -> None:
    rows = [("2018-11-30", 290), ("2019-05-31", 260), ("2019-11-30", 270), ("2020-05-31", 330), ("2020-11-30", 335)]
    found = surveys(*(row(day, positive, 1000) for day, positive in rows))
    question = found.questions[0]
    fact, table = survey_facts.share_fact(found, question), latest(found)
    assert (fact.comparator_value, fact.comparator_period, fact.verdict) == (27.0, "2019-11", HIGHER)
    assert "That is higher than a year before (27.0% in November 2019)." in fact.statement
    assert table.columns[4:] == ("Against a year before", "Against the wave before", "Against the first wave")
    assert [cell.split("\n")[-1] for cell in table.rows[0][4:]] == ["November 2019", "May 2020", "November 2018"]
    steps = survey_facts.waves(found).parts[0][1].rows
    assert steps[0][5].endswith("November 2019") and steps[-2][5].endswith(
        "November 2018"
    )  # none a year before May 2019
    yearly = latest(surveys(*(row(day, positive, 1000) for day, positive in rows[::2])))
    assert yearly.columns[4:] == ("Against a year before", "Against the first wave")
    two = surveys(*(row(day, positive, 1000, slug=slug) for slug in ("trust_police", "feel_safe_dark") for day, positive in
                    (rows if slug == "trust_police" else rows[::2])))  # fmt: skip
    assert len({survey_facts.share_fact(two, one).verdict for one in two.questions}) == 1
    assert survey_findings.wave_chart(two, survey_facts.share_facts(two)).title.startswith(
        "Higher than a year before, by more than chance: Trust"
    )


@pytest.mark.parametrize(("earlier", "taken"), [
    (("2019-08-31", "2019-12-31"), "2019-12-31"), (("2019-09-30", "2020-01-31"), "2020-01-31"), (("2020-02-29",), None),
    (("2019-08-31",), None), (("2019-10-31", "2019-12-31"), "2019-12-31"),
])  # fmt: skip
def test_a_year_before_is_the_nearest_of_ten_to_fourteen_months(earlier: tuple[str, ...], taken: str | None) -> None:
    found = surveys(*(row(day, 300, 1000) for day in (*earlier, "2020-11-30"))).questions[0]
    year = found.year_before()
    assert (year and str(year.day)) == taken
    assert str(found.held_against().day) == (taken or earlier[-1]) and found.held_against(0) is None


def test_a_year_before_in_other_words_gives_way_to_the_wave_before() -> None:
    found = surveys(
        row("2019-11-30", 300, 1000, question="How big?"), row("2020-05-31", 300, 1000), row("2020-11-30", 300, 1000)
    )
    fact, table = survey_facts.share_fact(found, found.questions[0]), latest(found)
    assert fact.comparator_period == "2020-05" and "no clear change on the wave before" in fact.statement
    assert table.rows[0][4] == survey_facts.OTHER_WORDS and table.rows[0][5].endswith("May 2020")


def test_a_star_that_all_would_have_is_said_once() -> None:
    rows = [row("2020-11-30", 400, 1000), *(row("2020-11-30", 20, 60, name) for name in ("men", "women"))]
    found = surveys(*rows)
    table = survey_facts.group_table(found, found.questions[0], found.questions[0].others)
    assert [one[3] for one in table.rows] == [
        "1,000",
        "60",
        "60",
    ] and "Fewer than 100 answered for each group" in table.note
    mixed = surveys(*rows, row("2020-11-30", 90, 200, "16 to 24"))
    cells = survey_facts.group_table(mixed, mixed.questions[0], mixed.questions[0].others)
    assert [one[3] for one in cells.rows] == ["1,000", "200", "60*", "60*"] and cells.note.startswith("* Fewer")


def test_a_base_of_29_is_left_out_and_one_of_30_shown() -> None:
    found = surveys(row("2020-11-30", 400, 1000), row("2020-11-30", 15, 29, "women"), row("2020-11-30", 15, 30, "men"))
    table = survey_facts.group_table(found, found.questions[0], found.questions[0].others)
    assert [one[0] for one in table.rows] == ["All respondents", "Men"] and table.rows[1][3] == "30*"
    assert "Women is left out, with fewer than 30" in table.note and "*" in table.note
    lone = surveys(row("2020-11-30", 15, 29))
    fact = survey_facts.share_fact(lone, lone.questions[0])
    assert fact.estimate.value is None and "Fewer than 30" in fact.statement and fact.estimate.denominator is None


def test_the_public_edition_rounds_bases_and_gives_no_counts() -> None:
    rows = [row("2020-11-30", 361, 1203), row("2020-11-30", 23, 61, "men")]
    public, partnership = surveys(*rows), surveys(*rows, edition="partnership")
    fact, own = (survey_facts.share_fact(one, one.questions[0]) for one in (public, partnership))
    assert (fact.estimate.numerator, fact.estimate.denominator, fact.estimate.value) == (
        None,
        1205.0,
        100 * 360 / 1205,
    )
    shown = Answer(360, 1205).share()
    assert (fact.estimate.lower, fact.estimate.upper) == (shown.lower, shown.upper) and "29.9% of" in fact.statement
    assert (own.estimate.numerator, own.estimate.denominator) == (361, 1203) and fact.disclosure.startswith("protected")
    assert "1,203" not in latest(public).html() and "1,203" in latest(partnership).html()
    men = survey_facts.group_table(public, public.questions[0], public.questions[0].others).rows[1]
    assert men[:4] == ("Men", "42%", "30% to 54%", "60*")
    assert public.share(public.questions[0].others["men"]).value == pytest.approx(100 * 25 / 60)


def test_answers_of_few_are_withheld_in_public_alone() -> None:
    rows = [row("2020-11-30", 95, 100, slug="wholly_satisfied", survey="Domestic abuse victim survey")]
    public, partnership = surveys(*rows), surveys(*rows, edition="partnership")
    fact = survey_facts.share_fact(public, public.questions[0])
    assert fact.estimate.value is None and "identified" in fact.statement and "[c]" in latest(public).html()
    assert survey_facts.share_fact(partnership, partnership.questions[0]).estimate.value == 95
    asked = surveys(*[{**rows[0], "survey": "Your Voice Counts"}])
    assert survey_facts.share_fact(asked, asked.questions[0]).estimate.value is None  # victims or not
    assert (
        fact.disclosure.startswith("protected: a count is shown as [c]")
        and "[c] stands where 1 to 7" in latest(public).note
    )


def victims(*rows: tuple[str | None, float, float], wave: str = "2021-03-31", edition: str = "public") -> Surveys:
    """A survey of victims: group, positive, base."""
    more = {"slug": "wholly_satisfied", "survey": "Domestic abuse victim survey"}
    return surveys(*(row(wave, positive, base, group, **more) for group, positive, base in rows), edition=edition)


@pytest.mark.parametrize(("groups", "hidden"), [
    ([("women", 150, 210), ("men", 20, 28)], {"women"}),  # the rest is under 30
    ([("women", 100, 160), ("men", 71, 78)], {"men", "women"}),  # seven men did not, and the rest of women are the men
    ([("women", 110, 150), ("men", 60, 88)], set()),
    ([("women", 0, 120), ("men", 171, 118)][:1], set()),  # none is shown as none
    ([("everyone asked", 171, 238)], set()),  # no rest to tell
])  # fmt: skip
def test_a_group_is_withheld_where_the_rest_would_be(groups: list[tuple[str, float, float]], hidden: set[str]) -> None:
    found = victims((None, 171, 238), *groups).questions[0]
    assert {name for name, one in found.groups.items() if one.withheld} == hidden
    exact = victims((None, 171, 238), *groups, edition="partnership").questions[0]
    assert exact.groups == {name: Answer(positive, base) for name, positive, base in groups}


def test_a_part_that_the_others_would_tell_has_another_withheld_beside_it() -> None:
    parts = {"16 to 24": Answer(7, 60), "25 to 64": Answer(62, 140), "65 and over": Answer(61, 100)}
    policy = Policy(True)
    told = protected_groups(Answer(130, 300), parts, policy)
    assert [name for name, one in told.items() if one.withheld] == ["16 to 24", "65 and over"]
    roomy = {**parts, "25 to 64": Answer(60, 140), "65 and over": Answer(63, 100)}  # from 0 to 12 by what is shown
    assert [name for name, one in protected_groups(Answer(130, 300), roomy, policy).items() if one.withheld] == [
        "16 to 24"
    ]
    assert protected_groups(Answer(130, 300), parts, Policy(False)) == parts


@pytest.mark.parametrize(("positive", "base", "shown"), [
    (7, 200, None), (8, 200, 10.0), (0, 200, 0.0), (0.3, 200, None), (193, 200, None), (192, 200, 190.0),
    (199.7, 200, None), (200, 200, 200.0), (170.6, 205.9, 170.0), (15, 29, None),
])  # fmt: skip
def test_answers_are_rounded_or_withheld(positive: float, base: float, shown: float | None) -> None:
    found = protected(Answer(positive, base, 1.3), Policy(True))
    assert (found.positive if found.known else None) == shown and found.design_effect == 1.3
    assert found.enough == (base >= 30) and (found.base % 5 == 0 or not found.enough)
    assert protected(Answer(positive, base), Policy(False)) == Answer(positive, base)


def possible(share: str, base: str, policy: Policy) -> set[tuple[int, int]]:
    """Every pair of whole numbers (positive, base) that prints as this share over this base, by who knows the rule."""
    told = int(base.strip("*").replace(",", ""))
    near = [n for n in range(told - 4, told + 5) if policy.count(n).value == told]
    digits = 0 if told < 100 else 1
    fits = {top: f"{100 * top / told:.{digits}f}%" == share for top in range(0, told + 1, 5)}
    return {(p, n) for n in near for p in range(n + 1) if (top := policy.count(p).value) is not None and fits.get(top)}


@pytest.mark.parametrize("period", ["2020-21", "2018-19", "2019-20Q2"])
def test_no_small_number_of_the_sample_can_be_worked_out(sample_surveys: pd.DataFrame, period: str) -> None:
    found = Surveys(evidence(period, surveys=sample_surveys))
    policy, small, withheld = found.policy, set(range(1, 8)), 0
    for one in found.questions:
        whole = survey_facts.group_table(found, one, one.others).rows[0]
        everyone = possible(whole[1], whole[3], policy)
        for kind in filter(None, (one.others, one.wards)):
            for cells in survey_facts.group_table(found, one, kind).rows:
                if cells[1] == "[c]":
                    withheld += 1
                    assert cells[2] == cells[4] == "–"
                    continue
                pairs = possible(cells[1], cells[3], policy)
                for numbers in ({p for p, _ in pairs}, {n - p for p, n in pairs}):
                    assert numbers == {0} or (len(numbers) > 3 and not numbers <= small)
                rest = {p - q for p, _ in everyone for q, _ in pairs}
                assert cells[0] == "All respondents" or not rest <= small
    assert withheld
    for cells in (cells for _, table in survey_facts.waves(found).parts for cells in table.rows):
        pairs = possible(cells[1], cells[3], policy)
        assert not {p for p, _ in pairs} <= small and not {n - p for p, n in pairs} <= small
    satisfied = next(one for one in found.questions if one.slug == "wholly_satisfied")
    rows = survey_facts.group_table(found, satisfied, satisfied.others).rows[1:]
    assert rows and {cells[1] for cells in rows} == {"[c]"}


@pytest.mark.parametrize("edition", ["public", "partnership"])
def test_published_shares_come_out_of_either_edition(sample_surveys: pd.DataFrame, edition: str) -> None:
    found = Surveys(evidence("2020-21", edition, surveys=sample_surveys))
    shares = {
        (one.slug, str(wave.day)): round(found.share(wave.answer).value)
        for one in found.questions
        for wave in one.waves
    }
    published = {
        ("asb_very_big_problem", "2015-11-30"): 30, ("wholly_satisfied", "2016-03-31"): 83, ("feel_safer", "2016-03-31"): 59,
    }  # fmt: skip
    assert {name: shares[name] for name in published} == published
    assert [share for (slug, day), share in shares.items() if slug == "asb_big_problem" and day < "2009"] == [28]


def test_one_question_in_two_surveys_keeps_them_apart() -> None:
    found = surveys(
        row("2008-12-19", 322, 1150, survey="Place Survey"),
        row("2020-11-30", 400, 1000),
        row("2020-11-30", 9, 40, "men", slug="alone"),
    )
    assert [one.ident for one in found.questions] == ["asb_very_big_problem", "asb_very_big_problem_place_survey"]
    assert found.unasked == ("alone (Your Voice Counts)",) and found.perception.survey == "Your Voice Counts"
    waves = survey_facts.waves(found)
    assert isinstance(waves, Folded) and [title for title, _ in waves.parts][1].startswith(
        "Anti-social behaviour a very big problem (Place Survey)"
    )
    assert waves.parts[1][1].rows[0][1] == "27.8%"  # 320 of 1150: 28% as published


# --- wards ----------------------------------------------------------------------------------------------------


def wards(shares: Sequence[int], rates_: Sequence[float], records: Sequence[str], base: int = 80) -> Perception:
    """Wards with these percentages saying so, recorded rates and verdicts on the record."""
    codes = [f"E05{number:06d}" for number in range(len(shares))]
    rows = [
        row("2020-11-30", 330, 1000),
        *(row("2020-11-30", share * base / 100, base, code) for code, share in zip(codes, shares)),
    ]
    rows[-1] = {**rows[-1], "positive": 5, "base": 29}
    found = surveys(*rows)
    names = {code: f"Ward <{number}>" for number, code in enumerate(codes)} | {"E05999999": "Unasked"}
    made = Perception(found, found.questions[0], SimpleNamespace(names=lambda: names, evidence=found.evidence))
    index = pd.Index([*codes, "E05999999"])
    made.__dict__["exact"] = pd.Series([*records, UNCLEAR], index=index)
    standing = pd.DataFrame({"verdict": [*records, UNCLEAR], "stands_out": ""}, index=index)
    made.__dict__["figures"] = SimpleNamespace(
        index=index, standing=standing, rate=pd.DataFrame({"value": [*rates_, 20.0]}, index=index)
    )
    return made


def test_wards_where_worry_and_record_part_are_named_and_small_bases_left_out() -> None:
    shares, record = [20, 22, 24, 26, 28, 30, 32, 34, 70, 36], [LOWER] + [UNCLEAR] * 8 + [HIGHER]
    made = wards(shares, list(range(10, 20)), record)
    assert made.worried == ["E05000008"] and made.calm == [] and made.most == ["E05000009"]
    assert made.small == ["Ward <9>"] and made.unasked == ["Unasked"] and "E05000009" not in made.shares
    table, drawn, told = ward_table(made), ward_chart(made), findings(made)
    assert isinstance(table, Table) and isinstance(drawn, Chart) and len(table.rows) == 9
    assert "Ward <9> is left out" in table.note and "no answers from Unasked" in table.note
    assert "Worry is high while records are not in Ward <8>" in told.html().replace("&lt;", "<").replace("&gt;", ">")
    assert "tended to have more" in told.text and "rank correlation 0.94 over 9 wards" in told.text
    assert (
        "Named are Ward <8> for the highest share, the highest recorded rate and high worry while records" in drawn.note
    )
    assert not any("*" in one[3] for one in table.rows) and "Fewer than 100 answered for each ward" in table.note
    assert "Benjamini" not in drawn.html() + table.html() + told.html()
    assert "Ward <8>" not in drawn.html() + table.html() and "Ward &lt;8&gt;" in drawn.html()


def test_a_worried_ward_with_a_high_record_is_not_named_and_chance_names_none() -> None:
    high = wards([20, 22, 24, 26, 28, 30, 32, 34, 70, 36], list(range(10, 20)), [UNCLEAR] * 8 + [HIGHER, UNCLEAR])
    assert high.worried == [] and "No ward" in findings(high).items[0]
    mixed = wards(
        [30, 33, 29, 35, 28, 34, 31, 36, 32, 30], [12, 15, 11, 19, 13, 17, 10, 14, 18, 16][::-1], [UNCLEAR] * 10
    )
    assert mixed.worried == [] and "did not clearly tend" in mixed.together()
    assert isinstance(ward_table(wards([30] * 10, [1.0] * 10, [UNCLEAR] * 10, base=20)), Notice)


def test_other_questions_are_told_in_their_own_words_and_withheld_wards_have_their_row() -> None:
    codes = [f"E05{number:06d}" for number in range(9)]
    more = {"slug": "asb_problem_somewhat", "question": "How is it (here)? Bad"}
    shares = dict(zip(codes, (5, 22, 24, 26, 28, 30, 32, 34, 56)))
    found = surveys(
        row("2020-11-30", 330, 1000, **more),
        *(row("2020-11-30", one, 80, code, **more) for code, one in shares.items()),
    )
    made = Perception(
        found, found.questions[0], SimpleNamespace(names=lambda: dict(zip(codes, codes)), evidence=found.evidence)
    )
    index = pd.Index(codes)
    standing = pd.DataFrame({"verdict": [UNCLEAR] * 7 + [HIGHER] * 2, "stands_out": ""}, index=index)
    made.__dict__["figures"] = SimpleNamespace(
        index=index, standing=standing, rate=pd.DataFrame({"value": range(9)}, index=index)
    )
    made.__dict__["exact"] = standing["verdict"].where(index != codes[7], UNCLEAR)
    drawn, table = ward_chart(made), ward_table(made)
    assert drawn.title.endswith("people who gave the answer counted to “How is it (here)? Bad”")
    assert "big problem" not in drawn.html() + table.html() + findings(made).html()
    assert table.rows[0][1:5] == ("[c]", "–", "80", "–") and codes[0] not in made.shares and len(table.rows) == 9
    assert made.most == [codes[8]] and "No clear difference" in table.rows[7][6]  # higher by rounded counts alone


def test_a_verdict_of_exact_counts_is_that_of_places() -> None:
    made = wards([30] * 10, list(range(10, 20)), [UNCLEAR] * 8 + [HIGHER] * 2)
    del made.__dict__["exact"]
    index = made.figures.index
    people, counts = pd.Series(1000.0, index=index), pd.DataFrame({"a": [50.0] * 10 + [150.0]}, index=index)
    made.__dict__["figures"] = SimpleNamespace(**vars(made.figures), residents=people, spread=0.0)
    object.__setattr__(made, "local", SimpleNamespace(**vars(made.local), counts=lambda *_: counts))
    assert made.exact[index[-1]] == HIGHER and made.exact[index[0]] != HIGHER
    assert made.most == []  # nothing that rounding alone would make of it


# --- calls ----------------------------------------------------------------------------------------------------


def test_means_over_months_are_those_of_weighted_least_squares() -> None:
    import statsmodels.api as sm

    now, then = (
        Months([9.0, 11, 10, 14, 12, 13], [100, 300, 200, 150, 250, 100]),
        Months([8.0, 9, 7, 9, 10, 8], [120, 80, 200, 100, 90, 60]),
    )
    known = monthly_means.spread([now, then])
    gap = monthly_means.change(now, then, known, "seconds")
    design = sm.add_constant(np.repeat([1.0, 0.0], 6))
    fit = sm.WLS([*now.values, *then.values], design, [*now.weights, *then.weights]).fit()
    assert (gap.value, gap.lower, gap.upper) == pytest.approx((fit.params[1], *fit.conf_int()[1]))
    assert known.degrees == 10 and monthly_means.mean(now, known, "seconds").denominator == 1100
    assert monthly_means.change(now, Months([], []), known, "%").value is None
    assert monthly_means.change(now, then, monthly_means.MonthlySpread(1.0, 4), "%").value is None
    with pytest.raises(ValueError, match="weight above zero"):
        Months([1.0], [0.0])


def test_two_years_of_months_are_held_apart_by_welch() -> None:
    now, then = [9.0, 31, 10, 24, 12, 13, 40], [8.0, 9, 7, 9, 10, 8]
    gap = monthly_means.change_of_years(Months(now, [3.0] * 7), Months(then, [5.0] * 6), "seconds")
    known = stats.ttest_ind(now, then, equal_var=False).confidence_interval(0.95)
    assert (gap.lower, gap.upper) == pytest.approx((known.low, known.high)) and "Welch" in gap.method
    own = monthly_means.mean(Months(now, [3.0] * 7), monthly_means.spread([Months(now, [3.0] * 7)]), "seconds")
    assert (own.lower, own.upper) == pytest.approx(stats.t.interval(0.95, 6, np.mean(now), stats.sem(now)))
    assert monthly_means.change_of_years(Months(now, [1.0] * 7), Months(then[:5], [1.0] * 5), "seconds").value is None
    still = monthly_means.change_of_years(Months([2.0] * 6, [1.0] * 6), Months([1.0] * 6, [1.0] * 6), "seconds")
    assert (still.value, still.lower, still.upper) == (1.0, 1.0, 1.0)


def test_the_variance_of_a_weighted_year_is_that_of_weighted_least_squares() -> None:
    import statsmodels.api as sm

    sides = [
        ([9.0, 31, 10, 24, 12, 13], [100.0, 300, 200, 150, 250, 100]),
        ([8.0, 9, 7, 9, 10, 8], [120.0, 80, 200, 100, 90, 60]),
    ]
    fits = [sm.WLS(values, np.ones(6), weights).fit() for values, weights in sides]
    parts = [float(fit.bse[0]) ** 2 for fit in fits]
    free = sum(parts) ** 2 / sum(part**2 / 5 for part in parts)
    gap = monthly_means.change_of_years(*(Months(*side) for side in sides), "%")
    assert gap.upper - gap.value == pytest.approx(stats.t.isf(0.025, free) * math.sqrt(sum(parts)))
    alone = monthly_means.mean(Months(*sides[0]), monthly_means.spread([Months(*sides[0])]), "%")
    assert (alone.lower, alone.upper) == pytest.approx(tuple(fits[0].conf_int()[0]))


def test_a_year_of_calls_has_its_own_months_spread() -> None:
    rows = call_rows(
        abandoned=[80 + 60 * (place % 2) for place in range(12)] + [100 + place % 2 for place in range(12)]
    )
    calls = Calls(evidence(calls_101=rows))
    assert calls.spread("mean_wait").degrees == 11
    found, gap = calls.mean("mean_wait"), calls.change("mean_wait")
    assert found.upper - found.lower < 1 < 30 < gap.upper - gap.lower and "Welch" in gap.method


def test_calls_of_a_year_against_the_year_before() -> None:
    calls = Calls(evidence(calls_101=call_rows()))
    facts = {fact.id.rpartition(".")[2]: fact for fact in call_facts(calls)}
    lost = call_rows().set_index("month")["abandoned"]
    assert facts["abandoned_share"].estimate.value == pytest.approx(100 * lost[list(calls.months)].sum() / 12_000)
    assert facts["abandoned_share"].estimate.numerator == lost[list(calls.months)].sum()
    assert facts["abandoned_share"].verdict == HIGHER and facts["answered_share"].verdict == LOWER
    assert facts["offered"].estimate.value == 12_000 and facts["offered"].verdict == UNCLEAR
    answered = call_rows().set_index("month").loc[list(calls.months)]
    weighted = (answered["mean_wait_seconds"] * answered["answered"]).sum() / answered["answered"].sum()
    assert (
        facts["mean_wait"].estimate.value == pytest.approx(weighted)
        and facts["mean_wait"].comparator_period == "2019-20"
    )
    assert "minutes" in facts["mean_wait"].statement and [duration(number) for number in (0, 60, 61.2)] == [
        "0 seconds",
        "1 minute",
        "1 minute 1 second",
    ]


def test_a_quarter_of_calls_is_judged_by_all_years_or_not_at_all() -> None:
    long = Calls(evidence("2020-21Q2", calls_101=call_rows()))
    assert long.spread("mean_wait").degrees > 15 and long.change("mean_wait").value > 90
    short = Calls(
        evidence("2020-21Q2", calls_101=call_rows(["2019-07", "2019-08", "2019-09", "2020-07", "2020-08", "2020-09"]))
    )
    fact = next(one for one in call_facts(short) if one.id.endswith("mean_wait"))
    assert short.spread("mean_wait").degrees == 4 and fact.verdict == TOO_FEW and "cannot be told" in fact.statement


def test_limits_are_those_of_control_and_missing_months_are_told() -> None:
    rows = call_rows()
    page = open_voices(evidence(calls_101=rows[rows["month"] != "2020-08"]))
    found, series = page.calls.control("abandoned_share"), page.calls.table["abandoned_share"]
    pd.testing.assert_frame_equal(found.points, control.xmr(series).points)
    drawn = page.call_chart("abandoned_share")
    assert isinstance(drawn, Chart) and "August 2020" in drawn.note and "moves the average" in drawn.note
    assert drawn.title == (
        "More calls were abandoned in April to July 2020 and September 2020 to March 2021 (18.0% to 20.0%) "
        "than in other months (8.0% to 10.0%)"
    )
    assert (
        "August 2020" in page.call_limits().items[0]
        and "the 11 months of 2020-21" in page.call_facts().facts[0].statement
    )
    none = call_rows(abandoned=[0] * 24).assign(offered=0, answered=0)
    empty = open_voices(evidence(calls_101=none))
    assert empty.call_chart("mean_wait").html() == "" and "cannot be told" in empty.call_facts().facts[1].statement


@pytest.mark.parametrize(("lost", "name", "title"), [
    ({"2020-08": 250}, "abandoned_share", "The share of calls abandoned was unusually high in August 2020"),
    ({"2020-08": 250}, "mean_wait", "The mean wait was unusually high in August 2020"),
    ({"2019-08": 250}, "abandoned_share", "The share of calls abandoned stayed within its usual range in 2020-21"),
])  # fmt: skip
def test_titles_name_months_outside_the_limits_alone(lost: Mapping[str, int], name: str, title: str) -> None:
    usual = [80 + 40 * (place % 2) for place in range(len(MONTHS))]
    rows = call_rows(abandoned=[lost.get(month, one) for month, one in zip(MONTHS, usual)])
    drawn = open_voices(evidence(calls_101=rows)).call_chart(name)
    assert drawn.title == title and "chance would hardly make" in drawn.note and "moves the average" not in drawn.note


def test_a_level_is_told_where_most_months_are_out_of_the_ordinary() -> None:
    fewer = [100 if month < "2020-07" else 40 for month in MONTHS]
    wobble = [one + place % 2 * 4 for place, one in enumerate(fewer)]
    page = open_voices(evidence(calls_101=call_rows(abandoned=wobble)))
    assert page.call_chart("mean_wait").title == (
        "Callers waited less from July 2020 to March 2021 (40.0 to 44.0 seconds) than in other months (100.0 to 104.0 seconds)"
    )
    early = open_voices(evidence("2019-20Q1", calls_101=call_rows()))
    assert "stayed within" in early.call_chart("mean_wait").title or "highest" in early.call_chart("mean_wait").title


@pytest.mark.parametrize(("forces", "said"), [
    (("Avon Police",), "Across Avon Police’s area, "), (("A Police", "B Police"), "Across the areas of A Police and B Police, "),
    ((), "Across the police force’s area, "),
])  # fmt: skip
def test_calls_are_said_to_be_the_forces(forces: tuple[str, ...], said: str) -> None:
    calls = Calls(replace(evidence(calls_101=call_rows()), forces=forces))
    assert all(fact.statement.startswith(said) for fact in call_facts(calls))


# --- consultation ---------------------------------------------------------------------------------------------


def test_participants_are_protected_beside_each_other_in_public() -> None:
    public, partnership = (
        Consultation(evidence(edition=one, consultation=usual_events())) for one in ("public", "partnership")
    )
    cells, exact = ({one[0]: one for one in heard(side).rows} for side in (public, partnership))
    assert cells["Young people"][2] == "[c]" and exact["Young people"][2] == "7"
    hidden = [name for name, cell in cells.items() if cell[2] == "[c]"]
    assert hidden == ["Disabled people", "Young people"]  # the next smallest goes with it
    assert cells["General public"][2:] == ("90", "64%", "Everybody") and exact["General public"][3] == "64.3%"
    assert cells["Young people"][4] == f"{100 * 15 / 91:.1f}%" and cells["Disabled people"][4] == "Not known"
    facts = open_voices(public.evidence).made
    none = consultation_facts(
        Consultation(evidence(consultation=events(("2018-10-05", "meeting", "victims", 9, None, None))))
    )
    assert none[1].statement == "No consultation events took place in 2020-21."
    assert (
        facts["voices.consultation.participants"].estimate.value == 140
        and facts["voices.consultation.events"].estimate.value == 4
    )
    assert public.borough_share(consulted_groups()["women"]) == pytest.approx(55.0)


def test_groups_not_heard_are_named_and_other_names_recognised() -> None:
    found = Consultation(
        evidence(
            consultation=events(
                ("2020-10-05", "meeting", " Parish  Councils", 12, None, None),
                ("2020-10-06", "survey", "victims", 0, None, None),
                ("2021-04-01", "survey", "businesses", 50, None, None),
            )
        )
    )
    assert found.heard == ("rural communities",) and found.held == 2
    assert found.missing == (
        "young people",
        "older people",
        "disabled people",
        "minority ethnic communities",
        "businesses",
        "victims",
    )
    assert [item.split(":")[0] for item in not_heard(found).items][0] == "Young people" and group_of(
        "BME communities"
    ).name == "minority ethnic communities"
    whole = replace(found.evidence, period=periods.parse_period("2020-21Q1"))
    assert Consultation(whole).held == 0 and isinstance(heard(Consultation(whole)), Notice)
    told = unheard_words(found)
    assert told.startswith("No consultation event was held with young people, ") and told.endswith(
        "or businesses. Nobody came to the event held with victims."
    )
    quarter = Consultation(evidence("2020-21Q4", consultation=usual_events()))
    assert quarter.held == 4 and quarter.period.code == "ye-2021-03"


def test_surveys_that_heard_a_group_are_named() -> None:
    answers = [
        row("2020-11-30", 300, 1000),
        *(row("2020-11-30", 30, 90, name) for name in ("65 and over", "16 to 24", "60+")),
    ]
    victims = [
        row("2021-03-31", 80, 100, survey="Victim survey", slug="feel_safer"),
        row("2020-11-30", 9, 29, "Businesses"),
    ]
    old = [row("2018-11-30", 300, 1000, slug="x"), row("2018-11-30", 30, 90, "disabled people", slug="x")]
    page = open_voices(evidence(surveys=pd.DataFrame([*answers, *victims, *old]), consultation=usual_events()))
    heard_ = survey_groups.heard(page.surveys)
    assert heard_ == {
        "older people": "65 and over (Your Voice Counts, November 2020)", "young people": "16 to 24 (Your Voice Counts, November 2020)",
        "victims": "all respondents (Victim survey, March 2021)",
    }  # fmt: skip
    items = {item.split(":")[0]: item for item in page.not_heard().items}
    assert items["Older people"].endswith("Surveys did hear them: 65 and over (Your Voice Counts, November 2020)")
    assert "Surveys" not in items["Rural communities"] and "Surveys" not in items["Businesses"]
    assert "Bear" not in page.question_limits().text or page.question_limits().text == "Bear in mind of these answers:"


@pytest.mark.parametrize(("sizes", "said"), [
    ((1274, 47, 21), "About 1,340 people took part in three consultation events in 2020-21, most of them in one survey ("),
    ((50, 30, 20), "About 100 people took part in three consultation events in 2020-21 ("),  # half is not most
    ((60, 0, 0), "About 60 people took part in one consultation event in 2020-21 ("),
    ((9, 4, 2), "About 15 people took part in three consultation events in 2020-21 ("),  # its group is withheld
    ((0, 0, 0), "No people took part in consultation in 2020-21 ("),
])  # fmt: skip
def test_participants_are_told_with_where_most_of_them_were(sizes: tuple[int, ...], said: str) -> None:
    kinds = (("survey", "general public"), ("meeting", "businesses"), ("focus group", "victims"))
    rows = [("2020-10-05", *kind, size, None, None) for kind, size in zip(kinds, sizes)]
    fact = open_voices(evidence(consultation=events(*rows))).made["voices.consultation.participants"]
    assert fact.statement.startswith(said) and (fact.estimate.lower, fact.estimate.upper) == (None, None)


def test_issues_are_matched_to_objective_areas_whatever_the_case() -> None:
    found = Consultation(evidence(consultation=usual_events()))
    by_slug = {one.slug: one for one in found.raised}
    assert by_slug["anti_social_behaviour"].events == 2 and by_slug["anti_social_behaviour"].first == 1
    assert by_slug["anti_social_behaviour"].label == objective_areas()["anti_social_behaviour"].label
    assert by_slug["online_crime"].planned and not by_slug["e_scooters"].planned and found.speaking == 2
    facts = {fact.id: fact for fact in raised_facts(found)}
    for name, number in (("anti_social_behaviour", 2.0), ("e_scooters", 1.0)):
        counted = facts[f"voices.consultation.raised_{name}"].estimate
        assert (counted.value, counted.unit, counted.numerator, counted.denominator) == (number, "events", number, 2.0)
        assert counted.lower is None and counted.upper is None and "no interval" in counted.method
    table = raised(found)
    assert isinstance(table, Table) and table.rows[0][:4] == (
        by_slug["anti_social_behaviour"].label,
        "Yes",
        "2 of 2",
        "1",
    )
    assert (
        "No issue stood out"
        in open_voices(evidence(consultation=events(("2020-10-05", "survey", "victims", 9, "a;b;c;d;a", None))))
        .raised_words()
        .text
    )


def test_text_of_the_extract_is_escaped() -> None:
    page = open_voices(
        evidence(
            consultation=events(("2020-10-05", "meeting", "<b>bold</b>", 40, "<script>x</script>;&", "Y")),
            surveys=pd.DataFrame([row("2020-11-30", 300, 1000, slug="new", question="<i>why</i>"), row("2020-11-30", 30, 90, "<u>us</u>", slug="new")]),
        )
    )  # fmt: skip
    html = "".join(part._repr_mimebundle_()["text/html"] for part in every_part(page))
    assert (
        not any(tag in html for tag in ("<script", "<b>", "<i>", "<u>"))
        and "&lt;script&gt;" in html
        and "&lt;i&gt;why" in html
    )


# --- the checklist --------------------------------------------------------------------------------------------


def asked(**extracts: pd.DataFrame) -> dict[str, tuple[bool, str]]:
    page = open_voices(evidence(**extracts))
    made = duty.duties(page.consultation, page.surveys, page.wards)
    return {f"{one.paragraph} {one.asks.split()[-1]}": (one.shown, one.evidence) for one in made}


def test_the_checklist_says_what_the_evidence_shows() -> None:
    known = asked(consultation=usual_events(), surveys=pd.DataFrame([row("2020-11-30", 300, 1000)]))
    assert known["12(4)(a) year"] == (True, "One meeting open to anybody: October 2020.")
    assert not known["12(4)(b) meetings"][0] and not known["12(4)(c) them"][0]
    assert known["12(1)(a) disorder"][0] and known["12(1)(b) first"] == (
        True,
        "2 of 4 consultation events have priorities that were raised.",
    )
    assert known["12(2)(a) consulted"][0] is False and "3 of the 7" in known["12(2)(a) consulted"][1]
    assert known["12(2)(b) victims"][0] is False and known["12(2)(b) behaviour"][0] is False


def test_the_checklist_turns_with_the_evidence() -> None:
    everyone = [("2020-10-05", "focus group", name, 20, None, None) for name in consulted_groups()]
    known = asked(consultation=events(*everyone), surveys=pd.DataFrame([row("2019-11-30", 300, 1000)]))
    assert known["12(2)(a) consulted"][0] and known["12(2)(b) victims"][0]
    assert not known["12(4)(a) year"][0] and not known["12(1)(a) disorder"][0] and not known["12(1)(b) first"][0]
    closed = asked(consultation=events(("2020-10-05", "meeting", "general public", 20, None, "N")))
    opened = asked(consultation=events(("2020-10-05", "meeting", "businesses", 20, None, "Y")))
    nobody = asked(consultation=events(("2020-10-05", "meeting", "general public", 0, None, "Y")))
    assert [one["12(4)(a) year"][0] for one in (closed, opened, nobody)] == [False, True, False]
    victims = asked(surveys=pd.DataFrame([row("2020-11-30", 80, 100, survey="Victim survey")]))
    assert (
        victims["12(2)(b) victims"][0]
        and victims["12(4)(a) year"] == (False, duty.LACKS)
        and not victims["12(1)(a) disorder"][0]
    )


def test_the_wards_with_most_count_as_asked_where_enough_answered() -> None:
    made = wards([30] * 10, list(range(10, 20)), [UNCLEAR] * 8 + [HIGHER] * 2)
    page = open_voices(made.surveys.evidence)
    last = duty.duties(page.consultation, page.surveys, made)[-1]
    assert not last.shown and "1 of the 2" in last.evidence and "not from Ward <9>" in last.evidence
    made.__dict__["record"] = {**made.record, "E05000009": UNCLEAR}
    assert duty.duties(page.consultation, page.surveys, made)[-1].shown


# --- the page -------------------------------------------------------------------------------------------------


def cells() -> list[str]:
    book = json.loads((ROOT / "notebooks" / "11_voices.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"][2:]


def every_part(page: Voices) -> list[object]:
    """What each cell of the notebook shows."""
    return [eval(source, {"voices": page}) for source in cells()]


def test_without_extracts_each_section_says_which_is_missing() -> None:
    page = open_voices(evidence())
    parts = every_part(page)
    text = " ".join(part._repr_mimebundle_()["text/plain"] for part in parts)
    for name in ("surveys", "calls_101", "consultation"):
        assert f"(extract {name}) w" in text
    assert isinstance(page.lead(), Lead) and "720 anti-social behaviour incidents" in page.lead().text
    assert isinstance(page.perception(), FactGroup) and page.made[f"voices.{ASB}.change"].verdict == HIGHER


def test_a_whole_page_in_both_editions() -> None:
    rows = [
        row("2019-11-30", 260, 1000),
        row("2020-11-30", 330, 1000),
        *(row("2020-11-30", 30, 90, name) for name in ("women", "men")),
    ]
    given = {"surveys": pd.DataFrame(rows), "consultation": usual_events()}
    for edition, more in (("public", {"calls_101": call_rows()}), ("partnership", {})):
        page = open_voices(evidence(edition=edition, **given, **more))
        bundles = [part._repr_mimebundle_() for part in every_part(page)]
        ids = [record["id"] for bundle in bundles for record in bundle.get("application/vnd.srp.facts+json", [])]
        assert len(ids) == len(set(ids)) and "voices.consultation.raised_online_crime" in ids
        assert "voices.asb_very_big_problem.share" in ids and ("voices.calls_101.mean_wait" in ids) == bool(more)
        said = page.lead().text
        assert "33.0% of respondents" in said and "higher than a year before (26.0% in November 2019)" in said
        assert "No consultation event was held with older people, rural communities, businesses or victims." in said
        assert "720 anti-social behaviour incidents in 2020-21, more than in 2019-20." in said and "50.0%" not in said
    drawn = page.wave_chart()
    assert (
        isinstance(drawn, Chart)
        and drawn.title.startswith("Higher than a year before, by more than chance: ")
        and isinstance(page.group_chart(), Chart)
    )


def test_wards_are_judged_by_twelve_months_where_there_are() -> None:
    quarter = _twelve_months(evidence("2020-21Q2"))
    assert quarter.period.code == "ye-2020-09" and len(quarter.months) == 12
    early, year = evidence("2019-20Q2"), evidence()
    assert _twelve_months(early) is early and _twelve_months(year) is year


def test_the_notebook_is_tagged_and_names_no_year() -> None:
    book = json.loads((ROOT / "notebooks" / "11_voices.ipynb").read_text(encoding="utf-8"))
    assert book["metadata"]["srp"]["quarterly"] is True and "surveys" in book["metadata"]["srp"]["extracts"]
    text = " ".join("".join(cell["source"]) for cell in book["cells"])
    assert not any(str(year) in text for year in range(1998, 2040))
