"""Two deliveries of the same months: every planted change is counted, exactly, and few are protected in public."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from srp_lib.config import load_config
from srp_lib.disclosure import MARK, Policy
from srp_lib.display import DASH
from srp_lib.errors import AuditError
from srp_lib.extracts import Intake, load
from srp_lib.history import deliveries, deliveries_page, history_page
from srp_lib.history.deliveries import Deliveries, compare
from srp_lib.page_tables import page_tables
from srp_lib.subject import Subject

AREA, ELSEWHERE = "E08000018", "E08000019"
HERE, NEAR, FAR = "E01000001", "E01000002", "E01000009"
MONTHS = ("2020-04", "2020-05")
ASB = "Anti-social behaviour"
OPEN, PUBLIC = Policy(False), Policy(True)


def rows(number: int = 40) -> pd.DataFrame:
    """A delivery: of each month `number` crimes with an ID in the area, and ten incidents without one at two points."""
    crimes = pd.DataFrame(
        [
            (month, f"{month}-{place}", HERE, -1.3, 53.4, "Burglary", "Under investigation")
            for month in MONTHS
            for place in range(number)
        ]
    )
    asb = pd.DataFrame(
        [(month, None, HERE, -1.3 - place % 2, 53.4, ASB, None) for month in MONTHS for place in range(10)]
    )
    frame = pd.concat([crimes, asb], ignore_index=True)
    frame.columns = ["month", "crime_id", "lsoa_code", "longitude", "latitude", "crime_type", "outcome"]
    return frame.assign(reported_by="A force", lad_code=AREA, vintage="2011")


def total(earlier: pd.DataFrame, later: pd.DataFrame, **wanted: int) -> Deliveries:
    """Compare and hold the area's sums to what was planted; everything that is not named must be nought."""
    found = compare(earlier, later, AREA)
    counts = found.counts().sum()
    assert {name: counts[name] for name in deliveries.CHANGES if counts[name]} == wanted
    assert (counts["earlier"], counts["later"]) == tuple(
        (frame["lad_code"] == AREA).sum() for frame in (earlier, later)
    )
    by_month = found.counts()
    assert (
        by_month["later"]
        == by_month["earlier"] + by_month["added"] - by_month["withdrawn"] + by_month["entered"] - by_month["left"]
    ).all()
    return found


def test_the_same_delivery_twice_has_no_change() -> None:
    total(rows(), rows().sample(frac=1, random_state=1))


def test_planted_changes_are_counted_each_under_its_kind() -> None:
    later = rows()
    later.loc[0:4, "outcome"] = "Local resolution"
    later.loc[5:7, "lsoa_code"] = NEAR
    later.loc[8:9, "longitude"] = -1.5
    later.loc[10, "crime_type"] = "Robbery"
    later.loc[11, ["outcome", "longitude"]] = ["Local resolution", -1.5]
    new = later.iloc[20:24].assign(crime_id=[f"new {place}" for place in range(4)])
    later = pd.concat([later.drop(index=[30, 31, 50]), new], ignore_index=True)
    found = total(rows(), later, added=4, withdrawn=3, lsoa=3, point=3, outcome=6, crime_type=1)
    assert found.steps("outcome").to_dict() == {("Under investigation", "Local resolution"): 6}
    assert found.steps("crime_type").to_dict() == {("Burglary", "Robbery"): 1}
    assert found.counts().loc["2020-05", "withdrawn"] == 1


def test_moves_across_the_boundary_come_in_and_go_out() -> None:
    earlier, later = rows(), rows()
    earlier.loc[0, ["lsoa_code", "lad_code"]] = [FAR, ELSEWHERE]
    later.loc[1:2, ["lsoa_code", "lad_code"]] = [FAR, ELSEWHERE]
    later.loc[3, ["lsoa_code", "lad_code", "longitude", "latitude"]] = [None, None, None, None]
    found = total(earlier, later, entered=1, left=3)
    assert found.counts(whole=True)["lsoa"].sum() == 4


def test_incidents_without_an_id_are_counted_by_place() -> None:
    """Five stand at each of two points: one that moves is withdrawn here and added there, and none is lost as a duplicate."""
    later = rows()
    asb = later.index[later["crime_type"] == ASB]
    later.loc[asb[0], "longitude"] = -1.9
    later = later.drop(index=asb[[1, 3]])
    total(rows(), later, added=1, withdrawn=3)


def test_an_id_on_several_rows_is_paired_row_by_row() -> None:
    one = rows().assign(crime_id=lambda frame: frame["crime_id"].mask(frame.index < 4, "shared"))
    one.loc[0:3, "crime_type"] = ["Burglary", "Drugs", "Robbery", "Burglary"]
    later = one.iloc[::-1].reset_index(drop=True)
    at = later.index[(later["crime_id"] == "shared") & (later["crime_type"] == "Drugs")]
    later.loc[at, "outcome"] = "Local resolution"
    found = total(
        one,
        later.drop(index=later.index[(later["crime_id"] == "shared") & (later["crime_type"] == "Robbery")]),
        withdrawn=1,
        outcome=1,
    )
    assert found.here.loc[found.here["withdrawn"], "crime_type_then"].tolist() == ["Robbery"]


def test_only_months_of_a_force_that_both_hold_are_compared() -> None:
    earlier = pd.concat([rows(), rows(5).assign(month="2020-03"), rows(5).assign(reported_by="Another force")])
    later = pd.concat([rows(), rows(5).assign(month="2020-06")])
    found = compare(earlier, later, AREA)
    assert (found.months, found.only_then, found.only_now) == (MONTHS, ("2020-03",), ("2020-06",))
    assert found.counts().to_numpy().sum() == 2 * len(rows())
    with pytest.raises(AuditError, match="No month of the same force is in both"):
        compare(rows().assign(month="2019-01"), rows(), AREA)


def test_ids_made_anew_are_noticed_and_rows_counted_by_place() -> None:
    later = rows()
    fresh = later["month"].eq(MONTHS[0]) & later["crime_id"].notna()
    later.loc[fresh, "crime_id"] = "anew " + later["crime_id"]
    later = later.drop(index=0)
    assert total(rows(), later, withdrawn=1).renamed == (MONTHS[0],)


def test_another_census_of_lsoas_is_no_move() -> None:
    later = rows()
    at = later["month"] == MONTHS[1]
    later.loc[at, ["lsoa_code", "vintage"]] = ["E01099999", "2021"]
    assert total(rows(), later).recoded == (MONTHS[1],)


def test_a_record_that_changed_its_month_is_told_apart() -> None:
    later = rows()
    later.loc[0, "month"] = MONTHS[1]
    assert total(rows(), later, added=1, withdrawn=1).redated == 1


# --- what is shown ---


def planted() -> Deliveries:
    """Twenty-two withdrawn, all in one month; three added in the other; thirty with an outcome, fifteen in each."""
    later = rows()
    later.loc[[*range(0, 15), *range(40, 55)], "outcome"] = "Local resolution"
    new = later.iloc[40:43].assign(crime_id=["x", "y", "z"])
    return compare(rows(), pd.concat([later.drop(index=range(18, 40)), new], ignore_index=True), AREA)


def test_the_partnership_sees_every_count() -> None:
    found = {row[0]: row[1:] for row in deliveries_page.summary_rows(planted(), OPEN)}
    assert found["April 2020"] == ("50", "28", "0", "22", "0", "0", "0", "15", "0")
    assert found["May 2020"] == ("50", "53", "3", "0", "0", "0", "0", "15", "0")
    assert found["All months"] == ("100", "81", "3", "22", "0", "0", "0", "30", "0")


def test_the_public_is_told_no_small_count_and_nothing_that_gives_one_away() -> None:
    """Three added beside twenty-two withdrawn and both sums of rows would follow from one another: all are withheld."""
    found = {row[0]: row[1:] for row in deliveries_page.summary_rows(planted(), PUBLIC)}
    assert found["All months"] == ("100", "80", MARK, MARK, DASH, DASH, "0", "30", "0")
    assert found["April 2020"] == ("50", "30", DASH, DASH, DASH, DASH, "0", "15", "0")
    table = deliveries_page.by_month(planted(), PUBLIC)
    assert "Added or moved in" in table.columns and "Added" not in table.columns and MARK in table.note


def subject(edition: str) -> Subject:
    config = load_config()
    return Subject(config, config.area_code, edition, Intake({}, []), (), (), False)


def test_the_page_says_what_changed_in_either_edition() -> None:
    public, partners = (deliveries_page.deliveries_page(planted(), subject(one)) for one in ("public", "partnership"))
    assert '<p class="lead">All months changed; Rotherham&#x27;s totals did too.</p>' in partners
    assert "The commonest change is that records have another outcome." in partners
    assert "The commonest change" not in public, "small counts stand beside it"
    assert "23.8% fewer recorded crimes than the earlier one (61 and 80)" in partners
    exact = {table.caption: table for table in page_tables("deliveries.html", partners)}
    assert exact["Records with another outcome, by what it was and is"].rows == (
        ("Under investigation", "Local resolution", "30"),
    )
    types = next(table for caption, table in exact.items() if caption.startswith("Records by type"))
    assert types.columns[-1] == "Change"
    assert ("Burglary", "80", "61", "\N{MINUS SIGN}19", "\N{MINUS SIGN}23.8%") in types.rows
    told = {table.caption: table.rows for table in page_tables("deliveries.html", public)}
    cells = {cell for rows in told.values() for row in rows for cell in row}
    assert not cells & {"3", "22", "61", "81"}
    assert not any("2020-04-" in page or HERE in page for page in (public, partners)), "no record and no place of one"


def test_months_that_are_the_same_are_named_and_left_out() -> None:
    later = rows()
    later.loc[0:9, "outcome"] = "Local resolution"
    found = compare(rows(), later, AREA)
    assert [row[0] for row in deliveries_page.summary_rows(found, OPEN)] == ["April 2020", "All months"]
    page = deliveries_page.deliveries_page(found, subject("public"))
    assert "One month that is the same in both for the area is left out of the table." in page
    assert "One of 2 months changed; Rotherham&#x27;s totals hardly did." in page, "rounded counts can't say more"
    assert "totals are the same." in deliveries_page.deliveries_page(found, subject("partnership"))
    assert page.count("April to May 2020") == 1, "the months are listed once"
    same = deliveries_page.deliveries_page(compare(rows(), rows(), AREA), subject("public"))
    assert "Nothing changed: both deliveries hold the same records of Rotherham in all 2 months." in same


def test_the_page_warns_of_what_cannot_be_compared() -> None:
    found = replace(planted(), only_then=("2020-03",), renamed=("2020-04",), recoded=("2020-05",), redated=2)
    page = deliveries_page.deliveries_page(found, subject("public"))
    for said in (
        "Only the earlier delivery holds March 2020",
        "has made them anew",
        "LSOAs of different censuses",
        "Fewer than 8 Crime IDs left",
    ):
        assert said in page


def test_the_page_is_put_beside_the_history(tmp_path: Path) -> None:
    own = subject("public")
    index = history_page.record(tmp_path, own, date(2026, 3, 1))
    assert "deliveries.html" not in index.read_text(encoding="utf-8")
    page = deliveries_page.record(tmp_path, planted(), own)
    assert page.name == "deliveries.html" and 'href="index.html"' in page.read_text(encoding="utf-8")
    assert 'href="deliveries.html"' in index.read_text(encoding="utf-8")


# --- from files ---


def change(frame: pd.DataFrame) -> pd.DataFrame:
    """A second delivery of a publisher's file: 12 rows go, 9 come, 20 get an outcome, 11 move to another map point."""
    given = frame.index[
        frame["Crime ID"].notna() & frame["LSOA code"].notna() & ~frame["Crime ID"].duplicated(keep=False)
    ]
    later = frame.copy()
    later.loc[given[:20], "Last outcome category"] = "Formal action is not in the public interest (again)"
    later.loc[given[20:31], "Longitude"] = (
        (later.loc[given[20:31], "Longitude"].astype(float) + 0.01).round(6).astype(str)
    )
    new = later.loc[given[60:69]].assign(**{"Crime ID": [f"{place:064x}" for place in range(9)]})
    return pd.concat([later.drop(index=given[40:52]), new])


def deliver(source: Path, folder: Path) -> Path:
    """The file of a month as it is and, in another raw folder, as delivered again."""
    target = folder / "police_uk" / source.parent.name / source.name
    target.parent.mkdir(parents=True)
    change(pd.read_csv(source, dtype=str)).to_csv(target, index=False)
    return folder


def counted(first: Path, second: Path, tmp_path: Path, lookups: Intake) -> pd.Series:
    earlier, later = (
        deliveries.read_earlier(raw, lookups, tmp_path / f"processed {place}")
        for place, raw in enumerate((first, second))
    )
    return compare(earlier, later, load_config().area_code).counts(whole=True).sum()


def test_a_month_of_the_sample_delivered_again(tmp_path: Path, processed: str) -> None:
    raw = Path(processed).parent / "raw" / "police_uk"
    source = next((raw / "2020-05").glob("*street.csv"))
    first = tmp_path / "first" / "2020-05"
    first.mkdir(parents=True)
    (first / source.name).write_bytes(source.read_bytes())
    found = counted(tmp_path / "first", deliver(source, tmp_path / "second"), tmp_path, load(Path(processed)))
    wanted = {"added": 9, "withdrawn": 12, "outcome": 20, "point": 11, "lsoa": 0, "crime_type": 0}
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.skipif("SRP_REAL_DATA" not in os.environ, reason="SRP_REAL_DATA does not name the folder of real files")
@pytest.mark.parametrize("month", ["2025-01", "2025-04"])
def test_a_real_month_delivered_again(tmp_path: Path, month: str) -> None:
    source = next((Path(os.environ["SRP_REAL_DATA"]) / "police_uk" / month).glob("*street.csv"))
    first = tmp_path / "first" / month
    first.mkdir(parents=True)
    (first / source.name).symlink_to(source)
    found = counted(tmp_path / "first", deliver(source, tmp_path / "second"), tmp_path, Intake({}, []))
    wanted = {"added": 9, "withdrawn": 12, "outcome": 20, "point": 11, "lsoa": 0, "crime_type": 0}
    assert {name: found[name] for name in wanted} == wanted


def test_a_folder_without_months_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AuditError, match="holds no street-level file: give --earlier"):
        deliveries.read_earlier(tmp_path / "raw", Intake({}, []), tmp_path / "processed")
    with pytest.raises(AuditError, match="holds no street-level file"):
        deliveries.later_rows(Intake({}, []))
