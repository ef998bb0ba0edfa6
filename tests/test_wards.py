"""Wards: figures from shown counts alone, tables, pages for printing, and what stands where an extract is missing."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import lacking

from srp_lib import display, place_cautions, places
from srp_lib.codelists import ASB, RECORDED, measures
from srp_lib.display import Folded, Leaflet, Leaflets, Notice, Stack, Table
from srp_lib.errors import AuditError
from srp_lib.evidence import Evidence, open_evidence
from srp_lib.facts import Lead
from srp_lib.local import OLD_WARD
from srp_lib.place_figures import OTHERS, Figures, Subject
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR
from srp_lib.wards import Wards, open_wards
from srp_lib.wording import slug_of

PERIOD = "2020-21"


@pytest.fixture(scope="module")
def public(processed: str) -> Wards:
    return open_wards(open_evidence(processed, PERIOD))


@pytest.fixture(scope="module")
def partnership(processed: str) -> Wards:
    return open_wards(open_evidence(processed, PERIOD, edition="partnership"))


def without(page: Wards, *names: str) -> Wards:
    """The page as it is where these extracts were not supplied."""
    return open_wards(lacking(page.evidence, *names))


# --- figures --------------------------------------------------------------------------------------------------


def test_every_figure_of_the_public_edition_comes_from_shown_counts(public: Wards, partnership: Wards) -> None:
    for slug, figures in public.figures.items():
        exact = partnership.figures.get(slug, Figures(partnership.local, figures.subject))
        for own, true in ((figures.count, exact.count), (figures.now, exact.now), (figures.then, exact.then)):
            assert own.equals(public.local.policy.counts(true.astype(int)))
        rate = figures.rate.loc[figures.known]
        assert (rate["numerator"] == figures.count[figures.known]).all()
        assert rate["value"].to_list() == pytest.approx((1000 * rate["numerator"] / rate["denominator"]).to_list())
        assert figures.changes["numerator"].dropna().isin(figures.now.dropna().astype(float)).all()


def test_verdicts_are_over_the_family_of_wards(public: Wards) -> None:
    moved = public.figures[RECORDED].changes
    assert set(moved["verdict"]) <= {HIGHER, LOWER, UNCLEAR, TOO_FEW} and {HIGHER, LOWER} & set(moved["verdict"])
    lone = int(((moved["lower"] > 0) | (moved["upper"] < 0)).sum())
    assert (
        moved["verdict"].isin((HIGHER, LOWER)).sum() <= lone
    )  # no verdict that the ward's own interval would not give
    standing = public.figures[RECORDED].standing
    assert (standing.loc[standing["verdict"] == HIGHER, "value"] > 1).all()
    assert (standing.loc[standing["stands_out"] == places.ABOVE, "verdict"] == HIGHER).all()


def test_smoothed_rates_and_ranks_keep_to_the_wards_own(public: Wards) -> None:
    figures = public.figures[ASB]
    own = figures.rate["value"]
    assert figures.smoothed.between(own.min(), own.max()).all()
    ranks = figures.ranks
    assert (ranks["low"] <= ranks["rank"]).all() and (ranks["rank"] <= ranks["high"]).all()
    assert ranks.loc[own.idxmax(), "rank"] == 1 and ranks["high"].max() <= len(own)
    assert (
        figures.ratios_by_year[PERIOD].equals(figures.ratios.rename(PERIOD)) or len(public.local.years[-1].months) < 12
    )


def test_types_that_many_wards_have_too_few_of_are_put_together(public: Wards, partnership: Wards) -> None:
    assert OTHERS in public.subjects and OTHERS not in partnership.subjects
    held = [slug for subject in public.subjects.values() for slug in subject.slugs]
    assert sorted(held) == sorted(measures()) == sorted(partnership.subjects)
    for slug, subject in public.subjects.items():
        hidden = public.figures[slug].count.isna().sum()
        assert hidden <= 5 or slug == OTHERS, subject.label
    assert partnership.figures["robbery"].count.notna().all()


def test_facts_stand_for_every_ward_with_what_was_done_to_them(public: Wards, partnership: Wards) -> None:
    facts = [fact for own in public.figures[RECORDED].facts for fact in own]
    assert len({fact.id for fact in facts}) == 75
    castle = {fact.id.rpartition("_")[2]: fact for fact in facts if fact.id.startswith("wards.boston_castle.")}
    assert castle["rate"].estimate.numerator == castle["count"].estimate.value and castle["change"].verdict
    assert castle["count"].disclosure.startswith("protected") and "Boston Castle" in castle["count"].statement
    assert "partnership edition only" in partnership.figures[RECORDED].facts[0][0].disclosure


def test_a_withheld_count_has_no_figure_and_says_why(public: Wards) -> None:
    rare = Figures(public.local, Subject("robbery", "Robbery", "robberies", ("robbery",)))
    hidden = rare.count.index[rare.count.isna()]
    assert len(hidden) and not set(hidden) & set(rare.known)
    assert (
        rare.rate.loc[hidden, "value"].isna().all()
        and rare.rate.loc[hidden, "note"].str.contains("too small to show").all()
    )
    assert rare.smoothed[hidden].isna().all() and rare.ratios[hidden].isna().all()
    count = next(own[0] for code, own in zip(rare.index, rare.facts) if code == hidden[0])
    assert count.estimate.value is None and "[c] robberies" in count.statement and "[c]" in count.disclosure


# --- the page -------------------------------------------------------------------------------------------------


def test_each_part_of_the_page_is_made(public: Wards) -> None:
    lead = public.lead()
    assert isinstance(lead, Lead) and "of 25 wards" in lead.text and "more than chance" in lead.text
    level, change = public.level(RECORDED), public.change(RECORDED)
    assert len(level.rows) == len(change.rows) == 25 and len(level.facts) == 50 and len(change.facts) == 25
    assert [row[0].split("\n")[0] for row in level.rows] == sorted(public.local.wards["name"])
    assert isinstance(public.by_type(), Folded) and isinstance(public.balance(), Stack)
    for chart in (public.map(ASB), public.map_by_year(ASB), public.changes(ASB), public.months(ASB)):
        assert chart.alt and chart.table.rows and "<svg" in chart.html()


def test_the_balance_is_held_before_it_is_shown(public: Wards) -> None:
    notice, table = public.balance().parts
    months, types = len(public.evidence.available), len(measures())
    assert f"{months * types:,} sums" in notice.text
    for row in table.rows:
        assert row[1] == row[3] and row[2] == "0"


def test_no_total_beside_the_borough_tells_how_few_are_unallocated(
    public: Wards, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {slug: pd.Series([3]) for slug in measures()}
    monkeypatch.setattr(type(public.local), "unallocated", lambda local, slug, *given: few[slug])
    monkeypatch.setattr(type(public.local), "balance", lambda local: (1, 1))
    _, table = public.balance().parts
    assert "All wards" not in table.columns and {row[1] for row in table.rows} == {"[c]"}


def test_counts_by_former_ward_are_of_the_same_months_each_year(public: Wards) -> None:
    parts = public.former().parts
    assert len(parts) == 2 and all(len(table.rows) == 21 for _, table in parts)
    assert {row[0] for row in parts[0][1].rows} == set(public.local.names(OLD_WARD).values())


def test_a_type_s_places_that_are_called_alike_have_facts_of_their_own(partnership: Wards) -> None:
    figures = Figures(partnership.local, partnership.subjects[RECORDED])
    alike = dict.fromkeys(figures.index, "Same & Same")
    partnership.local.__dict__["_kept_so_far"][("names", "ward")], own = alike, partnership.local.names()
    try:
        assert len(set(figures.slugs.values())) == 25 and "same_same_e05012993" in figures.slugs.values()
    finally:
        partnership.local.__dict__["_kept_so_far"][("names", "ward")] = own


def test_groups_of_wards_add_their_wards_up(public: Wards, partnership: Wards) -> None:
    whole = partnership.figures[RECORDED].count.sum()
    for name in partnership.local.groupings:
        assert Figures(partnership.local, partnership.subjects[RECORDED], name).count.sum() == whole
    titles = [title for title, _ in public.groups().parts]
    assert any("Policing locality" in title for title in titles) and any("Area Assembly" in title for title in titles)


def test_a_poor_fit_and_visitors_are_told_by_name(partnership: Wards) -> None:
    local = partnership.local
    fit = {row[0]: row[4] for row in partnership.fit().rows}
    assert set(fit) == set(local.wards["name"])
    for code, gap in place_cautions.misfits(local).items():
        assert abs(gap) > place_cautions.POOR_FIT and fit[local.names()[code]].strip("+\N{MINUS SIGN}%")
        assert place_cautions.ROUGH in place_cautions.marks(local, code)
    text = " ".join(partnership.caveats().items)
    assert all(local.names()[code] in text for code in local.visited())


# --- one ward -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Boston Castle", "boston castle", "E05012996", "boston_castle"])
def test_one_ward_is_found_by_name_or_code(said: str, public: Wards) -> None:
    assert open_wards(public.evidence, said).ward == "E05012996"


def test_one_ward_is_told_alone(public: Wards) -> None:
    page = Wards(public.local, "E05012996")
    assert "Boston Castle" in page.lead().text and isinstance(page.profiles(), Leaflet)
    assert page.level(RECORDED) == page.map(ASB) == page.balance() == page.former() == Notice("")


def test_a_ward_that_there_is_not_is_one_sentence_with_those_that_there_are(public: Wards) -> None:
    with pytest.raises(AuditError, match="no ward 'Hellaby'.*Boston Castle.*Wickersley North"):
        open_wards(public.evidence, "Hellaby")


def test_a_ward_s_page_tells_its_figures_and_its_neighbourhoods(public: Wards) -> None:
    made = public.profiles()
    assert isinstance(made, Leaflets) and len(made.leaflets) == 25
    page = next(one for one in made.leaflets if one.title == "Boston Castle")
    ward = slug_code(public, "boston_castle")
    assert page.name == "boston-castle" and f"{public.figures[RECORDED].count[ward]:,}" in page.html
    for code in public.local.units.index[public.local.units["ward"] == ward]:
        assert public.local.called[code] in page.html
    assert made._repr_mimebundle_()[display.LEAFLETS][0]["folder"] == "wards"


def slug_code(page: Wards, slug: str) -> str:
    return next(code for code, name in page.local.names().items() if slug_of(name) == slug)


def test_two_pages_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a file.*same"):
        Leaflets("wards", "Pages", (Leaflet("same", "A", ""), Leaflet("same", "a", "")))


def test_a_ward_s_name_is_shown_and_never_run(public: Wards) -> None:
    local = public.local
    named = local.wards.assign(
        name=local.wards["name"].where(local.wards.index != local.wards.index[0], "<script>x</script>")
    )
    local.__dict__.update(wards=named, _kept_so_far={})
    try:
        page = Wards(local).profiles().leaflets
    finally:
        del local.__dict__["wards"], local.__dict__["_kept_so_far"]
    own = next(one for one in page if "script" in one.name)
    assert own.name == "script-x-script" and "<script>" not in own.html and "&lt;script&gt;" in own.html


# --- what was not supplied ------------------------------------------------------------------------------------


def test_without_a_ward_lookup_the_page_says_what_it_would_show(public: Wards) -> None:
    page = without(public, "lsoa21_ward", "ward_groups", "ward_population")
    assert page.lead().kind == "missing" and "lsoa21_ward" in page.lead().text
    assert page.profiles() == page.level(RECORDED) == Notice("")
    assert len(page.former().parts) == 2


def test_without_residents_there_are_counts_and_no_rates(public: Wards) -> None:
    page = without(public, "small_area_population", "boundaries", "ward_groups", "lsoa11_ward", "ward_population")
    level = page.level(RECORDED)
    assert len(level.rows) == 25 and all(row[1] != "0" and row[2] == display.DASH for row in level.rows)
    assert page.change(RECORDED).facts and "Against" in page.lead().text
    for part in (page.map(RECORDED), page.groups(), page.former()):
        assert isinstance(part, Notice) and part.kind == "missing" and "supplied" in part.text
    assert isinstance(page.profiles(), Leaflets) and isinstance(page.fit(), Table)
    named = {name for own in page.figures[RECORDED].facts for fact in own for name in fact.extracts}
    assert named == {"street_crime", "lsoa11_lsoa21", "lsoa21_ward"}


def test_facts_name_all_that_their_counts_rest_on(public: Wards) -> None:
    count, rate, _ = public.figures[RECORDED].facts[0]
    assert count.extracts == ("street_crime", "lsoa11_lsoa21", "lsoa21_ward", "ward_population")
    assert rate.extracts == (*count.extracts, "small_area_population")
    grouped = Figures(public.local, public.subjects[RECORDED], next(iter(public.local.groupings))).facts[0][0]
    assert "ward_groups" in grouped.extracts and grouped.id.startswith("ward_groups.")


def test_without_a_comparator_no_change_is_told(processed: str) -> None:
    evidence: Evidence = open_evidence(processed, "2018-19")
    page = open_wards(evidence)
    assert page.change(RECORDED) == page.changes(RECORDED) == Notice("") and "Against" not in page.lead().text
    assert all(len(own) == 2 for own in page.figures[RECORDED].facts)
    assert ">Verdict<" not in page.profiles().leaflets[0].html
