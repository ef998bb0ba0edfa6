"""Kinds of damage to sets of files and rows: files twice or missing, other forces and months, rows lost or doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from kinds import ANY, HARMLESS, MIXED, Case, kind, refused
from kinds_text import in_place, of_table, with_one
from kinds_values import dates, iso
from yard import Table, Yard, book

OTHER_FORCE = "Derbyshire Constabulary"
SEXES = ("Persons", "Females", "Males")


def of_force(table: Table, force: str) -> Table:
    """A street-level table as if another force had reported it."""
    return table.changed("Reported by", lambda values: [force] * len(values)).changed(
        "Falls within", lambda values: [force] * len(values)
    )


@kind("a file twice under two names")
def _file_twice(yard: Yard) -> Iterator[Case]:
    for name, caught in (
        ("street_crime", "street.file_once"), ("offences", "offences.file_once"), ("victims", "victims.file_once"),
        ("surveys", "surveys.file_once"), ("lsoa21_ward", "lsoa21_ward.file_once"), ("deprivation", "deprivation.file_once"),
        ("recorded_crime_csp", "c2.file_once"), ("ward_groups", "ward_groups.file_once"), ("small_area_population", "small_area.file_once"),
        ("calls_101", "calls_101.file_once"), ("ward_population", "ward_population.file_once"), ("rural_urban", "rural_urban.file_once"),
    ):  # fmt: skip
        table = yard.one(name)
        folder, _, last = table.path.rpartition("/")
        yield Case(name, yard.files(name) | {f"{folder}/Copy of {last}": table.encoded()}, caught)


@kind("a file twice, saved anew in between")
def _saved_anew(yard: Yard) -> Iterator[Case]:
    for name, caught in (
        ("street_crime", "street.month_once"), ("offences", "offences.id_once"), ("victims", "victims.once_an_offence"),
        ("asb_incidents", "asb.id_once"), ("surveys", "surveys.answer_once"), ("services", "services.once_a_period"),
        ("calls_101", "calls_101.month_once"), ("lsoa21_ward", "lsoa21_ward.lsoa_once"), ("recorded_crime_csp", "c2.period_once"),
        ("deprivation", "deprivation.code_once"), ("ward_groups", "ward_groups.ward_once"), ("small_area_population", "small_area.code_once"),
        ("indicators", "indicators.id_once"), ("actions", "actions.id_once"), ("risk_scores", "risk_scores.score_once"),
        ("harm_weights", "harm_weights.code_once"), ("ward_population", "ward_population.ward_once"), ("neighbours", "neighbours.source_once"),
    ):  # fmt: skip
        table = yard.one(name)
        folder, _, last = table.path.rpartition("/")
        yield Case(name, yard.files(name) | {f"{folder}/new {last}": table.encoded(end="\n")}, caught)


@kind("every row twice")
def _rows_twice(yard: Yard) -> Iterator[Case]:
    for name, caught in (
        ("street_crime", "street.crime_id_unique"), ("offences", "offences.id_once"), ("victims", "victims.once_an_offence"),
        ("suspects", "suspects.once_an_offence"), ("asb_incidents", "asb.id_once"), ("missing_children", "missing.id_once"),
        ("fire_incidents", "fire.id_once"), ("services", "services.once_a_period"), ("surveys", "surveys.answer_once"),
        ("calls_101", "calls_101.month_once"), ("consultation", "consultation.id_once"), ("lsoa11_lsoa21", "lsoa_change.pair_once"),
        ("rural_urban", "rural_urban.code_once"), ("recorded_crime_csp", "c2.row_once"), ("lad_csp_pfa", "partnership.pair_once"),
    ):  # fmt: skip
        table = yard.one(name)
        yield of_table(yard, replace(table, rows=tuple(row for row in table.rows for _ in range(2))), caught)


@kind("one row twice")
def _row_twice(yard: Yard) -> Iterator[Case]:
    for name, caught in (
        ("offences", "offences.id_once"), ("victims", "victims.once_an_offence"), ("services", "services.once_a_period"),
        ("surveys", "surveys.answer_once"), ("lsoa21_ward", "lsoa21_ward.lsoa_once"), ("deprivation", "deprivation.code_once"),
    ):  # fmt: skip
        table = yard.one(name)
        yield of_table(yard, replace(table, rows=(*table.rows, table.rows[3])), caught)
    street = yard.one("street_crime")
    crime = next(row for row in street.rows if row[0])
    yield of_table(yard, replace(street, rows=(crime, *street.rows)), "street.crime_id_unique", "a crime")
    asb = next(row for row in street.rows if not row[0])
    yield of_table(
        yard, replace(street, rows=(asb, *street.rows)), "street_crime.rows_as_accepted", "anti-social behaviour"
    )


@kind("the months of anti-social behaviour twice")
def _asb_twice(yard: Yard) -> Iterator[Case]:
    street = yard.one("street_crime")
    asb = tuple(row for row in street.rows if not row[0])
    yield of_table(yard, replace(street, rows=(*asb, *street.rows)), "street_crime.rows_as_accepted")


@kind("rows lost: the first half, the second half, every other")
def _rows_lost(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "offences", "victims", "asb_incidents", "fire_incidents", "services", "surveys", "calls_101", "lsoa21_ward",
                 "lsoa11_lsoa21", "small_area_population", "recorded_crime_csp", "ward_population", "ward_groups", "rural_urban", "deprivation"):  # fmt: skip
        table = yard.one(name)
        half = len(table.rows) // 2
        for what, rows in (
            ("first", table.rows[half:]),
            ("second", table.rows[:half]),
            ("every other", table.rows[::2]),
        ):
            yield of_table(yard, replace(table, rows=rows), ANY, what)


@kind("some rows lost at the end")
def _tail_lost(yard: Yard) -> Iterator[Case]:
    wanted = {
        "street_crime": "street_crime.rows_as_accepted", "lsoa21_ward": ANY, "small_area_population": ANY, "calls_101": "calls_101.rows_as_accepted",
        "offences": "offences.rows_as_accepted", "surveys": "surveys.rows_as_accepted", "recorded_crime_csp": "recorded_crime_csp.rows_as_accepted",
        "harm_weights": "harm_weights.rows_as_accepted", "lad_csp_pfa": "lad_csp_pfa.rows_as_accepted",
    }  # fmt: skip
    for name, caught in wanted.items():
        table = yard.one(name)
        yield of_table(yard, replace(table, rows=table.rows[:-12]), caught)


@kind("one record lost")
def _one_lost(yard: Yard) -> Iterator[Case]:
    why = "numbers of records of people are kept rounded, and one record more or less can round to the same"
    offences = yard.one("offences")
    people = {one for name in ("victims", "suspects") for one in yard.one(name).column("offence_id")}
    months = [row[1][:7] for row in offences.rows]
    lost = next(
        at for at, row in enumerate(offences.rows) if months.count(months[at]) % 5 == 4 and row[0] not in people
    )
    fewer = replace(offences, rows=(*offences.rows[:lost], *offences.rows[lost + 1 :]))
    yield of_table(yard, fewer, ANY, "an offence without people", why)
    yield of_table(
        yard, replace(yard.one("services"), rows=yard.one("services").rows[1:]), ANY, "a figure of a service", why
    )


@kind("a month cut off in its middle")
def _part_month(yard: Yard) -> Iterator[Case]:
    for name, caught in (("offences", "offences.month_whole"), ("asb_incidents", "asb.month_whole")):
        table = yard.one(name)
        full = replace(table, rows=tuple(row for row in table.rows if row[1]))
        days = [iso(row[1]) for row in full.rows]
        month = max((day.replace(day=1) for day in days), key=[day.replace(day=1) for day in days].count)
        rows = [row for row, day in zip(full.rows, days) if day.replace(day=1) != month or day.day <= 19]
        early = [row for row in rows if iso(row[1]).replace(day=1) == month]
        more = [(f"{row[0]}X{turn}", *row[1:]) for turn in range(2) for row in early]
        yield of_table(yard, replace(table, rows=(*rows, *more)), caught)


@kind("a month missing in the middle")
def _month_missing(yard: Yard) -> Iterator[Case]:
    files = yard.files("street_crime")
    del files[yard.tables["street_crime"][2].path]
    yield Case("street_crime", files, "street.months_present")
    for name, caught in (
        ("asb_incidents", "asb.months_present"),
        ("fire_incidents", "fire.months_present"),
        ("missing_children", "missing.months_present"),
    ):
        table = yard.one(name)
        rows = tuple(
            row
            for row in table.rows
            if iso(next(cell for cell in row if cell[2:3] == "/" or cell[4:5] == "-")).strftime("%Y-%m") != "2020-07"
        )
        yield of_table(yard, replace(table, rows=rows), caught)
    calls = yard.one("calls_101")
    yield of_table(yard, replace(calls, rows=(*calls.rows[:9], *calls.rows[10:])), "calls_101.months_present")
    offences = {
        table.path: replace(table, rows=tuple(row for row in table.rows if row[1][:7] != "2020-07")).encoded()
        for table in yard.tables["offences"]
    }
    yield Case("offences", offences, "offences.months_present")


@kind("the latest month missing")
def _last_missing(yard: Yard) -> Iterator[Case]:
    files = yard.files("street_crime")
    del files[yard.tables["street_crime"][-1].path]
    yield Case("street_crime", files, "street_crime.rows_as_accepted")
    calls = yard.one("calls_101")
    yield of_table(yard, replace(calls, rows=calls.rows[:-1]), "calls_101.rows_as_accepted")


@kind("a whole extract missing")
def _extract_missing(yard: Yard) -> Iterator[Case]:
    for name in ("victims", "calls_101", "lsoa21_ward"):
        yield Case(name, {}, f"{name}.rows_as_accepted")


@kind("another month's file under this month's name")
def _other_month(yard: Yard) -> Iterator[Case]:
    first, second = yard.tables["street_crime"][:2]
    yield Case("street_crime", with_one(yard, first, second.encoded(end="\n")), "street.month_matches_file")
    moved = yard.files("street_crime")
    moved["police_uk/2019-12/" + first.path.rpartition("/")[2]] = moved.pop(first.path)
    yield Case("street_crime", moved, "street.month_matches_folder", "in another month's folder")
    mixed = first.changed("Month", lambda values: [*values[:-5], *["2020-02"] * 5])
    yield of_table(yard, mixed, "street.one_month_a_file", "two months in one file")
    wrong = first.changed("Month", lambda values: ["2020-13"] * len(values))
    yield of_table(yard, wrong, "street.month_valid", "no month")


@kind("another force's file under this force's name")
def _other_force(yard: Yard) -> Iterator[Case]:
    table = yard.one("street_crime")
    yield of_table(yard, of_force(table, OTHER_FORCE), "street.force_matches_file", "as it is")
    away = table.changed("LSOA code", lambda values: ["E01007328" if one else "" for one in values])
    yield of_table(yard, away, "street.area_present", "its rows under this force's name")


@kind("a force that does not exist")
def _no_force(yard: Yard) -> Iterator[Case]:
    table = yard.one("street_crime")
    yield of_table(yard, of_force(table, "South Yorks"), "street.reported_by_known")
    yield of_table(yard, table.cell(3, "Reported by", ""), "street.reported_by_given", "blank")


@kind("rows of two forces in one file")
def _two_forces(yard: Yard) -> Iterator[Case]:
    table = yard.one("street_crime")
    half = len(table.rows) // 2
    mixed = table.changed("Reported by", lambda values: [*values[:half], *[OTHER_FORCE] * (len(values) - half)])
    yield of_table(yard, mixed, "street.force_matches_file")


@kind("places of crime moved")
def _places(yard: Yard) -> Iterator[Case]:
    table = yard.one("street_crime")
    for what, column, change, caught in (
        ("grid references in place of degrees", "Longitude", lambda _: "443000", "street.longitude_in_britain"),
        ("no sign", "Longitude", lambda one: one.lstrip("-"), "street.place_in_area"),
        ("zeros", "Latitude", lambda _: "0", "street.latitude_in_britain"),
        ("rounded to one decimal", "Latitude", lambda one: f"{float(one):.1f}", "street.place_exact"),
    ):
        changed = table.changed(column, lambda values: [change(one) if one else "" for one in values])  # noqa: B023
        yield of_table(yard, changed, caught, what)
    half = table.changed("Latitude", lambda values: [one if at % 3 else "" for at, one in enumerate(values)])
    yield of_table(yard, half, "street.location_whole", "half a place")
    gone = table.changed("LSOA code", lambda values: ["" if at % 3 else one for at, one in enumerate(values)])
    yield of_table(yard, gone, "street.blank_share", "LSOAs blank")


@kind("people that fit no offence")
def _people(yard: Yard) -> Iterator[Case]:
    for name, caught in (("victims", "victims.offence_known"), ("suspects", "suspects.offence_known")):
        table = yard.one(name)
        yield of_table(yard, table.cell(3, "offence_id", "O9999999"), caught)
        yield of_table(yard, table.cell(3, "age", "214"), f"{name}.age_in_range", "age")
    offences = yard.files("offences")
    del offences[yard.tables["offences"][0].path]
    yield Case("offences", offences, "victims.offence_known", "a year of offences missing")


@kind("one file of several without the mark of synthetic data")
def _unmarked(yard: Yard) -> Iterator[Case]:
    table = yard.one("calls_101")
    bare = replace(table, header=table.header[:-1], rows=tuple(row[:-1] for row in table.rows))
    yield of_table(yard, bare, MIXED, "a partner's file")
    street = yard.one("street_crime").changed("Context", lambda values: [""] * len(values))
    yield of_table(yard, street, MIXED, "a street-level file")


@kind("sums that do not add up")
def _sums(yard: Yard) -> Iterator[Case]:
    table = yard.one("recorded_crime_csp")
    area = next(at for at, row in enumerate(table.rows) if row[4] == "E08000018")
    for column, caught in (
        ("Robbery", "c2.total_adds_up"),
        ("Homicide", "c2.violence_adds_up"),
        ("Shoplifting", "c2.theft_adds_up"),
        ("Residential burglary", "c2.burglary_adds_up"),
    ):
        yield of_table(yard, table.cell(area, column, "7,001"), caught, column)
    force = next(at for at, row in enumerate(table.rows) if row[0] == table.rows[area][0] and not row[2])
    lost = replace(
        table,
        rows=tuple(
            row for at, row in enumerate(table.rows) if at == area or at == force or row[0] != table.rows[area][0]
        ),
    )
    yield of_table(yard, lost, "c2.area_force_adds_up", "partnerships of the force left out")
    calls = yard.one("calls_101")
    yield of_table(yard, calls.cell(2, "abandoned", calls.rows[2][1]), "calls_101.parts_within_offered", "calls")
    ages = yard.tables["small_area_population"][1]
    yield of_table(yard, ages.cell(2, "45", "99"), "small_area.ages_add_up", "ages")


@kind("counts withheld or blank for the area")
def _withheld(yard: Yard) -> Iterator[Case]:
    table = yard.one("recorded_crime_csp")
    area = next(at for at, row in enumerate(table.rows) if row[4] == "E08000018")
    for sign in ("[x]", ""):
        yield of_table(yard, table.cell(area, "Robbery", sign), "c2.area_counts_given", sign)
    gone = replace(table, rows=(*table.rows[:area], *table.rows[area + 1 :]))
    yield of_table(yard, gone, "c2.area_present", "no row of the area")


@kind("tables that say another period than theirs, or none")
def _periods(yard: Yard) -> Iterator[Case]:
    table = yard.one("recorded_crime_csp")
    data = table.encoded().decode()
    yield in_place(
        yard,
        table.extract,
        data.replace("year ending March 2021", "in a year").encode(),
        refused(table.extract, "columns"),
        "none",
    )
    yield in_place(
        yard, table.extract, data.replace("March 2021", "March 2031").encode(), "c2.not_after_today", "to come"
    )
    yield in_place(
        yard,
        table.extract,
        data.replace("March 2021", "June 2020").encode(),
        "recorded_crime_csp.rows_as_accepted",
        "an earlier one",
    )
    wards = yard.one("ward_population")
    files = yard.files("ward_population")
    files["population/rotherham_ward21_total.csv"] = files.pop(wards.path).replace(b"mid2020_all_ages", b"all_ages")
    yield Case("ward_population", files, ANY, "wards without a year")


@kind("deciles and ranks of deprivation turned over or out of step")
def _deprivation(yard: Yard) -> Iterator[Case]:
    table = yard.one("deprivation")
    rank, decile = table.header[1], table.header[2]
    yield of_table(
        yard,
        table.changed(decile, lambda values: [str(11 - float(one)) for one in values]),
        "deprivation.imd_decile_in_step",
    )
    yield of_table(
        yard,
        table.changed(rank, lambda values: [str(32845 - float(one)) for one in values]),
        "deprivation.imd_decile_in_step",
        "ranks",
    )
    yield of_table(yard, table.cell(3, rank, "40000"), "deprivation.imd_rank_within_england", "beyond England")
    files = yard.files("deprivation")
    files["deprivation/IoD2025_ranks_deciles.csv"] = files.pop(table.path)
    yield Case("deprivation", files, refused("deprivation", "columns"), "2011 LSOAs under the name of 2025")


@kind("lists of similar areas damaged")
def _neighbours(yard: Yard) -> Iterator[Case]:
    table = yard.one("neighbours")
    area = next(at for at, row in enumerate(table.rows) if row[0] == "E08000018")
    yield of_table(yard, table.cell(area, "3", "E08000018"), "neighbours.not_its_own", "its own")
    yield of_table(yard, table.cell(area, "3", table.rows[area][2]), "neighbours.area_list_sound", "one twice")
    yield of_table(yard, table.cell(area, "3", ""), "neighbours.area_list_sound", "a gap")
    yield of_table(
        yard,
        replace(table, rows=(*table.rows[:area], *table.rows[area + 1 :])),
        "neighbours.area_found",
        "without the area",
    )


@kind("wards and partnerships joined wrongly")
def _joined(yard: Yard) -> Iterator[Case]:
    wards = yard.one("lsoa21_ward")
    area = next(at for at, row in enumerate(wards.rows) if row[4] == "E08000018")
    yield of_table(
        yard,
        wards.cell(area, "WD24CD", wards.rows[0][2]),
        "lsoa21_ward.ward_in_one_authority",
        "a ward of another authority",
    )
    yield of_table(
        yard,
        wards.changed(
            "WD24CD",
            lambda values: [
                wards.rows[area][2] if row[4] == "E08000018" else one for one, row in zip(values, wards.rows)
            ],
        ),
        "lsoa21_ward.area_wards",
        "one ward alone",
    )
    change = yard.one("lsoa11_lsoa21")
    yield of_table(
        yard,
        change.changed("CHGIND", lambda values: ["U"] * len(values)),
        "lsoa_change.unchanged_one_to_one",
        "all unchanged",
    )
    yield of_table(
        yard, change.changed("CHGIND", lambda values: ["?"] * len(values)), "lsoa_change.flag_known", "unknown flags"
    )
    partnerships = yard.one("lad_csp_pfa")
    at = next(at for at, row in enumerate(partnerships.rows) if row[0] == "E08000018")
    yield of_table(yard, partnerships.cell(at, "PFA24CD", "E23000013"), "partnership.named_once", "another force")
    yield of_table(yard, partnerships.cell(at, "CSP24CD", "E22000027"), "partnership.named_once", "another partnership")
    groups = yard.one("ward_groups")
    yield of_table(yard, replace(groups, rows=groups.rows[2:]), "ward_groups.wards_complete", "a ward left out")
    yield of_table(yard, groups.cell(0, "ward_code", "E05999999"), "ward_groups.ward_known", "a ward that is not there")


# --- population ---------------------------------------------------------------------------------------------


def _population(yard: Yard, change: object, wanted: str, what: str) -> Case:
    """A case in which the first population workbook has its sheets changed by a function of name and rows."""
    path, sheets = next(iter(yard.books.items()))
    changed = {name: change(name, [list(row) for row in rows]) for name, rows in sheets.items()}  # type: ignore[operator]
    return Case("population", yard.files("population") | {path: book(changed)}, wanted, what)


def _cells(sheet: str, at: tuple[int, int], value: object) -> object:
    """A change of one cell in the sheets whose name has a word."""

    def change(name: str, rows: list[list[object]]) -> list[list[object]]:
        if sheet in name:
            rows[at[0]][at[1]] = value
        return rows

    return change


@kind("population of another year under this year's name")
def _other_year(yard: Yard) -> Iterator[Case]:
    def renamed(name: str, rows: list[list[object]]) -> list[list[object]]:
        return [[cell.replace("2019", "2020") if isinstance(cell, str) else cell for cell in row] for row in rows]

    path, sheets = next(iter(yard.books.items()))
    other = {
        path: book(sheets),
        "population/mye_mid2020.xlsx": book(
            {name: renamed(name, list(map(list, rows))) for name, rows in sheets.items()}
        ),
    }
    yield Case("population", other, "population.year_of_its_own", "the earlier year's numbers as the later year")
    yield _population(yard, renamed, "population.year_once", "a year twice")
    later = {
        name: [[cell.replace("2019", "2029") if isinstance(cell, str) else cell for cell in row] for row in rows]
        for name, rows in sheets.items()
    }
    yield Case(
        "population", yard.files("population") | {path: book(later)}, "population.not_after_today", "a year to come"
    )
    none = {
        name: [[cell.replace("2019", "") if isinstance(cell, str) else cell for cell in row] for row in rows]
        for name, rows in sheets.items()
    }
    yield Case("population", yard.files("population") | {path: book(none)}, "population.file_columns", "no year")


@kind("sheets of the population workbook damaged")
def _sheets(yard: Yard) -> Iterator[Case]:
    def swapped(name: str, rows: list[list[object]]) -> list[list[object]]:
        sheets = next(iter(yard.books.values()))
        other = {"MYE2 - Females": "MYE2 - Males", "MYE2 - Males": "MYE2 - Females"}.get(name, name)
        return [list(row) for row in sheets[other]]

    yield _population(yard, swapped, "population.file_columns", "sexes exchanged")
    path, sheets = next(iter(yard.books.items()))
    fewer = {name: rows for name, rows in sheets.items() if "Males" not in name}
    yield Case(
        "population", yard.files("population") | {path: book(fewer)}, "population.file_columns", "a sheet missing"
    )
    gone = {name: [row for row in rows if row[0] != "E08000018"] for name, rows in sheets.items()}
    yield Case(
        "population", yard.files("population") | {path: book(gone)}, "population.area_present", "the area missing"
    )


@kind("numbers of the population workbook damaged")
def _people_numbers(yard: Yard) -> Iterator[Case]:
    for value, caught in (
        (-5, "population.not_negative"),
        ("N/A", "population.file_readable"),
        ("", "population.file_readable"),
        (3.5, "population.file_readable"),
        ("1.2E+03", "population.file_readable"),
    ):
        yield _population(yard, _cells("Females", (9, 6), value), caught, f"a cell of {value}")
    yield _population(yard, _cells("Females", (9, 6), 1), "population.ages_add_up", "ages")
    yield _population(yard, _cells("Females", (9, 3), 1), "population.ages_add_up", "all ages")

    def thousands(name: str, rows: list[list[object]]) -> list[list[object]]:
        return [[f"{cell:,.0f}" if isinstance(cell, float) and cell > 1000 else cell for cell in row] for row in rows]

    yield _population(yard, thousands, HARMLESS, "commas between thousands")

    def turned(name: str, rows: list[list[object]]) -> list[list[object]]:
        if "Persons" not in name:
            return rows
        at = next(at for at, row in enumerate(rows) if row[0] == "Code") + 1
        ages = [row[4:] for row in rows[at:-1]]
        return [*rows[:at], *[[*row[:4], *ages[number - 1]] for number, row in enumerate(rows[at:-1])], rows[-1]]

    yield _population(yard, turned, "population.ages_add_up", "ages a row too low")

    def no_column(name: str, rows: list[list[object]]) -> list[list[object]]:
        return [row[:40] + row[41:] for row in rows]

    yield _population(yard, no_column, "population.file_columns", "an age left out")


# --- boundaries and the scale of risks ----------------------------------------------------------------------


def _geojson(yard: Yard, change: object, wanted: str, what: str) -> Case:
    """A case in which the boundaries of wards are changed by a function of the document."""
    path = next(path for path in yard.others if "wards" in path)
    document = json.loads(yard.others[path][1])
    change(document)  # type: ignore[operator]
    return Case("boundaries", yard.files("boundaries") | {path: json.dumps(document).encode()}, wanted, what)


@kind("boundaries damaged")
def _boundaries(yard: Yard) -> Iterator[Case]:
    def ring(document: dict) -> list:  # type: ignore[type-arg]
        return document["features"][0]["geometry"]["coordinates"][0]

    def properties(document: dict) -> dict:  # type: ignore[type-arg]
        return document["features"][0]["properties"]

    def set_ring(points: object) -> object:
        return lambda document: document["features"][0]["geometry"]["coordinates"].__setitem__(0, points)

    yield _geojson(yard, lambda one: one["features"].pop(), "boundary.area_complete", "a ward left out")
    yield _geojson(
        yard, lambda one: one["features"].append(one["features"][0]), "boundary.feature_once", "a ward twice"
    )
    yield _geojson(yard, lambda one: ring(one).pop(), "boundary.rings_closed", "a ring left open")
    yield _geojson(yard, lambda one: [point.reverse() for point in ring(one)], "boundary.west", "latitude first")
    yield _geojson(
        yard,
        set_ring([[443000, 392000], [444000, 392000], [444000, 393000], [443000, 392000]]),
        "boundary.west",
        "grid references",
    )
    yield _geojson(
        yard, set_ring([["-1.4", "fifty"], ["-1.4", "53"]]), "boundary.file_readable", "words for coordinates"
    )
    yield _geojson(
        yard, set_ring([[-1.4, 53.4], [-1.3, 53.4], [-1.4, 53.4]]), "boundary.ring_points", "a ring of two points"
    )
    yield _geojson(yard, lambda one: one["features"][0].update(geometry=None), "boundary.file_columns", "no shape")
    yield _geojson(
        yard, lambda one: properties(one).update(ward21_code="E01000001"), "boundary.code_shape", "another kind of code"
    )
    yield _geojson(yard, lambda one: properties(one).update(ward21_name=None), "boundary.name_given", "no name")
    yield _geojson(yard, lambda one: properties(one).pop("ward21_code"), "boundary.file_columns", "no code")
    yield _geojson(yard, lambda one: one.update(features=[]), "boundary.file_not_empty", "no features")
    yield _geojson(yard, lambda one: one.update(type="Topology"), "boundary.file_columns", "not GeoJSON")
    yield _geojson(
        yard, lambda one: properties(one).update(ward21_name="=1+1"), "boundary.no_formula", "a formula for a name"
    )
    yield _geojson(
        yard,
        lambda one: properties(one).update(ward21_name="North\u200b"),
        "boundary.file_readable",
        "unseen characters",
    )
    path = next(path for path in yard.others if "wards" in path)
    data = yard.others[path][1]
    good = yard.files("boundaries")
    for what, damaged, caught in (
        ("cut off", data[: len(data) // 2], "boundary.file_whole"), ("nothing", b"", "boundary.file_not_empty"),
        ("UTF-16", data.decode().encode("utf-16"), "boundary.file_encoding"), ("not a number", data.replace(b"53.", b"NaN", 1), "boundary.file_readable"),
        ("endless nesting", b"[" * 100_000, "boundary.file_whole"), ("line ends", data.replace(b"\n", b"\r\n"), HARMLESS),
    ):  # fmt: skip
        yield Case("boundaries", good | {path: damaged}, caught, what)


@kind("the scale of the risk scores damaged")
def _scale(yard: Yard) -> Iterator[Case]:
    data = yard.others["risk_scale.toml"][1]
    for what, damaged, caught in (
        ("cut off", data[: len(data) // 2].rpartition(b"=")[0], "risk_scale.file_whole"),
        ("nothing", b"", "risk_scale.file_not_empty"),
        ("an unknown key", data + b"\ncolour = 3\n", ANY),
        ("a weight below zero", data.replace(b"weight = 1.0", b"weight = -1.0", 1), ANY),
        ("a part that is none", data.replace(b'part = "harm"', b'part = "hurt"', 1), ANY),
        ("a score missing", data.replace(b'3 = "Medium"\n', b"", 1), ANY),
        ("Windows-1252", data.replace(b"Death", "Death – ".encode("cp1252"), 1), "risk_scale.file_encoding"),
    ):
        yield Case("risk_scale", {"risk_scale.toml": damaged}, caught, what)
    yield Case(
        "risk_scale",
        {"risk_scale.toml": data, "old/risk_scale.toml": data + b"\n"},
        "risk_scale.one_scale",
        "two scales",
    )


@kind("dates of one extract moved by a year")
def _moved_year(yard: Yard) -> Iterator[Case]:
    calls = yard.one("calls_101").changed("month", lambda values: [f"{int(one[:4]) - 1}{one[4:]}" for one in values])
    yield of_table(yard, calls, "calls_101.rows_as_accepted")
    fires = dates(yard.one("fire_incidents"), lambda day: date(day.year - 1, day.month, min(day.day, 28)).isoformat())
    yield of_table(yard, fires, "fire_incidents.rows_as_accepted")
