"""Similar areas: who is compared over which residents, what the verdicts say, and the files held against table C2."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from srp_lib import change, periods, reconciliation, similar_areas, standing, verdicts, wording
from srp_lib.comparators import OFFENCES, Similar, canonical, code_changes, nearest_end, open_similar
from srp_lib.config import load_config
from srp_lib.display import Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Evidence, open_evidence
from srp_lib.extracts import Intake
from srp_lib.extracts.recorded_crime import OFFENCES as COLUMNS
from srp_lib.facts import Lead
from srp_lib.quality import RuleResult
from srp_lib.quality_page import QualityPage

AREA, BARNSLEY, BARNSLEY_NOW, DONCASTER = "E08000018", "E08000016", "E08000038", "E08000017"
YEAR = periods.parse_period("2020-21")
OTHERS = [f"E070009{number:02d}" for number in range(30)]
REAL = os.environ.get("SRP_REAL_DATA", "")


@dataclass(frozen=True)
class Held:
    """An extract in memory."""

    rows: pd.DataFrame

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = self.rows if "file" in self.rows else self.rows.assign(file="held.csv")
        return rows.copy() if columns is None else rows[list(columns)]


def row(
    force: str, csp: str, name: str, lad: str | None, total: int | None, level: str = "partnership"
) -> dict[str, object]:
    """A row of table C2 in which each offence is a tenth of all."""
    part = None if total is None else total // 10
    counts = dict.fromkeys(COLUMNS, part) | {"total": total}
    words = {
        "period_end": "2021-03",
        "pfa_name": force,
        "csp_code": csp or None,
        "csp_name": name,
        "lad_code": lad,
        "lad_name": name,
    }
    return words | {"level": level} | counts


def rows_c2() -> list[dict[str, object]]:
    found = [
        row("South Yorkshire", "E22000261", " Rotherham ", AREA, 24_000),
        row("South Yorkshire", "E22000259", "Barnsley", BARNSLEY, 18_000),
        row("South Yorkshire", "E22000260", "Doncaster", DONCASTER, 36_000),
        row("South Yorkshire", "", "Unassigned South Yorkshire", None, 1_200, "unassigned"),
        row("Marked [note 4]", "", "", None, 9_000, "force"),
        row("Marked", "E22000134", "Hull", "E06000010", 9_000),
        row("Mixed", "E22000362", "East and Mid", "Combined Local Authorities", 8_000),
        row("Mixed", "E22000063", "Bournemouth", "E06000058", 9_000),
        row("Mixed", "E22000067", "Poole", "E06000058", 5_000),
        row("Mixed", "E22000367", "Dorset", "E06000059", 7_000),
        row("Mixed", "E22000031", "Allerdale", "E07000026", 8_000),
        row("Mixed", "E22000233", "Corby", "E06000061", 8_000),
        row("Mixed", "E22000236", "Kettering", "E06000061", 8_000),
        row("Mixed", "E22000180", "City of London", "E09000001", 8_800),
        row("Mixed", "", "Unassigned Mixed", None, 9_000, "unassigned"),
    ]
    rates = np.linspace(60, 100, len(OTHERS))
    return found + [
        row("Others", f"E220009{n:02d}", f"Place {n}", code, int(100 * rates[n])) for n, code in enumerate(OTHERS)
    ]


def table_c2(*changed: Mapping[str, object], end: str = "2021-03") -> pd.DataFrame:
    """The table, with rows changed by the partnership that they name."""
    by_code = {str(one["csp_code"]): one for one in changed}
    frame = pd.DataFrame([{**one, **by_code.get(str(one["csp_code"]), {})} for one in rows_c2()])
    return frame.assign(period_end=end).astype(dict.fromkeys(COLUMNS, "Int64"))


def people() -> pd.DataFrame:
    cells = {AREA: ("Rotherham", 265_000), BARNSLEY: ("Barnsley", 245_000), DONCASTER: ("Doncaster", 310_000)}
    cells |= {"E06000010": ("Hull", 260_000), "E07000040": ("East Devon", 60_000), "E07000042": ("Mid Devon", 40_000)}
    cells |= {"E06000058": ("Bournemouth, Christchurch and Poole", 400_000), "E06000059": ("Dorset", 380_000)}
    cells |= {"E09000001": ("City of London", 10_000), "S12000029": ("South Lanarkshire", 320_000)}
    cells |= {code: (f"Place {number}", 100_000) for number, code in enumerate(OTHERS)}
    rows = [(2020, code, name, residents) for code, (name, residents) in cells.items()]
    rows += [(2021, code, name, residents + 5_000) for code, (name, residents) in cells.items()]
    rows += [
        (2019, "E07000026", "Allerdale", 97_000),
        (2019, "E07000150", "Corby", 72_000),
        (2019, "E07000153", "Kettering", 101_000),
    ]
    frame = pd.DataFrame(rows, columns=["year", "area_code", "area_name", "all_ages"])
    return pd.concat([frame.assign(sex="persons"), frame.assign(sex="females", all_ages=1)]).assign(
        geography="District"
    )


def lookup() -> pd.DataFrame:
    latest = [
        (AREA, "E22000261"), (BARNSLEY, "E22000259"), (DONCASTER, "E22000260"), ("E07000040", "E22000362"), ("E07000042", "E22000362"),
        ("E06000058", "E22000063"), ("E06000058", "E22000067"), ("E06000058", "E22000367"), ("E06000059", "E22000367"),
        ("E06000061", "E22000233"), ("E06000061", "E22000236"), ("E06000063", "E22000031"),
    ]  # fmt: skip
    older = [
        ("E07000026", "E22000031"),
        ("E07000150", "E22000233"),
        ("E07000153", "E22000236"),
        ("E06000028", "E22000063"),
    ]
    frames = [
        pd.DataFrame(rows, columns=["lad_code", "csp_code"]).assign(year=year)
        for rows, year in ((latest, 2024), (older, 2016))
    ]
    return pd.concat(frames)


def neighbours() -> pd.DataFrame:
    ons = [BARNSLEY_NOW, "S12000029", "E07000040", OTHERS[0], "E06000010", OTHERS[29], OTHERS[1]]
    rows = [("ONS demographic neighbours", AREA, None, rank, code, None, None) for rank, code in enumerate(ons, 1)]
    rows += [("ONS demographic neighbours", BARNSLEY_NOW, None, 1, AREA, None, None)]
    dfe = [("County Doncaster", "Very Close"), ("Place 3", "Close"), ("Nowhere", "Not Close")]
    rows += [
        ("DfE statistical neighbours 2021", None, "Rotherham", rank, None, name, how)
        for rank, (name, how) in enumerate(dfe, 1)
    ]
    names = ["source", "area_code", "area_name", "rank", "neighbour_code", "neighbour_name", "closeness"]
    return pd.DataFrame(rows, columns=names)


def evidence(
    frames: Mapping[str, pd.DataFrame] | None = None, without: Sequence[str] = (), **settings: object
) -> Evidence:
    """Evidence of 2020-21 over the tables above, some replaced, some left out, and with other settings."""
    found = {
        "recorded_crime_csp": table_c2(),
        "population": people(),
        "lad_csp_pfa": lookup(),
        "neighbours": neighbours(),
    }
    held = {name: Held(rows) for name, rows in (found | dict(frames or {})).items() if name not in without}
    config = replace(load_config(), **({"similar_number": 6} | settings))
    comparison = periods.compare(YEAR, YEAR.months, 0.75)
    return Evidence(
        config,
        Intake(held, []),
        AREA,
        "Rotherham",
        YEAR,
        YEAR.months,
        YEAR.months,
        comparison,
        "public",
        ("South Yorkshire Police",),
    )


@pytest.fixture(scope="module")
def similar() -> Similar:
    return open_similar(evidence())


def residents(similar: Similar, name: str) -> tuple[int, int]:
    found = similar.rows[similar.rows["name"] == name].iloc[0]
    return int(found["residents"]), int(found["year"])


# ------------------------------------------------------------------------- who is compared, and over whom


def test_a_partnership_is_over_its_authority_at_the_nearest_mid_year(similar: Similar) -> None:
    assert similar.reason == "" and similar.own == "E22000261" and similar.period is YEAR
    assert residents(similar, "Rotherham") == (265_000, 2020)
    assert similar.rows.at[similar.own, "months_away"] == 3


def test_a_combined_partnership_is_over_all_its_authorities(similar: Similar) -> None:
    assert residents(similar, "East and Mid") == (100_000, 2020)


def test_authorities_that_are_gone_come_from_an_older_lookup_and_workbook(similar: Similar) -> None:
    assert residents(similar, "Allerdale") == (97_000, 2019)
    assert residents(similar, "Corby") == (72_000, 2019) and residents(similar, "Kettering") == (101_000, 2019)
    (text,) = [item for item in similar_areas.caveats(similar).items if "mid-2020" in item]
    assert "mid-2019" in text and "Corby" in text


def test_those_without_residents_of_their_own_or_marked_are_left_out_and_named(similar: Similar) -> None:
    why = {one.name: one.reason for one in similar.left_out}
    assert set(why) == {"Hull", "Bournemouth", "Poole", "Dorset"}
    assert "note" in why["Hull"] and "notes sheet" in why["Hull"]
    # the table names one authority for Dorset, and the lookup knows of a part of another
    assert all("several partnerships" in why[name] for name in ("Bournemouth", "Poole", "Dorset"))
    shown = similar_areas.left_out(similar)
    assert isinstance(shown, Table) and {cells[1] for cells in shown.rows} == {"1", "3"}
    assert "Poole (Mixed)" in shown.rows[0][2] + shown.rows[1][2]


def test_without_a_lookup_a_combined_partnership_is_left_out_with_the_reason() -> None:
    found = open_similar(evidence(without=["lad_csp_pfa"]))
    why = {one.name: one.reason for one in found.left_out}
    assert "no lookup supplied" in why["East and Mid"] and "no population workbook" not in why["East and Mid"]
    assert residents(found, "Dorset") == (380_000, 2020)


def test_unassigned_and_force_rows_are_no_area(similar: Similar) -> None:
    assert not similar.rows["name"].str.contains("Unassigned").any()
    assert len(similar.rows) + len(similar.left_out) == sum(one["level"] == "partnership" for one in rows_c2())


def test_changed_codes_are_one_to_one_and_well_formed() -> None:
    changes = code_changes()
    assert changes[BARNSLEY_NOW] == BARNSLEY and len(set(changes.values())) == len(changes)
    assert not set(changes) & set(changes.values())
    assert canonical(f" {BARNSLEY_NOW} ") == BARNSLEY and canonical(AREA) == AREA
    assert canonical("Combined Local Authorities") == canonical(None) == canonical(float("nan")) == ""


def test_the_table_nearest_to_the_period_s_end_is_used_and_another_year_is_named() -> None:
    assert nearest_end(["2019-12", "2020-06", "2021-06"], "2020-03") == "2019-12"
    tables = pd.concat([table_c2(end="2020-12"), table_c2(end="2019-03")])
    found = open_similar(evidence({"recorded_crime_csp": tables}))
    assert found.period is not None and found.period.code == "ye-2020-12"
    lead = similar_areas.lead(found)
    assert isinstance(lead, Lead)
    assert lead.text.startswith("No table of 2020-21, the period audited, was supplied")
    assert "year ending December 2020" in lead.text
    assert (
        "the period audited, was supplied"
        not in similar_areas.lead(open_similar(evidence({"recorded_crime_csp": pd.concat([tables, table_c2()])}))).text
    )


@pytest.mark.parametrize(("end", "away"), [("2025-06", "51 months after 2020-21"), ("2020-02", "13 months before")])
def test_a_table_more_than_twelve_months_away_gives_no_figure(end: str, away: str) -> None:
    found = open_similar(evidence({"recorded_crime_csp": table_c2(end=end)}))
    lead = similar_areas.lead(found)
    assert isinstance(lead, Notice) and lead.kind == "missing" and away in lead.text
    assert "Add the table of the year ending March 2021" in lead.text
    assert similar_areas.by_offence(found) == similar_areas.total_funnel(found) == Notice("")
    edge = open_similar(evidence({"recorded_crime_csp": table_c2(end="2020-03")}))
    assert edge.reason == "" and isinstance(similar_areas.lead(edge), Lead)


def test_standings_are_worked_out_once_and_kept_by_their_own_page(similar: Similar) -> None:
    assert standing.standings(similar) is standing.standings(similar)
    assert standing.standings(similar) is not standing.standings(open_similar(evidence()))


def test_an_area_that_the_table_does_not_have_alone_is_told_why() -> None:
    gone = open_similar(replace(evidence(), area_code="E06000058", area_name="Bournemouth"))
    assert "Bournemouth: it holds part of an authority" in gone.reason
    assert (
        "no row of the area alone"
        in open_similar(replace(evidence(), area_code="E07000040", area_name="East Devon")).reason
    )


@pytest.mark.parametrize(
    "part",
    [
        "caveats",
        "total_funnel",
        "small_funnels",
        "by_offence",
        "group_ranges",
        "group_table",
        "group_left_out",
        "force_table",
        "left_out",
        "unassigned",
    ],
)
def test_without_the_table_the_page_says_so_once(part: str) -> None:
    nothing = open_similar(evidence(without=["recorded_crime_csp"]))
    lead = similar_areas.lead(nothing)
    assert isinstance(lead, Notice) and lead.kind == "missing" and "Table C2" in lead.text and "would show" in lead.text
    assert getattr(similar_areas, part)(nothing) == Notice("")


# -------------------------------------------------------------------------------------- the group


def test_the_group_is_the_list_s_first_and_says_who_cannot_be_compared(similar: Similar) -> None:
    assert [similar.name(code) for code in similar.group.codes] == ["Barnsley", "Place 0", "Place 29"]
    why = {one.name: one.reason for one in similar.group.neighbours if not one.partnership}
    assert "Scotland" in why["South Lanarkshire"] and "together with others, as East and Mid" in why["East Devon"]
    assert why["Hull"].startswith("the publisher marks it or its force") and len(similar.group.neighbours) == 6
    gone, table = similar_areas.group_left_out(similar), similar_areas.group_table(similar)
    assert isinstance(gone, Table) and [cells[:2] for cells in gone.rows] == [
        ("South Lanarkshire", "2"),
        ("East Devon", "3"),
        ("Hull", "5"),
    ]
    assert isinstance(table, Table) and [cells[1] for cells in table.rows] == ["6", "\N{EN DASH}", "1", "4"]
    own = next(cells for cells in table.rows if cells[0].startswith("Rotherham"))
    assert own[3] == "1" and own[4] == "\N{EN DASH}" and "265,000" in own[6]


def test_a_list_by_names_is_matched_by_names_and_keeps_closeness() -> None:
    group = open_similar(evidence(similar_group="DfE statistical neighbours 2021")).group
    assert [(one.partnership, one.closeness) for one in group.neighbours][:2] == [
        ("E22000260", "Very Close"),
        ("E22000903", "Close"),
    ]
    assert "no partnership of that area alone" in group.neighbours[2].reason


def test_codes_of_audit_toml_are_the_group() -> None:
    group = open_similar(evidence(similar_codes=(BARNSLEY_NOW, AREA, OTHERS[5]))).group
    assert group.codes == ("E22000259", "E22000905") and "audit.toml" in group.label


def test_an_area_given_twice_is_one_member() -> None:
    group = open_similar(evidence(similar_codes=(OTHERS[5], BARNSLEY_NOW, BARNSLEY, "S12000029", "S12000029"))).group
    assert group.codes == ("E22000905", "E22000259")
    assert [one.rank for one in group.neighbours] == [1, 2, 3]
    twice = neighbours()
    extra = twice[twice["neighbour_name"] == "County Doncaster"].assign(rank=9, neighbour_name="Doncaster")
    listed = open_similar(
        evidence({"neighbours": pd.concat([twice, extra])}, similar_group="DfE statistical neighbours 2021")
    ).group
    assert listed.codes == ("E22000260", "E22000903") and listed.neighbours[0].name == "Doncaster"


@pytest.mark.parametrize(
    ("without", "settings", "words"),
    [
        (["neighbours"], {}, "was not supplied"),
        ([], {"similar_group": "Some list"}, "those supplied hold"),
    ],
)
def test_without_the_list_the_force_s_others_stand_in(without: list[str], settings: dict[str, str], words: str) -> None:
    found = open_similar(evidence(without=without, **settings))
    assert [found.name(code) for code in found.group.codes] == ["Barnsley", "Doncaster"]
    (text,) = [item for item in similar_areas.caveats(found).items if "stand in" in item]
    assert words in text and "South Yorkshire" in text


# ------------------------------------------------------------------------------ figures and verdicts


def test_rates_and_ratios_are_those_of_hand(similar: Similar) -> None:
    found = standing.standings(similar)["total"]
    assert found.rate.value == pytest.approx(24_000 / 265)
    group = (18_000 + 6_000 + 10_000) / (245 + 100 + 100)
    assert found.group_rate.value == pytest.approx(group) and found.to_group.value == pytest.approx(
        24_000 / 265 / group
    )
    rest = similar.counted("total").drop(index=similar.own).sum()
    assert found.to_all.value == pytest.approx(24_000 / 265_000 / (rest["count"] / rest["residents"]))
    assert found.funnel["observed"].sum() == pytest.approx(found.funnel["expected"].sum())


def test_verdicts_are_held_to_false_discoveries_over_the_family() -> None:
    alike, above, few = (1000, 10_000, 10_000, 100_000), (1200, 10_000, 10_000, 100_000), (49, 10_000, 10_000, 100_000)
    below = (800, 10_000, 10_000, 100_000)
    assert change.ratio_verdicts([alike, above, few, below], 50) == [
        verdicts.UNCLEAR,
        verdicts.HIGHER,
        verdicts.TOO_FEW,
        verdicts.LOWER,
    ]
    # one of twenty at p = 0.03 is what chance gives
    edge = (1072, 10_000, 10_000, 100_000)
    assert 0.01 < change.exact_test(*edge[::2], *edge[1::2]) < 0.05
    assert change.ratio_verdicts([edge], 50) == [verdicts.HIGHER]
    assert change.ratio_verdicts([edge, *[alike] * 19], 50)[0] == verdicts.UNCLEAR
    assert change.ratio_verdicts([(float("nan"), 1.0, 9.0, 9.0)], 0) == [verdicts.TOO_FEW]


def test_where_chance_alone_is_at_work_few_families_raise_a_verdict() -> None:
    generator = np.random.default_rng(1)
    counts = generator.poisson((500, 5000), (40, 13, 2))
    alarms = [
        set(change.ratio_verdicts([(k1, 1e4, k2, 1e5) for k1, k2 in one], 50)) != {verdicts.UNCLEAR} for one in counts
    ]
    assert np.mean(alarms) < 0.12


def test_position_says_which_limits() -> None:
    frame = pd.DataFrame(
        {
            "ratio": [1.0, 1.3, 0.7, 2.0],
            "lower95": 0.8,
            "upper95": 1.2,
            "verdict": ["within the limits"] * 3 + ["higher than chance would explain"],
        },
        index=list("abcd"),
    )
    said = [standing.position(frame, code) for code in "abcde"]
    assert said == [
        "within the limits",
        "above the 95% limits, within the 99.8% limits",
        "below the 95% limits, within the 99.8% limits",
        "above the 99.8% limits",
        "",
    ]


def test_a_place_of_visitors_beyond_the_limits_is_said_to_be_one(similar: Similar) -> None:
    text = similar_areas._few_sentence(similar)
    assert "City of London (8,800 crimes, 10,000 residents)" in text and "visitors" in text
    assert standing.position(standing.funnel_of(similar, "total"), "E22000180") == "above the 99.8% limits"


def test_the_lead_says_rate_ratio_rank_and_limits(similar: Similar) -> None:
    lead = similar_areas.lead(similar)
    assert isinstance(lead, Lead) and "90.6 recorded crimes for every 1,000 residents in 2020-21" in lead.text
    assert "18.5% higher than in the three areas of its group" in lead.text
    assert (
        "Among the four areas of its group, itself included, it has the 2nd highest rate." in lead.text
        and "within the limits" in lead.text
    )


def test_the_table_of_types_carries_a_fact_for_each_figure(similar: Similar) -> None:
    table = similar_areas.by_offence(similar)
    assert isinstance(table, Table) and len(table.rows) == len(OFFENCES)
    assert {fact.id for fact in table.facts} == {
        f"similar.{slug}.{what}" for slug in OFFENCES for what in ("rate", "ratio_to_group", "ratio_to_all")
    }
    shown = {anchor for line in table.anchors for anchor in line if anchor}
    assert shown == {fact.anchor for fact in table.facts}
    ratio = next(fact for fact in table.facts if fact.id == "similar.total.ratio_to_group")
    assert ratio.verdict == verdicts.HIGHER and ratio.comparator_numerator == 34_000 and ratio.period == "2020-21"
    assert set(ratio.extracts) == {"recorded_crime_csp", "population", "neighbours", "lad_csp_pfa"}
    assert not any("change" in cell for line in table.rows for cell in line)


def test_a_count_that_is_not_published_is_said_to_be_so() -> None:
    blank = {"csp_code": "E22000261", "robbery": None}
    found = open_similar(evidence({"recorded_crime_csp": table_c2(blank, {"csp_code": "E22000259", "burglary": None})}))
    table = similar_areas.by_offence(found)
    assert isinstance(table, Table)
    rows = {cells[0]: cells for cells in table.rows}
    assert rows["Robbery"][-1] == "Not published" and rows["Burglary"][-1] != "Not published"
    assert len(found.counted("burglary")) == len(found.rows) - 1
    fact = next(fact for fact in table.facts if fact.id == "similar.robbery.rate")
    assert fact.estimate.value is None and "No rate" in fact.statement


def test_the_charts_state_their_finding_and_hold_their_data(similar: Similar) -> None:
    total, types, group = (
        similar_areas.total_funnel(similar),
        similar_areas.small_funnels(similar),
        similar_areas.group_ranges(similar),
    )
    assert isinstance(total, Chart) and isinstance(types, Chart) and isinstance(group, Chart)
    assert "within the limits" in total.title and len(total.table.rows) == len(similar.rows)
    assert total.table.rows[0][0] == "City of London" and total.table.rows[0][4] == "Above the 99.8% limits"
    assert "City of London" in total.note and "90.6" in total.alt
    told = [cells[4] for cells in total.table.rows]
    beyond, far = sum(one != "Within the limits" for one in told), told.count("Above the 99.8% limits")
    assert far == 1 and f"{wording.number_word(beyond)} lie" in total.note and "those, one beyond" in total.note
    assert types.table.rows[0][5:] == (f"{beyond} of {len(similar.rows)}", f"{far} of {len(similar.rows)}")
    for table in (
        similar_areas.by_offence(similar),
        similar_areas.group_table(similar),
        similar_areas.force_table(similar),
    ):
        assert "by luck, so a verdict asks for more" in table.note
    assert len(types.table.rows) == len(OFFENCES) - 1 and "each of these types" in types.title
    assert group.title == "Rotherham has the 2nd highest rate of the four areas of its group"
    assert [cells[0] for cells in group.table.rows] == ["Place 29", "Rotherham", "Barnsley", "Place 0"]


def test_unassigned_crime_is_shown_by_force_with_the_most_it_could_add(similar: Similar) -> None:
    table = similar_areas.unassigned(similar)
    assert isinstance(table, Table)
    rows = {cells[0]: cells[1:] for cells in table.rows}
    assert rows["South Yorkshire"] == ("79,200", "1,200", "1.5%", "") and rows["Mixed"][-1] == "Flagged"
    assert "rise by 5.0% at most" in table.note
    flagged = similar_areas.group_table(open_similar(evidence(similar_codes=("E07000026", BARNSLEY))))
    assert isinstance(flagged, Table) and any(cells[0] == "Allerdale (flagged)" for cells in flagged.rows)


def test_the_force_s_partnerships_are_compared(similar: Similar) -> None:
    table = similar_areas.force_table(similar)
    assert isinstance(table, Table) and [cells[0] for cells in table.rows] == [
        "Doncaster",
        "Rotherham (the audited area)",
        "Barnsley",
    ]
    assert table.rows[0][3].endswith("Higher") and table.rows[2][3].endswith("Lower")


# ---------------------------------------------------------------------------- the files against table C2

SOUTH_YORKSHIRE = "South Yorkshire Police"


def streets(months: Sequence[str]) -> pd.DataFrame:
    """100 burglaries of the area in each month, 10 without a place, 5 of another force and ASB that is no crime."""
    kinds = [("Burglary", AREA, "E01007600", SOUTH_YORKSHIRE)] * 100 + [("Burglary", None, None, SOUTH_YORKSHIRE)] * 10
    kinds += [("Burglary", AREA, "E01007600", "British Transport Police")] * 5
    kinds += [("Anti-social behaviour", AREA, "E01007600", SOUTH_YORKSHIRE)] * 30
    rows = [(month, *kind) for month in months for kind in kinds]
    return pd.DataFrame(rows, columns=["month", "crime_type", "lad_code", "lsoa_code", "reported_by"])


def official(total: int = 1_250) -> pd.DataFrame:
    rows = [
        row("South Yorkshire", "E22000261", "Rotherham", AREA, total) | {"burglary": total, "theft_offences": total}
    ]
    rows += [row("South Yorkshire", "", "Unassigned South Yorkshire", None, 50, "unassigned")]
    return pd.DataFrame(rows).astype(dict.fromkeys(COLUMNS, "Int64"))


def compared(months: Sequence[str], table: pd.DataFrame | None = None) -> list[tuple[str, Table | Notice, Notice]]:
    held = {"street_crime": Held(streets(months)), "recorded_crime_csp": Held(official() if table is None else table)}
    return reconciliation.parts(Intake(held, []), AREA, "Rotherham")


def test_twelve_months_are_held_against_the_table() -> None:
    ((heading, table, reasons),) = compared(YEAR.months)
    assert heading == "Year ending March 2021" and isinstance(table, Table) and "estimate" not in table.caption
    rows = {cells[0]: cells[1:] for cells in table.rows}
    assert rows["Recorded crime"] == rows["Burglary"] == ("1,200", "1,250", "\N{MINUS SIGN}50", "\N{MINUS SIGN}4.0%")
    assert "Anti-social behaviour" not in rows
    said = " ".join(reasons.items)
    assert "120 of 1,320 crimes (9.1%)" in said and "1,320 crimes, and table C2 1,300 (+1.5%)" in said
    assert "leaves 50 crimes of South Yorkshire (3.8%)" in said and "place 60 crimes" in said


def test_some_of_the_months_give_an_estimate_that_says_so() -> None:
    ((_, table, reasons),) = compared(YEAR.months[:9])
    assert isinstance(table, Table) and "estimate" in table.caption and "estimate" in table.columns[2]
    assert table.rows[0][1:] == ("900", "1,200", "1,250", "\N{MINUS SIGN}50", "\N{MINUS SIGN}4.0%")
    assert (
        "January to March 2021" in table.note
        and "nine months" in table.note
        and "scaled to twelve months" in " ".join(reasons.items)
    )


def test_no_month_no_table_and_no_row_are_each_told() -> None:
    ((_, none, reasons),) = compared(periods.month_range("2018-04", "2018-06"))
    assert isinstance(none, Notice) and "none of the twelve months" in none.text and reasons.text == ""
    elsewhere = official().assign(lad_code=BARNSLEY)
    assert "no row of the area alone" in compared(YEAR.months, elsewhere)[0][1].text
    assert (
        "was not supplied"
        in reconciliation.parts(Intake({"street_crime": Held(streets(YEAR.months))}, []), AREA, "Rotherham")[0][1].text
    )
    blank = Intake(
        {"street_crime": Held(streets(YEAR.months).assign(lad_code=None)), "recorded_crime_csp": Held(official())}, []
    )
    assert "No street-level row is in the area" in reconciliation.parts(blank, AREA, "Rotherham")[0][1].text


def test_each_table_is_taken_in_turn() -> None:
    both = pd.concat([official(), official().assign(period_end="2020-03")])
    assert [heading for heading, _, _ in compared(YEAR.months, both)] == [
        "Year ending March 2020",
        "Year ending March 2021",
    ]


def test_a_group_that_the_table_does_not_publish_has_no_difference() -> None:
    line = reconciliation.lines({"burglary": 5}, official().iloc[0].copy())[0]
    assert line.official == 1_250
    unpublished = official().assign(burglary=pd.array([None, None], dtype="Int64")).iloc[0]
    assert reconciliation.lines({"burglary": 5}, unpublished)[0].cells()[1] == "not published"


def test_the_quality_page_compares_nothing_that_was_refused() -> None:
    held = {"street_crime": Held(streets(YEAR.months)), "recorded_crime_csp": Held(official())}
    sound = QualityPage(Intake(held, []), (), area=AREA)
    assert "1,250" in sound.reconciliation().html
    rule = RuleResult("street_crime", "street.x", "rows", "accuracy", "critical", "why", "remedy", False, 1, 1, "")
    for page in (replace(sound, results=(rule,)), replace(sound, faults=("Mixed.",)), replace(sound, area="")):
        assert "was refused" in page.reconciliation().text


# ----------------------------------------------------------------------------------- the real files


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> Similar:
    if not REAL:
        pytest.skip("SRP_REAL_DATA is not set: it names the folder of real files")
    return open_similar(open_evidence(str(request.getfixturevalue("real_checked")), "ye-2025-04"))


def test_the_funnel_places_the_area_among_all_partnerships(real: Similar) -> None:
    assert real.period is not None and real.period.label == "year ending June 2025"
    assert len(real.rows) == 301 and real.own in real.rows.index
    found = standing.standings(real)["total"]
    assert (
        round(found.rate.value or 0, 1) == 94.1 and found.position == "within the limits" and len(found.funnel) == 301
    )
    beyond = found.funnel.index[found.funnel["verdict"] == "higher than chance would explain"]
    assert [real.name(code) for code in beyond] == ["City of London", "Westminster"]


def test_the_real_table_s_oddities_are_met(real: Similar) -> None:
    gone = {one.name for one in real.left_out}
    assert {"Kingston upon Hull, City of", "Dorset", "Suffolk Coastal", "Wycombe"} <= gone and len(gone) == 13
    assert residents(real, "Northampton")[1] == 2019 and residents(real, "Allerdale")[1] == 2021
    assert len(real.rows[real.rows["name"] == "Cwm Taf"].iloc[0]["authorities"]) == 2
    assert list(real.forces.index[real.forces["share"] > 5]) == ["Derbyshire", "Dyfed-Powys", "Humberside"]
    assert real.forces.at["Gwent", "unassigned"] == 1  # its row has another force's code
    why = {one.name: one.reason for one in real.group.neighbours if not one.partnership}
    assert set(why) == {"West Suffolk", "South Lanarkshire"} and real.name(real.group.codes[3]) == "Barnsley"
