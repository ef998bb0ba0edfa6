"""Priorities: what stands in each cell and where it leads, what the words say of hand-made scores, and what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from srp_lib import checks, periods, priorities, risk_charts, score_checks
from srp_lib.checks import Checks
from srp_lib.config import load_config
from srp_lib.display import Folded, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence
from srp_lib.extracts import Intake
from srp_lib.facts import Lead
from srp_lib.issues import find_issues, slug_of_issue
from srp_lib.ledger import Entry, Ledger
from srp_lib.scored import Scored, open_scored

ROOT = Path(__file__).resolve().parents[1]
YEAR = periods.parse_period("2020-21")
DIMENSIONS = {"physical_harm": "harm", "frequency": "likelihood", "trend": "likelihood", "mitigation": "shown"}
DOMESTIC, VIOLENCE = "violence.domestic_abuse", "violence.serious_violence"


@dataclass(frozen=True)
class Held:
    """An extract in memory."""

    rows: pd.DataFrame
    parquet: Path = Path("nowhere/risk.parquet")

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = self.rows if "file" in self.rows else self.rows.assign(file="held.csv")
        return rows.copy() if columns is None else rows[list(columns)]


def entry(
    ident: str, value: float | None, unit: str = "offences", verdict: str = "", **more: object
) -> tuple[str, Entry]:
    """A key fact as the ledger has it, by its id."""
    record = {
        "id": ident, "statement": f"{value} {unit}", "value": value, "lower": None, "upper": None, "numerator": value,
        "denominator": None, "unit": unit, "period": "2020-21", "comparator_value": None, "verdict": verdict,
        "extracts": ["offences"], "disclosure": "as counted", "label": "", "anchor": f"fact-{ident}", "method": "count",
        "note": "" if value is not None else "Too few.", "confidence": 0.95, "notebook": "05_violence", "page": "Violence",
    }  # fmt: skip
    return ident, Entry({**record, **more})


def ledger(*more: tuple[str, Entry]) -> Ledger:
    """Facts of three areas, of which serious violence has the fewest records and falls."""
    return Ledger(
        dict(
            [
                entry(f"{DOMESTIC}.count", 4_185),
                entry(f"{DOMESTIC}.harm", 480_000, "harm points"),
                entry(f"{DOMESTIC}.change", 1.25, "% change", "no clear change"),
                entry(f"{DOMESTIC}.forecast", 4_185, lower=4_000.0, upper=4_500.0, numerator=4_185.0),
                entry(f"{DOMESTIC}.repeat_victims_share", 40.04, "%", extracts=["victims"]),
                entry(f"{DOMESTIC}.victims_vulnerable_share", None, "%", statement="[c] of victims"),
                entry("voices.consultation.raised_domestic_abuse", 37.5, "%", numerator=3, denominator=8),
                entry("voices.consultation.events", 8, "events"),
                entry(f"{VIOLENCE}.count", 300, comparator_value=400),
                entry(f"{VIOLENCE}.change", -25.0, "% change", "lower", disclosure="protected: rounded"),
                entry("communities.asb.count", 9_882, "incidents", extracts=["asb_incidents"]),
                entry(
                    "violence.counter_terrorism.prevent_referrals", 30, "referrals to Prevent", extracts=["services"]
                ),
                entry("communities.asb.vehicle_change", 10.6, "% change", "higher"),
                *more,
            ]
        )
    )


def scores(*rows: tuple[str, str, Sequence[int | None]], on: str = "2021-01-12", **more: object) -> pd.DataFrame:
    """Scores of (issue, organisation, one for each of DIMENSIONS), each citing the count of domestic abuse."""
    cells = [
        (issue, who, name, score)
        for issue, who, given in rows
        for name, score in zip(DIMENSIONS, given)
        if score is not None
    ]
    frame = pd.DataFrame(cells, columns=["issue", "organisation", "dimension", "score"])
    columns = {"scored_on": pd.Timestamp(on), "evidence": f"{DOMESTIC}.count", "rationale": None, **more}
    return frame.assign(**columns).astype({"score": "Int64"})


def scale(**more: object) -> pd.DataFrame:
    labels = {1: "Very low", 2: "Low", 3: "Medium", 4: "High", 5: "Very high"}
    rows = [
        {"title": "Scale of the test", "dimension": name, "part": part, "weight": 1.0, "reversed": False, "meaning": f"About {name}",
         "score": score, "label": label, "score_meaning": "Death" if name == "physical_harm" and score == 5 else None,
         "within": "mean", "across": "product"}
        for name, part in DIMENSIONS.items() for score, label in labels.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**more)


PANEL = [
    ("Domestic abuse", "Police", [5, 5, 4, 3]), ("domestic abuse ", "Council", [4, 5, 4, 4]),
    ("Serious violence", "Police", [5, 4, 5, 1]), ("Serious violence", "Council", [5, 4, 3, 2]),
    ("ASB", "Police", [2, 1, 3, 3]), ("Anti-social behaviour", "Council", [2, 2, 3, 3]),
    ("Counter terrorism", "Police", [5, 1, 3, 4]), ("Counter terrorism", "Council", [5, 1, 2, 4]),
    ("E-scooters", "Police", [2, 3, 3, 1]), ("E-scooters", "Council", [2, 3, 3, 1]),
    ("Hate crime", "Police", [3, 3, 3, 3]), ("Hate crime", "Council", [3, 3, 3, 3]),
]  # fmt: skip


def opened(
    rows: pd.DataFrame | None = None,
    edition: str = "public",
    facts: Ledger | None = None,
    **frames: pd.DataFrame | None,
) -> Scored:
    """Scored over tables in memory; a frame given as None was not supplied."""
    found = {"risk_scores": scores(*PANEL) if rows is None else rows, "risk_scale": scale(), **frames}
    held = {name: Held(frame) for name, frame in found.items() if frame is not None}
    comparison = periods.compare(YEAR, YEAR.months, 0.75)
    evidence = Evidence(
        load_config(), Intake({**held, "street_crime": Held(pd.DataFrame())}, []), "E08000018", "Rotherham", YEAR,  # type: ignore[dict-item]
        YEAR.months, YEAR.months, comparison, edition, ("South Yorkshire Police",),
    )  # fmt: skip
    return open_scored(evidence, facts or ledger())


@pytest.fixture(scope="module")
def panel() -> Scored:
    return opened()


def row_of(table: Table | Notice, name: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The cells of an issue by column, and where each leads."""
    assert isinstance(table, Table)
    place = next(number for number, row in enumerate(table.rows) if row[0].startswith(name))
    links = table.hrefs[place] if table.hrefs else ("",) * len(table.columns)
    return dict(zip(table.columns, table.rows[place])), dict(zip(table.columns, links))


# ------------------------------------------------------------------------------------ issues and evidence


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("Domestic abuse", "domestic_abuse"),
        ("DOMESTIC ABUSE", "domestic_abuse"),
        ("ASB", "anti_social_behaviour"),
        ("Anti-social behaviour", "anti_social_behaviour"),
        ("Modern slavery", "modern_slavery"),
        ("Child criminal exploitation", "cce"),
        ("Child", "child"),
        ("E-scooters", "e_scooters"),
        ("", ""),
    ],
)
def test_an_issue_that_names_an_area_is_that_area(written: str, slug: str) -> None:
    assert slug_of_issue(written) == slug


def test_every_area_has_a_row_in_the_plan_s_order_then_emerging_issues(panel: Scored) -> None:
    table = priorities.evidence_table(panel)
    assert isinstance(table, Table) and len(table.rows) == 16
    assert table.rows[0][0] == "Child abuse\nNo evidence" and table.rows[-1][0] == "E-scooters\nEmerging issue"


def test_each_cell_is_a_fact_and_leads_to_it(panel: Scored) -> None:
    cells, links = row_of(priorities.evidence_table(panel), "Domestic abuse")
    assert list(cells.values())[1:8] == [
        "4,185", "480,000", "\N{BLACK DIAMOND} No clear change\n+1.2%", "4,000 to 4,500\nafter 4,185", "40.0%", "[c]", "3 of 8 events",
    ]  # fmt: skip
    assert links["Volume"] == f"05_violence.html#fact-{DOMESTIC}.count"
    assert links["Public raised it"].endswith("raised_domestic_abuse") and links["Issue"] == ""


def test_what_has_no_fact_says_so_and_what_is_withheld_or_not_given_is_told_apart() -> None:
    facts = ledger(entry(f"{VIOLENCE}.harm", None, "harm points"))
    cells, links = row_of(priorities.evidence_table(opened(facts=facts)), "Serious violence")
    assert cells["Harm score"] == "Not given" and links["Harm score"]
    assert cells["Repeat victims"] == "No fact" and not links["Repeat victims"]
    assert cells["Public raised it"] == "Not raised" and links["Public raised it"].endswith("consultation.events")
    assert cells["Trend"].endswith("\N{MINUS SIGN}25%")


def test_cited_facts_stand_in_for_an_area_s_count_and_make_an_emerging_issue_s_row() -> None:
    rows = pd.concat(
        [
            scores(
                ("Counter terrorism", "Police", [5, 1, 3, 4]), evidence="violence.counter_terrorism.prevent_referrals"
            ),
            scores(("E-scooters", "Police", [2, 3, 3, 1]), evidence="communities.asb.vehicle_change"),
            scores(("Child abuse", "Police", [2, 3, 3, 1]), evidence="communities.asb.count"),
        ]
    )
    table = priorities.evidence_table(opened(rows))
    assert row_of(table, "Counter terrorism")[0]["Volume"] == "30\nreferrals to Prevent"
    scooters, links = row_of(table, "E-scooters")
    assert scooters["Trend"] == "\N{BLACK UP-POINTING TRIANGLE} Higher\n+10.6%" and scooters["Volume"] == "No fact"
    assert links["Trend"].endswith("vehicle_change")
    # a count of something else is no volume of an area, though it is evidence that somebody cites
    assert (
        row_of(table, "Child abuse")[0]["Volume"] == "No fact"
        and row_of(table, "Child abuse")[0]["Issue"] == "Child abuse"
    )


def test_open_data_stands_in_for_an_area_s_records_where_they_were_not_supplied() -> None:
    open_data = [
        entry("communities.anti_social_behaviour.count", 6_829, comparator_value=5_650),
        entry("communities.anti_social_behaviour.change", 20.8, "% change", "higher"),
        entry("overview.asb.forecast", 6_829, lower=4_864.0, upper=9_589.0, numerator=6_829.0),
    ]
    issue = next(one for one in find_issues((), {}, Ledger(dict(open_data))) if one.slug == "anti_social_behaviour")
    assert [one.id for one in issue.facts.values()] == [ident for ident, _ in open_data] and issue.outlook == "up"
    both = Ledger(dict([*open_data, entry("communities.asb.count", 9_882, "incidents")]))
    issue = next(one for one in find_issues((), {}, both) if one.slug == "anti_social_behaviour")
    assert [one.id for one in issue.facts.values()] == ["communities.asb.count"]


def test_data_quality_names_the_extracts_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    results = [
        {"extract": name, "passed": passed}
        for name, passed in (("offences", True), ("victims", False), ("offences", True))
    ]
    monkeypatch.setattr(priorities, "read_checks", lambda _: Checks({}, "", results, []))
    table = priorities.evidence_table(opened())
    assert row_of(table, "Domestic abuse")[0]["File checks"] == "one warning: victims"
    assert row_of(table, "Serious violence")[0]["File checks"] == "All 2 passed"
    assert row_of(table, "Child abuse")[0]["File checks"] == "No fact"
    monkeypatch.setattr(priorities, "read_checks", checks.read_checks)
    assert row_of(priorities.evidence_table(opened()), "Domestic abuse")[0]["File checks"] == "Not known"


def test_without_key_facts_the_reason_stands_in_place_of_the_evidence_and_nothing_contradicts() -> None:
    empty = opened(facts=Ledger({}, "No key facts were made."))
    shown = priorities.evidence_table(empty)
    assert isinstance(shown, Notice) and shown.kind == "missing" and shown.text.endswith("No key facts were made.")
    assert score_checks.contradictions(empty).text == "" and score_checks.uncited(empty) == (0, 48)
    cited = score_checks.without_evidence(empty)
    assert isinstance(cited, Notice) and cited.text.endswith("can't be told. No key facts were made.")


# ------------------------------------------------------------------------------------ the ranking


def test_the_lead_names_the_highest_how_sure_that_is_and_what_speaks_against_it(panel: Scored) -> None:
    lead = priorities.lead(panel)
    assert isinstance(lead, Lead)
    assert lead.text.startswith(
        "As scored by two partners, the highest risks are domestic abuse, serious violence, hate crime, counter terrorism and E-scooters."
    )
    assert re.search(
        r"Domestic abuse, serious violence, hate crime and counter terrorism stay in the top five in at least 95% of tries in which every score moves by up to one\. Less firm: E-scooters \(\d\d%\)\.",
        lead.text,
    )
    assert "Nearest of the others: anti-social behaviour and priority locations (" in lead.text
    assert "point different ways on anti-social behaviour and priority locations and serious violence" in lead.text
    assert lead.note.count("decides nothing") == 1


def test_ranks_risks_and_facts_are_those_of_the_scores(panel: Scored) -> None:
    table = priorities.ranking(panel)
    cells, _ = row_of(table, "Domestic abuse")
    assert (cells["Rank"], cells["Risk"], cells["Harm"], cells["Likelihood"]) == ("1", "20.2", "4.5", "4.5")
    assert cells["Leaving one scorer out"] == "2 of 2" and cells["In the top five"] == "100%"
    assert isinstance(table, Table) and len(table.facts) == 12
    made = {fact.id: fact for fact in table.facts}
    first = made["priorities.domestic_abuse.risk"]
    assert first.estimate.value == 20.25 and first.estimate.numerator is None and first.comparator_value is None
    assert first.statement == "Domestic abuse: risk 20.2 as scored by two partners, rank 1 of 6."
    assert made["priorities.e_scooters.top_probability"].estimate.unit == "%" and first.extracts == (
        "risk_scores",
        "risk_scale",
    )
    assert sum(one.estimate.value or 0 for one in table.facts if one.id.endswith("probability")) == pytest.approx(500)
    assert table.anchors[0][2] == "fact-priorities.domestic_abuse.risk"


def test_the_same_scores_give_the_same_bytes(panel: Scored) -> None:
    again = opened(scores(*PANEL[::-1]))
    for part in (priorities.lead, priorities.matrix, priorities.ranking, priorities.beside, score_checks.scorers):
        assert part(panel).html() == part(again).html()


def test_equal_risks_share_a_rank_and_say_so() -> None:
    found = opened(
        scores(("Hate crime", "Police", [3, 3, 3]), ("CSE", "Police", [3, 3, 3]), ("Online crime", "Police", [1, 1, 1]))
    )
    assert [row[:2] for row in priorities.ranking(found).rows] == [
        ("Child sexual exploitation", "1 equal"), ("Hate crime", "1 equal"), ("Online crime", "3"),
    ]  # fmt: skip
    lead = priorities.lead(found)
    assert isinstance(lead, Lead) and "Only three issues are ranked, so all are among the five highest." in lead.text
    chart = priorities.matrix(found)
    assert (
        isinstance(chart, Chart)
        and chart.title == "Child sexual exploitation is among those that rank highest by risk as scored"
    )


def test_more_than_five_are_among_the_highest_where_the_last_are_equal() -> None:
    names = ("Hate crime", "CSE", "Online crime", "CCE", "Child abuse", "Organised crime")
    found = opened(scores(*((name, "Police", [3, 3, 3, 3]) for name in names)))
    assert len(found.highest) == 6 and "All six issues ranked are among the five highest" in priorities.lead(found).text


def test_the_matrix_names_every_issue_and_numbers_them_on_a_narrow_page(panel: Scored) -> None:
    chart = priorities.matrix(panel)
    assert isinstance(chart, Chart)
    assert (
        "Domestic abuse: harm 4.5, likelihood 4.5, risk 20.2" in chart.alt
        and chart.title == "Domestic abuse ranks highest by risk as scored"
    )
    assert "Hate crime" in chart.wide and "Hate crime" not in chart.narrow
    assert [key.text for key in chart.legend if key.narrow][0] == "Domestic abuse" and len(
        [key for key in chart.legend if key.narrow]
    ) == 6


def test_names_at_one_place_keep_off_each_other() -> None:
    sizes = [(120.0, 28.0)] * 6
    spots = risk_charts._spots((0, 0, 600, 400), [(300.0, 200.0)] * 6, sizes, [])
    boxes = [risk_charts._around(spot, size) for spot, size in zip(spots, sizes)]
    for place, box in enumerate(boxes):
        others = risk_charts.np.array(boxes[:place] + boxes[place + 1 :])
        assert risk_charts._overlap(box, others) == 0 and box[0] >= 0 and box[3] <= 400


def test_the_spread_names_the_greatest_disagreement_and_shows_what_is_not_in_the_risk(panel: Scored) -> None:
    table = priorities.beside(panel)
    cells, _ = row_of(table, "Serious violence")
    assert (
        cells["Furthest apart on"] == "Trend: 3\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}5" and cells["Mitigation"] == "1.5"
    )
    assert (
        cells["Risk by single scorers"] == "17.5 to 22.5"
        and row_of(table, "Hate crime")[0]["Furthest apart on"] == "Nothing"
    )
    assert isinstance(table, Table) and table.note.startswith(
        "Scorers are furthest apart on trend of serious violence: from 3 to 5."
    )


# ------------------------------------------------------------------------------------ odd files


def test_one_scorer_has_no_spread_and_nobody_to_leave_out() -> None:
    found = opened(scores(*PANEL[::2]))
    table, beside = priorities.ranking(found), priorities.beside(found)
    assert isinstance(table, Table) and table.columns[-1] == "In the top five" and "nobody to leave out" in table.note
    assert isinstance(beside, Table) and beside.columns == ("Issue", "Mitigation")
    assert priorities.lead(found).text.startswith("As scored by one partner,")
    assert "The scores of one partner have no spread" in score_checks.scorers(found).text


def test_an_issue_that_lacks_a_dimension_is_not_ranked_and_says_which() -> None:
    found = opened(scores(*PANEL, ("Online crime", "Police", [5, None, 5, 5])))
    assert row_of(priorities.ranking(found), "Online crime")[0]["Rank"] == "Not ranked: nobody scored frequency"
    lead = priorities.lead(found)
    assert lead.text.endswith("Not ranked, as nobody scored a part of it: online crime.")
    assert "Online crime" not in priorities.matrix(found).alt


def test_a_dimension_that_one_scorer_left_out_is_flagged() -> None:
    found = opened(scores(*PANEL[:-1], ("Hate crime", "Council", [3, 3, None, 3])))
    assert row_of(priorities.ranking(found), "Hate crime")[0]["Issue"] == "Hate crime\nScores incomplete"
    assert "the mean is of the others: hate crime (trend)." in priorities.ranking(found).note


def test_a_score_off_the_scale_stops_the_page() -> None:
    with pytest.raises(ValueError, match="'hate_crime' on trend is not on the scale, which runs from 1 to 5"):
        priorities.lead(opened(scores(("Hate crime", "Police", [3, 3, 7, 3]))))


@pytest.mark.parametrize("gone", [("risk_scores",), ("risk_scale",), ("risk_scores", "risk_scale")])
def test_without_scores_or_scale_the_page_says_what_is_missing_and_still_has_the_evidence(
    gone: tuple[str, ...],
) -> None:
    found = opened(**dict.fromkeys(gone)) if "risk_scores" not in gone else _without(gone)
    lead = priorities.lead(found)
    assert isinstance(lead, Notice) and lead.kind == "missing" and all(name in lead.text for name in gone)
    assert isinstance(priorities.evidence_table(found), Table)
    for part in (priorities.matrix, priorities.ranking, priorities.beside, score_checks.contradictions):
        assert part(found) == Notice("")
    assert isinstance(priorities.rule(found), Notice) and "not public" in priorities.rule(found).text
    assert (score_checks.without_evidence(found) == Notice("")) == ("risk_scores" in gone)


def _without(gone: Sequence[str]) -> Scored:
    full = opened().evidence
    held = {name: one for name, one in full.intake.extracts.items() if name not in gone}
    return open_scored(replace(full, intake=Intake(held, [])), ledger())


def test_no_score_up_to_the_end_of_the_period_gives_no_ranking() -> None:
    found = opened(scores(*PANEL, on="2021-04-01"))
    assert "no score is dated up to the end of 2020-21" in priorities.lead(found).text
    assert "which are left out: 48" in priorities.unused(found).text


def test_the_latest_score_up_to_the_end_of_the_period_counts_and_old_ones_are_told() -> None:
    older = scores(("Hate crime", "Police", [1, 1, 1, 1]), ("CSE", "Police", [2, 2, 2, 2]), on="2019-05-01")
    newer = scores(("Hate crime", "Police", [5, 5, 5, 5]), on="2021-03-31")
    found = opened(pd.concat([newer, older, scores(("Hate crime", "Police", [2, 2, 2, 2]), on="2021-04-01")]))
    assert found.combined["risk"].to_dict() == {"hate_crime": 25, "cse": 4} and found.later == 4
    assert score_checks.scorers(found).text.startswith(
        "One partner scored, from 1 May 2019 to 31 March 2021. 4 of 8 scores were more than 12 months old at the end of 2020-21."
    )


def test_a_dimension_that_the_scale_lacks_is_left_out_and_named() -> None:
    rows = scores(*PANEL[:2])
    found = opened(pd.concat([rows, rows.head(1).assign(dimension="financial_harm", score=1)]))
    assert "what financial harm is for" in priorities.unused(found).text and priorities.unused(opened()).text == ""
    assert found.combined["risk"].iloc[0] == 20.25


# ------------------------------------------------------------------------------------ scores against evidence


def test_contradictions_are_told_in_sentences(panel: Scored) -> None:
    assert score_checks.contradictions(panel).items == (
        "Serious violence: its trend is scored as rising (4.0 of 5), but records are lower than the year before (\N{MINUS SIGN}25%).",
        "Anti-social behaviour and priority locations: its frequency is scored low (1.5 of 5), but it has the most records of the issues scored (9,882).",
        "Serious violence: its frequency is scored high (4.0 of 5), but it has the fewest records of the issues scored (300).",
    )
    assert score_checks.contrary(panel) == ["anti_social_behaviour", "serious_violence"]


def test_a_forecast_wholly_beyond_the_year_before_and_a_rise_scored_as_a_fall_contradict_too() -> None:
    below = entry(f"{VIOLENCE}.forecast", 300, lower=250.0, upper=350.0, numerator=300.0)
    rising = entry("communities.asb.change", 9.0, "% change", "higher")
    rows = scores(
        ("Serious violence", "Police", [5, 3, 5]), ("ASB", "Police", [2, 3, 2]), ("Domestic abuse", "Police", [3, 3, 5])
    )
    trends = score_checks.contradictions(opened(rows, facts=ledger(below, rising))).items
    assert len(trends) == 2
    assert "and the whole forecast (250 to 350) lies below the 400 of the year before." in trends[0] + trends[1]
    assert any(
        "scored as falling (2.0 of 5), but records are higher than the year before (+9.0%)." in one for one in trends
    )


def test_scores_that_fit_the_evidence_contradict_nothing() -> None:
    fits = opened(scores(("Serious violence", "Police", [5, 3, 1]), ("ASB", "Police", [2, 5, 3])))
    shown = score_checks.contradictions(fits)
    assert shown.items == () and shown.text.startswith("No score of trend or frequency speaks against")
    assert score_checks.contrary(fits) == [] and "point different ways" not in priorities.lead(fits).text


def test_a_reversed_trend_is_turned_before_it_is_held_against_the_evidence() -> None:
    turned = scale()
    turned.loc[turned["dimension"] == "trend", "reversed"] = True
    rows = scores(("Serious violence", "Police", [5, 3, 5]), ("Hate crime", "Police", [1, 3, 3]))
    assert score_checks.contrary(opened(rows, risk_scale=turned)) == []
    assert "trend means less risk" in priorities.rule(opened(rows, risk_scale=turned)).text


def test_scores_without_evidence_are_counted_and_their_ids_are_for_partners_alone() -> None:
    rows = scores(*PANEL[:2]).assign(evidence=[None, None, "gone.fact.id", f"{DOMESTIC}.count"] * 2)
    found = opened(rows)
    assert score_checks.uncited(found) == (6, 8)
    assert "6 of 8 scores cite no evidence." in priorities.lead(found).text
    public, partners = (score_checks.without_evidence(opened(rows, edition)) for edition in ("public", "partnership"))
    assert isinstance(public, Table) and public.rows == (("Domestic abuse", "8", "4", "2"),)
    assert isinstance(partners, Table) and partners.rows[0][4].replace("\N{ZERO WIDTH SPACE}", "") == "gone.fact.id"
    assert score_checks.without_evidence(opened(scores(*PANEL))).text == "Every score cites a key fact."


def test_names_of_scorers_and_reasons_are_in_the_partnership_s_edition_alone() -> None:
    rows = scores(*PANEL, rationale="Seen on patrol")
    open_page, own_page = (_page(opened(rows, edition)) for edition in ("public", "partnership"))
    assert "Police" not in open_page and "patrol" not in open_page
    assert "Council" in own_page and "Seen on patrol" in own_page
    assert isinstance(score_checks.in_full(opened(rows, "partnership")), Folded)


def _page(scored: Scored) -> str:
    """Everything that the notebook's cells show."""
    tree = json.loads((ROOT / "notebooks" / "09_priorities.ipynb").read_text(encoding="utf-8"))
    calls = ["".join(cell["source"]) for cell in tree["cells"] if cell["cell_type"] == "code"][2:]
    space = {"scored": scored, "priorities": priorities, "score_checks": score_checks}
    return json.dumps([eval(call, space)._repr_mimebundle_() for call in calls])


def test_the_rule_and_the_scale_are_told_in_words() -> None:
    weighted = scale(weight=lambda rows: rows["dimension"].map({"trend": 2.0}).fillna(1.0), within="mean")
    said = priorities.rule(opened(risk_scale=weighted)).text
    assert (
        "Harm is the score of physical harm. Likelihood is the weighted mean of frequency (weight 1) and trend (weight 2)."
        in said
    )
    assert "Risk is harm times likelihood. Mitigation is shown beside the risk and not in it." in said
    table = priorities.scale_table(opened())
    assert isinstance(table, Table) and table.rows[0] == (
        "Physical harm", "Harm", "About physical_harm", "1 Very low\n2 Low\n3 Medium\n4 High\n5 Death",
    )  # fmt: skip
    other = scale(within="highest", across="sum")
    assert (
        "Likelihood is the highest of frequency and trend. Risk is harm plus likelihood."
        in priorities.rule(opened(risk_scale=other)).text
    )
