"""Readers of deprivation, similar areas, groups of wards, rural and urban, and residents of wards."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from test_extracts import only_file, put, read_one

from srp_lib import extracts

IMD, CRIME = "Index of Multiple Deprivation (IMD)", "Crime"
RANK, DECILE = "Rank (where 1 is most deprived)", "Decile (where 1 is most deprived 10% of LSOAs)"
KINDS = ("Score", RANK, DECILE)
IOD25 = (
    ",".join(["LSOA code (2021)", *(f"{index} {kind}" for index in (IMD, CRIME) for kind in KINDS)])
    + "\nE01000001,8.742,26525.0,8.0,-2.22,33698.0,10.0\nE01000002,60.5,3,1,1e-3,,\n"
)
IOD19 = f"LSOA code (2011),{IMD} {RANK},{IMD} {DECILE}\nE01000001,29199.0,9.0\n"
FILE_7 = (
    "LSOA code (2011),LSOA name (2011),Local Authority District code (2019),Local Authority District name (2019),"
    f"{IMD} Score,{IMD} {RANK},{IMD} {DECILE},Income Score (rate),Income {RANK},Crime Score,Crime {RANK},"
    f"Crime {DECILE},Crime and other things,Total population: mid 2015 (excluding prisoners)\n"
    'E01000001,Here 001A,E08000018,Rotherham,6.2,29199,9,0.007,32831,-2,"32,662",10,x,1296\n'
)
ONS = (
    "\ufeffAREACD,1,2,3\r\nE08000018,E08000016,E06000012,E08000038\r\nE08000016,E08000018,,\r\n"
    "E06000012,E08000016,E08000018,\r\n"
)
DFE = (
    "\ufeffLA num,LA Name,LA number,GOInd,GOReg,SN1,SNP,SN2,SNP,\n"
    "372,Rotherham,372,9,Yorkshire and the Humber,370,Extremely Close,835,Very Close,\n"
    '370,"Barnsley, Town of",370,9,Yorkshire and the Humber,372,Close,835,Not Close,\n'
    ",,,,,,,,,\n,Old SNs:,,,,,,,,\n,,,,,,,,,\n"
    "835,Dorset (Pre LG),835,7,South West,372.0,Close,370,Close,\n"
)
GROUPS = (
    "ward_code,ward_name,grouping,group\nE05012993,Anston,Policing locality,South\n"
    "E05012993,Anston,Former Area Assembly,Rother Valley South\n,,,\n"
)
RUC21 = (
    "LSOA21CD,LSOA21NM,RUC21CD,RUC21NM,Urban_rural_flag,ObjectId\n"
    "E01000001,Here 001A,UN1,Urban: Nearer to a major town or city,Urban,1\n"
    "E01000002,Here 001B,RSF1,Smaller rural: Further from a major town or city,Rural,2\n"
)
RUC11 = (
    "\ufeffLSOA11CD,LSOA11NM,RUC11CD,RUC11,FID\nE01000001,Here 001A,A1,Urban major conurbation,1\n"
    "E01000002,Here 001B,C2,Urban city and town in a sparse setting,2\n"
    "E01000003,Here 001C,D1,Rural town and fringe,3\nE01000004,Here 001D,E2,Rural village in a sparse setting,4\n"
)
WARDS = "ward22_code,ward22_name,lad_code,mid2022_all_ages\nE05012993,Anston & Woodsetts,E08000018,11959\n"
GOOD = {
    "deprivation": IOD25,
    "neighbours": ONS,
    "ward_groups": GROUPS,
    "rural_urban": RUC21,
    "ward_population": WARDS,
}
# a name that says what a broken file was
NAMES = {
    "deprivation": "File_7_IoD2025.csv",
    "neighbours": "neighbours 2021.csv",
    "ward_groups": "ward_groups.csv",
    "rural_urban": "RUC21_LSOA.csv",
    "ward_population": "ward22_mid2022.csv",
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw", tmp_path / "processed"


def rows(intake: extracts.Intake, extract: str) -> list[dict]:
    """The tidy rows without their file, gaps as None."""
    frame = intake.extracts[extract].frame()
    assert frame.columns[0] == "file"
    frame = frame.drop(columns="file").astype(object)
    return frame.where(frame.notna(), None).to_dict("records")


# what is read


def test_deprivation_of_2025_with_scores_and_gaps_in_the_crime_domain(folders):
    intake = read_one(folders, "x.csv", IOD25)
    first = {"vintage": "2021", "reference": "IoD 2025", "lsoa_code": "E01000001", "imd_score": 8.742}
    first |= {"imd_rank": 26525, "imd_decile": 8, "crime_score": -2.22, "crime_rank": 33698, "crime_decile": 10}
    second = {"vintage": "2021", "reference": "IoD 2025", "lsoa_code": "E01000002", "imd_score": 60.5}
    second |= {"imd_rank": 3, "imd_decile": 1, "crime_score": 0.001, "crime_rank": None, "crime_decile": None}
    assert rows(intake, "deprivation") == [first, second]
    file = only_file(intake, "deprivation")
    assert (file["vintage"], file["fault"], file["rows"], file["synthetic"]) == ("IoD 2025", "none", 2, False)
    types = intake.extracts["deprivation"].frame().dtypes.astype(str)
    assert types[["imd_rank", "crime_rank", "imd_score"]].tolist() == ["int64", "Int64", "float64"]


def test_deprivation_of_2019_with_ranks_only_and_the_publishers_fuller_file(folders):
    put(folders[0], "1.csv", IOD19)
    intake = read_one(folders, "File_7_-_All_IoD2019_Scores__Ranks__Deciles_and_Population_Denominators.csv", FILE_7)
    short, full = rows(intake, "deprivation")
    assert (short["vintage"], short["reference"], short["imd_rank"]) == ("2011", "IoD 2019", 29199)
    assert short["imd_score"] is None and short["crime_decile"] is None
    assert (full["reference"], full["imd_score"], full["imd_rank"], full["imd_decile"]) == ("IoD 2019", 6.2, 29199, 9)
    assert (full["crime_score"], full["crime_rank"], full["crime_decile"]) == (-2.0, 32662, 10)


def test_the_year_of_deprivation_without_a_year_in_its_columns_is_that_of_its_name(folders):
    file = only_file(read_one(folders, "imd 2019.csv", IOD19.replace(" (2011)", "")), "deprivation")
    assert (file["fault"], file["vintage"]) == ("none", "IoD 2019")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("IMD2019_by_lsoa21.csv", IOD25),
        ("File_7_ID_2015_all.csv", IOD19),
        ("x.csv", FILE_7.replace("(2019)", "(2013)")),
    ],
)
def test_deprivation_on_lsoas_that_are_not_its_own_is_refused(folders, name, content):
    file = only_file(read_one(folders, name, content), "deprivation")
    assert file["fault"] == "columns" and "download one of these" in file["problem"]


def test_neighbours_by_code(folders):
    intake = read_one(folders, "x.csv", ONS)
    found = rows(intake, "neighbours")
    assert [(row["area_code"], row["rank"], row["neighbour_code"]) for row in found] == [
        ("E08000018", 1, "E08000016"),
        ("E08000018", 2, "E06000012"),
        ("E08000018", 3, "E08000038"),
        ("E08000016", 1, "E08000018"),
        ("E06000012", 1, "E08000016"),
        ("E06000012", 2, "E08000018"),
    ]
    assert {row["source"] for row in found} == {"ONS demographic neighbours"}
    assert {row[name] for row in found for name in ("area_name", "neighbour_name", "closeness")} == {None}
    assert only_file(intake, "neighbours")["vintage"] == "ONS demographic neighbours"


def test_neighbours_by_code_with_names_and_of_another_kind(folders):
    content = "AREACD,AREANM,1\nE08000018,Rotherham,E08000016\nE08000016,Barnsley,E06000012\n"
    first, second = rows(read_one(folders, "economic-neighbours.csv", content), "neighbours")
    assert (first["area_name"], first["neighbour_name"]) == ("Rotherham", "Barnsley")
    assert second["neighbour_name"] is None and second["source"] == "ONS economic neighbours"


def test_neighbours_by_number_get_the_names_that_the_file_has_for_them(folders):
    intake = read_one(folders, "dfe_statistical_neighbours_2021.csv", DFE)
    found = rows(intake, "neighbours")
    assert [(row["area_name"], row["rank"], row["neighbour_name"], row["closeness"]) for row in found] == [
        ("Rotherham", 1, "Barnsley, Town of", "Extremely Close"),
        ("Rotherham", 2, "Dorset (Pre LG)", "Very Close"),
        ("Barnsley, Town of", 1, "Rotherham", "Close"),
        ("Barnsley, Town of", 2, "Dorset (Pre LG)", "Not Close"),
        ("Dorset (Pre LG)", 1, "Rotherham", "Close"),
        ("Dorset (Pre LG)", 2, "Barnsley, Town of", "Close"),
    ]
    assert {row["area_code"] for row in found} == {row["neighbour_code"] for row in found} == {None}
    assert {row["source"] for row in found} == {"DfE statistical neighbours 2021"}


def test_groups_of_wards_in_their_own_layout_and_with_the_names_of_a_lookup(folders):
    put(folders[0], "1.csv", GROUPS)
    intake = read_one(folders, "2.csv", "WD24CD,grouping,group\nE05012994,Policing locality,Central\n")
    assert [tuple(row.values()) for row in rows(intake, "ward_groups")] == [
        ("E05012993", "Anston", "Policing locality", "South"),
        ("E05012993", "Anston", "Former Area Assembly", "Rother Valley South"),
        ("E05012994", None, "Policing locality", "Central"),
    ]
    assert list(rows(intake, "ward_groups")[0]) == ["ward_code", "ward_name", "grouping", "group_name"]
    assert intake.extracts["ward_groups"].files["vintage"].tolist() == ["wards as listed", "wards of 2024"]


def test_rural_and_urban_by_the_flag_or_by_the_class(folders):
    put(folders[0], "1.csv", RUC21)
    put(folders[0], "2.csv", RUC21.replace("Urban_rural_flag", "other"))
    intake = read_one(folders, "3.csv", RUC11)
    found = rows(intake, "rural_urban")
    assert [row["rural"] for row in found] == [False, True, False, True, False, False, True, True]
    assert [row["class_code"] for row in found] == ["UN1", "RSF1", "UN1", "RSF1", "A1", "C2", "D1", "E2"]
    assert found[-1]["class_name"] == "Rural village in a sparse setting"
    assert intake.extracts["rural_urban"].files["vintage"].tolist() == ["2021", "2021", "2011"]
    assert list(found[0]) == ["vintage", "lsoa_code", "lsoa_name", "class_code", "class_name", "rural"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("x.csv", "ward22_code,ward22_name,lad_code,mid2022_all_ages"),
        ("ward_mid2022.csv", "WD22CD,WD22NM,LAD22CD,All Ages"),
        ("wards22 population mid-2022.csv", "Ward Code,Ward Name,LA Code,Total population"),
    ],
)
def test_residents_of_wards_in_several_spellings(folders, name, header):
    content = f'{header}\nE05012993,Anston & Woodsetts,E08000018,"11,959"\n'
    intake = read_one(folders, name, content)
    (row,) = rows(intake, "ward_population")
    assert list(row.values()) == [2022, "mid-2022", "E05012993", "Anston & Woodsetts", "E08000018", 11959]
    assert list(row) == ["ward_year", "reference", "ward_code", "ward_name", "lad_code", "residents"]
    assert only_file(intake, "ward_population")["vintage"] == "mid-2022"


# what all have in common


@pytest.mark.parametrize("extract", GOOD)
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_line_ends_and_a_last_line_without_end_change_nothing(folders, extract, start, end):
    content = GOOD[extract].lstrip("\ufeff").replace("\r\n", "\n")
    put(folders[0], "1.csv", content)
    intake = read_one(folders, "2.csv", (start + content.replace("\n", end)).rstrip("\r\n"))
    assert intake.extracts[extract].files["fault"].tolist() == ["none", "none"]
    found = rows(intake, extract)
    assert found[: len(found) // 2] == found[len(found) // 2 :]


@pytest.mark.parametrize("extract", GOOD)
def test_the_synthetic_mark(folders, extract):
    first, *others = GOOD[extract].splitlines()
    content = "\n".join([f"{first},SYNTHETIC", *(f"{line},1" for line in others if line.strip(","))]) + "\n"
    file = only_file(read_one(folders, "x.csv", content), extract)
    assert file["synthetic"] and file["fault"] == "none"


def without(content: str, column: str) -> str:
    """CSV text without a column."""
    table = list(csv.reader(content.lstrip("\ufeff").splitlines()))
    at = table[0].index(column)
    return "\n".join(",".join(row[:at] + row[at + 1 :]) for row in table) + "\n"


LACKING = [
    ("deprivation", IOD25, "LSOA code (2021)", "LSOA code"),
    ("deprivation", IOD25, f"{IMD} {RANK}", f"{IMD} Rank"),
    ("deprivation", IOD25, f"{IMD} {DECILE}", f"{IMD} Decile"),
    ("neighbours", ONS, "AREACD", "AREACD"),
    ("neighbours", ONS, "2", "2"),
    ("neighbours", DFE, "LA Name", "LA Name"),
    ("ward_groups", GROUPS, "ward_code", "ward_code"),
    ("ward_groups", GROUPS, "grouping", "grouping"),
    ("ward_groups", GROUPS, "group", "group"),
    ("rural_urban", RUC21, "LSOA21CD", "LSOA21CD"),
    ("rural_urban", RUC21, "RUC21NM", "RUC21NM"),
    ("rural_urban", RUC11, "RUC11CD", "RUC11CD"),
    ("ward_population", WARDS, "ward22_code", "ward code"),
    ("ward_population", WARDS, "ward22_name", "ward name"),
    ("ward_population", WARDS, "mid2022_all_ages", "residents"),
]


@pytest.mark.parametrize(("extract", "content", "column", "told"), LACKING)
def test_a_missing_column_is_named(folders, extract, content, column, told):
    file = only_file(read_one(folders, NAMES[extract], without(content, column)), extract)
    assert file["fault"] == "columns" and told in file["problem"]


@pytest.mark.parametrize("extract", GOOD)
@pytest.mark.parametrize("fault", ["encoding", "latin", "truncated", "empty", "header", "formula", "semicolons"])
def test_a_broken_file_is_known_by_its_name_and_says_one_remedy(folders, extract, fault):
    content = GOOD[extract].lstrip("\ufeff").rstrip("\r\n").removesuffix("\n,,,")
    last = content.rpartition("\n")[2]
    made = {
        "encoding": content.encode("utf-16"),
        "latin": content.replace("E0", "É0").encode("latin-1"),
        "truncated": f"{content}\n{last.partition(',')[0]}\n".encode(),
        "empty": b"\n",
        "header": content.partition("\n")[0].encode(),
        "formula": content.replace("\nE0", "\n=E0", 1).replace("\r\n=", "\n=").encode(),
        "semicolons": content.replace(",", ";").encode(),
    }
    kinds = {"latin": "encoding", "header": "empty", "semicolons": "columns"}
    file = only_file(read_one(folders, NAMES[extract], made[fault]), extract)
    assert file["fault"] == kinds.get(fault, fault) and file["rows"] == 0
    assert file["problem"].startswith(NAMES[extract] + " ") and "E0" not in file["problem"]
    remedy = "correct it and add it again." if extract == "ward_groups" else "download it again and add it as it is."
    assert file["problem"].endswith(": " + remedy) and file["problem"].count(": ") == 1
    assert extract != "ward_groups" or "publisher" not in file["problem"]


VALUES = {
    "rank in words": ("deprivation", IOD25.replace("26525.0", "secret"), "not a whole number", 2),
    "half a rank": ("deprivation", IOD25.replace("60.5,3,", "60.5,3.5,"), "not a whole number", 3),
    "score in words": ("deprivation", IOD25.replace("8.742", "nan"), "not a number", 2),
    "decimal comma": ("deprivation", IOD25.replace("8.742", '"8,74"'), "not a number", 2),
    "endless score": ("deprivation", IOD25.replace("8.742", "1e400"), "not a number", 2),
    "blank rank": ("deprivation", IOD25.replace("60.5,3,", "60.5,,"), "a blank", 3),
    "blank code": ("deprivation", IOD25.replace("E01000002", ""), "a blank", 3),
    "blank area": ("neighbours", ONS.replace("\nE08000016", "\n"), "a blank", 3),
    "blank name": ("neighbours", DFE.replace("372,Rotherham", "372,"), "a blank", 2),
    "blank group": ("ward_groups", GROUPS.replace("locality,South", "locality,"), "a blank", 2),
    "strange flag": ("rural_urban", RUC21.replace(",Rural,", ",Secret,"), "neither urban nor rural", 3),
    "strange class": ("rural_urban", RUC11.replace(",D1,", ",Secret,"), "neither urban nor rural", 4),
    "residents in words": ("ward_population", WARDS.replace("11959", "many secrets"), "not a whole number", 2),
    "blank residents": ("ward_population", WARDS.replace("11959", ""), "a blank", 2),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_value_that_can_not_be_is_told_by_its_column_and_row(folders, case):
    extract, content, words, row = VALUES[case]
    name = "neighbours 2021.csv" if extract == "neighbours" else "x.csv"
    problem = only_file(read_one(folders, name, content), extract)["problem"]
    assert words in problem and f"”, row {row}: " in problem
    assert "ecret" not in problem and "400" not in problem and "3.5" not in problem


def test_a_row_is_told_by_its_number_in_the_file_after_blank_rows(folders):
    content = GROUPS + ",,,\nE05012994,Aston,,South\n"
    assert "column “grouping”, row 6: " in only_file(read_one(folders, "x.csv", content), "ward_groups")["problem"]


def test_neighbours_whose_rows_are_missing_are_refused(folders):
    content = DFE.partition("835,Dorset")[0]
    file = only_file(read_one(folders, "n 2021.csv", content), "neighbours")
    assert file["fault"] == "truncated" and "“SN2”" in file["problem"] and "835" not in file["problem"]


@pytest.mark.parametrize(
    ("name", "content", "extract", "words"),
    [
        ("neighbours.csv", DFE, "neighbours", "of which year its neighbours are"),
        ("neighbours.csv", "a,b\n1,2\n", "neighbours", "neither the columns of ONS neighbours"),
        ("neighbours.csv", "AREACD,0,1\nE08000018,x,\n", "neighbours", "no neighbours"),
        ("neighbours.csv", "AREACD,1\nE08000018,\n", "neighbours", "no neighbours"),
        ("x.csv", IOD25.replace(" (2021)", ""), "deprivation", "2011 or of 2021"),
        ("x.csv", "LSOA code,RUC21CD,RUC21NM\nE01000001,UN1,Urban\n", "rural_urban", "2011 or of 2021"),
        ("mid2022.csv", "ward code,ward name,residents\nE05012993,Here,5\n", "ward_population", "its wards are"),
        ("x.csv", "WD22CD,WD22NM,residents\nE05012993,Here,5\n", "ward_population", "its population is"),
        ("ward_groups.csv", ",,,\n" + GROUPS.replace(",", ";"), "ward_groups", "lacks the columns"),
        ("ward_groups.csv", GROUPS.partition("\n")[0] + "\n,,,\n", "ward_groups", "no rows"),
    ],
)
def test_a_file_that_can_not_be_used_says_why(folders, name, content, extract, words):
    file = only_file(read_one(folders, name, content), extract)
    assert file["fault"] in ("columns", "empty") and words in file["problem"]


def test_what_only_looks_alike_stays_what_it_was(folders):
    ages = ",".join(map(str, range(90)))
    files = {
        "lsoa_mid2020.csv": f"LSOA11CD,LSOA11NM,Total,{ages},90+\nE01000001,Here 001A,0{',0' * 91}\n",
        "wards.csv": "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM\nE01000001,a,E05000001,b,E08000018,c\n",
        "other.csv": "AREACD,AREANM,value\nE08000018,Rotherham,3\n",
        "output areas.csv": "OA11CD,RUC11CD,RUC11\nE00000001,A1,Urban\n",
        "crimes.csv": "ward_code,total\nE05012993,7\n",
        "groups.csv": "group,members\na,3\n",
    }
    for name, content in files.items():
        put(folders[0], name, content)
    intake = extracts.read_all(*folders)
    assert list(intake.extracts) == ["small_area_population", "lsoa21_ward"]
    assert [path for path, _ in intake.ignored] == ["crimes.csv", "groups.csv", "other.csv", "output areas.csv"]


@pytest.mark.parametrize("seed", range(3))
def test_layouts_with_bytes_changed_never_raise(folders, seed):
    import random

    random_ = random.Random(seed)
    wholes = {extract: content.encode() for extract, content in GOOD.items()} | {"neighbours": DFE.encode()}
    for number in range(12):
        for extract, whole in wholes.items():
            data = bytearray(whole)
            for _ in range(random_.randrange(1, 6)):
                data[random_.randrange(len(data))] = random_.choice((random_.randrange(256), *b',;\n"0.='))
            put(folders[0], f"{number}/{NAMES[extract]}", bytes(data[: random_.randrange(1, len(data) + 1)]))
    intake = extracts.read_all(*folders)
    assert len(intake.ignored) + sum(len(extract.files) for extract in intake.extracts.values()) == 12 * len(wholes)
    for extract in intake.extracts.values():
        assert set(extract.files["fault"]) <= set(extracts.FAULTS)


# real data

REAL = os.environ.get("SRP_REAL_DATA", "")


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> extracts.Intake:
    if not REAL:
        pytest.skip("SRP_REAL_DATA is not set: it names the folder of real files")
    folder = tmp_path_factory.mktemp("raw")
    for name in ("deprivation", "neighbours"):
        (folder / name).symlink_to(Path(REAL) / name)
    (folder / "population").mkdir()
    ward = "population/rotherham_ward2022_mid2022_total.csv"
    (folder / ward).symlink_to(Path(REAL) / ward)
    return extracts.read_all(folder, tmp_path_factory.mktemp("processed"))


def test_real_deprivation_ranks_every_lsoa_of_england(real):
    frame = real.extracts["deprivation"].frame()
    for vintage, number, reference in (("2011", 32844, "IoD 2019"), ("2021", 33755, "IoD 2025")):
        part = frame[frame["vintage"] == vintage]
        assert set(part["reference"]) == {reference} and part["lsoa_code"].is_unique
        for name in ("imd_rank", "crime_rank"):  # LSOAs that tie share the lower rank
            assert len(part) == number and (part[name].rank(method="min") == part[name]).all()
        assert part["imd_score"].notna().all() == (vintage == "2021")


def test_real_neighbours_of_rotherham(real):
    frame = real.extracts["neighbours"].frame()
    ons = frame[frame["area_code"] == "E08000018"].set_index("rank")["neighbour_code"]
    dfe = frame[frame["area_name"] == "Rotherham"].set_index("rank")
    assert ons.index.tolist() == list(range(1, 21)) and ons.is_unique and "E08000018" not in set(ons)
    assert dfe.index.tolist() == list(range(1, 11))
    assert dfe.loc[1, ["neighbour_name", "closeness"]].tolist() == ["Doncaster", "Extremely Close"]
    assert set(frame["source"]) == {"ONS demographic neighbours", "DfE statistical neighbours 2021"}


def test_real_residents_of_wards(real):
    frame = real.extracts["ward_population"].frame()
    assert len(frame) == 25 and set(frame["lad_code"]) == {"E08000018"}
    assert frame["ward_year"].unique().tolist() == [2022] and set(frame["reference"]) == {"mid-2022"}
    assert abs(frame["residents"].sum() / 268354 - 1) < 0.03
