"""Voices: shares of surveys, calls by month, who was heard in consultation, and what stands where an extract is missing."""

from __future__ import annotations

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

from srp_lib import control, duty, monthly_means, periods, rates, survey_facts, survey_tests
from srp_lib.calls import Calls, call_facts, duration
from srp_lib.codelists import ASB, measures
from srp_lib.codelists.consulted import consulted_groups, group_of
from srp_lib.codelists.offences import objective_areas
from srp_lib.config import load_config
from srp_lib.consultation import Consultation
from srp_lib.consultation_tables import heard, not_heard, raised, raised_facts
from srp_lib.display import Folded, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.extracts import Intake
from srp_lib.facts import FactGroup, Lead
from srp_lib.monthly_means import Months
from srp_lib.perception import Perception, findings
from srp_lib.perception import chart as ward_chart
from srp_lib.perception import table as ward_table
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
        return self.rows.copy() if columns is None else self.rows[list(columns)]


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
    made.__dict__["counts"] = counts
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


def surveys(*rows: Mapping[str, object], period: str = "2020-21", edition: str = "public") -> Surveys:
    return Surveys(evidence(period, edition, surveys=pd.DataFrame(list(rows))))


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
    assert "higher than the 30.0% of May 2020" in fact.statement
    assert survey_facts.share_fact(quarter, quarter.questions[0]).verdict == ""


def test_other_words_are_not_compared_and_an_old_wave_is_told() -> None:
    rows = [row("2016-05-31", 300, 1000), row("2017-05-31", 500, 1000, question="How big? Very or fairly big")]
    found = surveys(*rows)
    fact, table = survey_facts.share_fact(found, found.questions[0]), survey_facts.latest(found)
    assert fact.verdict == "" and "other words" in fact.statement and "3 years old" in fact.statement
    assert isinstance(table, Table) and survey_facts.OTHER_WORDS in table.rows[0] and "(old)" in table.rows[0][0]
    assert "more than 24 months" in open_voices(found.evidence).question_limits().items[0]
    assert not found.questions[0].latest.same_words(found.questions[0].waves[0])
    same = surveys(rows[0], row("2017-05-31", 500, 1000, question=f"  {ASKED.upper()} "))
    assert same.questions[0].before is not None


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
    assert (fact.estimate.numerator, fact.estimate.denominator, fact.estimate.value) == (None, 1205.0, 30.0)
    assert (own.estimate.numerator, own.estimate.denominator) == (361, 1203) and fact.disclosure.startswith("protected")
    assert "1,203" not in survey_facts.latest(public).html() and "1,203" in survey_facts.latest(partnership).html()
    men = survey_facts.group_table(public, public.questions[0], public.questions[0].others).rows[1]
    assert men[:4] == ("Men", "38%", "27% to 50%", "60*")
    assert public.share(public.questions[0].others["men"], False).value == 38.0


def test_few_victims_are_withheld_in_public_alone() -> None:
    rows = [row("2020-11-30", 95, 100, slug="wholly_satisfied", survey="Domestic abuse victim survey")]
    public, partnership = surveys(*rows), surveys(*rows, edition="partnership")
    fact = survey_facts.share_fact(public, public.questions[0])
    assert (
        fact.estimate.value is None and "identified" in fact.statement and "[c]" in survey_facts.latest(public).html()
    )
    assert survey_facts.share_fact(partnership, partnership.questions[0]).estimate.value == 95
    asked = surveys(*[{**rows[0], "survey": "Your Voice Counts"}])
    assert survey_facts.share_fact(asked, asked.questions[0]).estimate.value == 95.0


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
    assert waves.parts[1][1].rows[0][1] == "28.0%"


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
    assert "tended to have more" in told.text and "rank correlation 1.00 over 9 wards" in told.text
    assert "Ward <8>" not in drawn.html() + table.html() and "Ward &lt;8&gt;" in drawn.html()


def test_a_worried_ward_with_a_high_record_is_not_named_and_chance_names_none() -> None:
    high = wards([20, 22, 24, 26, 28, 30, 32, 34, 70, 36], list(range(10, 20)), [UNCLEAR] * 8 + [HIGHER, UNCLEAR])
    assert high.worried == [] and "No ward" in findings(high).items[0]
    mixed = wards(
        [30, 33, 29, 35, 28, 34, 31, 36, 32, 30], [12, 15, 11, 19, 13, 17, 10, 14, 18, 16][::-1], [UNCLEAR] * 10
    )
    assert mixed.worried == [] and "did not clearly tend" in mixed.together()
    assert isinstance(ward_table(wards([30] * 10, [1.0] * 10, [UNCLEAR] * 10, base=20)), Notice)


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
    assert isinstance(drawn, Chart) and "August 2020" in drawn.note and "unusually high" in drawn.title
    assert (
        "August 2020" in page.call_limits().items[0]
        and "the 11 months of 2020-21" in page.call_facts().facts[0].statement
    )
    none = call_rows(abandoned=[0] * 24).assign(offered=0, answered=0)
    empty = open_voices(evidence(calls_101=none))
    assert empty.call_chart("mean_wait").html() == "" and "cannot be told" in empty.call_facts().facts[1].statement


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
    quarter = Consultation(evidence("2020-21Q4", consultation=usual_events()))
    assert quarter.held == 4 and quarter.period.code == "ye-2021-03"


def test_issues_are_matched_to_objective_areas_whatever_the_case() -> None:
    found = Consultation(evidence(consultation=usual_events()))
    by_slug = {one.slug: one for one in found.raised}
    assert by_slug["anti_social_behaviour"].events == 2 and by_slug["anti_social_behaviour"].first == 1
    assert by_slug["anti_social_behaviour"].label == objective_areas()["anti_social_behaviour"].label
    assert by_slug["online_crime"].planned and not by_slug["e_scooters"].planned and found.speaking == 2
    facts = {fact.id: fact for fact in raised_facts(found)}
    assert facts["voices.consultation.raised_anti_social_behaviour"].estimate.value == 100
    assert facts["voices.consultation.raised_e_scooters"].estimate.numerator == 1
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
        assert "33.0% of respondents" in said and "higher than the 26.0%" in said and "older people" in said
    drawn = page.wave_chart()
    assert isinstance(drawn, Chart) and "(higher)" in drawn.title and isinstance(page.group_chart(), Chart)


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
