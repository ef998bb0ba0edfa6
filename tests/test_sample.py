"""The synthetic sample: publishers' layouts, same bytes twice, calibration, sums that add up."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import python_calamine

from srp_lib.sample import SampleError, ensure_sample, is_current, write_sample
from srp_lib.sample.draws import Draws, apportion

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
ASB = "Anti-social behaviour"
PARTNERS = (
    "offences",
    "victims",
    "suspects",
    "asb_incidents",
    "missing_children",
    "fire_incidents",
    "services",
    "surveys",
    "calls_101",
    "consultation",
    "indicators",
    "actions",
    "risk_scores",
    "harm_weights",
)
OPEN_TABLES = ("geography", "population", "deprivation", "neighbours", "ward_groups", "rural_urban")
SPLIT_OR_MERGED_2011 = {"E01007665", "E01007693", "E01007787", "E01007813", "E01007814"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "raw"
    write_sample(folder)
    return folder


@pytest.fixture(scope="module")
def street(sample: Path) -> pd.DataFrame:
    files = sorted(sample.glob("police_uk/*/*.csv"))
    return pd.concat([pd.read_csv(f).assign(file=f.name[:7]) for f in files], ignore_index=True)


@pytest.fixture(scope="module")
def rotherham(street: pd.DataFrame) -> pd.DataFrame:
    return street[street["LSOA name"].str.startswith("Rotherham", na=False)]


def one(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0]


def first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig").splitlines()[0]


def sheet_rows(path: Path, sheet: str) -> list[list]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    return book.get_sheet_by_name(sheet).to_python()


def populations(path: Path) -> dict[str, dict[str, list[int]]]:
    """Numbers (all ages, then 91 ages) by sex and area code."""
    found: dict[str, dict[str, list[int]]] = {}
    for sex in ("Persons", "Females", "Males"):
        rows = sheet_rows(path, f"MYE2 - {sex}")
        found[sex] = {
            str(row[0]): [int(value) for value in row[3:95]]
            for row in rows
            if len(str(row[0])) == 9 and str(row[0])[1:].isdigit()
        }
    return found


def table_c2(sample: Path) -> tuple[list[list[str]], list[str], list[list[str]]]:
    """Preamble, header and rows of the export of table C2."""
    path = one(sample, "csp_tables/*.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    header = next(at for at, row in enumerate(rows) if row[0].startswith("Police Force"))
    return rows[:header], rows[header], rows[header + 1 :]


def number(cell: str) -> int | None:
    return None if cell == "[x]" else int(cell.replace(",", ""))


# --- the same bytes ---------------------------------------------------------------------------


def test_two_samples_of_a_seed_are_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again")
    names = sorted(p.relative_to(sample) for p in sample.rglob("*") if p.is_file())
    assert sorted(p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file()) == names
    assert len(again) == len(names) - 1  # the stamp is not listed
    for name in names:
        assert (sample / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_another_seed_keeps_the_calibration(tmp_path: Path) -> None:
    from srp_lib.sample.counts import counts

    asb = counts(7).placed[:, 0, 0]
    assert asb[12:24].sum() == 5600 and asb[24:36].sum() == 6832
    assert asb[24:33].sum() == 5500 and asb[36:45].sum() == 4180
    assert (counts(7).placed[:, 0, 1:] != counts(2021).placed[:, 0, 1:]).any()


def test_draws_are_those_of_every_machine() -> None:
    assert Draws(2021, "test").below(1000, 6).tolist() == [158, 687, 975, 441, 704, 564]
    assert Draws(2021, "test").hexadecimal(1)[0].startswith("0285e3b072019f28")


@pytest.mark.parametrize("name", ["OFFENCE_CODES", "OBJECTIVE_AREAS"])
def test_the_stamp_depends_on_the_code_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from srp_lib.sample import _write

    before = _write.generator_hash()
    other = tmp_path / getattr(_write, name).name
    other.write_text("code,description\n")
    monkeypatch.setattr(_write, name, other)
    assert _write.generator_hash() != before


def test_apportion_adds_up_exactly() -> None:
    assert apportion(10, [1, 1, 1]).tolist() == [4, 3, 3]
    assert apportion(5500, [3, 0, 7, 11]).sum() == 5500
    assert apportion(7, [5, 0, 0]).tolist() == [7, 0, 0]


def test_workbooks_hold_no_time_or_system(sample: Path) -> None:
    books = sorted(sample.rglob("*.xlsx"))
    assert len(books) == 8
    for path in books:
        with zipfile.ZipFile(path) as book:
            for member in book.infolist():
                assert member.date_time == (1980, 1, 1, 0, 0, 0)
                assert member.create_system == 0 and member.compress_type == zipfile.ZIP_STORED


def test_importing_the_package_is_light() -> None:
    check = "import sys, srp_lib.sample; print({'numpy', 'pandas', 'pyarrow'} & set(sys.modules))"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", check], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- the folder -------------------------------------------------------------------------------


def test_ensure_writes_once_and_mends_a_damaged_sample(tmp_path: Path) -> None:
    folder = tmp_path / "processed" / "sample"
    assert not is_current(folder)
    assert ensure_sample(folder) == folder
    readme = folder / "README.txt"
    written = readme.stat().st_mtime_ns
    ensure_sample(folder)
    assert readme.stat().st_mtime_ns == written
    readme.unlink()
    assert not is_current(folder)
    ensure_sample(folder)
    assert is_current(folder) and readme.exists()
    assert not is_current(folder, seed=5)
    assert [p.name for p in folder.parent.iterdir()] == ["sample"]


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("keep me")
    for write in (write_sample, ensure_sample):
        with pytest.raises(SampleError, match=r"1 file\(s\).*mine\.csv.*empty folder"):
            write(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.csv"]
    assert mine.read_text() == "keep me"


@pytest.mark.parametrize("name", ["README.txt", "Readme.txt", "notes/readme.txt"])
def test_a_note_that_the_samples_own_would_replace_is_refused(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("keep me")
    for write in (write_sample, ensure_sample):
        with pytest.raises(SampleError, match="did not write"):
            write(tmp_path)
    assert mine.read_text() == "keep me"


def test_files_of_an_earlier_sample_are_removed_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("from an earlier version")
    (tmp_path / "Thumbs.db").write_text("")
    stamp = {"seed": 1, "generator": "", "files": {"old.csv": 23, "../outside.csv": 1}}
    (tmp_path / ".sample.json").write_text(json.dumps(stamp))
    outside = tmp_path.parent / "outside.csv"
    outside.write_text("x")
    write_sample(tmp_path)
    assert not (tmp_path / "old.csv").exists() and is_current(tmp_path)
    assert outside.exists() and (tmp_path / "Thumbs.db").exists()
    outside.unlink()


def test_a_file_in_place_of_the_folder_and_a_bad_seed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SampleError, match="is a file"):
        write_sample(tmp_path / "file")
    with pytest.raises(SampleError, match="seed is -1"):
        write_sample(tmp_path / "new", seed=-1)
    assert not (tmp_path / "new").exists()


def test_the_projects_own_notes_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "README.md").write_text("what goes here")
    ensure_sample(tmp_path / "raw")
    assert (tmp_path / "raw" / "README.md").read_text() == "what goes here"
    assert is_current(tmp_path / "raw")


# --- every file says that it is synthetic -----------------------------------------------------


def test_every_file_declares_itself(sample: Path, street: pd.DataFrame) -> None:
    assert (street["Context"] == "Synthetic").all()
    for path in (path for name in OPEN_TABLES for path in sample.glob(f"{name}/*.csv")):
        assert first_line(path).endswith(",SYNTHETIC"), path
    for path in (path for name in PARTNERS for path in sample.glob(f"{name}/*.csv")):
        assert first_line(path).endswith(",SYNTHETIC"), path
    for path in (path for name in PARTNERS for path in sample.glob(f"{name}/*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        assert "SYNTHETIC" in str(book.get_sheet_by_index(0).to_python()[0][0]), path
    for path in sample.glob("boundaries/*.geojson"):
        assert json.loads(path.read_text())["synthetic"] is True
    assert tomllib.loads((sample / "risk_scale.toml").read_text())["synthetic"] is True
    for path in sample.glob("population/*.xlsx"):
        for sheet in ("MYE2 - Persons", "MYE2 - Females", "MYE2 - Males"):
            assert any("SYNTHETIC" in str(row[0]) for row in sheet_rows(path, sheet)[:8])
    preamble, _, _ = table_c2(sample)
    assert any("SYNTHETIC" in row[0] for row in preamble)
    readme = (sample / "README.txt").read_text()
    assert "SYNTHETIC" in readme and "fixed seed (2021)" in readme and "about nobody" in readme
    assert "partners' extracts" in readme and max(map(len, readme.splitlines())) <= 100
    assert "74 local authorities of 13 police forces" in readme
    assert "former Area Assembly is made up too" in readme


def test_the_sample_has_a_folder_for_each_source(sample: Path) -> None:
    folders = {path.name for path in sample.iterdir() if path.is_dir()}
    assert folders == {"police_uk", "boundaries", "csp_tables", *OPEN_TABLES, *PARTNERS}
    assert all(any((sample / name).iterdir()) for name in folders)


# --- street-level crime -----------------------------------------------------------------------


def test_street_months_names_and_headers(sample: Path, street: pd.DataFrame) -> None:
    files = sorted(sample.glob("police_uk/*/*.csv"))
    months = [f"{y}-{m:02d}" for y in range(2018, 2022) for m in range(1, 13)][3:]
    assert [f.parent.name for f in files] == [m for m in months if m != "2018-11"]
    for path in files:
        assert path.name == f"{path.parent.name}-south-yorkshire-street.csv"
        assert first_line(path) == STREET_HEADER
    assert (street["Month"] == street["file"]).all()
    assert set(street["Reported by"]) == {"South Yorkshire Police"}
    assert (street["Reported by"] == street["Falls within"]).all()


def test_street_line_ends_differ_between_years(sample: Path) -> None:
    old = one(sample, "police_uk/2019-07/*.csv").read_bytes()
    new = one(sample, "police_uk/2021-07/*.csv").read_bytes()
    assert old.count(b"\r\n") == old.count(b"\n") > 2000
    assert b"\r" not in new and new.endswith(b"\n")


def test_crime_ids(street: pd.DataFrame) -> None:
    ids = street["Crime ID"]
    assert (ids.isna() == (street["Crime type"] == ASB)).all()
    known = ids.dropna()
    assert known.is_unique and known.str.fullmatch("[0-9a-f]{64}").all()


def test_outcomes(street: pd.DataFrame) -> None:
    outcome = street["Last outcome category"]
    assert (outcome.isna() == (street["Crime type"] == ASB)).all()
    burglary = outcome[street["Crime type"] == "Burglary"]
    share = (burglary == "Investigation complete; no suspect identified").mean()
    assert 0.75 < share < 0.85
    sentenced = street[outcome == "Offender sent to prison"]["Month"]
    assert sentenced.max() < "2019-01"
    assert street[outcome == "Under investigation"]["Month"].min() >= "2021-09"


def test_blank_locations(street: pd.DataFrame) -> None:
    blank = street["LSOA code"].isna()
    assert (street["Location"].eq("No Location") == blank).all()
    for column in ("Longitude", "Latitude", "LSOA name"):
        assert (street[column].isna() == blank).all()
    shares = blank.groupby(street["Month"]).mean()
    assert shares.between(0.02, 0.06).all()
    assert street.loc[~blank, "Location"].str.fullmatch(r"On or near Synthetic Street \d+").all()


def test_codes_are_of_one_vintage_in_each_month(sample: Path, street: pd.DataFrame) -> None:
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*.csv"))
    old, new = set(links["LSOA11CD"]), set(links["LSOA21CD"])
    before = street["Month"] < "2021-10"
    assert set(street.loc[before, "LSOA code"].dropna()) <= old
    assert set(street.loc[~before, "LSOA code"].dropna()) <= new
    assert SPLIT_OR_MERGED_2011 <= set(street.loc[before, "LSOA code"])
    for month, codes in street[~before].groupby("Month")["LSOA code"]:
        assert set(codes) & (new - old), month
    names = {**dict(zip(links["LSOA11CD"], links["LSOA11NM"], strict=True))}
    placed = street[before].dropna(subset=["LSOA code"])
    assert (placed["LSOA code"].map(names) == placed["LSOA name"]).all()


def test_asb_changes_are_those_that_were_printed(rotherham: pd.DataFrame) -> None:
    month = rotherham.loc[rotherham["Crime type"] == ASB, "Month"]
    last, this = (month.between(f"{y}-04", f"{y + 1}-03").sum() for y in (2019, 2020))
    assert f"{100 * (this / last - 1):.1f}" == "22.0"
    before, after = (month.between(f"{y}-04", f"{y}-12").sum() for y in (2020, 2021))
    assert f"{100 * (after / before - 1):.1f}" == "-24.0"


def test_asb_repeats_places(street: pd.DataFrame) -> None:
    asb = street[street["Crime type"] == ASB]
    place = ["Month", "Longitude", "Latitude", "LSOA code"]
    assert 0.25 < asb.duplicated(place).mean() < 0.31
    assert asb.duplicated(place).groupby(asb["Month"]).mean().min() > 0.2


def test_sizes_season_and_covid(street: pd.DataFrame, rotherham: pd.DataFrame) -> None:
    crime = rotherham[rotherham["Crime type"] != ASB]
    year = crime["Month"].between("2019-04", "2020-03")
    assert 23_000 < year.sum() < 26_500
    assert street.groupby("Month").size().between(2_400, 4_000).all()
    month = crime.groupby(["Crime type", "Month"]).size()
    assert month["Shoplifting", "2020-04"] < month["Shoplifting", "2019-04"] / 2
    assert month["Burglary", "2020-05"] < 0.75 * month["Burglary", "2019-05"]
    asb = rotherham[rotherham["Crime type"] == ASB].groupby("Month").size()
    assert asb["2020-05"] > 1.4 * asb["2019-05"]
    assert asb["2019-07"] > asb["2019-12"]
    districts = street["LSOA name"].dropna().str[:-5]
    assert {"Barnsley", "Doncaster", "Sheffield"} < set(districts)
    outside = ~districts.isin(["Rotherham", "Barnsley", "Doncaster", "Sheffield"])
    assert 200 < outside.sum() < 1_000


def test_points_lie_near_their_lsoa(sample: Path, rotherham: pd.DataFrame) -> None:
    features = json.loads(one(sample, "boundaries/*lsoa21*").read_text())["features"]
    boxes = {f["properties"]["lsoa21_code"]: f["geometry"]["coordinates"][0] for f in features}
    new = rotherham[rotherham["Month"] >= "2021-10"].drop_duplicates("Location")
    for code, x, y in zip(new["LSOA code"], new["Longitude"], new["Latitude"], strict=True):
        xs, ys = zip(*boxes[code], strict=True)
        assert min(xs) - 0.003 < x < max(xs) + 0.003 and min(ys) - 0.003 < y < max(ys) + 0.003


# --- where crime is ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_unit(sample: Path, rotherham: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Crimes by area (rows) and financial year, of one geography: an LSOA of 2021, or a split one's parent; and wards."""
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*")).query("LAD22CD == 'E08000018'")
    unit = links["LSOA21CD"].where(links["CHGIND"] != "S", links["LSOA11CD"])
    unit_of = {**dict(zip(links["LSOA11CD"], unit, strict=True)), **dict(zip(links["LSOA21CD"], unit, strict=True))}
    wards = pd.read_csv(one(sample, "geography/LSOA21_WD24*")).set_index("LSOA21CD")["WD24CD"]
    ward_of = dict(zip(unit, links["LSOA21CD"].map(wards), strict=True))
    crime = rotherham[rotherham["Crime type"] != ASB]
    year = crime["Month"].str[:4].astype(int) - (crime["Month"].str[5:] < "04")
    counts = crime.groupby([crime["LSOA code"].map(unit_of), year]).size().unstack(fill_value=0)
    return {"units": counts, "wards": counts.groupby(counts.index.map(ward_of)).sum()}


def test_crime_is_concentrated_as_in_reality(by_unit: dict[str, pd.DataFrame]) -> None:
    counts = by_unit["units"]
    assert len(counts) == 166
    for year in counts:
        ordered = counts[year].sort_values(ascending=False).cumsum() / counts[year].sum()
        assert 0.24 < (ordered < 0.5).mean() < 0.31, year


def test_hot_spots_stay_emerge_and_cool(by_unit: dict[str, pd.DataFrame]) -> None:
    times = by_unit["units"] / by_unit["units"].mean()
    whole = times[[2018, 2019, 2020]]
    assert ((whole > 3.2).all(axis=1)).sum() == 4  # the town centre and three others
    assert ((times[2018] < 1.2) & (times[2020] > 3)).sum() == 2
    assert ((times[2018] > 4) & (times[2020] < 3)).sum() == 2


def test_wards_differ_and_a_few_change(sample: Path, by_unit: dict[str, pd.DataFrame]) -> None:
    people = pd.read_csv(one(sample, "population/rotherham_ward21*")).set_index("ward21_code")["mid2020_all_ages"]
    wards = by_unit["wards"]
    rates = wards[2020] / people
    assert 2.5 < rates.max() / rates.min() < 4.5
    change = wards[2020] / wards[2019] / (wards[2020].sum() / wards[2019].sum())
    assert 4 <= (abs(change - 1) > 0.2).sum() <= 8 and (abs(change - 1) < 0.1).sum() >= 12


@pytest.mark.parametrize("seed", [0, 7, 2021])
def test_every_seed_has_its_hot_spots_and_changing_wards(seed: int) -> None:
    from srp_lib.sample import spread
    from srp_lib.sample.places import TOWN_CENTRE, links

    usual, found = spread.usual(seed), spread.intensities(seed)
    changed = (found != usual).any(axis=0)
    places = {links()[at].ward24[0] for at in changed.nonzero()[0]}
    assert found.shape == (4, len(links())) and (found > 0).all()
    assert len(places) == len(spread.HOT_SPOTS) + len(spread.WARD_CHANGES)
    weights = spread.weights(seed)["spread"]
    town = [link.lsoa11 for link in links()].index(TOWN_CENTRE)
    assert (weights.argmax(axis=1) == town).all()


# --- deprivation and kinds of areas -----------------------------------------------------------

IMD, CRIME = "Index of Multiple Deprivation (IMD)", "Crime"
RANK, DECILE = "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)"


@pytest.mark.parametrize(
    ("edition", "vintage", "england", "parts", "last_of_first_tenth"),
    [("2019", "11", 32_844, (RANK, DECILE), 3_284), ("2025", "21", 33_755, ("Score", RANK, DECILE), 3_375)],
)
def test_deprivation(
    sample: Path, edition: str, vintage: str, england: int, parts: tuple[str, ...], last_of_first_tenth: int
) -> None:
    table = pd.read_csv(one(sample, f"deprivation/IoD{edition}*"))
    names = [f"{domain} {part}" for domain in (IMD, CRIME) for part in parts]
    assert list(table.columns) == [f"LSOA code (20{vintage})", *names, "SYNTHETIC"]
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*"))
    assert set(table.iloc[:, 0]) == set(links[f"LSOA{vintage}CD"]) and table.iloc[:, 0].is_unique
    for domain in (IMD, CRIME):
        rank = table[f"{domain} {RANK}"]
        assert rank.is_unique and rank.between(1, england).all()
        assert ((table[f"{domain} {DECILE}"] == 1) == (rank <= last_of_first_tenth)).all()
        assert (table[f"{domain} {DECILE}"] == -(-10 * rank // england)).all()
        if "Score" in parts:
            assert table.sort_values(f"{domain} {RANK}")[f"{domain} Score"].is_monotonic_decreasing


def test_deprivation_goes_with_crime(sample: Path, by_unit: dict[str, pd.DataFrame]) -> None:
    table = pd.read_csv(one(sample, "deprivation/IoD2025*")).set_index("LSOA code (2021)")
    crimes = by_unit["units"][2020].reindex(table.index).dropna()
    ranks = table.loc[crimes.index]
    assert -0.85 < crimes.corr(ranks[f"{IMD} {RANK}"], method="spearman") < -0.5
    assert -0.9 < crimes.corr(ranks[f"{CRIME} {RANK}"], method="spearman") < -0.6


def test_wards_are_in_one_group_of_each_grouping(sample: Path) -> None:
    table = pd.read_csv(one(sample, "ward_groups/*"))
    assert list(table.columns) == ["ward_code", "ward_name", "grouping", "group", "SYNTHETIC"]
    wards = pd.read_csv(one(sample, "geography/LSOA21_WD24*")).query("LAD24CD == 'E08000018'")
    names = dict(zip(wards["WD24CD"], wards["WD24NM"], strict=True))
    for grouping, number in (("Policing locality", 3), ("Former Area Assembly", 7)):
        rows = table[table["grouping"] == grouping]
        assert dict(zip(rows["ward_code"], rows["ward_name"], strict=True)) == names and len(rows) == 25
        assert rows["group"].nunique() == number and rows["group"].value_counts().min() >= 3
    assert set(table.loc[table["grouping"] == "Policing locality", "group"]) == {"Central", "North", "South"}


def test_rural_and_urban(sample: Path) -> None:
    table = pd.read_csv(one(sample, "rural_urban/*"), encoding="utf-8-sig")
    assert list(table.columns) == ["LSOA21CD", "LSOA21NM", "RUC21CD", "RUC21NM", "Urban_rural_flag", "SYNTHETIC"]
    wards = pd.read_csv(one(sample, "geography/LSOA21_WD24*"))
    assert table["LSOA21CD"].is_unique and set(table["LSOA21CD"]) == set(wards["LSOA21CD"])
    rural = table["Urban_rural_flag"] == "Rural"
    assert (rural == table["RUC21CD"].str.startswith("R")).all()
    assert (rural == table["RUC21NM"].str.contains("rural: ")).all()
    assert 20 <= (rural & table["LSOA21NM"].str.startswith("Rotherham")).sum() <= 35


def test_neighbours_by_code(sample: Path) -> None:
    table = pd.read_csv(one(sample, "neighbours/ons*"), encoding="utf-8-sig", dtype=str)
    ranks = [str(rank) for rank in range(1, 21)]
    assert list(table.columns) == ["AREACD", *ranks, "SYNTHETIC"]
    known = set(pd.read_csv(one(sample, "geography/LAD24*"))["LAD24CD"])
    newer = {"E08000038", "E08000039"}  # Barnsley's and Sheffield's
    assert set(table["AREACD"]) == known - {"E08000016", "E08000019"} | newer
    for _, row in table.iterrows():
        assert len({row["AREACD"], *row[ranks]}) == 21 and set(row[ranks]) <= set(table["AREACD"])


def test_neighbours_by_number(sample: Path) -> None:
    path = one(sample, "neighbours/dfe*")
    header, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    assert header[:9] == ["LA num", "LA Name", "LA number", "GOInd", "GOReg", "SN1", "SNP", "SN2", "SNP"]
    assert header[-2:] == ["", "SYNTHETIC"] and header.count("SNP") == 10
    numbers = {row[0]: row[1] for row in rows}
    assert numbers["372"] == "Rotherham" and len(numbers) == len(rows) > 40
    for row in rows:
        others = row[5:25:2]
        assert row[2] == row[0] and len({row[0], *others}) == 11 and set(others) <= set(numbers)
        assert set(row[6:26:2]) <= {"Extremely Close", "Very Close", "Close", "Somewhat close"}


# --- population -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "total", "header_row", "geography"),
    [
        (2018, 264_671, 4, "Geography1"),
        (2019, 265_411, 4, "Geography1"),
        (2020, 264_984, 3, "Geography"),
        (2021, 266_183, 4, "Geography"),
    ],
)
def test_population_workbooks(sample: Path, year: int, total: int, header_row: int, geography: str) -> None:
    path = one(sample, f"population/*mid{year}*.xlsx")
    rows = sheet_rows(path, "MYE2 - Persons")
    header = [str(int(c)) if isinstance(c, float) else c for c in rows[header_row]]
    expected = ["Code", "Name", geography, "All ages", *map(str, range(90)), "90+"]
    assert header == expected
    assert any(f"mid-{year}" in str(row[0]) for row in rows[:header_row])
    people = populations(path)
    assert people["Persons"]["E08000018"][0] == total
    for sex, areas in people.items():
        for code, numbers in areas.items():
            assert numbers[0] == sum(numbers[1:]), (sex, code)
            assert min(numbers) > 0
    for code, numbers in people["Persons"].items():
        sexes = zip(people["Females"][code], people["Males"][code], strict=True)
        assert numbers == [f + m for f, m in sexes], code


def test_population_of_the_county_is_its_districts(sample: Path) -> None:
    persons = populations(one(sample, "population/*mid2020*.xlsx"))["Persons"]
    districts = [persons[f"E080000{n}"] for n in (16, 17, 18, 19)]
    assert persons["E11000003"] == [sum(ages) for ages in zip(*districts, strict=True)]
    order = ("E11000003", "E12000003", "E92000001", "K04000001", "K03000001", "K02000001")
    totals = [persons[code][0] for code in order]
    assert totals == sorted(totals)


def test_every_authority_has_a_population_in_every_year(sample: Path) -> None:
    authorities = set(pd.read_csv(one(sample, "geography/LAD24*"))["LAD24CD"])
    totals = {}
    for year in (2018, 2021):
        persons = populations(one(sample, f"population/*mid{year}*.xlsx"))["Persons"]
        assert {code for code in persons if code[:3] in ("E06", "E07", "E08", "E09")} == authorities
        totals[year] = sum(persons[code][0] for code in authorities)
        assert totals[year] < persons["E92000001"][0]
    assert 1 < totals[2021] / totals[2018] < 1.02


def test_wards_add_up_to_the_borough_and_are_near_their_small_areas(sample: Path) -> None:
    table = pd.read_csv(one(sample, "population/rotherham_ward21*"))
    assert list(table.columns) == ["ward21_code", "ward21_name", "lad_code", "mid2020_all_ages", "SYNTHETIC"]
    assert len(table) == 25 and set(table["lad_code"]) == {"E08000018"}
    people = table.set_index("ward21_code")["mid2020_all_ages"]
    assert people.sum() == 264_984
    small = pd.read_csv(one(sample, "population/population20*")).set_index("lsoa11_code")["total_population"]
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*")).drop_duplicates("LSOA11CD")
    wards = pd.read_csv(one(sample, "geography/LSOA21_WD24*")).set_index("LSOA21CD")["WD24CD"]
    ward_of = dict(zip(links["LSOA11CD"], links["LSOA21CD"].map(wards), strict=True))
    sums = small.groupby(small.index.map(ward_of)).sum().reindex(people.index)
    assert (people / sums).between(0.985, 1.015).all() and (people != sums).any()


def test_small_areas_add_up(sample: Path) -> None:
    old = pd.read_csv(one(sample, "population/population20_lsoa11*"))
    ages = [*map(str, range(90)), "90+"]
    header = ["lsoa11_name", "lsoa11_code", "total_population", *ages, "SYNTHETIC"]
    assert list(old.columns) == header
    assert (old[ages].sum(axis=1) == old["total_population"]).all() and (old[ages] >= 0).all().all()
    borough = old[old["lsoa11_name"].str.startswith("Rotherham")]
    persons = populations(one(sample, "population/*mid2020*.xlsx"))["Persons"]["E08000018"]
    assert len(borough) == 167
    assert [*borough[["total_population", *ages]].sum().astype(int)] == persons

    new = pd.read_csv(one(sample, "population/census2021*"))
    assert list(new.columns) == ["lsoa21_code", "total_residents", "total_households", "SYNTHETIC"]
    wards = pd.read_csv(one(sample, "geography/LSOA21_WD24*"))
    inside = wards.loc[wards["LAD24CD"] == "E08000018", "LSOA21CD"]
    rows = new[new["lsoa21_code"].isin(inside)]
    assert len(rows) == 170
    assert rows["total_residents"].sum() == 265_823
    assert rows["total_households"].sum() == 113_923
    assert (rows["total_residents"] / rows["total_households"]).between(1.7, 3.2).all()
    assert rows["total_residents"].between(500, 3_500).all()


# --- geography --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "header"),
    [
        ("LSOA11_LSOA21*", "LSOA11CD,LSOA11NM,CHGIND,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM"),
        ("LSOA11_Ward18*", "LSOA11CD,LSOA11NM,WD18CD,WD18NM,WD18NMW,LAD18CD,LAD18NM,FID"),
        ("LSOA21_WD24*", "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM"),
        ("LAD24_CSP24*", "LAD24CD,LAD24NM,CSP24CD,CSP24NM,PFA24CD,PFA24NM"),
    ],
)
def test_lookup_headers(sample: Path, pattern: str, header: str) -> None:
    assert first_line(one(sample, f"geography/{pattern}")) == f"{header},SYNTHETIC"


def test_links_between_vintages(sample: Path) -> None:
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*"))
    borough = links[links["LAD22CD"] == "E08000018"]
    assert borough["LSOA11CD"].nunique() == 167 and borough["LSOA21CD"].nunique() == 170
    assert borough["CHGIND"].value_counts().to_dict() == {"U": 162, "S": 7, "M": 2}
    assert set(borough.loc[borough["CHGIND"] != "U", "LSOA11CD"]) == SPLIT_OR_MERGED_2011
    same = borough["LSOA11CD"] == borough["LSOA21CD"]
    assert (same == (borough["CHGIND"] == "U")).all()


def test_each_lsoa_is_in_one_ward(sample: Path) -> None:
    links = pd.read_csv(one(sample, "geography/LSOA11_LSOA21*"))
    old = pd.read_csv(one(sample, "geography/LSOA11_Ward18*"))
    new = pd.read_csv(one(sample, "geography/LSOA21_WD24*"))
    assert old["LSOA11CD"].is_unique and set(old["LSOA11CD"]) == set(links["LSOA11CD"])
    assert new["LSOA21CD"].is_unique and set(new["LSOA21CD"]) == set(links["LSOA21CD"])
    for table, code, lad, wards in ((old, "WD18", "LAD18", 21), (new, "WD24", "LAD24", 25)):
        borough = table[table[f"{lad}CD"] == "E08000018"]
        sizes = borough.groupby(f"{code}CD").size()
        assert len(sizes) == wards and sizes.between(5, 10).all()
    partnerships = pd.read_csv(one(sample, "geography/LAD24*"))
    row = partnerships.set_index("LAD24CD").loc["E08000018"]
    assert (row["CSP24CD"], row["PFA24CD"]) == ("E22000261", "E23000011")
    assert set(links["LAD22CD"]) <= set(partnerships["LAD24CD"])


def twice_area(ring: list[list[float]]) -> float:
    """Twice the signed area of a closed ring: positive when anticlockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))


def test_boundaries_tile_the_borough(sample: Path) -> None:
    totals = {}
    layers = (("wards21", "ward21", 25), ("lsoa11", "lsoa11", 167), ("lsoa21", "lsoa21", 170))
    for name, prefix, count in layers:
        features = json.loads(one(sample, f"boundaries/*{name}*").read_text())["features"]
        assert len({f["properties"][f"{prefix}_code"] for f in features}) == count
        assert all(set(f["properties"]) == {f"{prefix}_code", f"{prefix}_name"} for f in features)
        rings = [f["geometry"]["coordinates"][0] for f in features]
        assert all(ring[0] == ring[-1] and twice_area(ring) > 0 for ring in rings)
        totals[name] = sum(map(twice_area, rings)) / 2
    assert totals["wards21"] == pytest.approx(0.339 * 0.213, rel=1e-5)
    assert totals["lsoa11"] == pytest.approx(totals["wards21"], rel=1e-4)
    assert totals["lsoa21"] == pytest.approx(totals["wards21"], rel=1e-4)


# --- table C2 ---------------------------------------------------------------------------------

C2_HEADER = """Police Force\nArea code|Police Force\nArea name|Community Safety\nPartnership code|\
Community Safety\nPartnership name|Local Authority code|Local Authority name|\
Total recorded crime\n (excluding fraud)|Violence against the person|Homicide|\
Death or serious injury caused by illegal driving|Violence with injury|Violence without injury|\
Stalking and harassment|Sexual offences|Robbery|Theft offences|Burglary|Residential burglary|\
Non-residential burglary|Vehicle offences|Theft from the person|Bicycle theft|Shoplifting|\
All other theft offences|Criminal damage and arson|Drug offences|Possession of weapons offences|\
Public order offences|Miscellaneous crimes against society"""


def test_c2_layout(sample: Path) -> None:
    preamble, header, rows = table_c2(sample)
    assert header == C2_HEADER.split("|")
    assert preamble[0][0].startswith("Table C2: Number of police recorded crimes for headline")
    assert "year ending March 2021" in preamble[0][0]
    assert all(len(row) == 29 for row in [*preamble, *rows])
    cells = [cell for row in rows for cell in row[6:]]
    assert all(cell == "[x]" or cell.endswith(" ") for cell in cells)
    assert any("," in cell for cell in cells)
    assert [row[3] for row in rows if "[x]" in row] == ["City of London"]


def test_c2_parts_add_up(sample: Path) -> None:
    _, header, rows = table_c2(sample)
    groups = ("Violence against the person", "Sexual offences", "Robbery", "Theft offences")
    groups += tuple(header[-5:])
    theft = ("Burglary", *header[19:24])
    for row in rows:
        values = dict(zip(header[6:], map(number, row[6:]), strict=True))
        assert values["Total recorded crime\n (excluding fraud)"] == sum(values[g] for g in groups)
        assert values[groups[0]] == sum(values[g] for g in header[8:13])
        assert values["Theft offences"] == sum(values[g] for g in theft)
        if "[x]" not in row:
            homes, others = (values[g] for g in header[17:19])
            assert values["Burglary"] == homes + others
    for force in {row[0] for row in rows if "[x]" not in row}:
        (whole,) = [row for row in rows if row[0] == force and not row[3]]
        parts = [row for row in rows if row[0] == force and row[3]]
        assert sum(row[3].startswith("Unassigned") for row in parts) == 1
        for column in range(6, 29):
            assert number(whole[column]) == sum(number(row[column]) or 0 for row in parts)


def test_c2_has_many_partnerships_and_the_publishers_oddities(sample: Path) -> None:
    _, header, rows = table_c2(sample)
    lookup = pd.read_csv(one(sample, "geography/LAD24*")).set_index("LAD24CD")
    partnerships = {row[2]: row for row in rows if row[2]}
    assert len(partnerships) == 72 and set(partnerships) == set(lookup["CSP24CD"])
    assert [row[1] for row in rows if "[note" in row[1]] == ["Humberside [note 4]"]
    combined = [row for row in rows if row[4] == "Combined Local Authorities"]
    assert [row[3] for row in combined] == ["South Nottinghamshire"] and not combined[0][5]
    assert list(lookup.index[lookup["CSP24CD"] == combined[0][2]]) == ["E07000172", "E07000173", "E07000176"]
    for row in (row for row in partnerships.values() if row not in combined):
        assert lookup.loc[row[4], ["CSP24CD", "PFA24CD"]].tolist() == [row[2], row[0]]
    total = header.index("Total recorded crime\n (excluding fraud)")
    loose = {row[1]: number(row[total]) for row in rows if row[3].startswith("Unassigned")}
    whole = {row[1].removesuffix(" [note 4]"): number(row[total]) for row in rows if not row[3]}
    large = {force for force, count in loose.items() if count / whole[force] > 0.05}
    assert large == {"Humberside", "Derbyshire"} and loose.keys() == whole.keys()


def test_street_level_is_four_percent_under_c2(sample: Path, rotherham: pd.DataFrame) -> None:
    _, header, rows = table_c2(sample)
    (row,) = [row for row in rows if row[4] == "E08000018"]
    recorded = dict(zip(header[6:], map(number, row[6:]), strict=True))
    year = rotherham[rotherham["Month"].between("2020-04", "2021-03")]
    street = year["Crime type"].value_counts()
    crimes = street.sum() - street[ASB]
    total = recorded["Total recorded crime\n (excluding fraud)"]
    assert 0.955 < crimes / total < 0.965
    violence = recorded["Violence against the person"] + recorded["Sexual offences"]
    pairs = [
        (street["Violence and sexual offences"], violence),
        (street["Burglary"], recorded["Burglary"]),
        (street["Vehicle crime"], recorded["Vehicle offences"]),
        (street["Other crime"], recorded["Miscellaneous crimes against society"]),
    ]
    assert all(0.95 < few / many < 0.97 for few, many in pairs)


# --- the project's own readers ----------------------------------------------------------------


def test_readers_find_every_extract_and_no_fault(sample: Path, tmp_path: Path) -> None:
    from srp_lib.extracts import REGISTRY, read_all

    intake = read_all(sample, tmp_path)
    assert list(intake.extracts) == list(REGISTRY)
    assert not intake.ignored
    for extract in intake.extracts.values():
        assert set(extract.files["fault"]) == {"none"}, extract.name
        assert extract.files["synthetic"].all(), extract.name
    street = intake.extracts["street_crime"]
    assert street.files["rows"].sum() == len(street.frame(["month"]))
    assert street.frame(["lsoa_known"])["lsoa_known"].all()
