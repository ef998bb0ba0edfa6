"""The partners' records as counts, and the facts, tables and charts of a section in both editions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from partner_set import ANSWERS, FOLDERS, register, write_partner_set
from statsmodels.stats.proportion import confint_proportions_2indep

from srp_lib import extracts, outlook, periods, rates, record_tables, repeats, section
from srp_lib.codelists.offences import objective_areas
from srp_lib.config import ThreatLevel, load_config
from srp_lib.disclosure import Policy
from srp_lib.display import Notice, Table
from srp_lib.drawing import Chart
from srp_lib.evidence import Denominator, Evidence
from srp_lib.facts import KeyFact
from srp_lib.record_facts import Unavailable, share_sentence
from srp_lib.records import Records

NOW = periods.parse_period("2020-21")
NOTHING = extracts.Intake({}, [])
MONTHS = periods.month_range("2019-04", "2021-12")


class Alone(Evidence):
    """Evidence of partner extracts alone, with residents that no extract gives."""

    def denominator(self, period: periods.Period, sex: str = "persons") -> Denominator:
        return Denominator(2020, 130_000, 0)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> extracts.Intake:
    base = tmp_path_factory.mktemp("records")
    write_partner_set(base / "raw")
    return extracts.read_all(base / "raw", base / "processed")


def evidence_of(
    intake: extracts.Intake, edition: str = "partnership", without: tuple[str, ...] = (), period: str = "2020-21"
) -> Evidence:
    """The evidence of partner extracts alone."""
    config, asked = load_config(), periods.parse_period(period)
    kept = extracts.Intake({name: one for name, one in intake.extracts.items() if name not in without}, [])
    return Alone(
        config=config, intake=kept, area_code=config.area_code, area_name=config.area_name, period=asked, months=asked.months,
        available=MONTHS, comparison=periods.compare(asked, MONTHS, config.minimum_share), edition=edition,
    )  # fmt: skip


@pytest.fixture(scope="module")
def partnership(intake: extracts.Intake) -> Evidence:
    return evidence_of(intake)


@pytest.fixture(scope="module")
def public(intake: extracts.Intake) -> Evidence:
    return evidence_of(intake, "public")


# --- statistics that came with the records --------------------------------------------------------------------


def test_the_difference_of_two_shares_is_newcombes() -> None:
    got = rates.share_difference(56, 70, 48, 80)  # Newcombe 1998, table II, example (a), method 10
    assert (round(got.value / 100, 4), round(got.lower / 100, 4), round(got.upper / 100, 4)) == (0.2, 0.0524, 0.3339)
    assert rates.share_difference(9, 10, 3, 10).lower / 100 == pytest.approx(0.1705, abs=5e-5)  # example (b)
    assert rates.share_difference(0, 0, 3, 10).value is None


@pytest.mark.parametrize(
    ("part", "whole", "rest", "others"), [(41, 53, 188, 329), (5, 40, 90, 4000), (400, 900, 300, 5000)]
)
def test_over_representation_follows_the_log_interval_of_group_against_others(
    part: int, whole: int, rest: int, others: int
) -> None:
    got = rates.over_representation(part, whole, part + rest, whole + others)
    assert got.value == pytest.approx((part / whole) / ((part + rest) / (whole + others)))
    low, high = confint_proportions_2indep(part, whole, rest, others, method="log", compare="ratio")
    weight = whole / (whole + others)
    assert got.lower == pytest.approx(1 / (weight + (1 - weight) / low))
    assert got.upper == pytest.approx(1 / (weight + (1 - weight) / high))


def test_over_representation_says_when_it_cannot_be_told() -> None:
    assert rates.over_representation(0, 10, 5, 100).value is None
    with pytest.raises(ValueError, match="does not fit"):
        rates.over_representation(5, 10, 6, 10)


def test_repeats_look_back_twelve_months_from_each_victims_latest() -> None:
    rows = [
        ("once", "2020-06-01"), ("twice", "2020-05-01"), ("twice", "2021-03-31"), ("across", "2019-12-01"), ("across", "2020-11-30"),
        ("a year apart", "2019-12-01"), ("a year apart", "2020-12-01"), ("before", "2019-05-01"), ("after", "2021-04-01"),
        ("later", "2020-04-01"), ("later", "2021-05-01"), ("same day", "2020-07-07"), ("same day", "2020-07-07"),
    ]  # fmt: skip
    victims, dates = (pd.Series(column) for column in zip(*rows))
    got = repeats.repeat_to_latest(victims, dates, "2020-04-01", "2021-04-01")
    # Of the period: once, twice, across, a year apart, later, same day. Repeat: twice, across, same day.
    assert (got.numerator, got.denominator) == (3, 6)


# --- rows -----------------------------------------------------------------------------------------------------


def test_rows_say_in_words_what_they_count(partnership: Evidence) -> None:
    abuse = section.open_section(partnership, "child_abuse")
    assert abuse.rows.text == "offences with child_abuse = Y"
    narrowed = abuse.victim_records.known("relationship").where(relationship="family member")
    assert (
        narrowed.text == "victims of offences with child_abuse = Y, relationship recorded, relationship = family member"
    )
    assert abuse.victims.known("sex").aged(most=17).text.endswith("sex recorded, aged under 18")


def test_a_month_without_a_row_is_zero_and_a_month_without_the_extract_is_not_there(partnership: Evidence) -> None:
    rows = section.open_section(partnership, "modern_slavery").rows
    series = rows.by_month()
    assert set(NOW.months) <= set(series.index) and "2021-12" not in series.index
    assert series.sum() == len(rows.frame) and series.min() == 0


def test_every_narrowing_is_smaller_and_two_halves_make_the_whole(partnership: Evidence) -> None:
    every = Records(partnership).offences()
    online, offline = every.where(online="Y"), every.where(online="N")
    assert (
        online.total + offline.total
        == every.total
        == sum(NOW.months[0] <= f"{row['recorded_date']:%Y-%m}" <= NOW.months[-1] for row in register().offences)
    )
    assert every.containing("offence", "MURDER").total == every.where(offence=("Murder", "Attempted murder")).total > 0


def test_a_person_is_counted_once_in_each_period(partnership: Evidence) -> None:
    domestic = section.open_section(partnership, "domestic_abuse")
    assert domestic.victims.total == ANSWERS["violence.domestic_abuse.repeat_victims_share"].denominator
    assert domestic.victim_records.total > domestic.victims.total
    assert len(domestic.victims.then) <= len(domestic.victim_records.then)


def test_columns_that_do_not_exist_are_an_error_and_columns_of_missing_extracts_are_not(
    intake: extracts.Intake,
) -> None:
    rows = Records(evidence_of(intake, without=("victims",))).offences()
    with pytest.raises(KeyError):
        rows.where(colour="blue")
    assert dict(rows.where(victim_male=True).lacking) == {"victims": "was not supplied"}


def test_a_period_that_the_extract_does_not_cover_says_so(intake: extracts.Intake) -> None:
    abuse = section.open_section(evidence_of(intake, period="2023-24"), "child_abuse")
    made = abuse.count()
    assert isinstance(made, Unavailable) and "not enough of 2023-24" in made.item and "2019" in made.item


def test_months_after_the_period_are_followed_as_far_as_the_extract_goes(partnership: Evidence) -> None:
    asb = section.open_section(partnership, "anti_social_behaviour")
    assert asb.rows.cover.after == periods.month_range("2021-04", "2021-12")
    assert asb.change_since().id == "communities.asb.apr_dec_change"


def test_services_are_summed_within_the_period_and_else_the_latest_that_ended_in_it(partnership: Evidence) -> None:
    records = Records(partnership)
    found = records.service("da_support_accepted")
    assert (found.numerator, found.first, found.last) == (1240, "2020-01", "2020-12")
    assert records.service("no_such_measure") is None and Records(evidence_of(NOTHING)).service("x") is None


# --- facts in both editions -----------------------------------------------------------------------------------


def cells() -> list[tuple[str, str]]:
    """Every cell of the theme notebooks that calls a section, as (notebook, source)."""
    root = Path(__file__).resolve().parents[1] / "notebooks"
    found = []
    for path in sorted(root.glob("0[2-5]_*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if (
                cell["cell_type"] == "code"
                and re.match(r"(\w+)\.", source)
                and source.split(".")[0] not in ("tables", "facts", "charts")
            ):
                found.append((path.stem, source))
    return found


def shown(evidence: Evidence) -> list[object]:
    """What every such cell shows for this evidence."""
    root = Path(__file__).resolve().parents[1] / "notebooks"
    names: dict[str, dict[str, object]] = {}
    for path in sorted(root.glob("0[2-5]_*.ipynb")):
        opened = next(
            "".join(cell["source"])
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            if cell["id"] == "open-evidence"
        )
        call = re.search(r"^([\w, ]+) = section\.open_sections\(([^)]*)\)", opened, re.M)
        areas = re.findall(r'"(\w+)"', call[2])
        sections = section.open_sections(evidence, *areas)
        names[path.stem] = {
            "outlook": outlook,
            "section": section,
            "evidence": evidence,
            **dict(zip(re.split(r",\s*", call[1]), sections)),
        }
    return [eval(source, names[stem]) for stem, source in cells()]


def made_facts(outputs: list[object]) -> list[KeyFact]:
    return [fact for one in outputs if isinstance(one, section.Facts) for fact in one.made]


@pytest.fixture(scope="module")
def public_outputs(public: Evidence) -> list[object]:
    return shown(public)


def counted(fact: KeyFact) -> list[float]:
    """The counts that a fact holds; the denominator of a rate is people of the area and is published."""
    numbers = [fact.estimate.numerator, fact.comparator_numerator]
    return [
        number
        for number in [*numbers, *([] if fact.estimate.unit.startswith("per ") else [fact.estimate.denominator])]
        if number is not None
    ]


def test_no_public_fact_of_people_holds_a_small_count_or_one_that_is_not_rounded(public_outputs: list[object]) -> None:
    facts = [fact for fact in made_facts(public_outputs) if fact.disclosure.startswith("protected")]
    assert len(facts) > 60
    for fact in facts:
        if fact.id.endswith("half_in_share"):
            continue  # its counts are of places
        assert all(number == 0 or (number >= 8 and number % 5 == 0) for number in counted(fact)), fact.id


def test_a_public_share_is_that_of_its_rounded_counts(public_outputs: list[object]) -> None:
    for fact in made_facts(public_outputs):
        estimate = fact.estimate
        if fact.disclosure.startswith("protected") and estimate.unit == "%" and estimate.value is not None:
            assert estimate.value == pytest.approx(100 * estimate.numerator / estimate.denominator), fact.id


def test_no_interval_is_told_as_a_single_number(public_outputs: list[object]) -> None:
    policy = Policy(protects=True)
    told = share_sentence(policy.share(4187, 23260), "of all offences", policy)
    assert told.startswith("About 18.0% of all offences (about 4,185 of 23,260; 95% interval 17.5% to 18.5%)")
    for fact in made_facts(public_outputs):
        assert not re.search(r"interval ([\d.]+%) to \1", fact.statement), fact.statement


def test_a_share_that_is_withheld_gives_a_band_or_says_why(public_outputs: list[object]) -> None:
    withheld = [fact for fact in made_facts(public_outputs) if "[c]" in fact.disclosure]
    assert len(withheld) > 10
    for fact in withheld:
        estimate = fact.estimate
        assert estimate.note and None in (
            estimate.numerator,
            estimate.denominator if estimate.unit == "% change" else None,
        )
        assert re.search(
            r"Under \d+%|Over \d+%|is not given|cannot be set beside|fewer than 8|Fewer than 8|\[c\]", fact.statement
        ), fact.statement


def test_public_tables_and_charts_hold_no_small_count(public_outputs: list[object]) -> None:
    looked_at = 0
    for (_, source), one in zip(cells(), public_outputs):
        table = one.table if isinstance(one, Chart) else one if isinstance(one, Table) else None
        # Borough totals of what is not sensitive are published as they are; places within the borough are not.
        if table is None or (source.startswith("asb.") and source != "asb.priority_places()"):
            continue
        for cell in [cell for row in table.rows for cell in row[1:] if re.fullmatch(r"[\d,]+", cell)]:
            number = int(cell.replace(",", ""))
            looked_at += 1
            assert number == 0 or (number >= 8 and number % 5 == 0), (table.caption, cell)
    assert looked_at > 20


def test_both_editions_show_the_same_facts_and_the_partnership_all_counts(
    partnership: Evidence, public_outputs: list[object]
) -> None:
    outputs = shown(partnership)
    assert [fact.id for fact in made_facts(outputs)] == [fact.id for fact in made_facts(public_outputs)]
    own = {fact.id: fact for fact in made_facts(outputs)}
    assert not any("[c]" in fact.statement or "about" in fact.statement.split("(")[-1] for fact in own.values())
    for name, answer in ANSWERS.items():
        if answer.kind in ("share", "change"):
            assert (own[name].estimate.numerator, own[name].estimate.denominator) == (
                answer.numerator,
                answer.denominator,
            ), name


def test_without_victims_the_rest_is_right_and_nothing_rests_on_them(intake: extracts.Intake) -> None:
    made = {fact.id: fact for fact in made_facts(shown(evidence_of(intake, without=("victims",))))}
    assert not any("victims" in fact.extracts for fact in made.values())
    right = [name for name, answer in ANSWERS.items() if name in made and answer.kind in ("share", "change")]
    assert {
        "violence.organised_crime.suspects_male_share",
        "children.cce.missing_linked_share",
        "communities.asb.change",
    } <= set(right)
    for name in right:
        estimate = made[name].estimate
        assert (estimate.numerator, estimate.denominator) == (ANSWERS[name].numerator, ANSWERS[name].denominator), name


def test_years_without_victims_are_not_years_of_none(tmp_path: Path) -> None:
    import csv

    write_partner_set(tmp_path / "raw")
    made = register()
    late = {row["offence_id"] for row in made.offences if f"{row['recorded_date']:%Y-%m}" >= "2020-04"}
    for path in (tmp_path / "raw" / "victims").iterdir():
        path.unlink()
    kept = [row for row in made.victims if row["offence_id"] in late]
    with (tmp_path / "raw" / "victims" / "now.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, [*kept[0], "SYNTHETIC"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "SYNTHETIC": "synthetic"} for row in kept)
    evidence = evidence_of(extracts.read_all(tmp_path / "raw", tmp_path / "processed"))
    health = section.open_section(evidence, "mental_health")
    assert health.rows.total == ANSWERS["adults.mental_health.victim_offences_change"].numerator
    assert "2019-04" not in health.rows.by_month().index
    made_change = health.change("victim_offences_change")
    assert made_change.estimate.value is None and "No change on the year before" in made_change.statement


def test_with_no_extract_every_section_says_what_it_would_show() -> None:
    outputs = shown(evidence_of(NOTHING))
    assert made_facts(outputs) == []
    lists = [one for one in outputs if isinstance(one, section.Facts)]
    for one in lists:
        assert one.notice.items and all("extract " in item for item in one.notice.items)
    others = [one for one in outputs if not isinstance(one, section.Facts)]
    assert all(isinstance(one, Notice) for one in others)
    wanted = " ".join(item for one in lists for item in one.notice.items)
    assert all(f"extract {name}" in wanted or f"{name}" in wanted for name in FOLDERS)


def test_every_objective_area_has_its_section() -> None:
    root = Path(__file__).resolve().parents[1] / "notebooks"
    for area in objective_areas().values():
        notebook = json.loads((root / f"{area.notebook}.ipynb").read_text(encoding="utf-8"))
        text = ["".join(cell["source"]) for cell in notebook["cells"]]
        heads = [one.splitlines()[0] for one in text if one.startswith("## ")]
        assert f"## {area.label}" in heads, area.slug
        start = next(place for place, one in enumerate(text) if one.startswith(f"## {area.label}\n"))
        rest = next(
            (place for place, one in enumerate(text[start + 1 :], start + 1) if one.startswith("## ")), len(text)
        )
        own = "\n".join(text[start:rest])
        assert ".facts(" in own and ".caveats(" in own and "have undertaken to do" in own, area.slug
        assert not re.search(r"\b(19|20)\d\d(?!_|\d)", re.sub(r"Act 20\d\d", "", own)), f"{area.slug} names a year"


# --- tables and notices ---------------------------------------------------------------------------------------


def test_current_and_non_recent_make_the_whole_and_are_put_together_where_few(
    partnership: Evidence, public: Evidence
) -> None:
    cse = section.open_section(partnership, "cse")
    table = cse.recency()
    assert [row[0] for row in table.rows] == ["Current", "Non-recent", "No usable date"]
    assert sum(int(row[1]) for row in table.rows) == cse.rows.total
    for area in ("cse", "child_abuse", "sexual_offences"):
        protected = section.open_section(public, area).recency()
        counts = [row[1] for row in protected.rows] if isinstance(protected, Table) else []
        assert "[c]" not in counts and all(int(count.replace(",", "")) % 5 == 0 for count in counts)


def test_outcomes_by_group_make_the_whole(partnership: Evidence) -> None:
    rows = section.open_section(partnership, "domestic_abuse").rows
    cells = record_tables.outcome_cells(rows)
    assert cells["all"].sum() == rows.total and (cells[["charged", "open", "rest"]].sum(axis=1) == cells["all"]).all()


def test_an_unlisted_code_is_named(partnership: Evidence) -> None:
    assert "998X" in section.open_section(partnership, "cse").unlisted().text


@pytest.mark.parametrize(
    ("period", "level"), [("2019-20", "No threat level"), ("2020-21", "SUBSTANTIAL, meaning that an attack is likely")]
)
def test_the_threat_level_is_that_of_the_periods_end(intake: extracts.Intake, period: str, level: str) -> None:
    evidence = evidence_of(intake, period=period)
    levels = (ThreatLevel(date(2020, 11, 3), "severe"), ThreatLevel(date(2021, 2, 4), "substantial"))
    own = replace(evidence, config=replace(evidence.config, threat_levels=levels))
    assert level in section.open_section(own, "counter_terrorism").threat_level().text


def test_an_area_that_does_not_exist_is_named_with_those_that_do(partnership: Evidence) -> None:
    with pytest.raises(KeyError, match="No objective area 'knives'; there are child_abuse"):
        section.open_section(partnership, "knives")
