"""Neighbourhoods: concentration, hot spots, mixes of crime, vulnerability and rural rates, from shown counts alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import lacking

from srp_lib import location_quotients, neighbourhood_maps, places, rates, wording
from srp_lib.codelists import ASB, RECORDED
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import open_evidence
from srp_lib.facts import KeyFact
from srp_lib.local import UNIT, WARD
from srp_lib.neighbourhoods import KINDS, Neighbourhoods, open_neighbourhoods
from srp_lib.place_figures import WHOLE
from srp_lib.rural import CLASS, Rural
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR
from srp_lib.vulnerable import POLICE_ALONE, Vulnerable

PERIOD, BEFORE = "2020-21", "2018-19"
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
needs_real = pytest.mark.skipif(
    "SRP_REAL_DATA" not in os.environ, reason="SRP_REAL_DATA is not set: it names the folder of real files"
)


@pytest.fixture(scope="module")
def public(processed: str) -> Neighbourhoods:
    return open_neighbourhoods(open_evidence(processed, PERIOD))


@pytest.fixture(scope="module")
def partnership(processed: str) -> Neighbourhoods:
    return open_neighbourhoods(open_evidence(processed, PERIOD, edition="partnership"))


@pytest.fixture(scope="module")
def one_year(processed: str) -> Neighbourhoods:
    return open_neighbourhoods(open_evidence(processed, BEFORE))


def without(page: Neighbourhoods, *names: str) -> Neighbourhoods:
    """The page as it is where these extracts were not supplied; rows are not counted again."""
    bare = open_neighbourhoods(lacking(page.evidence, *names))
    vars(bare.local)["_cube"] = page.local._cube
    vars(bare).update({name: getattr(page, name) for name in ("concentrations", "moves")})
    return bare


def weighted(page: Neighbourhoods, **weights: float) -> Vulnerable:
    """The index with other weights."""
    config = replace(page.evidence.config, vulnerability={**page.evidence.config.vulnerability, **weights})
    return Vulnerable(replace(page, local=replace(page.local, evidence=replace(page.evidence, config=config))))


def parts(page: Neighbourhoods) -> Iterator[object]:
    """Everything that the notebook shows."""
    vulnerable = Vulnerable(page)
    yield from (
        page.lead(),
        page.missing(),
        page.concentration_facts(),
        page.concentration_table(),
        page.hot_spot_facts(),
        page.caveats(),
    )
    yield from (vulnerable.facts(), vulnerable.missing(), vulnerable.method(), vulnerable.table(), vulnerable.table(1))
    yield from (location_quotients.table(page.local), Rural(page).table())
    for slug in (RECORDED, ASB):
        yield page.hot_spot_table(slug)
        yield from (
            draw(page, slug)
            for draw in (neighbourhood_maps.rate_map, neighbourhood_maps.year_maps, neighbourhood_maps.kind_map)
        )


def facts_of_places(page: Neighbourhoods) -> list[KeyFact]:
    """The facts that rest on counts of places."""
    return [*page.hot_spot_facts().facts, *Vulnerable(page).facts().facts, *Rural(page).table().facts]


def half_of(counts: pd.Series) -> int:
    """How many places, the largest first, it takes to reach half."""
    running, held = 0, 0
    for number in sorted(counts, reverse=True):
        running, held = running + number, held + 1
        if 2 * running >= counts.sum():
            break
    return held


# --- concentration ----------------------------------------------------------------------------------------------


def test_the_head_of_the_page_tells_how_few_places_hold_half(public: Neighbourhoods) -> None:
    months = public.local.years[-1].months  # November 2018 is missing, so November is in no year
    counts = public.local.totals(RECORDED, UNIT, months)
    held, share = half_of(counts), 100 * half_of(counts) / len(counts)
    lead = public.lead().text
    told = f"{held} of {len(counts)} neighbourhoods ({share:.1f}%) held half of all recorded crimes in 11 months of 2020-21."
    assert len(months) == 11 and lead.startswith(told)
    assert "persistent" not in lead and "hot spots in each of the three years compared, 2018-19 the first" in lead


def test_facts_of_concentration_are_of_the_borough_and_compare_like_months(public: Neighbourhoods) -> None:
    made = {fact.id: fact for fact in public.concentration_facts().facts}
    assert (
        list(made)[:2]
        == ["neighbourhoods.recorded_crime.half_share", "neighbourhoods.anti_social_behaviour.half_share"]
        and len(made) == 5
    )
    for slug, fact in zip(public.subjects, made.values()):
        now = public.local.totals(slug, UNIT, public.local.years[-1].months)
        assert (fact.estimate.numerator, fact.estimate.denominator) == (half_of(now), len(public.local.units))
        assert fact.estimate.value == pytest.approx(100 * fact.estimate.numerator / fact.estimate.denominator)
        months = public.local.years[0].months
        assert (
            fact.comparator_numerator == half_of(public.local.totals(slug, UNIT, months))
            and fact.comparator_period == BEFORE
        )
        assert fact.disclosure == WHOLE and all(
            type(one) is float for one in (fact.estimate.value, fact.estimate.lower)
        )


def test_a_single_year_has_no_move_and_no_kinds(one_year: Neighbourhoods) -> None:
    table = one_year.concentration_table()
    assert table.columns == ("What", BEFORE, "Gini, 2018-19")
    assert {fact.verdict for fact in one_year.concentration_facts().facts} == {""}
    told = one_year.hot_spot_facts()
    assert isinstance(told, Notice) and told.kind == "missing" and "takes 3 years" in told.text
    assert one_year.hot_spot_table(RECORDED).html() == "" and "hot spot" not in one_year.lead().text
    assert isinstance(neighbourhood_maps.year_maps(one_year, RECORDED), Notice)


# --- the public edition ------------------------------------------------------------------------------------------


def test_every_count_of_a_place_is_one_that_may_be_shown(public: Neighbourhoods, partnership: Neighbourhoods) -> None:
    policy = public.local.policy
    for slug in (RECORDED, ASB):
        assert public.figures[slug].count.equals(policy.counts(partnership.figures[slug].count.astype(int)))
        years = public.shown_years(slug).to_numpy()
        known = years[~np.isnan(years)]
        assert not ((known > 0) & (known < policy.smallest)).any() and not (known % policy.base).any()
        drawn = neighbourhood_maps.rate_map(public, slug).table
        cells = [row[1] for row in drawn.rows] + [cell for row in public.hot_spot_table(slug).rows for cell in row[2:5]]
        numbers = [int(cell.replace(",", "")) for cell in cells if cell != MARK]
        assert all(number == 0 or (number >= policy.smallest and number % policy.base == 0) for number in numbers)


def test_what_is_withheld_is_on_no_map(public: Neighbourhoods) -> None:
    figures = public.figures[ASB]
    hidden = figures.count.index[figures.count.isna()]
    rows = dict(zip(public.names, neighbourhood_maps.rate_map(public, ASB).table.rows))
    assert all(rows[code][1:] == (MARK, "–", "–", "–", "–") for code in hidden) and figures.ratios[hidden].isna().all()


def test_facts_say_how_they_were_protected(public: Neighbourhoods, partnership: Neighbourhoods) -> None:
    made = facts_of_places(public)
    every = [*made, *public.concentration_facts().facts]
    assert len({fact.id for fact in every}) == len(every) and all(
        fact.id.startswith("neighbourhoods.") for fact in every
    )
    assert {fact.disclosure for fact in made} == {"protected: computed from counts rounded to the nearest 5"}
    assert {fact.disclosure for fact in facts_of_places(partnership)} == {"as counted: partnership edition only"}


# --- maps and hot spots -------------------------------------------------------------------------------------------


def test_a_map_lists_every_neighbourhood_by_ward_and_says_what_it_found(public: Neighbourhoods) -> None:
    chart, ratios = neighbourhood_maps.rate_map(public, RECORDED), public.figures[RECORDED].ratios
    heads = [row[0].split("\n")[0] for row in chart.table.rows]
    assert heads == sorted(heads) and len(heads) == len(public.local.units)
    wards = public.local.names(WARD)
    assert all(
        heads[place].startswith(wards[public.local.units.at[code, "ward"]]) for place, code in enumerate(public.names)
    )
    assert chart.table.rows[list(public.names).index(ratios.idxmax())][5] == "2 times or more"
    number = int((ratios >= 2).sum())
    assert (
        f"{wording.number_word(number)} of 166 neighbourhoods had twice" in chart.title
        and public.names[ratios.idxmax()] in chart.alt
    )
    assert sum(row[0].endswith("many visitors") for row in chart.table.rows) == len(public.local.visited(UNIT))


def test_maps_of_years_are_of_the_same_months(public: Neighbourhoods) -> None:
    chart = neighbourhood_maps.year_maps(public, ASB)
    assert isinstance(chart, Chart) and chart.table.columns[1:] == tuple(year.label for year in public.local.years)
    assert f"the same {len(public.local.years[-1].months)} months" in chart.subtitle


def test_hot_spots_of_each_kind_are_listed_counted_and_drawn(public: Neighbourhoods) -> None:
    kinds, table = public.kinds(RECORDED), public.hot_spot_table(RECORDED)
    assert set(kinds) == set(KINDS) and [row[1].lower() for row in table.rows] == list(kinds)
    assert kinds.to_list() == sorted(kinds, key=list(KINDS).index)
    told = {fact.id.split(".")[2]: fact for fact in public.hot_spot_facts().facts if fact.id.split(".")[1] == RECORDED}
    for kind in KINDS:
        fact = told[f"{kind}_hot_spots"]
        assert fact.estimate.value == (kinds == kind).sum() and fact.estimate.denominator == len(public.local.units)
        assert public.names[kinds.index[kinds == kind][0]] in fact.statement
    rows = public.spots[RECORDED].rows.loc[kinds.index]
    assert (rows.loc[kinds == "emerging", "change"] > 0).all() and (rows.loc[kinds == "cooling", "change"] < 0).all()
    chart = neighbourhood_maps.kind_map(public, RECORDED)
    assert [row[0] for row in chart.table.rows] == [public.names[code] for code in kinds.index]


# --- mixes of crime ------------------------------------------------------------------------------------------------


def test_only_types_that_are_clearly_over_represented_are_told() -> None:
    counts = pd.DataFrame(
        {"theft": [100.0, 50, 55, 45], "drugs": [50.0, 50, 45, 55], "rare": [2.0, 2, 1, 1]}, index=list("abcd")
    )
    over = places.over_represented(counts, counts.sum())
    assert list(over.index) == [("a", "theft")]
    row = over.iloc[0]
    assert row["value"] == pytest.approx((100 / 152) / (250 / 456)) and row["lower"] > 1


def test_a_withheld_cell_is_not_tried_and_does_not_raise_the_others() -> None:
    counts = pd.DataFrame({"theft": [500.0, 500, 500], "rare": [20.0, np.nan, np.nan]}, index=list("abc"))
    known = places.over_represented(counts, pd.Series({"theft": 1500, "rare": 50}))
    assert known.empty  # 20 of 520 beside 50 of 1,550
    assert list(places.over_represented(counts, counts.sum()).index) == [("a", "rare")]  # were the withheld zero


def test_mixes_alike_but_for_chance_hardly_ever_give_a_type() -> None:
    generator, false = np.random.default_rng(11), 0
    for _ in range(50):
        cells = generator.multinomial(900, [0.4, 0.2, 0.15, 0.1, 0.08, 0.05, 0.02], size=25).astype(float)
        table = pd.DataFrame(cells)
        false += len(places.over_represented(table, table.sum())) > 0
    assert false <= 5  # false-discovery control at 5%, of which half would be above 1


def test_wards_are_told_with_their_types(public: Neighbourhoods) -> None:
    table = location_quotients.table(public.local)
    told = {row[0] for row in table.rows}
    rest = set(public.local.names(WARD).values()) - told
    assert told and told <= set(public.local.names(WARD).values()) and all(name in table.note for name in rest)
    assert table.columns[1] == "More common here than elsewhere" and table.note.count("location quotient") == 1


# --- vulnerability -------------------------------------------------------------------------------------------------


def test_the_index_is_the_weighted_mean_of_ratios_to_the_rest(partnership: Neighbourhoods) -> None:
    made = weighted(partnership, crime=2.0).indices[0]
    people = partnership.local.residents(UNIT)
    code = people.index[7]
    values = {
        "crime": partnership.figures[RECORDED].smoothed, "anti_social_behaviour": partnership.figures[ASB].smoothed,
        "deprivation": partnership.local.deprivation[made.edition],
    }  # fmt: skip
    others = people.drop(code)
    for part, series in values.items():
        mean = (series.drop(code) * others).sum() / others.sum()
        assert made.rows.at[code, part] == pytest.approx(series[code] / mean)
    row = made.rows.loc[code]
    assert row["index"] == pytest.approx(
        (2 * row["crime"] + row["anti_social_behaviour"] + row["deprivation"] + row["partner"]) / 5
    )


def test_each_edition_of_the_indices_has_its_own_fact_and_table(public: Neighbourhoods) -> None:
    vulnerable = Vulnerable(public)
    assert [one.edition for one in vulnerable.indices] == ["IoD 2019", "IoD 2025"]
    made = {fact.id.rpartition(".")[2]: fact for fact in vulnerable.facts().facts}
    assert set(made) == {"iod_2019_above_twice", "iod_2025_above_twice", "all_editions_above_twice"}
    for place, one in enumerate(vulnerable.indices):
        fact, table = list(made.values())[place], vulnerable.table(place)
        assert fact.estimate.value == (one.rows["index"] > 2).sum() and "deprivation" in fact.extracts
        above = [row for row in table.rows if float(row[-4]) > 2 or row[-2] == "100%"]
        assert len(above) >= fact.estimate.value and one.edition[-4:] in table.caption
    both = set(vulnerable.indices[0].above) & set(vulnerable.indices[1].above)
    assert made["all_editions_above_twice"].estimate.value == len(both)


def test_parts_whose_counts_are_mostly_withheld_are_left_out_for_all(
    public: Neighbourhoods, partnership: Neighbourhoods
) -> None:
    hidden, exact = Vulnerable(public), Vulnerable(partnership)
    assert "partner" in hidden.too_small and "partner" not in hidden.indices[0].parts
    assert any("Deliberate fires" in item for item in hidden.missing().items)
    assert exact.indices[0].parts[-1] == "partner" and exact.missing().html() == ""
    assert (
        "fire_incidents" in exact.facts().facts[0].extracts and "fire_incidents" not in hidden.facts().facts[0].extracts
    )


def test_a_withheld_count_stands_as_the_middle_of_what_it_may_be(public: Neighbourhoods) -> None:
    vulnerable = Vulnerable(public)
    counts = vulnerable.counts["anti_social_behaviour"].copy()
    low = counts.index[3]
    counts[low] = pd.NA
    vulnerable.counts["anti_social_behaviour"] = counts
    filled = vulnerable._components(None)["anti_social_behaviour"]
    vulnerable.counts["anti_social_behaviour"] = counts.fillna(4)
    assert filled.equals(vulnerable._components(None)["anti_social_behaviour"])
    vulnerable.counts["anti_social_behaviour"] = counts
    assert vulnerable._ratio("anti_social_behaviour", low, 0.2) == MARK


def test_a_weight_of_zero_leaves_a_part_out(public: Neighbourhoods) -> None:
    vulnerable = weighted(public, deprivation=0.0, partner=0.0)
    assert [one.edition for one in vulnerable.indices] == [POLICE_ALONE] and vulnerable.missing().html() == ""
    assert vulnerable.indices[0].parts == ["crime", "anti_social_behaviour"]
    assert vulnerable.facts().facts[0].id == "neighbourhoods.vulnerability.without_deprivation_above_twice"


def test_without_the_indices_of_deprivation_the_page_says_what_they_would_add(public: Neighbourhoods) -> None:
    vulnerable = Vulnerable(without(public, "deprivation", "fire_incidents"))
    said = " ".join(vulnerable.missing().items)
    assert "extract deprivation" in said and "extract (fire_incidents)" in said
    assert len(vulnerable.facts().facts) == 1 and "without deprivation" in vulnerable.table().caption


# --- rural and urban -------------------------------------------------------------------------------------------------


def test_rural_rates_are_set_over_urban_ones(partnership: Neighbourhoods) -> None:
    made = Rural(partnership)
    counts, people = made.by_class(RECORDED), partnership.local.residents(UNIT)
    wanted = {name: partnership.local.totals(RECORDED, UNIT)[partnership.local.rural == name].sum() for name in CLASS}
    assert counts.to_dict() == wanted
    living = {name: people[partnership.local.rural == name].sum() for name in CLASS}
    ratio, verdict = made.ratios[RECORDED]
    assert ratio.value == pytest.approx(wanted["Rural"] / living["Rural"] / (wanted["Urban"] / living["Urban"]))
    assert verdict == (LOWER if ratio.upper < 1 else HIGHER if ratio.lower > 1 else UNCLEAR)
    table = made.table()
    assert [fact.id for fact in table.facts] == [
        "neighbourhoods.recorded_crime.rural_ratio",
        "neighbourhoods.anti_social_behaviour.rural_ratio",
    ]
    assert table.anchors[0][5] == table.facts[0].anchor


def test_where_one_class_is_withheld_so_is_the_other(public: Neighbourhoods, monkeypatch: pytest.MonkeyPatch) -> None:
    few = public.local.rural.index[public.local.rural == "Rural"][0]
    counts = pd.Series(0, public.local.units.index)
    counts[few], counts[public.local.rural.index[public.local.rural == "Urban"][0]] = 3, 90
    monkeypatch.setattr(type(public.local), "totals", lambda *_: counts)
    made = Rural(public)
    assert made.by_class(RECORDED).isna().all()
    ratio, verdict = made.ratios[RECORDED]
    assert ratio.value is None and verdict == TOO_FEW and MARK in made.table().rows[0]


def test_rural_verdicts_rest_on_how_much_neighbourhoods_differ(
    public: Neighbourhoods, partnership: Neighbourhoods
) -> None:
    made, whole = Rural(public), Rural(partnership)
    for slug, (ratio, verdict) in made.ratios.items():
        known = whole.ratios[slug][0]
        assert ratio.value == pytest.approx(known.value, rel=0.05) and ratio.upper == pytest.approx(
            known.upper, rel=0.1
        )
        sides, people = [float(one) for one in made.by_class(slug)], [float(made.residents[name]) for name in CLASS]
        assert (ratio.numerator, ratio.denominator) == pytest.approx(tuple(sides))
        low, high = rates.ratio_interval(*sides, *people)
        assert ratio.lower < low and ratio.upper > high  # wider than independent crimes would make it
        assert verdict in (HIGHER, LOWER, UNCLEAR)
    table = made.table()
    assert [fact.verdict for fact in table.facts] == [made.ratios[slug][1] for slug in (RECORDED, ASB)]
    assert "standing as 4" in table.note and "standing as" not in whole.table().note


def test_with_few_neighbourhoods_of_a_class_no_verdict_is_given(partnership: Neighbourhoods) -> None:
    local = replace(partnership.local)
    rural = partnership.local.rural
    vars(local)["rural"] = rural.mask(rural.index.isin(rural.index[rural == "Rural"][4:]), "Urban")
    made = Rural(replace(partnership, local=local))
    assert all(ratio.value is None and verdict == "" for ratio, verdict in made.ratios.values())
    table = made.table()
    assert table.rows[0][5:] == (DASH, DASH, "Not compared") and "fewer than 5 neighbourhoods" in table.note
    assert all(fact.verdict == "" and "cannot be compared" in fact.statement for fact in table.facts)


# --- what is missing -------------------------------------------------------------------------------------------------


def test_a_part_whose_extract_is_missing_says_so_and_the_others_stand(public: Neighbourhoods) -> None:
    page = without(public, "lsoa21_ward", "boundaries", "rural_urban")
    told = (location_quotients.table(page.local), page.missing(), Rural(page).table())
    for notice, extract in zip(told, ("lsoa21_ward", "boundaries", "rural_urban")):
        assert isinstance(notice, Notice) and notice.kind == "missing" and f"extract {extract}" in notice.text
    (table,) = [table for _, table in neighbourhood_maps.rate_map(page, RECORDED).parts]
    assert len(table.rows) == len(page.local.units)
    shown = [part._repr_mimebundle_()["text/html"] for part in parts(page)]
    assert shown[0] == public.lead()._repr_mimebundle_()["text/html"]
    assert isinstance(page.hot_spot_table(RECORDED), Table) and isinstance(Vulnerable(page).table(), Table)
    assert set(page.names.values()) == set(page.local.units["name"])


def test_without_residents_there_is_concentration_and_no_rate(public: Neighbourhoods) -> None:
    page = without(public, "small_area_population")
    assert "extract small_area_population" in page.missing().text and public.missing().html() == ""
    vulnerable = Vulnerable(page)
    rates = [
        page.hot_spot_facts(),
        vulnerable.facts(),
        vulnerable.missing(),
        vulnerable.method(),
        vulnerable.table(),
        Rural(page).table(),
    ]
    drawn = [
        draw(page, ASB)
        for draw in (neighbourhood_maps.rate_map, neighbourhood_maps.year_maps, neighbourhood_maps.kind_map)
    ]
    assert all(part.html() == "" for part in (*rates, *drawn, page.hot_spot_table(ASB)))
    assert isinstance(page.concentration_table(), Table) and isinstance(location_quotients.table(page.local), Table)


def test_the_notebook_has_the_parameters_of_the_others_and_names_its_extracts() -> None:
    own, other = (
        json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
        for name in ("07_neighbourhoods", "01_overview")
    )
    cells = [next(cell for cell in one["cells"] if cell["id"] == "parameters") for one in (own, other)]
    assert cells[0]["source"] == cells[1]["source"] and cells[0]["metadata"] == cells[1]["metadata"]
    assert {"deprivation", "rural_urban", "fire_incidents"} <= set(own["metadata"]["srp"]["extracts"])


@needs_real
def test_the_real_town_centre_is_a_lasting_hot_spot_and_a_quarter_of_places_hold_half(real_checked: Path) -> None:
    page = open_neighbourhoods(open_evidence(str(real_checked), PERIOD))
    assert len(page.local.units) == 166 and 20 <= page.concentrations[RECORDED]["value"].iloc[-1] <= 28
    centre = next(code for code, name in page.names.items() if name == "Boston Castle (017B)")
    assert page.kinds(RECORDED)[centre] == page.kinds(ASB)[centre] == "persistent"
    assert page.spots[RECORDED].hot.sum().between(1, 30).all()
