"""The sample's surveys, calls, consultation, indicators, actions and scores: what was printed, what is to be found."""

from __future__ import annotations

import io
import tomllib
from collections import Counter
from collections.abc import Mapping

import pandas as pd
import pytest

from srp_lib import control
from srp_lib.codelists.offences import objective_areas
from srp_lib.sample import partner, partner_codes, partner_services, partner_surveys
from srp_lib.sample.places import WARDS_2024

SEEDS = (2021, 7)
AS_AT = pd.Timestamp("2021-03-31")
# Baseline, its count, target, its count: the table of the partnership's plan of 2010/11.
PLAN_2010 = {
    "voices.asb_big_problem_place_survey.share": (28, None, 25, None, "%"),
    "services.serious_acquisitive_crime": (19.52, 4943, 17.5, 4443, "per 1,000"),
    "services.first_time_entrants": (2140, 580, 1900, 536, "per 100,000"),
    "services.adult_reoffending": (11.72, None, 10.20, None, "%"),
    "services.assault_with_injury": (8.52, 2159, 8.04, 2042, "per 1,000"),
    "services.drug_users_in_treatment": (1256, None, 1320, None, "count"),
}
# Shares of all respondents that were printed, by question, with the days between which a wave ended.
PRINTED = {
    ("asb_big_problem", "2008-01-01", "2008-12-31"): 28,
    ("asb_very_big_problem", "2015-04-01", "2016-03-31"): 30,
    ("wholly_satisfied", "2015-04-01", "2016-03-31"): 83,
    ("feel_safer", "2015-04-01", "2016-03-31"): 59,
}


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def written(seed: int) -> dict[str, bytes]:
    return {path.partition("/")[0]: data for path, data in partner.plan_files(seed)}


def table(written: Mapping[str, bytes], extract: str, **kinds: object) -> pd.DataFrame:
    """One extract as pandas reads it, without the column that marks it."""
    if written[extract].startswith(b"PK"):
        return pd.read_excel(io.BytesIO(written[extract]), engine="calamine", header=2, **kinds)
    return pd.read_csv(io.BytesIO(written[extract]), **kinds).drop(columns="SYNTHETIC")


@pytest.fixture(scope="module")
def surveys(written: dict[str, bytes]) -> pd.DataFrame:
    found = table(written, "surveys", parse_dates=["wave"])
    return found.assign(share=100 * found["positive"] / found["base"], group=found["group"].fillna(""))


# --- as printed -----------------------------------------------------------------------------------


def test_the_indicators_of_2010_are_as_printed(written: dict[str, bytes]) -> None:
    rows = table(written, "indicators", dtype={"baseline_period": str}).set_index("fact_id")
    for fact, (base, events, target, aimed, unit) in PLAN_2010.items():
        row = rows.loc[fact]
        got = [row[name] for name in ("baseline", "baseline_count", "target", "target_count")]
        assert [None if pd.isna(value) else value for value in got] == [base, events, target, aimed], fact
        assert row["unit"] == unit and row["target_period"] == "2010-11"
        assert row["baseline_period"] == ("2008" if "voices" in fact else "2007-08")


def test_the_implied_populations_differ_where_the_printed_ones_do(written: dict[str, bytes]) -> None:
    rows = table(written, "indicators").dropna(subset=["baseline_count"]).set_index("fact_id")
    size = rows["unit"].map({"per 1,000": 1_000, "per 100,000": 100_000})
    then, later = (size * rows[f"{name}_count"] / rows[name] for name in ("baseline", "target"))
    assert (then["services.first_time_entrants"].round(), later["services.first_time_entrants"].round()) == (
        27_103,
        28_211,
    )
    assert (later / then - 1).abs().gt(0.01).sum() == 1
    crime = [name for name in rows.index if name != "services.first_time_entrants"]
    assert then[crime].between(253_000, 254_000).all() and later[crime].between(253_000, 254_000).all()


@pytest.mark.parametrize("question", PRINTED, ids=lambda question: question[0])
def test_what_residents_and_victims_said_is_as_printed(surveys: pd.DataFrame, question: tuple[str, str, str]) -> None:
    name, first, last = question
    waves = surveys[(surveys["question_id"] == name) & (surveys["group"] == "") & surveys["wave"].between(first, last)]
    assert len(waves) and set(waves["share"].round()) == {PRINTED[question]}


def test_each_service_measure_of_an_indicator_is_supplied_for_two_years(written: dict[str, bytes], seed: int) -> None:
    rows = pd.DataFrame(partner_services.rows(seed), columns=partner.SERVICE_COLUMNS)
    facts = table(written, "indicators")["fact_id"]
    for fact in facts[facts.str.startswith("services.")]:
        own = rows[rows["measure_id"] == fact.removeprefix("services.")]
        assert own["period_end"].astype(str).tolist() == ["2020-03-31", "2021-03-31"], fact


# --- voices -----------------------------------------------------------------------------------------


def test_surveys_are_whole_and_plausible(surveys: pd.DataFrame) -> None:
    assert not surveys.duplicated(["survey", "wave", "question_id", "group"]).any()
    assert surveys["positive"].between(0, surveys["base"]).all()
    assert surveys["design_effect"].dropna().between(1.2, 1.8).all() and surveys["design_effect"].isna().any()
    assert (surveys.groupby("question_id")["question"].nunique() == 1).all()
    whole = surveys[surveys["group"] == ""].set_index(["survey", "wave", "question_id"])
    for column in ("base", "positive"):
        sexes = (
            surveys[surveys["group"].isin(["women", "men"])].groupby(["survey", "wave", "question_id"])[column].sum()
        )
        assert (sexes <= whole[column].reindex(sexes.index)).all()
    waves = surveys[surveys["survey"] == "Your Voice Counts"]["wave"].drop_duplicates()
    assert waves.dt.strftime("%Y-%m").tolist() == [
        f"{year}-{month}" for year in range(2015, 2022) for month in ("05", "11")
    ]


def test_trust_is_low_and_unchanged(surveys: pd.DataFrame) -> None:
    trust = surveys[(surveys["question_id"] == "trust_police") & (surveys["group"] == "")]["share"]
    assert len(trust) == 14 and trust.max() < 45 and trust.max() - trust.min() < 2


def test_wards_that_worry_are_mostly_those_with_more_on_record(surveys: pd.DataFrame, seed: int) -> None:
    codes = partner_surveys.by_record(seed)
    assert sorted(codes) == sorted(code for code, _ in WARDS_2024)
    by_ward = surveys[surveys["group"].str.startswith("E05")]
    for (wave, question), rows in by_ward.groupby(["wave", "question_id"]):
        shares = rows.set_index("group")["share"].reindex(codes)
        order = pd.Series(range(25), index=codes).corr(shares, method="spearman")
        assert 0.4 < (order if question == "asb_very_big_problem" else -order) < 0.9, wave
        bases = rows["base"]
        assert bases.between(25, 90).all() and 2 <= (bases < 30).sum() <= 5
    worry = by_ward[by_ward["question_id"] == "asb_very_big_problem"]
    assert set(worry["wave"].dt.strftime("%Y-%m")) == {"2020-05", "2020-11", "2021-05", "2021-11"}
    odd = worry[worry["group"] == codes[partner_surveys.ODD]]
    assert (odd["share"] > 40).all()  # few records, much worry


def test_calls_are_poor_for_half_a_year_and_recover(written: dict[str, bytes]) -> None:
    calls = table(written, "calls_101")
    assert calls["month"].tolist() == pd.period_range("2019-04", "2021-12", freq="M").astype(str).tolist()
    assert (calls["answered"] + calls["abandoned"] <= calls["offered"]).all()
    poor = calls["month"].between("2020-07", "2020-12").to_numpy()
    for values in (100 * calls["abandoned"] / calls["offered"], calls["mean_wait_seconds"]):
        assert values[poor].min() > 1.15 * values[~poor].max()
        limit = control.xmr(values.set_axis(calls["month"])).points["upper"].to_numpy()
        assert (values[poor] > limit[poor]).all() and (values[~poor] < limit[~poor]).all()


def test_consultation_leaves_a_gap_to_be_found(written: dict[str, bytes]) -> None:
    events = table(written, "consultation")
    day = pd.to_datetime(events["date"], format="%d/%m/%Y")
    assert len(events) == 24 and events["event_id"].is_unique
    year = events[day.between("2020-04-01", "2021-03-31")]
    wanted = {"general public", "disabled people", "minority ethnic communities", "young people", "rural communities",
              "businesses", "voluntary organisations", "victims of crime"}  # fmt: skip
    assert set(events["group"]) == wanted and wanted - set(year["group"]) == {"rural communities"}
    assert year.loc[year["group"] == "young people", "participants"].sum() < 10
    assert (year["public_meeting"] == "Y").sum() == 1
    labels = {area.label for area in objective_areas().values()}
    raised = events["priorities_raised"].str.split(";").explode()
    assert set(raised) - labels == {"E-scooters", "Dog theft"}


# --- what was promised, and the risks -----------------------------------------------------------------


def test_actions_as_they_stood_at_the_year_s_end(written: dict[str, bytes]) -> None:
    actions = table(written, "actions", parse_dates=["start", "due", "updated"])
    assert len(actions) == 28 and actions["action_id"].is_unique
    themes = {area.label: area.theme for area in objective_areas().values()}
    assert set(actions["objective"]) == set(themes)
    assert (actions["theme"] == actions["objective"].map(themes)).all()
    assert (actions["due"] >= actions["start"]).all() and (actions["updated"] <= AS_AT).all()
    open_ones = actions[actions["status"] != "complete"]
    assert (open_ones["due"] < AS_AT).sum() == 4 and (open_ones["due"] == AS_AT).sum() == 2
    assert (open_ones["updated"] < pd.Timestamp("2021-01-01")).sum() == 4
    assert actions["measure_of_success"].isna().sum() == 4
    counts = {"complete": 5, "on track": 14, "at risk": 4, "off track": 3, "not started": 2}
    assert Counter(actions["status"]) == counts


def test_scores_differ_lack_and_contradict(written: dict[str, bytes]) -> None:
    scores = table(written, "risk_scores")
    scale = tomllib.loads(written["risk_scale.toml"].decode())
    assert set(scores["dimension"]) == set(scale["dimensions"]) and len(scale["dimensions"]) == 9
    assert set(scores["score"].astype(str)) == set(scale["scores"])
    assert scores["organisation"].nunique() == 4 and scores["issue"].nunique() == 18
    assert not scores.duplicated(["issue", "organisation", "dimension"]).any()
    scorers = scores.groupby(["issue", "dimension"])["organisation"].nunique().unstack(fill_value=0).stack()
    lacking = scorers[scorers < 4].to_dict()
    assert lacking == {
        ("Scams about Covid-19", "frequency"): 0,
        ("Modern slavery and human trafficking", "financial_harm"): 3,
    }
    assert 0.7 < scores["evidence"].notna().mean() < 0.85
    rising = scores[(scores["issue"] == "Rape and sexual offences") & (scores["dimension"] == "trend")]["score"]
    assert sorted(rising) == [2, 5, 5, 5]
    spread = scores.groupby(["issue", "dimension"])["score"].agg(lambda values: values.max() - values.min())
    assert spread.max() >= 3 and (spread == 0).any()


def test_the_scale_has_a_meaning_for_every_score(written: dict[str, bytes]) -> None:
    scale = tomllib.loads(written["risk_scale.toml"].decode())
    assert (scale["within_part"], scale["across_parts"], scale["synthetic"]) == ("mean", "product", True)
    for name, dimension in scale["dimensions"].items():
        assert set(dimension["scores"]) == set(scale["scores"]) == set("12345"), name
        assert dimension["meaning"]
    parts = Counter(dimension["part"] for dimension in scale["dimensions"].values())
    assert parts == {"harm": 4, "likelihood": 2, "shown": 3}


def test_every_code_of_the_sample_has_one_weight(written: dict[str, bytes]) -> None:
    weights = table(written, "harm_weights", dtype={"ho_code": str})
    assert sorted(weights["ho_code"]) == sorted(partner_codes.CODES)
    assert set(weights["version"]) == {"SYNTHETIC weights 1"} and weights["weight"].gt(0).all()
    by_code = weights.set_index("ho_code")["weight"]
    assert by_code["1"] == by_code.max() and by_code["19C"] > by_code["8N"] > by_code["46"]
