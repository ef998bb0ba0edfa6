"""Synthetic population: the ONS mid-year workbooks, and the small areas of both vintages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from .authorities import authorities, lad_codes
from .draws import Draws, Ints, apportion, read_off
from .geography import MARK, Table
from .places import WARDS_2024, links

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

AGES = 91  # 0 to 89, then 90 and over

# Rotherham's totals of mid-2019 to mid-2021 are as published; the other numbers are made up.
YEARS = (2018, 2019, 2020, 2021)
DISTRICT_TOTALS: dict[str, tuple[int, ...]] = {
    "Barnsley": (245_000, 246_500, 248_000, 245_500),
    "Doncaster": (310_500, 311_500, 312_500, 309_500),
    "Rotherham": (264_671, 265_411, 264_984, 266_183),
    "Sheffield": (582_000, 584_500, 588_000, 580_000),
}

# Each larger area is the one before it and a rest of this size in the first year.
LARGER_AREAS: tuple[tuple[str, str, str, int], ...] = (
    ("E12000003", "YORKSHIRE AND THE HUMBER", "Region", 4_080_000),
    ("E92000001", "ENGLAND", "Country", 50_500_000),
    ("K04000001", "ENGLAND AND WALES", "Country", 3_130_000),
    ("K03000001", "GREAT BRITAIN", "Country", 5_440_000),
    ("K02000001", "UNITED KINGDOM", "Country", 1_880_000),
)

KINDS: dict[str, str] = {
    "E06": "Unitary Authority",
    "E07": "Non-metropolitan District",
    "E08": "Metropolitan District",
    "E09": "London Borough",
}

# Age and relative number of people; ages between are read off the straight lines between these.
AGE_SHAPE = ((0, 1080), (8, 1260), (18, 1090), (21, 1080), (31, 1300), (42, 1180), (55, 1500),
             (66, 1160), (73, 1200), (80, 690), (89, 260))  # fmt: skip
OVER_90 = 2150
# Age and females per thousand people.
FEMALE_SHAPE = ((0, 488), (30, 500), (60, 510), (75, 525), (85, 590), (90, 690))

CENSUS_RESIDENTS = 265_823
CENSUS_HOUSEHOLDS = 113_923

NOTICE = "SYNTHETIC: made from a fixed seed for tests and demonstration. Not an ONS publication."


@dataclass(frozen=True)
class Area:
    """People of one area and year by single year of age: three arrays of 91 whole numbers."""

    code: str
    name: str
    kind: str
    females: Ints
    males: Ints

    @property
    def persons(self) -> Ints:
        """Females and males together."""
        return self.females + self.males


@cache
def _weights() -> tuple[Ints, Ints]:
    """The smooth synthetic shape by age: relative number of people, and females per thousand of them."""
    people = [read_off(AGE_SHAPE, age) for age in range(AGES - 1)] + [OVER_90]
    return np.array(people), np.array([read_off(FEMALE_SHAPE, age) for age in range(AGES)])


def by_age(code: str, name: str, kind: str, total: int) -> Area:
    """`total` people by age and sex in the smooth synthetic shape, adding up exactly."""
    weights, shares = _weights()
    persons = apportion(total, weights)
    females = persons * shares // 1000
    return Area(code, name, kind, females, persons - females)


def _sum(code: str, name: str, kind: str, parts: list[Area]) -> Area:
    females, males = (sum(getattr(part, sex) for part in parts) for sex in ("females", "males"))
    return Area(code, name, kind, females, males)


def _authorities(at: int) -> list[Area]:
    """The areas of every authority in the year at position `at`."""
    found = []
    for authority in authorities():
        grown = authority.residents * (1000 + 3 * at) // 1000
        total = DISTRICT_TOTALS[authority.name][at] if authority.name in DISTRICT_TOTALS else grown
        found.append(by_age(authority.code, authority.name, KINDS[authority.code[:3]], total))
    return found


@cache
def areas(year: int) -> tuple[Area, ...]:
    """The areas of the workbook of `year`: countries and region, the county, its districts, other authorities.

    Each of the larger areas includes those that come after it, to the county's districts.
    """
    at = YEARS.index(year)
    every = _authorities(at)
    districts = [area for area in every if area.name in DISTRICT_TOTALS]
    found = [_sum("E11000003", "South Yorkshire (Met County)", "Metropolitan County", districts)]
    for code, name, kind, rest in LARGER_AREAS:
        other = by_age("", "", "", rest * (1000 + 3 * at) // 1000)
        found.insert(0, _sum(code, name, kind, [found[0], other]))
    return (*found, *districts, *(area for area in every if area.name not in DISTRICT_TOTALS))


def _preamble(year: int, sex: str) -> list[str]:
    """The rows above the header: their number and wording differ between the years' workbooks."""
    tail = f"{sex} by single year of age and sex for local authorities in the UK, mid-{year}"
    if year < 2020:
        return ["Contents", NOTICE, f"MYE2: Population estimates: {tail}", ""]
    start = [f"MYE2: {tail}", "This worksheet contains one table. Freeze panes are turned on. "]
    return [*start, NOTICE, "Please choose from the links"][: 4 if year == 2021 else 3]


def _order_of_sheets(year: int) -> tuple[str, str, str]:
    return ("Persons", "Females", "Males") if year == 2021 else ("Persons", "Males", "Females")


def _fill(sheet: Worksheet, year: int, sex: str) -> None:
    """Write one sheet: preamble, header, areas and a note."""
    preamble = _preamble(year, sex)
    for row, text in enumerate(preamble):
        sheet.write_string(row, 0, text)
    geography = "Geography1" if year < 2020 else "Geography"
    ages = range(AGES - 1) if year < 2020 else map(str, range(AGES - 1))
    sheet.write_row(len(preamble), 0, ["Code", "Name", geography, "All ages", *ages, "90+"])
    row = len(preamble)
    for row, area in enumerate(areas(year), start=len(preamble) + 1):
        people = getattr(area, sex.lower())
        numbers = [int(people.sum()), *people.tolist()]
        sheet.write_row(row, 0, [area.code, area.name, area.kind, *numbers])
    sheet.write_string(row + 2, 0, "1. These areas and numbers are synthetic.")


def workbook(year: int) -> bytes:
    """The mid-year workbook of `year` as xlsx, before `_write.store` makes its bytes stable."""
    from datetime import datetime

    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": f"Synthetic mid-{year}", "created": datetime(2022, 1, 1)})
    cover = book.add_worksheet("Cover sheet")
    cover.write_column(0, 0, [f"Estimates of the population, mid-{year}", NOTICE])
    for sex in _order_of_sheets(year):
        _fill(book.add_worksheet(f"MYE2 - {sex}"), year, sex)
    book.close()
    return target.getvalue()


def workbooks() -> dict[str, bytes]:
    """The four workbooks by file name."""
    return {f"ukmidyearestimates_mid{year}_synthetic.xlsx": workbook(year) for year in YEARS}


@cache
def _sizes(seed: int) -> Ints:
    """Residents of each link, before they are made to add up to the borough's totals."""
    drawn = 1150 + Draws(seed, "residents").below(750, len(links()))
    merged = np.array([link.change == "M" for link in links()])
    return np.where(merged, drawn // 2, drawn)


def _by_vintage(vintage: str, values: Ints) -> dict[tuple[str, str, str], int]:
    """The links' values summed to LSOAs of `vintage` ("11" or "21"), by (code, name, district)."""
    found: dict[tuple[str, str, str], int] = {}
    for link, value in zip(links(), values.tolist(), strict=True):
        key = (getattr(link, f"lsoa{vintage}"), getattr(link, f"name{vintage}"), link.district)
        found[key] = found.get(key, 0) + value
    return dict(sorted(found.items()))


def _scaled(values: Ints, total: int) -> Ints:
    """The values with the borough's ones made to add up to `total`."""
    inside = np.array([link.district == "Rotherham" for link in links()])
    scaled = values.copy()
    scaled[inside] = apportion(total, values[inside])
    return scaled


def census(seed: int) -> Table:
    """Residents and households of the Census of 2021 by LSOA of 2021."""
    residents = _scaled(_sizes(seed), CENSUS_RESIDENTS)
    persons = Draws(seed, "households").around(110, len(links()))
    households = _scaled(residents * 1000 // (2340 * persons // 1000), CENSUS_HOUSEHOLDS)
    people, homes = (_by_vintage("21", values) for values in (residents, households))
    rows = [(key[0], f"{people[key]}.0", f"{homes[key]}.0", MARK) for key in people]
    return Table(("lsoa21_code", "total_residents", "total_households", "SYNTHETIC"), rows, "\n")


def _ages_of_small_areas(sizes: Ints, totals: Ints, tilt: Ints) -> Ints:
    """People by LSOA (rows) and age (columns), each column adding up to its total.

    `tilt` makes an LSOA younger (above 0) or older (below 0) than the others.
    """
    columns = [apportion(int(total), sizes * (45_000 + tilt * (45 - age))) for age, total in enumerate(totals)]
    return np.stack(columns, axis=1)


@cache
def _people_2020(seed: int) -> dict[tuple[str, str, str], Ints]:
    """People of mid-2020 by single year of age, by LSOA of 2011 (code, name, district)."""
    sizes = _by_vintage("11", _sizes(seed))
    keys = list(sizes)
    numbers = np.array(list(sizes.values()))
    tilt = Draws(seed, "ages").below(501, len(keys)) - 250
    people = np.zeros((len(keys), AGES), dtype=np.int64)
    for district in dict.fromkeys(key[2] for key in keys):
        rows = np.array([key[2] == district for key in keys])
        known = DISTRICT_TOTALS[district][2] if district == "Rotherham" else numbers[rows].sum()
        totals = by_age("", "", "", int(known)).persons
        people[rows] = _ages_of_small_areas(numbers[rows], totals, tilt[rows])
    return dict(zip(keys, people, strict=True))


def small_areas_2020(seed: int) -> Table:
    """People of mid-2020 by single year of age and LSOA of 2011."""
    header = ("lsoa11_name", "lsoa11_code", "total_population", *map(str, range(AGES - 1)), "90+")
    lines = [
        (name, code, *(f"{number}.0" for number in (row.sum(), *row)), MARK)
        for (code, name, _), row in _people_2020(seed).items()
    ]
    return Table((*header, "SYNTHETIC"), lines, "\n")


def wards_2020(seed: int) -> Table:
    """People of mid-2020 by ward since 2021: near the sums of the small areas, and adding up to the borough's total."""
    ward_of = {link.lsoa11: link.ward24 for link in links() if link.district == "Rotherham"}
    sums = dict.fromkeys(WARDS_2024, 0)
    for (code, *_), people in _people_2020(seed).items():
        if code in ward_of:
            sums[ward_of[code]] += int(people.sum())
    near = np.array(list(sums.values())) * Draws(seed, "wards 2020").around(8, len(sums))
    totals = apportion(DISTRICT_TOTALS["Rotherham"][2], near).tolist()
    rows = [(*ward, lad_codes()["Rotherham"], str(total), MARK) for ward, total in zip(sums, totals, strict=True)]
    return Table(("ward21_code", "ward21_name", "lad_code", "mid2020_all_ages", "SYNTHETIC"), sorted(rows), "\n")


def small_areas(seed: int) -> dict[str, Table]:
    """The tables of small areas and of wards by file name."""
    return {
        "census2021_lsoa21_residents_households_synthetic.csv": census(seed),
        "population20_lsoa11_synthetic.csv": small_areas_2020(seed),
        "rotherham_ward21_mid2020_total_synthetic.csv": wards_2020(seed),
    }
