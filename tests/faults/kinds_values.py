"""Kinds of damage to values: signs for nothing, shortened numbers, dates of other forms, flags, codes, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from operator import methodcaller

from kinds import HARMLESS, Case, kind, refused
from kinds_text import of_table
from yard import Table, Yard

DATED = {
    "offences": "recorded_date", "asb_incidents": "date", "missing_children": "date", "fire_incidents": "date",
    "services": "period_end", "surveys": "wave", "consultation": "date", "actions": "due", "risk_scores": "scored_on",
}  # fmt: skip
WHOLE = {
    "offences": "suspect_count",
    "victims": "age",
    "calls_101": "offered",
    "consultation": "participants",
    "risk_scores": "score",
}
NUMBERS = {
    "services": "numerator",
    "surveys": "base",
    "calls_101": "mean_wait_seconds",
    "indicators": "baseline",
    "harm_weights": "weight",
}
WORDS = {
    "offences": "offence", "victims": "ethnicity", "asb_incidents": "subcategory", "services": "provider", "surveys": "question",
    "consultation": "group", "actions": "lead_partner", "risk_scores": "organisation", "indicators": "name",
}  # fmt: skip


def iso(value: str) -> date:
    """A date as YYYY-MM-DD or DD/MM/YYYY."""
    return date.fromisoformat(value if "-" in value else "-".join(reversed(value.split("/"))))


def dates(table: Table, change: Callable[[date], str]) -> Table:
    """The table with every date of every column of dates written in another way."""
    columns = [name for name in table.header if _is_dated(table, name)]
    for name in columns:
        table = table.changed(name, lambda values: [change(iso(value)) if value else "" for value in values])
    return table


def _is_dated(table: Table, name: str) -> bool:
    values = [value for value in table.column(name) if value]
    return bool(values) and all(
        len(value) == 10 and value[4] + value[7] in ("--",) or value[2:3] + value[5:6] == "//" for value in values
    )


@kind("N/A, NULL, #REF!, a dash and other signs for nothing in words")
def _nothing_words(yard: Yard) -> Iterator[Case]:
    signs = ("N/A", "NULL", "#REF!", "#N/A", "-", "–", "nan", "?", "[x]", "..")
    for at, (name, column) in enumerate(WORDS.items()):
        for sign in (signs[at % len(signs)], signs[(at + 4) % len(signs)]):
            yield of_table(yard, yard.one(name).cell(2, column, sign), refused(name, "values"), f"{column} {sign}")
    yield of_table(
        yard, yard.one("victims").cell(2, "offence_id", "NULL"), refused("victims", "values"), "an identifier"
    )


@kind("N/A and a dash for zero in numbers")
def _nothing_numbers(yard: Yard) -> Iterator[Case]:
    for name, column in (WHOLE | NUMBERS).items():
        for sign in ("N/A", "-"):
            yield of_table(yard, yard.one(name).cell(2, column, sign), refused(name, "values"), f"{column} {sign}")
    for name, column in (("small_area_population", "total_residents"), ("ward_population", "mid2020_all_ages")):
        yield of_table(yard, yard.one(name).cell(2, column, "-"), refused(name, "unreadable"))
    table = yard.one("recorded_crime_csp")
    yield of_table(yard, table.cell(5, "Robbery", "-"), refused("recorded_crime_csp", "unreadable"))
    yield of_table(yard, yard.one("street_crime").cell(5, "Longitude", "N/A"), refused("street_crime", "unreadable"))


@kind("numbers that a spreadsheet has shortened, as 1.23E+05")
def _shortened(yard: Yard) -> Iterator[Case]:
    for name, column in (WHOLE | NUMBERS).items():
        yield of_table(yard, yard.one(name).cell(2, column, "1.23E+05"), refused(name, "values"), column)
    for name, column in (
        ("offences", "offence_id"),
        ("victims", "victim_id"),
        ("asb_incidents", "incident_id"),
        ("offences", "ho_code"),
    ):
        yield of_table(yard, yard.one(name).cell(2, column, "1.23457E+11"), refused(name, "values"), column)
    for name, column in (("small_area_population", "total_residents"), ("ward_population", "mid2020_all_ages")):
        yield of_table(yard, yard.one(name).cell(2, column, "1.23E+03"), refused(name, "unreadable"), column)
    table = yard.one("recorded_crime_csp")
    yield of_table(yard, table.cell(5, "Robbery", "1.2E+02"), refused("recorded_crime_csp", "unreadable"))


@kind("commas between thousands")
def _thousands(yard: Yard) -> Iterator[Case]:
    for name, columns in {
        "calls_101": ("offered", "answered"),
        "surveys": ("base",),
        "services": ("numerator",),
        "harm_weights": ("weight",),
    }.items():
        table = yard.one(name)
        for column in columns:
            table = table.changed(column, lambda values: [_grouped(value) for value in values])
        yield of_table(yard, table, HARMLESS)
    areas = yard.one("small_area_population").changed(
        "total_residents", lambda values: [_grouped(value) for value in values]
    )
    yield of_table(yard, areas, HARMLESS)
    wards = yard.one("ward_population").changed(
        "mid2020_all_ages", lambda values: [_grouped(value) for value in values]
    )
    yield of_table(yard, wards, HARMLESS)
    wrong = yard.one("calls_101").cell(3, "offered", "94,65")
    yield of_table(yard, wrong, refused("calls_101", "values"), "in the wrong place")


def _grouped(value: str) -> str:
    whole, dot, rest = value.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole else value


@kind("commas for decimal points")
def _decimal_commas(yard: Yard) -> Iterator[Case]:
    for name, column in (("calls_101", "mean_wait_seconds"), ("surveys", "positive"), ("harm_weights", "weight")):
        yield of_table(yard, yard.one(name).cell(2, column, "101,3"), refused(name, "values"))


@kind("units within numbers: %, £, a letter for thousands")
def _units(yard: Yard) -> Iterator[Case]:
    for name, column in NUMBERS.items():
        for value in ("12%", "£12", "12k", "12 calls", "1/2", "(12)", "~12", "<5"):
            yield of_table(yard, yard.one(name).cell(2, column, value), refused(name, "values"), f"{column} {value}")


@kind("numbers below zero")
def _negative(yard: Yard) -> Iterator[Case]:
    wanted = {
        ("offences", "suspect_count"): "offences.suspect_count_not_negative", ("victims", "age"): "victims.age_in_range",
        ("calls_101", "offered"): "calls_101.offered_not_negative", ("calls_101", "mean_wait_seconds"): "calls_101.wait_not_negative",
        ("services", "numerator"): "services.numerator_not_negative", ("services", "denominator"): "services.denominator_above_zero",
        ("surveys", "positive"): "surveys.positive_not_negative", ("surveys", "base"): "surveys.base_above_zero",
        ("consultation", "participants"): "consultation.participants_not_negative", ("harm_weights", "weight"): "harm_weights.weight_not_negative",
        ("small_area_population", "total_residents"): "small_area.residents_not_negative",
        ("ward_population", "mid2020_all_ages"): "ward_population.residents_positive",
        ("recorded_crime_csp", "Robbery"): "c2.not_negative", ("deprivation", "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"): "deprivation.imd_rank_positive",
        ("risk_scores", "score"): "risk_scores.score_on_scale",
    }  # fmt: skip
    for (name, column), caught in wanted.items():
        yield of_table(yard, yard.one(name).cell(2, column, "-7"), caught, column)


@kind("decimals where whole numbers are counted")
def _decimals(yard: Yard) -> Iterator[Case]:
    for name, column in WHOLE.items():
        yield of_table(yard, yard.one(name).cell(2, column, "3.5"), refused(name, "values"))
    yield of_table(
        yard,
        yard.one("small_area_population").cell(2, "total_residents", "3.5"),
        refused("small_area_population", "unreadable"),
    )


@kind("shares as 0.12 where numbers of people are wanted")
def _shares(yard: Yard) -> Iterator[Case]:
    surveys = yard.one("surveys")
    shares = [
        str(round(float(part) / float(base), 3))
        for part, base in zip(surveys.column("positive"), surveys.column("base"))
    ]
    yield of_table(yard, surveys.changed("positive", lambda _: shares), "surveys.positive_is_a_number", "0.12")
    percent = [str(round(100 * float(share), 1)) for share in shares]
    yield of_table(yard, surveys.changed("positive", lambda _: percent), "surveys.positive_within_base", "12")
    indicators = yard.one("indicators")
    units = indicators.column("unit")
    small = [
        str(float(value) / 100) if unit == "%" else value for value, unit in zip(indicators.column("baseline"), units)
    ]
    yield of_table(
        yard, indicators.changed("baseline", lambda _: small), "indicators.percent_of_a_hundred", "% as 0.28"
    )


@kind("dates as a spreadsheet's serial numbers")
def _serial(yard: Yard) -> Iterator[Case]:
    for name in DATED:
        table = dates(yard.one(name), lambda day: str((day - date(1899, 12, 30)).days))
        yield of_table(yard, table, refused(name, "dates"))
    months = yard.one("calls_101").changed(
        "month", lambda values: [str((date.fromisoformat(f"{one}-01") - date(1899, 12, 30)).days) for one in values]
    )
    yield of_table(yard, months, refused("calls_101", "dates"))


@kind("dates with the month first")
def _american(yard: Yard) -> Iterator[Case]:
    for name in DATED:
        if name != "risk_scores":
            table = dates(yard.one(name), lambda day: f"{day:%m/%d/%Y}")
            yield of_table(yard, table, refused(name, "dates"))


@kind("dates whose day and month can't be told apart")
def _ambiguous(yard: Yard) -> Iterator[Case]:
    for name in ("offences", "asb_incidents", "fire_incidents"):
        early = replace(yard.one(name), rows=tuple(row for row in yard.one(name).rows if iso(row[1]).day <= 12))
        table = dates(early, lambda day: f"{day.replace(day=min(day.day, 12)):%d/%m/%Y}")
        yield of_table(yard, table, refused(name, "dates"))


@kind("days and months swapped where a spreadsheet could swap them")
def _half_swapped(yard: Yard) -> Iterator[Case]:
    """A spreadsheet set to American dates makes dates of those up to the 12th and leaves the others as text."""
    for name in ("offences", "asb_incidents", "missing_children", "fire_incidents"):
        swapped = dates(
            yard.one(name),
            lambda day: f"{day.year}-{day.day:02d}-{day.month:02d}" if day.day <= 12 else f"{day:%d/%m/%Y}",
        )
        yield of_table(yard, swapped, refused(name, "dates"))


@kind("days and months swapped in a system, all of them that can be")
def _swapped(yard: Yard) -> Iterator[Case]:
    wanted = {
        "offences": "offences.committed_before_recorded", "asb_incidents": "asb_incidents.rows_as_accepted",
        "fire_incidents": "fire_incidents.rows_as_accepted",
    }  # fmt: skip
    for name, caught in wanted.items():
        files = yard.files(name)
        for table in yard.tables[name]:
            turned = dates(
                table, lambda day: f"{day.year}-{day.day:02d}-{day.month:02d}" if day.day <= 12 else day.isoformat()
            )
            files[table.path] = turned.encoded()
        yield Case(name, files, caught)


@kind("dates in two forms")
def _two_forms(yard: Yard) -> Iterator[Case]:
    for name in ("offences", "fire_incidents", "surveys"):
        column = DATED[name]
        table = yard.one(name)
        mixed = table.cell(1, column, f"{iso(table.column(column)[1]):%d/%m/%Y}")
        yield of_table(yard, mixed, refused(name, "dates"))


@kind("years of two figures, months by name, dates without a day")
def _short_years(yard: Yard) -> Iterator[Case]:
    for form in ("%d/%m/%y", "%d-%b-%Y", "%d %B %Y", "%b-%y", "%Y%m%d", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m"):
        for name in ("offences", "fire_incidents"):
            yield of_table(yard, dates(yard.one(name), lambda day: day.strftime(form)), refused(name, "dates"), form)  # noqa: B023
    for form in ("%b-%y", "%m/%Y", "%B %Y", "%Y%m"):
        months = [date.fromisoformat(f"{one}-01").strftime(form) for one in yard.one("calls_101").column("month")]
        table = replace(
            yard.one("calls_101"),
            rows=tuple((month, *row[1:]) for month, row in zip(months, yard.one("calls_101").rows)),
        )
        yield of_table(yard, table, refused("calls_101", "dates"), form)


@kind("dates moved back an hour by summer time")
def _summer_time(yard: Yard) -> Iterator[Case]:
    for name in ("offences", "fire_incidents"):
        moved = dates(yard.one(name), _an_hour_before)
        yield of_table(yard, moved, refused(name, "dates"))


def _an_hour_before(day: date) -> str:
    summer = 4 <= day.month <= 10
    return f"{day - timedelta(1)} 23:00:00" if summer else f"{day} 00:00:00"


@kind("dates with a zone of time")
def _zoned(yard: Yard) -> Iterator[Case]:
    for form in ("%Y-%m-%dT00:00:00Z", "%Y-%m-%dT00:00:00+01:00", "%Y-%m-%d 00:00:00 GMT"):
        yield of_table(
            yard,
            dates(yard.one("fire_incidents"), methodcaller("strftime", form)),
            refused("fire_incidents", "dates"),
            form,
        )


@kind("midnight after every date")
def _midnight(yard: Yard) -> Iterator[Case]:
    for name in ("offences", "fire_incidents", "missing_children"):
        yield of_table(yard, dates(yard.one(name), lambda day: f"{day} 00:00:00"), HARMLESS)


@kind("dates of days to come")
def _future(yard: Yard) -> Iterator[Case]:
    wanted = {
        "offences": "offences.not_after_today", "asb_incidents": "asb.not_after_today", "missing_children": "missing.not_after_today",
        "fire_incidents": "fire.not_after_today", "services": "services.not_after_today", "surveys": "surveys.not_after_today",
        "consultation": "consultation.not_after_today", "risk_scores": "risk_scores.not_after_today",
    }  # fmt: skip
    for name, caught in wanted.items():
        table = yard.one(name)
        slashes = "/" in table.column(DATED[name])[0]
        yield of_table(yard, table.cell(2, DATED[name], "25/12/2099" if slashes else "2099-12-25"), caught)
    yield of_table(yard, yard.one("calls_101").cell(2, "month", "2099-12"), "calls_101.month_over")


@kind("dates before records began, or that no calendar has")
def _impossible(yard: Yard) -> Iterator[Case]:
    for name, caught in (("offences", "offences.months_present"), ("fire_incidents", "fire.months_present")):
        table = yard.one(name)
        yield of_table(yard, table.cell(2, DATED[name], "1900-01-01"), caught, "1900")
        yield of_table(yard, table.cell(2, DATED[name], "2021-02-30"), refused(name, "dates"), "30 February")
        yield of_table(yard, table.cell(2, DATED[name], "0000-00-00"), refused(name, "dates"), "zeros")


@kind("flags as Yes and No, 1 and 0, true and false, ticks")
def _flags(yard: Yard) -> Iterator[Case]:
    for name, column, rule in (
        ("offences", "knife", "offences.flag_known"),
        ("victims", "vulnerable", "victims.flag_known"),
        ("missing_children", "cce_linked", "missing.flag_known"),
    ):
        for yes, no in (("Yes", "No"), ("1", "0"), ("TRUE", "FALSE"), ("✓", "x"), ("T", "F")):
            swapped = yard.one(name).changed(column, lambda values: [yes if one == "Y" else no for one in values])  # noqa: B023
            yield of_table(yard, swapped, rule, yes)


@kind("flags in small letters")
def _small_flags(yard: Yard) -> Iterator[Case]:
    for name, column in (("offences", "knife"), ("victims", "vulnerable")):
        yield of_table(yard, yard.one(name).changed(column, lambda values: [one.lower() for one in values]), HARMLESS)


@kind("categories in other letters or by code")
def _categories(yard: Yard) -> Iterator[Case]:
    for name, column, caught in (
        ("victims", "sex", "victims.sex_known"), ("asb_incidents", "reported_to", "asb.reported_to_known"),
        ("asb_incidents", "category", "asb.category_known"), ("fire_incidents", "type", "fire.type_known"),
        ("consultation", "method", "consultation.method_known"), ("actions", "status", "actions.status_known"),
        ("actions", "theme", "actions.theme_known"), ("risk_scores", "dimension", "risk_scores.dimension_known"),
        ("street_crime", "Crime type", "street.crime_type_known"), ("victims", "relationship", "victims.relationship_known"),
    ):  # fmt: skip
        table = yard.one(name)
        yield of_table(
            yard,
            table.changed(column, lambda values: [one.swapcase() for one in values]),
            caught,
            f"{column}: other letters",
        )
        yield of_table(
            yard,
            table.changed(column, lambda values: ["CODE7" if one else "" for one in values]),
            caught,
            f"{column}: a code",
        )


@kind("headers of two columns exchanged")
def _exchanged(yard: Yard) -> Iterator[Case]:
    pairs = (
        ("offences", "ho_code", "offence", "offences.file_values"), ("offences", "recorded_date", "outcome_date", "offences.date_given"),
        ("offences", "committed_from", "committed_to", "offences.committed_in_order"), ("victims", "sex", "age", "victims.file_values"),
        ("victims", "offence_id", "victim_id", "victims.offence_known"), ("asb_incidents", "category", "reported_to", "asb.category_known"),
        ("missing_children", "episode_id", "child_id", "missing.id_once"), ("calls_101", "offered", "answered", "calls_101.answered_within_offered"),
        ("calls_101", "answered", "abandoned", "calls_101.more_answered"), ("services", "period_start", "period_end", "services.period_in_order"),
        ("services", "measure_id", "provider", "services.measure_shape"), ("surveys", "positive", "base", "surveys.positive_within_base"),
        ("actions", "start", "due", "actions.due_after_start"), ("indicators", "baseline", "target", "indicators.target_better_than_baseline"),
        ("street_crime", "Longitude", "Latitude", "street.exact_columns"), ("street_crime", "LSOA code", "LSOA name", "street.exact_columns"),
        ("lsoa21_ward", "LSOA21CD", "WD24CD", "lsoa21_ward.lsoa_shape"), ("lsoa11_lsoa21", "LSOA11CD", "LSOA21CD", "lsoa_change.split_has_parts"),
        ("small_area_population", "total_residents", "total_households", "small_area.households_within_residents"),
        ("ward_population", "ward21_name", "lad_code", "ward_population.authority_shape"), ("ward_groups", "grouping", "group", "ward_groups.wards_complete"),
        ("rural_urban", "RUC21CD", "RUC21NM", "rural_urban.class_known"), ("recorded_crime_csp", "Robbery", "Drug offences", ""),
        ("recorded_crime_csp", "Burglary", "Shoplifting", "c2.burglary_adds_up"),
    )  # fmt: skip
    for name, one, other, caught in pairs:
        table = yard.one(name)
        swap = {one: other, other: one}
        changed = replace(table, header=tuple(swap.get(column, column) for column in table.header))
        beyond = (
            "" if caught else "two counts of one table that are both parts of the same total add up either way round"
        )
        yield of_table(yard, changed, caught or "c2.total_adds_up", f"{one} and {other}", beyond)


@kind("values under each other's header, as after a column was moved")
def _moved(yard: Yard) -> Iterator[Case]:
    street = yard.one("street_crime")
    for one, other, caught in (
        ("Longitude", "Latitude", "street.longitude_in_britain"), ("LSOA code", "LSOA name", "street.lsoa_shape"),
        ("Crime type", "Last outcome category", "street.crime_type_known"), ("Crime ID", "Location", "street.crime_id_blank_for_asb"),
        ("Reported by", "Location", "street.reported_by_known"),
    ):  # fmt: skip
        values = street.column(one)
        changed = street.changed(one, lambda _: street.column(other)).changed(other, lambda _: values)  # noqa: B023
        yield of_table(yard, changed, caught, f"{one} and {other}")


@kind("anti-social behaviour counted as crime")
def _asb(yard: Yard) -> Iterator[Case]:
    street = yard.one("street_crime")
    for crime in ("Other crime", "Public order", "Violence and sexual offences"):
        types = [crime if one.startswith("Anti") else one for one in street.column("Crime type")]
        as_crime = replace(street, rows=tuple((*row[:9], one, *row[10:]) for row, one in zip(street.rows, types)))
        yield of_table(yard, as_crime, "street.crime_id_given", crime)
    ids = [one or f"{at:064x}" for at, one in enumerate(street.column("Crime ID"))]
    made_up = street.changed("Crime type", lambda values: ["Other crime"] * len(values)).changed(
        "Crime ID", lambda _: ids
    )
    yield of_table(yard, made_up, "street.asb_present", "with identifiers")
    as_asb = street.changed(
        "Crime type", lambda values: ["Anti-social behaviour" if one == "Shoplifting" else one for one in values]
    )
    yield of_table(yard, as_asb, "street.crime_id_blank_for_asb", "crime as anti-social behaviour")
    without = replace(street, rows=tuple(row for row in street.rows if not row[9].startswith("Anti")))
    yield of_table(yard, without, "street.asb_present", "left out")


@kind("identifiers spoilt: zeros lost, repeated, shortened")
def _identifiers(yard: Yard) -> Iterator[Case]:
    victims = yard.one("victims")
    yield of_table(
        yard,
        victims.changed("offence_id", lambda values: [one.replace("O00", "O") for one in values]),
        "victims.offence_known",
        "zeros lost",
    )
    offences = yard.one("offences")
    yield of_table(
        yard,
        offences.changed("offence_id", lambda values: [one[:5] for one in values]),
        "offences.id_once",
        "cut short",
    )
    yield of_table(yard, offences.cell(4, "offence_id", ""), "offences.id_given", "one blank")
    asb = yard.one("asb_incidents")
    yield of_table(yard, asb.changed("incident_id", lambda values: ["A1"] * len(values)), "asb.id_once", "all alike")
    street = yard.one("street_crime")
    yield of_table(
        yard,
        street.changed("Crime ID", lambda values: [one[:32] for one in values]),
        "street.crime_id_shape",
        "cut short",
    )
    upper = street.changed("Crime ID", lambda values: [one.upper() for one in values])
    yield of_table(yard, upper, "street.crime_id_shape", "capitals")


@kind("codes of LSOAs spoilt")
def _lsoa_codes(yard: Yard) -> Iterator[Case]:
    for name, column, shape in (
        ("offences", "lsoa21", "offences.lsoa_shape"), ("asb_incidents", "lsoa21", "asb.lsoa_shape"), ("fire_incidents", "lsoa21", "fire.lsoa_shape"),
        ("street_crime", "LSOA code", "street.lsoa_shape"), ("rural_urban", "LSOA21CD", "rural_urban.code_shape"),
        ("small_area_population", "lsoa21_code", "small_area.code_shape"), ("lsoa21_ward", "LSOA21CD", "lsoa21_ward.lsoa_shape"),
    ):  # fmt: skip
        table = yard.one(name)
        for what, change in (
            ("a name", lambda _: "Rotherham 001A"),
            ("small letters", str.lower),
            ("E02 codes", lambda one: one.replace("E01", "E02")),
        ):
            changed = table.changed(column, lambda values: [change(one) if one else "" for one in values])  # noqa: B023
            yield of_table(yard, changed, shape, f"{column} {what}")
    street = yard.one("street_crime").changed(
        "LSOA code", lambda values: ["E01999999" if one else "" for one in values]
    )
    yield of_table(yard, street, "street.lsoa_known", "codes that do not exist")


@kind("LSOA codes of another census")
def _other_vintage(yard: Yard) -> Iterator[Case]:
    lookup = yard.one("lsoa11_lsoa21")
    old = [row[0] for row in lookup.rows if row[2] == "S"]
    new = [row[3] for row in lookup.rows if row[2] == "S"]
    street = yard.one("street_crime")
    both = street.changed("LSOA code", lambda values: [*old[:2], *new[:2], *values[4:]])
    yield of_table(yard, both, "street.one_vintage", "2011 among 2021 in one month")
    for name, caught in (
        ("offences", "offences.lsoa_known"),
        ("asb_incidents", "asb.lsoa_known"),
        ("fire_incidents", "fire.lsoa_known"),
    ):
        table = yard.one(name).changed("lsoa21", lambda values: [old[0], *values[1:]])
        yield of_table(yard, table, caught)
    areas = yard.one("small_area_population").changed("lsoa21_code", lambda values: [old[0], *values[1:]])
    yield of_table(yard, areas, "small_area.code_known")
    classes = yard.one("rural_urban").changed("LSOA21CD", lambda values: [old[0], *values[1:]])
    yield of_table(yard, classes, "rural_urban.code_known")


@kind("names written in several ways")
def _spelt(yard: Yard) -> Iterator[Case]:
    why = "a name in another spelling may be another organisation, and only the partnership knows"
    services = yard.one("services")
    name = services.column("provider")[0]
    yield of_table(
        yard, services.cell(0, "provider", name.replace(" ", "-", 1)), "services.provider_spelt_once", "hyphen", why
    )
    scores = yard.one("risk_scores")
    yield of_table(
        yard,
        scores.cell(0, "organisation", scores.column("organisation")[0].upper()),
        "risk_scores.names_spelt_once",
        "capitals",
    )
    groups = yard.one("ward_groups")
    yield of_table(
        yard, groups.cell(0, "group", groups.column("group")[0].upper()), "ward_groups.groups_spelt_once", "capitals"
    )
    surveys = yard.one("surveys")
    yield of_table(
        yard,
        surveys.cell(1, "question", surveys.column("question")[1] + " Really?"),
        "surveys.question_worded_once",
        "another question",
    )
