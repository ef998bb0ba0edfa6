"""The places of an audit held against a second count from the raw files (tests/places_recount.py)."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from places_recount import Recount

from srp_lib import checks, extracts, periods, vintages
from srp_lib.codelists import measures
from srp_lib.evidence import open_evidence
from srp_lib.extracts import ExtractError
from srp_lib.local import Local, open_local

AREA, NEXT_DOOR = "E08000018", "E08000016"
REAL = os.environ.get("SRP_REAL_DATA")
needs_real = pytest.mark.skipif(not REAL, reason="SRP_REAL_DATA is not set: it names the folder of real files")
SEVERAL = ("recorded_crime", "anti_social_behaviour", "violence_and_sexual_offences", "robbery", "bicycle_theft")
LOOKUPS = ("lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward")
YEARS = ("2018-19", "2019-20", "2020-21", "2024-25")
CHANGED = {  # of Rotherham, as the publisher's lookup says: three LSOAs were split, two were merged
    "E01034246+E01034247": "Rotherham 001F + 001G",
    "E01034248+E01034249+E01034250": "Rotherham 027F + 027G + 027H",
    "E01034251+E01034252": "Rotherham 028E + 028F",
    "E01034253": "Rotherham 034G",
}


@dataclass(frozen=True)
class Pair:
    """A processed folder and the second count of the files that it was made from."""

    processed: Path
    recount: Recount

    def local(self, period: str, edition: str = "partnership") -> Local:
        return open_local(open_evidence(str(self.processed), period, AREA, edition))

    def areas(self, by: str) -> dict[str, str]:
        """The area of each unit by the second count."""
        other = {"ward": self.recount.ward_of, "old_ward": self.recount.old_ward_of}
        return other.get(by) or {unit: unit for unit in self.recount.units}


def hold(made: Local, pair: Pair, slug: str, by: str, months: Iterable[str]) -> None:
    """Counts by area and the unallocated are those of the second count, and together they are the borough's."""
    months = list(months)
    counts, nowhere = made.counts(slug, by, months), made.unallocated(slug, months, by)
    own = pair.recount.counts(slug, pair.areas(by), months)
    assert set(own.index) <= set(counts.index) and list(counts.columns) == list(nowhere.index) == months
    differs = counts.to_numpy() != own.reindex(counts.index, fill_value=0).to_numpy()
    assert not differs.any(), (slug, by, counts.index[differs.any(axis=1)].tolist())
    assert (counts.sum() + nowhere).tolist() == pair.recount.total(slug, months).tolist(), (slug, by)


# --- a set made by hand ------------------------------------------------------------------------------------------

# 1, 2 and 8 stay as they are; 3 becomes 13 and 23; 4 becomes 14, 24 and 34; 5 and 6 become 15; 7 becomes 17 and 27
# irregularly. 9 is next door. LSOA 8 is in no ward of the lookups, and 14 lies in another ward than 24 and 34.
LSOA = "E010000{:02d}".format
CHANGES = [(1, "U", 1), (2, "U", 2), (3, "S", 13), (3, "S", 23), (4, "S", 24), (4, "S", 14), (4, "S", 34), (6, "M", 15), (5, "M", 15), (7, "X", 17), (7, "X", 27), (8, "U", 8)]  # fmt: skip
ASH, BEECH, NORTH, SOUTH = "E05000001", "E05000002", "E05009001", "E05009002"
WARDS21 = {1: ASH, 2: BEECH, 13: ASH, 23: ASH, 14: ASH, 24: BEECH, 34: BEECH, 15: BEECH, 17: ASH, 27: ASH}
WARDS11 = {1: NORTH, 2: SOUTH, 3: NORTH, 4: SOUTH, 5: NORTH, 6: SOUTH, 7: NORTH}
PEOPLE21 = {1: 1000, 2: 1100, 8: 800, 13: 700, 23: 900, 14: 900, 24: 500, 34: 600, 15: 1500, 17: 100, 27: 100, 9: 5000}
PEOPLE11 = {1: 1010, 2: 1110, 3: 1500, 4: 1900, 5: 600, 6: 850, 7: 190, 8: 790, 9: 4900}
OLD_MONTHS = periods.month_range("2020-04", "2020-09")
NEW_MONTHS = periods.month_range("2020-10", "2021-03")
# How many burglaries in each LSOA; 0 is a row without a location.
APRIL = {1: 3, 2: 2, 3: 4, 4: 5, 5: 1, 6: 2, 7: 6, 8: 1, 9: 7, 0: 2}  # 24 in the area
OCTOBER = {1: 1, 2: 2, 13: 3, 23: 1, 14: 2, 24: 1, 34: 1, 15: 5, 17: 2, 27: 1, 8: 2, 9: 3, 0: 1}  # 21 in the area
U1, U2, U8, S3, S4, M = (
    LSOA(1), LSOA(2), LSOA(8), f"{LSOA(13)}+{LSOA(23)}", f"{LSOA(14)}+{LSOA(24)}+{LSOA(34)}", LSOA(15)
)  # fmt: skip
STREET = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name",
    "Crime type", "Last outcome category", "Context",
)  # fmt: skip


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


def name(number: int) -> str:
    return f"{'Nextdoor' if number == 9 else 'Rotherham'} 0{number:02d}A"


def lad(number: int) -> tuple[str, str]:
    return (NEXT_DOOR, "Barnsley") if number == 9 else (AREA, "Rotherham")


def write_streets(raw: Path) -> None:
    """Burglaries in April (2011 codes) and October (2021 codes), one drug offence in each month, and ASB in April."""
    force = "South Yorkshire Police"
    for month in (*OLD_MONTHS, *NEW_MONTHS):
        kinds = {"2020-04": APRIL, "2020-10": OCTOBER}.get(month, {})
        found = [("Drugs", 1)] + [("Burglary", lsoa) for lsoa, times in kinds.items() for _ in range(times)]
        found += [("Anti-social behaviour", 3), ("Anti-social behaviour", 7)] if month == "2020-04" else []
        rows = [
            (f"{number:064x}" if kind != "Anti-social behaviour" else "", month, force, force, "-1.35" if lsoa else "", "53.43" if lsoa else "",
             "On or near Made-up Lane" if lsoa else "No Location", LSOA(lsoa) if lsoa else "", name(lsoa) if lsoa else "",
             kind, "" if kind == "Anti-social behaviour" else "Under investigation", "")
            for number, (kind, lsoa) in enumerate(found)
        ]  # fmt: skip
        write(raw / "police_uk" / month / f"{month}-south-yorkshire-street.csv", STREET, rows)


def write_lookups(raw: Path) -> None:
    """The three lookups, each with an LSOA next door."""
    write(
        raw / "geography" / "LSOA11_LSOA21_LAD22_EW.csv",
        ("LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM", "LAD22CD", "LAD22NM"),
        [(LSOA(old), name(old), flag, LSOA(new), name(new), *lad(new)) for old, flag, new in [*CHANGES, (9, "U", 9)]],
    )
    for year, vintage, wards in (("24", "21", WARDS21), ("18", "11", WARDS11)):
        write(
            raw / "geography" / f"LSOA{vintage}_WD{year}_LAD{year}_EW.csv",
            (f"LSOA{vintage}CD", f"LSOA{vintage}NM", f"WD{year}CD", f"WD{year}NM", f"LAD{year}CD", f"LAD{year}NM"),
            [
                (LSOA(one), name(one), ward, f"Ward {ward[-1]}", *lad(one))
                for one, ward in {**wards, 9: "E05000009"}.items()
            ],
        )


def write_groups(raw: Path) -> None:
    """Two groupings of the wards; the second puts both into one group."""
    groups = [(ASH, "Locality", "East"), (BEECH, "Locality", "West"), (ASH, "Whole", "All"), (BEECH, "Whole", "All")]
    write(
        raw / "geography" / "ward_groups.csv",
        ("ward_code", "ward_name", "grouping", "group"),
        [(ward, f"Ward {ward[-1]}", grouping, group) for ward, grouping, group in groups],
    )


def write_people(raw: Path) -> None:
    """Residents and households of 2021 LSOAs: a household for every two residents."""
    write(
        raw / "population" / "census2021_lsoa21_residents_households_EW.csv",
        ("lsoa21_code", "total_residents", "total_households"),
        [(LSOA(one), float(people), people / 2) for one, people in PEOPLE21.items()],
    )


def processed(base: Path) -> Pair:
    """The raw files below a folder, read and held to be sound."""
    intake = extracts.read_all(base / "raw", base / "processed")
    keys = {name: extract.key for name, extract in intake.extracts.items()}
    checks.write_checks(base / "processed", checks.Checks(keys, AREA, [], []))
    return Pair(base / "processed", Recount(base / "raw", AREA))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    base = tmp_path_factory.mktemp("places")
    write_streets(base / "raw")
    write_lookups(base / "raw")
    write_groups(base / "raw")
    write_people(base / "raw")
    return processed(base)


def without(made: Local, *names: str) -> Local:
    """The same places without some extracts."""
    kept = {name: one for name, one in made.evidence.intake.extracts.items() if name not in names}
    return open_local(replace(made.evidence, intake=extracts.Intake(kept, [])))


def by_lsoa(values: Mapping[int, object]) -> dict[str, object]:
    return {LSOA(number): value for number, value in values.items()}


def test_units_of_a_lookup_made_by_hand(by_hand: Pair) -> None:
    units = by_hand.local("2020-21").units
    assert list(units.index) == [U1, U2, U8, S3, S4, M] == list(by_hand.recount.units)
    assert units["name"].tolist() == [
        "Rotherham 001A", "Rotherham 002A", "Rotherham 008A", "Rotherham 013A + 023A",
        "Rotherham 014A + 024A + 034A", "Rotherham 015A",
    ]  # fmt: skip
    assert units["change"].tolist() == ["U", "U", "U", "S", "S", "M"]
    assert units["lsoa11"][M] == (LSOA(5), LSOA(6)) and units["lsoa21"][M] == (LSOA(15),)
    assert units["lsoa11"][S4] == (LSOA(4),) and units["lsoa21"][S4] == (LSOA(14), LSOA(24), LSOA(34))
    assert units["residents"].tolist() == [1000, 1100, 800, 1600, 2000, 1500]
    # Of the second split unit 900 live in Ash and 1,100 in Beech; of the merged one nobody knows where in 2011.
    assert units["ward"].tolist() == [ASH, BEECH, None, ASH, BEECH, BEECH]
    assert units["old_ward"].tolist() == [NORTH, SOUTH, None, NORTH, SOUTH, NORTH]


def test_what_is_irregular_is_listed_and_in_no_unit(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    assert made.geography.excluded == (LSOA(7), LSOA(17), LSOA(27)) == by_hand.recount.irregular
    assert not set(made.geography.excluded) & set(made.geography.unit_of)
    assert dict(made.geography.unit_of) == by_hand.recount.unit_of
    assert made.parted == (S4,) == by_hand.recount.parted
    assert made.unallocated("burglary", ["2020-04", "2020-10"], "unit").tolist() == [6, 3]
    assert made.unallocated("anti_social_behaviour", ["2020-04"], "unit").tolist() == [1]


def test_a_month_of_either_vintage_is_counted_on_the_same_units(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    counts = made.counts("burglary", "unit", ["2020-04", "2020-10"])
    assert counts.loc[[U1, U2, U8, S3, S4, M]].T.to_numpy().tolist() == [[3, 2, 1, 4, 5, 3], [1, 2, 2, 4, 4, 5]]
    wards = made.counts("burglary", "ward", ["2020-04", "2020-10"])
    assert wards.T.to_dict("list") == {ASH: [7, 5], BEECH: [10, 11]}
    assert made.unallocated("burglary", ["2020-04", "2020-10"]).tolist() == [7, 5]  # irregular, and LSOA 8
    old = made.counts("burglary", "old_ward", ["2020-04", "2020-10"])
    assert old.T.to_dict("list") == {NORTH: [10, 10], SOUTH: [7, 6]}
    for by in ("ward", "unit", "old_ward"):
        for slug in ("recorded_crime", "anti_social_behaviour", "burglary", "drugs"):
            hold(made, by_hand, slug, by, by_hand.recount.months)


def test_totals_are_over_the_period_unless_months_are_told(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    assert made.totals("burglary").to_dict() == {ASH: 12, BEECH: 21}
    assert made.totals("recorded_crime").to_dict() == {ASH: 12 + 12, BEECH: 21}  # a drug offence in each month
    assert made.totals("burglary", "unit", ["2020-10"])[S4] == 4


def test_groups_are_sums_of_their_wards(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    assert set(made.groupings) == {"Locality", "Whole"}
    assert made.groupings["Locality"].to_dict() == {ASH: "East", BEECH: "West"}
    assert made.totals("burglary", "Locality").to_dict() == {"East": 12, "West": 21}
    assert made.totals("burglary", "Whole").to_dict() == {"All": 33}
    assert made.unallocated("burglary", by="Whole").sum() == made.unallocated("burglary").sum() == 12
    assert made.residents("Locality").to_dict() == {"East": 2600, "West": 4600}


def test_wards_have_their_neighbourhoods_and_residents(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    assert made.base_label == "Census 2021"
    assert made.wards["neighbourhoods"].to_dict() == {ASH: 2, BEECH: 3}
    assert made.wards["residents"].to_dict() == made.residents("ward").to_dict() == {ASH: 2600, BEECH: 4600}
    assert made.names("ward") == {ASH: "Ward 1", BEECH: "Ward 2"}


def test_sums_and_averages_over_units(by_hand: Pair) -> None:
    one = by_hand.local("2020-21").geography
    people = pd.Series(by_lsoa(PEOPLE21)).astype(float)
    values = pd.Series({LSOA(number): float(number) for number in PEOPLE21})
    assert one.summed(people, "2021").to_dict() == {U1: 1000, U2: 1100, U8: 800, S3: 1600, S4: 2000, M: 1500}
    old = one.summed(pd.Series(by_lsoa(PEOPLE11)).astype(float), "2011")
    assert old.to_dict() == {U1: 1010, U2: 1110, U8: 790, S3: 1500, S4: 1900, M: 1450}
    weighted = one.averaged(values, people, "2021")
    assert weighted[S3] == pytest.approx((13 * 700 + 23 * 900) / 1600)
    assert weighted[S4] == pytest.approx((14 * 900 + 24 * 500 + 34 * 600) / 2000)
    assert one.averaged(values, pd.Series(dtype=float), "2021")[S4] == pytest.approx(24)
    assert one.averaged(values, pd.Series(by_lsoa(PEOPLE11)), "2011").isna().tolist() == [False] * 3 + [True] * 3
    lacking = one.summed(people.drop(LSOA(34)), "2021")
    assert np.isnan(lacking[S4]) and lacking.drop(S4).notna().all()


def test_the_main_area_is_that_of_most_residents(by_hand: Pair) -> None:
    one = by_hand.local("2020-21").geography
    wards, people = by_lsoa(WARDS21), by_lsoa(PEOPLE21)
    assert one.main_area(wards, people, "2021").tolist() == [ASH, BEECH, None, ASH, BEECH, BEECH]
    assert one.main_area(wards, people | {LSOA(14): 1101}, "2021")[S4] == ASH
    assert one.main_area(wards, people | {LSOA(14): 1100}, "2021")[S4] == ASH  # a tie
    assert one.main_area(by_lsoa(WARDS11), by_lsoa(PEOPLE11), "2011")[M] == SOUTH  # 850 of 1,450


def test_a_parted_unit_is_put_where_the_wards_come_nearest_to_what_is_published(by_hand: Pair) -> None:
    one = by_hand.local("2020-21").geography
    wards, people = by_lsoa(WARDS21), by_lsoa(PEOPLE21)
    chosen = one.main_area(wards, people, "2021")
    moved = one.settled(chosen, wards, people, pd.Series({ASH: 4500.0, BEECH: 2500.0}), "2021")
    assert moved.to_dict() == chosen.to_dict() | {S4: ASH}
    stays = one.settled(chosen, wards, people, pd.Series({ASH: 2700.0, BEECH: 4500.0}), "2021")
    assert stays.to_dict() == chosen.to_dict()


def test_only_the_public_edition_protects_counts_of_places(by_hand: Pair) -> None:
    counts = pd.Series([0, 1, 7, 8, 12, 13, 21], index=list("abcdefg"))
    shown = by_hand.local("2020-21", "public").shown(counts)
    assert shown.dropna().to_dict() == {"a": 0, "d": 10, "e": 10, "f": 15, "g": 20} and shown.isna().sum() == 2
    assert by_hand.local("2020-21").shown(counts).tolist() == counts.tolist()


# --- edges of it -------------------------------------------------------------------------------------------------


def test_without_ward_lookups_there_are_neighbourhoods_and_everything_is_unallocated(by_hand: Pair) -> None:
    whole = by_hand.local("2020-21")
    made = without(whole, "lsoa21_ward", "lsoa11_ward")
    assert made.lacking("lsoa21_ward", "small_area_population") == ("lsoa21_ward",)
    assert len(made.wards) == len(made.old_wards) == len(made.counts("burglary")) == 0
    assert made.unallocated("burglary", ["2020-04", "2020-10"]).tolist() == [24, 21]
    assert made.totals("burglary", "unit").to_dict() == whole.totals("burglary", "unit").to_dict()
    assert made.residents("unit").to_dict() == whole.residents("unit").to_dict()


def test_without_residents_counts_stand_and_no_number_of_people_is_made_up(by_hand: Pair) -> None:
    whole = by_hand.local("2020-21")
    made = without(whole, "small_area_population")
    assert made.base_label == "" and made.residents("unit").isna().all() and made.residents("ward").isna().all()
    assert made.wards["residents"].isna().all()
    assert made.totals("burglary", "unit").to_dict() == whole.totals("burglary", "unit").to_dict()
    assert made.visited() == ()


def test_what_was_not_supplied_is_empty(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    assert made.shapes("ward") == {} and made.shapes("unit") == {}
    assert not made.deprivation and made.rural is None and made.ward_estimates is None
    assert not without(made, "ward_groups").groupings
    assert made.lacking("boundaries", "deprivation", "lsoa21_ward") == ("boundaries", "deprivation")


def test_a_flag_that_there_is_not_is_refused(by_hand: Pair) -> None:
    held = by_hand.local("2020-21").evidence.intake.extracts
    lookups = {name: held[name].frame() for name in LOOKUPS}
    changes = lookups["lsoa11_lsoa21"].assign(change=["Z", *lookups["lsoa11_lsoa21"]["change"].tolist()[1:]])
    with pytest.raises(ValueError, match="flag"):
        vintages.one_geography(lookups | {"lsoa11_lsoa21": changes}, AREA)


def test_an_area_that_the_lookup_does_not_have_is_an_error(by_hand: Pair) -> None:
    elsewhere = replace(by_hand.local("2020-21").evidence, area_code="E07000001")
    with pytest.raises(ExtractError, match="2011"):
        open_local(elsewhere)


def test_a_month_that_is_not_there_is_not_a_zero(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    for ask in (made.counts, made.totals):
        with pytest.raises(KeyError):
            ask("burglary", "ward", ["2020-04", "2021-07"])
    with pytest.raises(KeyError):
        made.unallocated("burglary", ["2021-07"])


@pytest.mark.parametrize(("slug", "by"), [("no_such_measure", "ward"), ("burglary", "no such grouping")])
def test_what_is_asked_for_must_exist(by_hand: Pair, slug: str, by: str) -> None:
    with pytest.raises(KeyError):
        by_hand.local("2020-21").counts(slug, by)


def test_sums_are_held_against_the_borough(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    sums, rows = made.balance()
    assert sums == len(measures()) * 12
    assert rows == by_hand.recount.street["rows"].sum() == 24 + 21 + 12 + 2  # each row once


def test_a_borough_that_its_places_do_not_make_stops_the_work(by_hand: Pair) -> None:
    made = by_hand.local("2020-21")
    wrong = made.evidence.counts.copy()
    wrong.loc["2020-04", "Burglary"] += 1
    vars(made.evidence)["counts"] = wrong
    with pytest.raises(ExtractError):
        made.balance()


# --- the synthetic sample ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(sample_report: Path) -> Pair:
    folder = sample_report.parents[2]
    return Pair(folder / "processed", Recount(folder / "raw", AREA))


@pytest.fixture(scope="module")
def sample_local(sample: Pair) -> Local:
    return sample.local("2020-21")


def test_the_sample_has_the_units_and_wards_of_the_second_count(sample: Pair, sample_local: Local) -> None:
    units, own = sample_local.units, sample.recount
    assert units["name"].to_dict() == {unit.code: unit.name for unit in own.units.values()} and len(units) == 166
    assert units["change"].to_dict() == {unit.code: unit.change for unit in own.units.values()}
    assert units["ward"].to_dict() == own.ward_of and units["old_ward"].to_dict() == own.old_ward_of
    assert sample_local.geography.excluded == own.irregular and sample_local.parted == own.parted
    assert len(sample_local.wards) == 25 and len(sample_local.old_wards) == 21
    assert sample_local.evidence.available == tuple(own.months)


@pytest.mark.parametrize("by", ["ward", "unit", "old_ward"])
def test_counts_of_the_sample_are_those_of_the_second_count(sample: Pair, sample_local: Local, by: str) -> None:
    for slug in SEVERAL:
        hold(sample_local, sample, slug, by, sample.recount.months)


def test_wards_and_unallocated_of_the_sample_are_the_borough_in_every_type_and_month(
    sample: Pair, sample_local: Local
) -> None:
    assert set(sample.recount.measures) == set(measures())
    for slug in measures():
        series = sample_local.evidence.series(slug)
        assert series.tolist() == sample.recount.total(slug).tolist(), slug
        hold(sample_local, sample, slug, "ward", sample.recount.months)


def test_both_vintages_of_the_sample_land_on_the_same_units(sample: Pair, sample_local: Local) -> None:
    either_side_has_every_unit(sample, sample_local, "2021-09", "2021-10", ("recorded_crime",))


def either_side_has_every_unit(pair: Pair, made: Local, last: str, first: str, slugs: Iterable[str]) -> None:
    """Files have 2011 codes to `last` and 2021 codes from `first`; every unit has each measure on both sides."""
    rows, months = pair.recount.street, pair.recount.months
    before, after = [m for m in months if m <= last], [m for m in months if m >= first]
    codes = {old: set(rows["lsoa"][rows["month"].isin(some)]) for old, some in ((True, before), (False, after))}
    changed = made.units[made.units["change"] != "U"]
    old, new = ({code for held in changed[column] for code in held} for column in ("lsoa11", "lsoa21"))
    assert changed["name"].to_dict() == CHANGED and len(old) == 5 and len(new) == 8
    assert old <= codes[True] and not new & codes[True] and new <= codes[False] and not old & codes[False]
    for slug in slugs:
        then, now = made.totals(slug, "unit", before), made.totals(slug, "unit", after)
        assert list(then.index) == list(now.index) == list(pair.recount.units)
        assert then.min() > 0 and now.min() > 0, slug


def test_residents_of_the_sample(sample: Pair, sample_local: Local) -> None:
    named, published = sample_local.ward_estimates
    assert named == "mid-2020" and published.to_dict() == sample.recount.published_wards
    hold_residents(sample_local, sample, "mid-2020", "2011")


def hold_residents(made: Local, pair: Pair, label: str, vintage: str) -> None:
    """Residents are of the table of one vintage, unit by unit, and those of wards sum to the borough's."""
    own = pair.recount.people(vintage)
    table = pair.recount.residents11 if vintage == "2011" else pair.recount.residents21
    assert made.base_label == label and made.units["residents"].to_dict() == own
    wards = pd.Series(own).groupby(made.units["ward"].to_dict()).sum()
    assert made.residents("ward").to_dict() == made.wards["residents"].to_dict() == wards.to_dict()
    assert made.wards["residents"].sum() == made.old_wards["residents"].sum() == sum(table.values())


def test_outlines_of_the_sample_are_those_of_the_files(sample: Pair, sample_local: Local) -> None:
    hold_outlines(sample_local, sample)


def hold_outlines(made: Local, pair: Pair) -> None:
    """Every ward and unit has the rings of the boundary files: a unit those of each of its 2021 LSOAs."""
    lsoas, wards = pair.recount.outlines("lsoa21"), pair.recount.outlines("wards21")
    units = {unit.code: [ring for code in unit.lsoa21 for ring in lsoas[code]] for unit in pair.recount.units.values()}
    for by, own in (("ward", wards), ("unit", units)):
        shapes = made.shapes(by)
        assert set(shapes) == set(own)
        for code, rings in own.items():
            made_of, drawn = (
                sorted([len(ring), *np.max(ring, axis=0)] for ring in some) for some in (rings, shapes[code])
            )
            assert np.allclose(made_of, drawn), code


# --- the real files ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_checked: Path) -> Pair:
    return Pair(real_checked, Recount(Path(REAL), AREA))


@pytest.fixture(scope="module")
def real_local(real: Pair) -> Local:
    return real.local("2024-25")


@needs_real
def test_the_real_units_and_wards(real: Pair, real_local: Local) -> None:
    units, own = real_local.units, real.recount
    assert len(units) == 166 and len(real_local.wards) == 25 and len(real_local.old_wards) == 21
    assert units["name"].to_dict() == {unit.code: unit.name for unit in own.units.values()}
    assert units["change"].to_dict() == {unit.code: unit.change for unit in own.units.values()}
    assert units["name"][units["change"] != "U"].to_dict() == CHANGED
    assert units["old_ward"].to_dict() == own.old_ward_of and real_local.parted == own.parted
    assert units["ward"].to_dict() == own.ward_of  # the parted ones where the published wards say
    assert real_local.geography.excluded == own.irregular == ()


@needs_real
def test_a_parted_real_unit_is_where_most_residents_are_unless_the_published_wards_say_else(
    real: Pair, real_local: Local
) -> None:
    named, published = real_local.ward_estimates
    assert named == "mid-2022" and published.to_dict() == real.recount.published_wards
    plain = without(real_local, "ward_population").units["ward"]
    differs = plain != real_local.units["ward"]
    assert set(plain.index[differs]) <= set(real_local.parted)
    assert real.recount.far_off(real_local.units["ward"]) <= real.recount.far_off(plain)


@needs_real
def test_real_wards_and_unallocated_are_the_borough_in_every_type_and_month(real: Pair, real_local: Local) -> None:
    assert real_local.evidence.months == tuple(periods.month_range("2024-04", "2025-03"))
    assert set(real.recount.measures) == set(measures())
    for slug in measures():
        hold(real_local, real, slug, "ward", real_local.evidence.months)
    for by in ("unit", "old_ward"):
        hold(real_local, real, "recorded_crime", by, real.recount.months)


@needs_real
def test_the_balance_of_the_real_files_counts_each_row_once(real: Pair, real_local: Local) -> None:
    assert real_local.balance() == (len(measures()) * len(real.recount.months), real.recount.street["rows"].sum())


@needs_real
def test_no_real_unit_is_empty_on_one_side_of_the_change_of_codes(real: Pair, real_local: Local) -> None:
    either_side_has_every_unit(real, real_local, "2021-09", "2024-04", ("recorded_crime", "anti_social_behaviour"))


def shares(made: Local, slug: str, before: list[str], after: list[str]) -> pd.DataFrame:
    """By unit: count before, and the share of the borough after over the share before."""
    then, now = made.totals(slug, "unit", before), made.totals(slug, "unit", after)
    return pd.DataFrame({"then": then, "moved": (now / now.sum()) / (then / then.sum())})


def range_of_like_size(rows: pd.DataFrame, unchanged: Iterable[str], unit: str) -> tuple[float, float]:
    """How far the shares of the forty unchanged units nearest in size moved."""
    others = rows.loc[list(unchanged)]
    nearest = (others["then"] - rows["then"][unit]).abs().nsmallest(40).index
    return others["moved"][nearest].min(), others["moved"][nearest].max()


@needs_real
@pytest.mark.parametrize("slug", ["recorded_crime", "anti_social_behaviour"])
def test_shares_of_real_units_do_not_jump_where_the_codes_change(real: Pair, real_local: Local, slug: str) -> None:
    """Split and merged units' shares of the borough move no more than those of unchanged units of like size.

    One split unit grew by a larger part than any unchanged one (new housing on the same ground: see the next test),
    so its share is held to those of all unchanged units, over a year on either side, where it grew the least.
    """
    months = real.recount.months
    before, after = [m for m in months if m <= "2021-09"], [m for m in months if m >= "2024-04"]
    unchanged = real_local.units.index[real_local.units["change"] == "U"]
    growth = pd.Series(real.recount.people("2021")) / pd.Series(real.recount.people("2011"))
    grew = [unit for unit in CHANGED if growth[unit] > growth[unchanged].max()]
    assert grew == ["E01034248+E01034249+E01034250"]
    rows = shares(real_local, slug, before, after)
    for unit in sorted(set(CHANGED) - set(grew)):
        low, high = range_of_like_size(rows, unchanged, unit)
        assert low <= rows["moved"][unit] <= high, unit
    years = (periods.month_range("2020-10", "2021-09"), periods.month_range("2024-04", "2025-03"))
    moved = shares(real_local, slug, *years)["moved"]
    assert moved[unchanged].min() <= moved[grew[0]] <= moved[unchanged].max()


@needs_real
def test_real_units_cover_the_same_ground_in_both_vintages(real: Pair) -> None:
    """What a unit gains from one vintage to the other is not ground; the outlines are generalised, hence 3%."""
    old, new = real.recount.ground("lsoa11"), real.recount.ground("lsoa21")
    for code in CHANGED:
        unit = real.recount.units[code]
        then, now = (sum(ground[one] for one in held) for ground, held in ((old, unit.lsoa11), (new, unit.lsoa21)))
        assert now == pytest.approx(then, rel=0.03), code


@needs_real
def test_real_residents_are_of_one_vintage_and_sum_to_the_borough(real: Pair, real_local: Local) -> None:
    hold_residents(real_local, real, "Census 2021", "2021")
    assert real_local.residents("ward").sum() == 265_823


@needs_real
def test_an_earlier_period_has_its_own_residents_on_the_same_geography(real: Pair, real_local: Local) -> None:
    earlier = real.local("2020-21")
    hold_residents(earlier, real, "mid-2020", "2011")
    columns = ["name", "ward", "old_ward", "lsoa11", "lsoa21"]
    assert earlier.units[columns].equals(real_local.units[columns])


@needs_real
def test_real_years_are_compared_over_the_months_that_all_have(real: Pair, real_local: Local) -> None:
    """July 2019 is missing, so no year has its July; 2021-22 has half of its months and is left out."""
    kept = {year: [m for m in periods.parse_period(year).months if m[5:] != "07"] for year in YEARS}
    assert [(year.label, list(year.months)) for year in real_local.years] == list(kept.items())
    assert all(month in real.recount.months for months in kept.values() for month in months)


@needs_real
def test_outlines_of_real_places_are_those_of_the_files(real: Pair, real_local: Local) -> None:
    hold_outlines(real_local, real)


@needs_real
@pytest.mark.parametrize(
    ("edition", "start", "vintage"), [("IoD 2019", "IoD2019", "2011"), ("IoD 2025", "IoD2025", "2021")]
)
def test_deprivation_of_real_units(real: Pair, real_local: Local, edition: str, start: str, vintage: str) -> None:
    own = real.recount.deprivation(start, vintage)
    assert real_local.deprivation[edition].to_dict() == pytest.approx(own, abs=1e-9)


@needs_real
@pytest.mark.parametrize("area", ["E07000243", "E08000037"])
def test_irregular_changes_in_the_publishers_lookup(real: Pair, real_local: Local, area: str) -> None:
    """Stevenage and Gateshead: LSOAs were exchanged with the authorities around them."""
    lookups = {name: one.frame() for name, one in real_local.evidence.intake.extracts.items() if name in LOOKUPS}
    own = Recount(real.recount.raw, area)
    made = vintages.one_geography(lookups, area)
    assert made.excluded == own.irregular and len(own.irregular) >= 2
    assert made.units["name"].to_dict() == {unit.code: unit.name for unit in own.units.values()}
    assert dict(made.unit_of) == own.unit_of
