"""Profiles: the small tables on which the expectations are checked, derived from an extract's tidy rows.

Each view is a pure function (frame, files, context) -> table, so that every rule in `expectations/` can be a
standard expectation on a plain column. What depends on the run (today, the area, its expected counts) is a
computed column here, and the suites stay static. Conventions, which srp_lib/gate.py relies on:

- `file` names the raw file that a row comes from (blank where a row belongs to no single file);
- `weight` is the number of extract rows that a row of the view stands for (1 where there is no such column);
- `<column>_detail` is a sentence that explains a failure in `<column>`; it holds no value of a single record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from srp_lib import periods
from srp_lib.geography import area_forces

ASB = "Anti-social behaviour"
STREET_HEADER = (
    "Crime ID|Month|Reported by|Falls within|Longitude|Latitude|Location|"
    "LSOA code|LSOA name|Crime type|Last outcome category|Context"
)
AGES = [f"age_{age}" for age in range(91)]
SEXES = ("persons", "females", "males")
C2_PARTS = {
    "violence": (
        "violence_against_the_person",
        (
            "homicide",
            "death_or_serious_injury_driving",
            "violence_with_injury",
            "violence_without_injury",
            "stalking_and_harassment",
        ),
    ),
    "theft": (
        "theft_offences",
        ("burglary", "vehicle_offences", "theft_from_the_person", "bicycle_theft", "shoplifting", "all_other_theft"),
    ),
    "burglary": ("burglary", ("residential_burglary", "non_residential_burglary")),
    "total": (
        "total",
        (
            "violence_against_the_person",
            "sexual_offences",
            "robbery",
            "theft_offences",
            "criminal_damage_and_arson",
            "drug_offences",
            "possession_of_weapons",
            "public_order_offences",
            "miscellaneous_crimes",
        ),
    ),
}
C2_COUNTS = list(dict.fromkeys(name for whole, parts in C2_PARTS.values() for name in (whole, *parts)))
ID_SHAPES = ["another shape", "64 hexadecimal characters"]
FEWEST_MONTHS = 3  # a median over fewer months says too little to judge another month by
MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
NAME_SHOWN = re.compile(r"[A-Za-z][A-Za-z ,;'()/&-]{2,79}")


@dataclass(frozen=True)
class Context:
    """What the views need from outside their extract.

    `lsoas` maps "2011" and "2021" to every code in the lookups, and "ward2011" and "ward2021" to those in the ward
    lookups alone; `area_lsoas` maps "2011" and "2021" to the codes of the audited area; `area_wards` maps a ward year to the area's ward codes. `expected` has "wards", "lsoa11" and "lsoa21".
    A set that is absent means that the lookup was not supplied, and what depends on it is not judged.
    """

    area_code: str
    today: date
    expected: Mapping[str, int] = field(default_factory=dict)
    lsoas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    area_lsoas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    area_wards: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def month(self) -> str:
        """The current month, "YYYY-MM"."""
        return f"{self.today:%Y-%m}"


View = Callable[[pd.DataFrame, pd.DataFrame, Context], pd.DataFrame]


# --- files: every extract -----------------------------------------------------------------------------------


def files_view(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per raw file: its fault if any, how often its content was delivered, whether it gave no rows."""
    view = files.assign(file=files["path"])
    view["problem"] = [_sentence(file, text) for file, text in zip(view["file"], _text(view["problem"]), strict=True)]
    view["fault_detail"] = view["problem"]
    content = view["sha256"].where(
        _text(view["sha256"]) != "", view["file"]
    )  # a file that couldn't be hashed is like no other
    first = view.groupby(content)["file"].transform("first")
    view["copies"] = view.groupby(content)["file"].transform("size")
    view["copies_detail"] = np.where(
        view["file"] == first, "", view["file"] + " has the same content as " + first + "."
    )
    view["no_rows"] = (view["fault"] == "none") & (view["rows"] == 0)
    view["no_rows_detail"] = view["file"] + " was read but holds no rows."
    return view


def _sentence(file: str, problem: str) -> str:
    """A file's problem as a sentence that names the file; readers write it to follow the file's path."""
    return problem if file in problem or not problem else f"{file} {problem}"


# --- street-level crime -------------------------------------------------------------------------------------


def _street_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows per file, month and force (columns file, month, force_name, rows); rows without a proper month are left out."""
    counts = frame.groupby(["file", "month", "reported_by"], observed=True).size().rename("rows").reset_index()
    counts = counts.rename(columns={"reported_by": "force_name"}).astype({"file": str, "month": str, "force_name": str})
    return counts[counts["month"].str.fullmatch(MONTH)].reset_index(drop=True)


def street_files(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The files view with each file's header, its months against its name and folder, and its size against others."""
    view = files_view(frame, files, context)
    inside = _text(view["inner_months"])
    sound = view["fault"] == "none"
    view["header_wrong"] = (view["fault"] == "columns") | (sound & (_text(view["columns"]) != STREET_HEADER))
    view["header_wrong_detail"] = [
        _header_problem(row.file, row.columns_, row.problem)
        for row in view.rename(columns={"columns": "columns_"}).itertuples()
    ]
    for part, place in (("name", "its name"), ("folder", "its folder")):
        stated = _text(view[f"{part}_month"])
        view[f"month_unlike_{part}"] = sound & (inside != "") & (stated != "") & (inside != stated)
        view[f"month_unlike_{part}_detail"] = (
            view["file"] + f": {place} says " + stated + ", its rows say " + inside.str.replace(";", ", ") + "."
        )
    view["months_inside"] = np.where(inside == "", 0, inside.str.count(";") + 1)
    view["after_today"] = sound & (_text(view["last_month"]) > context.month)
    view["after_today_detail"] = (
        view["file"] + " holds " + _text(view["last_month"]) + ", which is after " + context.month + "."
    )
    return view.merge(_street_deliveries(frame, set(area_forces(frame, context.area_code))), on="file", how="left")


def _header_problem(file: str, header: str, problem: str) -> str:
    """The columns that a street-level file lacks or has too many of, as a sentence."""
    wanted, found = STREET_HEADER.split("|"), str(header or "").split("|")
    lacking = [name for name in wanted if name not in found]
    if lacking and len(lacking) < len(wanted):
        return f"{file} lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}."
    return str(problem or f"{file}: the columns are not those that data.police.uk publishes, in that order.")


def _street_deliveries(frame: pd.DataFrame, own: set[str]) -> pd.DataFrame:
    """Per file: whether another file holds the same month of the same force, and its row count against like months."""
    counts = _street_counts(frame)
    holders = counts.groupby(["month", "force_name"])["file"].agg(list).to_dict()
    found = []
    for row, ratio in zip(counts.itertuples(), _row_ratio(counts), strict=True):
        held_in = holders[row.month, row.force_name]
        double = f"{' and '.join(held_in)} all hold {row.month} of {row.force_name}."
        size = f"{row.file} has {row.rows:,} rows, {ratio:.0%} of what is usual for {row.force_name} in that month."
        mine = row.force_name in own
        found.append((row.file, len(held_in), double, ratio if mine else np.nan, np.nan if mine else ratio, size))
    table = pd.DataFrame(
        found,
        columns=["file", "deliveries", "deliveries_detail", "row_ratio", "row_ratio_elsewhere", "row_ratio_detail"],
    )
    table["row_ratio_elsewhere_detail"] = table["row_ratio_detail"]
    return _worst_of_file(table)


def _worst_of_file(table: pd.DataFrame) -> pd.DataFrame:
    """One row per file of several: the month and force that was delivered most often, then the oddest in size."""
    oddness = (table["row_ratio"].fillna(table["row_ratio_elsewhere"]) - 1).abs().fillna(-1)
    order = table.assign(oddness=oddness).sort_values(["deliveries", "oddness"], ascending=False, kind="stable")
    return (
        order.drop_duplicates("file").drop(columns="oddness").astype({"row_ratio": float, "row_ratio_elsewhere": float})
    )


def _row_ratio(counts: pd.DataFrame) -> pd.Series:
    """Rows over the median of the same calendar month in other years, else of the force's other months.

    The same calendar month needs two other years to count, because with one a damaged file and a sound one
    are equally odd. Null where fewer than two other months are there to compare with.
    """
    by_force = {
        force: group.set_index("month")["rows"]
        for force, group in counts.drop_duplicates(["month", "force_name"]).groupby("force_name")
    }
    ratios = []
    for row in counts.itertuples():
        others = by_force[row.force_name].drop(row.month)
        alike = others[others.index.str[5:] == row.month[5:]]
        chosen = alike if len(alike) >= 2 else others
        usual = chosen.median() if len(chosen) >= 2 else 0
        ratios.append(row.rows / usual if usual else np.nan)
    return pd.Series(ratios, index=counts.index, dtype=float)


def street_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The tidy rows without their identifiers, with what can only be judged across columns as flags."""
    asb = frame["crime_type"] == ASB
    blank_id, placed = frame["crime_id"].isna(), frame["lsoa_code"].notna()
    located = frame["longitude"].notna() & frame["latitude"].notna()
    view = frame[["file", "reported_by", "longitude", "latitude", "crime_type", "lsoa_known"]].copy(deep=False)
    view["id_missing"] = blank_id & ~asb
    view["id_unwanted"] = ~blank_id & asb
    view["outcome_missing"] = frame["outcome"].isna() & ~asb
    view["half_located"] = (placed != located) | (frame["longitude"].isna() != frame["latitude"].isna())
    return view


def street_ids(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rows with a Crime ID per file, shape of the identifier and whether another row of any file has the same."""
    given = frame[frame["crime_id"].notna()]
    ids = given["crime_id"].astype(pd.ArrowDtype(pa.string()))  # half the time of pandas' own text
    well_formed = ids.str.fullmatch("[0-9a-f]{64}").to_numpy(dtype=bool)
    facts = pd.DataFrame(
        {
            "file": given["file"],
            "shape": pd.Categorical.from_codes(well_formed.astype(int), ID_SHAPES),
            "repeated": ids.duplicated(keep=False).to_numpy(dtype=bool),
        }
    )
    view = facts.groupby(["file", "shape", "repeated"], observed=True).size().rename("weight").reset_index()
    return view.astype({"file": str, "shape": str})


def street_lsoas(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and LSOA code, with the number of rows that it stands for."""
    return _tally(frame, "lsoa_code")


def street_outcomes(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and outcome; the detail shows the name where it reads as a category and not as free text."""
    view = _tally(frame, "outcome")
    totals = view.groupby("outcome")["weight"].transform("sum")
    view["outcome_detail"] = [_shown(name, rows) for name, rows in zip(view["outcome"], totals, strict=True)]
    return view


def _tally(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows per file and value of a column (columns file, <column>, weight); blanks are left out."""
    view = frame.groupby(["file", column], observed=True).size().rename("weight").reset_index()
    return view.astype({"file": str, column: str})


def _shown(name: str, rows: int) -> str:
    """A category's name in a sentence, unless it could be something else than a category."""
    shown = f"'{name}'" if NAME_SHOWN.fullmatch(name) else "A name with digits or signs, not shown here,"
    return f"{shown} is on {rows:,} row{'' if rows == 1 else 's'}."


def street_months(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, month and force: rows in the area, share without a location, ASB rows, vintages of LSOA codes.

    All but the vintages are judged for the area's own force only: others, such as Northern Ireland's, give none.
    """
    keys = [frame[name] for name in ("file", "month", "reported_by")]
    facts = pd.DataFrame(
        {
            "blank": frame["lsoa_code"].isna(),
            "asb": frame["crime_type"] == ASB,
            "in_area": frame["lad_code"] == context.area_code,
        }
    )
    for vintage in ("2011", "2021"):
        facts[vintage] = (frame["vintage"] == vintage) & frame["lsoa_code"].notna()
    totals = facts.groupby(keys, observed=True).sum()
    totals["weight"] = facts.groupby(keys, observed=True).size()
    view = (
        totals.reset_index()
        .rename(columns={"reported_by": "force_name"})
        .astype({"file": str, "month": str, "force_name": str})
    )
    view = view[view["month"].str.fullmatch(MONTH)].reset_index(drop=True)
    forces = area_forces(frame, context.area_code)
    mine = view["force_name"].isin(forces)
    view["nothing_in_area"] = (view["in_area"] == 0) & (view["force_name"] == forces[0] if forces else False)
    view["area_ratio"] = _row_ratio(view.assign(rows=view["in_area"])).where(mine)
    view["cut_short"] = (view["blank"] == 0) & mine
    view["blank_share"] = (view["blank"] / view["weight"]).where(mine)
    view["blank_change"] = _change_on_months_before(view)
    view["no_asb"] = (view["asb"] == 0) & mine
    return _street_month_details(_with_vintages(view))


def _with_vintages(view: pd.DataFrame) -> pd.DataFrame:
    """Add how many vintages of LSOA codes each month has over all its files."""
    for vintage in ("2011", "2021"):
        view[f"has_{vintage}"] = view.groupby("month")[vintage].transform("sum") > 0
    view["vintages"] = view["has_2011"].astype(int) + view["has_2021"].astype(int)
    return view


def _change_on_months_before(view: pd.DataFrame) -> pd.Series:
    """Absolute difference of the blank share from the median of up to twelve months before; null with under three."""
    ordered = view.sort_values("month", kind="stable")
    before = ordered.groupby("force_name")["blank_share"].transform(
        lambda shares: shares.shift().rolling(12, min_periods=FEWEST_MONTHS).median()
    )
    return (ordered["blank_share"] - before).abs().reindex(view.index)


def _street_month_details(view: pd.DataFrame) -> pd.DataFrame:
    """Sentences for the months view."""
    where = view["month"].map(periods.month_name) + ", " + view["force_name"]
    share = (100 * view["blank_share"]).round(1).astype(str) + "% of rows have no location"
    view["blank_share_detail"] = where + ": " + share + "."
    view["blank_change_detail"] = (
        where
        + ": "
        + share
        + ", "
        + (100 * view["blank_change"]).round(1).astype(str)
        + " percentage points from the months before."
    )
    view["vintages_detail"] = (
        view["month"].map(periods.month_name)
        + " has LSOA codes that exist only in the 2011 and codes that exist only in the 2021 geography."
    )
    view["nothing_in_area_detail"] = where + ": no row lies in the area audited."
    size = (100 * view["area_ratio"]).round(0).astype("Int64").astype(str)
    view["area_ratio_detail"] = (
        where + ": " + view["in_area"].astype(str) + " rows lie in the area audited, " + size + "% of what is usual."
    )
    view["cut_short_detail"] = (
        view["file"] + ": every row has a location, and the publisher puts those without one last."
    )
    view["no_asb_detail"] = where + ": no anti-social behaviour at all."
    return view


def street_calendar(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per force and month between its first and last: whether it is present, and the gap it is in."""
    rows = []
    for force, group in _street_counts(frame).groupby("force_name"):
        present = set(group["month"])
        wanted = periods.month_range(min(present), max(present))
        gaps = periods.list_months(month for month in wanted if month not in present)
        rows += [(force, month, month in present, f"{force}: {gaps} missing.") for month in wanted]
    view = pd.DataFrame(rows, columns=["force_name", "month", "present", "present_detail"]).assign(file="")
    return view.astype({"present": bool})


# --- population ---------------------------------------------------------------------------------------------


def population_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with the sum of their ages against the total, the ages that are missing and the lowest count."""
    view = frame[["file", "year", "area_code", "sex"]].assign(all_ages=_numbers(frame, ["all_ages"]))
    ages = _numbers(frame, AGES).to_numpy()
    view["ages_missing"] = np.isnan(ages).sum(axis=1)
    view["ages_difference"] = np.nansum(ages, axis=1) - view["all_ages"]
    view["lowest"] = np.fmin(_lowest(ages), view["all_ages"])
    return view


def _lowest(values: np.ndarray) -> np.ndarray:
    """Each row's least number, null where a row has none."""
    return np.where(np.isnan(values), np.inf, values).min(axis=1, initial=np.inf)


def population_areas(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per year and area: sexes present, persons against females plus males at every age, change on the year."""
    counts = ["all_ages", *AGES]
    once = frame.drop_duplicates(["year", "area_code", "sex"]).set_index(["year", "area_code"])
    split = {sex: _numbers(once[once["sex"] == sex], counts) for sex in SEXES}
    gap = (split["persons"] - split["females"] - split["males"]).abs().max(axis=1)
    view = once.groupby(level=[0, 1]).agg(
        file=("file", "first"), area_name=("area_name", "first"), sexes=("sex", "nunique")
    )
    view = view.join(gap.rename("sexes_difference")).join(split["persons"]["all_ages"].rename("persons")).reset_index()
    before = view[["year", "area_code", "persons"]].assign(year=view["year"] + 1).rename(columns={"persons": "before"})
    view = view.merge(before, on=["year", "area_code"], how="left")
    view["change"] = 100 * (view["persons"] / view["before"] - 1)
    view["change_detail"] = [
        f"{row.area_name}, mid-{row.year}: {row.change:+.1f}% on the year before." for row in view.itertuples()
    ]
    return view


def population_years(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and year: files that give that year, rows of the audited area and its change on the year."""
    view = frame[["file", "year"]].drop_duplicates().astype({"file": str}).reset_index(drop=True)
    view["files_of_year"] = view.groupby("year")["file"].transform("size")
    view["files_of_year_detail"] = view["file"] + " gives mid-" + view["year"].astype(str) + ", as another file does."
    area = frame[frame["area_code"] == context.area_code]
    found = area.groupby([area["file"].astype(str), "year"]).size().rename("area_rows").reset_index()
    view = view.merge(found, on=["file", "year"], how="left").fillna({"area_rows": 0})
    view["area_rows_detail"] = (
        view["file"] + f" has {context.area_code} in " + view["area_rows"].astype(int).astype(str) + " of three sexes."
    )
    areas = population_areas(area, files, context)[["year", "change", "change_detail"]]
    view = view.merge(
        areas.rename(columns={"change": "area_change", "change_detail": "area_change_detail"}), on="year", how="left"
    )
    view["after_today"] = view["year"] > context.today.year
    return view


# --- population of small areas ------------------------------------------------------------------------------


def small_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with their ages against the total, and whether the lookups of their vintage know the code."""
    view = frame[["file", "vintage", "reference", "lsoa_code"]].copy()
    view[["residents", "households"]] = _numbers(frame, ["residents", "households"])
    ages = _numbers(frame, AGES).to_numpy()
    view["ages_given"] = (~np.isnan(ages)).sum(axis=1)
    view["ages_difference"] = np.where(view["ages_given"] > 0, np.nansum(ages, axis=1) - view["residents"], 0.0)
    view["lowest"] = np.where(view["ages_given"] > 0, _lowest(ages), np.nan)
    view["crowded"] = view["households"] > view["residents"]
    known = [context.lsoas.get(vintage) for vintage in view["vintage"].astype(str)]
    view["known"] = [codes is None or code in codes for codes, code in zip(known, view["lsoa_code"], strict=True)]
    return view.astype({"known": bool})


def small_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, vintage and reference: LSOAs of the audited area against the number expected."""
    rows = []
    for (file, vintage, _), group in frame.groupby(["file", "vintage", "reference"], observed=True):
        area, expected = context.area_lsoas.get(str(vintage)), context.expected.get(f"lsoa{str(vintage)[2:]}")
        found = len(area & set(group["lsoa_code"])) if area is not None else 0
        difference = np.nan if area is None or expected is None else found - expected
        rows.append((file, difference, f"{file} has {found} of the area's {expected} LSOAs of {vintage}."))
    return pd.DataFrame(rows, columns=["file", "area_difference", "area_difference_detail"]).astype(
        {"area_difference": float}
    )


# --- lookups ------------------------------------------------------------------------------------------------


def _spread(frame: pd.DataFrame, keys: list[str], value: str) -> pd.Series:
    """For each row, how many different values the group of its keys has."""
    pairs = frame[[*keys, value]].drop_duplicates()
    return (
        frame[keys]
        .merge(pairs.groupby(keys, observed=True)[value].size().rename("n").reset_index(), on=keys, how="left")["n"]
        .set_axis(frame.index)
    )


def _ward_rows(frame: pd.DataFrame, lsoa: str) -> pd.DataFrame:
    """The rows of an LSOA to ward lookup with wards of the LSOA and local authorities of the ward."""
    view = frame.rename(columns={f"{lsoa}_code": "lsoa_code", f"{lsoa}_name": "lsoa_name"}).reset_index(drop=True)
    view["wards_of_lsoa"] = _spread(view, ["lsoa_code", "ward_year"], "ward_code")
    view["lads_of_ward"] = _spread(view, ["ward_code", "ward_year"], "lad_code")
    return view


def _ward_area(frame: pd.DataFrame, lsoa: str, context: Context) -> pd.DataFrame:
    """One row per file and ward year: the audited area's LSOAs and wards against the numbers expected."""
    rows = []
    for (file, year), group in frame.groupby(["file", "ward_year"], observed=True):
        area = group[group["lad_code"] == context.area_code]
        lsoas, wards = area[f"{lsoa}_code"].nunique(), area["ward_code"].nunique()
        sentence = f"{file} has {lsoas} LSOAs and {wards} wards of {context.area_code}"
        rows.append(
            (
                file,
                year,
                lsoas - context.expected.get(lsoa, lsoas),
                wards - context.expected.get("wards", wards),
                sentence,
            )
        )
    view = pd.DataFrame(rows, columns=["file", "ward_year", "lsoas_difference", "wards_difference", "sentence"])
    view["lsoas_difference_detail"] = view["sentence"] + f"; {context.expected.get(lsoa)} LSOAs were expected."
    view["wards_difference_detail"] = view["sentence"] + f"; {context.expected.get('wards')} wards were expected."
    return view.drop(columns="sentence").astype({"lsoas_difference": float, "wards_difference": float})


def ward11_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2011 LSOA to ward lookup; see _ward_rows."""
    return _ward_rows(frame, "lsoa11")


def ward11_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The audited area in the 2011 LSOA to ward lookup; see _ward_area."""
    return _ward_area(frame, "lsoa11", context)


def ward21_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2021 LSOA to ward lookup; see _ward_rows."""
    return _ward_rows(frame, "lsoa21")


def ward21_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The audited area in the 2021 LSOA to ward lookup; see _ward_area."""
    return _ward_area(frame, "lsoa21", context)


def change_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the 2011 to 2021 LSOA lookup, flagged where U, S or M contradicts how often the codes occur."""
    view = frame[["file", "lsoa11_code", "lsoa21_code", "change", "lad_code"]].reset_index(drop=True)
    children = view.groupby("lsoa11_code", observed=True)["lsoa21_code"].transform("size")
    parents = view.groupby("lsoa21_code", observed=True)["lsoa11_code"].transform("size")
    change, same = view["change"].astype(str), view["lsoa11_code"].astype(str) == view["lsoa21_code"].astype(str)
    view["unchanged_wrong"] = (change == "U") & ((children != 1) | (parents != 1) | ~same)
    view["split_wrong"] = (change == "S") & ((children < 2) | (parents != 1))
    view["merged_wrong"] = (change == "M") & ((parents < 2) | (children != 1))
    return view


def change_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per vintage: codes that a ward lookup has and this one lacks, and the area's count against expected."""
    area, rows = frame["lad_code"] == context.area_code, []
    for vintage, column in (("2011", "lsoa11_code"), ("2021", "lsoa21_code")):
        codes, known, wanted = set(frame[column]), context.lsoas.get(f"ward{vintage}"), context.expected.get(column[:6])
        found = frame.loc[area, column].nunique()
        missing = np.nan if known is None else len(known - codes)
        rows.append(
            (
                vintage,
                missing,
                np.nan if wanted is None else found - wanted,
                f"{found} LSOAs of {vintage} are in {context.area_code}; {wanted} were expected.",
            )
        )
    view = pd.DataFrame(rows, columns=["vintage", "missing", "area_difference", "area_difference_detail"])
    view["missing_detail"] = [
        f"{row.missing:.0f} LSOAs of {row.vintage} that the ward lookup has are not in this one."
        for row in view.itertuples()
    ]
    return view.astype({"missing": float, "area_difference": float}).assign(file=_only_file(frame))


def _only_file(frame: pd.DataFrame) -> str:
    """The file that all rows come from; blank where there are several or none."""
    names = frame["file"].astype(str).unique()
    return names[0] if len(names) == 1 else ""


def partnership_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of the local authority to partnership to force lookup with forces of the partnership."""
    view = frame.reset_index(drop=True)
    return view.assign(forces_of_csp=_spread(view, ["csp_code", "year"], "pfa_code"))


def partnership_area(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and year: in how many partnerships the audited area is."""
    view = frame[["file", "year"]].drop_duplicates().astype({"file": str}).reset_index(drop=True)
    area = frame[frame["lad_code"] == context.area_code]
    found = area.groupby([area["file"].astype(str), "year"]).size().rename("area_rows").reset_index()
    view = view.merge(found, on=["file", "year"], how="left").fillna({"area_rows": 0})
    view["area_rows_detail"] = (
        view["file"]
        + f" has {context.area_code} "
        + view["area_rows"].astype(int).astype(str)
        + " times for "
        + view["year"].astype(str)
        + "."
    )
    return view


# --- boundaries ---------------------------------------------------------------------------------------------


def boundary_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The features without their geometry: whether it is a polygon, its shortest ring, rings left open."""
    view = frame.drop(columns="geometry").reset_index(drop=True)
    shapes = [_shape(text) for text in frame["geometry"]]
    view["polygon"] = [kind for kind, _, _ in shapes]
    view["shortest_ring"] = [shortest for _, shortest, _ in shapes]
    view["open_rings"] = [still_open for _, _, still_open in shapes]
    view["code_of_layer"] = view["layer"].astype(str) + " " + view["code"].astype(str)
    return view.astype({"polygon": bool, "shortest_ring": int, "open_rings": int})


def _shape(text: str) -> tuple[bool, int, int]:
    """Of a GeoJSON geometry: whether it is a polygon or several, points of its shortest ring, rings left open."""
    try:
        geometry = json.loads(text)
        parts = {"Polygon": lambda c: [c], "MultiPolygon": lambda c: c}[geometry["type"]](geometry["coordinates"])
        rings = [ring for part in parts for ring in part]
        return bool(rings), min(map(len, rings), default=0), sum(ring[:1] != ring[-1:] for ring in rings)
    except (KeyError, TypeError, ValueError):
        return False, 0, 0


def boundary_layers(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, layer and vintage: which of the area's features a layer that covers the area lacks."""
    rows = []
    for (file, layer, vintage), group in frame.groupby(["file", "layer", "vintage"], observed=True):
        codes = set(group["code"])
        candidates = _area_codes(str(layer), str(vintage), context)
        wanted = max(candidates, key=lambda known: len(known & codes), default=frozenset())
        missing = len(wanted - codes) if wanted & codes else np.nan
        rows.append(
            (
                file,
                layer,
                vintage,
                missing,
                f"{file} lacks {missing} of the area's {len(wanted)} features of the layer {layer} {vintage}.",
            )
        )
    view = pd.DataFrame(rows, columns=["file", "layer", "vintage", "area_missing", "area_missing_detail"])
    return view.astype({"area_missing": float})


def _area_codes(layer: str, vintage: str, context: Context) -> list[frozenset[str]]:
    """The sets of codes that the area can have in a layer: one per ward year for wards, one for the others."""
    if layer == "ward":
        return list(context.area_wards.values())
    if layer == "lsoa":
        return [context.area_lsoas[vintage]] if vintage in context.area_lsoas else []
    return [frozenset({context.area_code})]


# --- recorded crime by partnership (table C2) ---------------------------------------------------------------


def c2_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with each total less its parts (null where either is), the least count and the counts missing."""
    view = frame[["file", "period_end", "pfa_code", "csp_name", "lad_code", "level"]].reset_index(drop=True)
    counts = _numbers(frame, C2_COUNTS).reset_index(drop=True)
    for name, (whole, parts) in C2_PARTS.items():
        view[f"{name}_difference"] = counts[whole] - counts[list(parts)].sum(axis=1, skipna=False)
    view["lowest"] = counts.min(axis=1)
    view["counts_missing"] = np.where(view["level"] == "unassigned", 0, counts.isna().sum(axis=1))
    names = view["csp_name"].where(view["csp_name"].notna() & (view["csp_name"] != ""), view["pfa_code"]).astype(str)
    view["counts_missing_detail"] = names + ": " + view["counts_missing"].astype(str) + " counts are not given."
    view["after_today"] = _text(view["period_end"]) > context.month
    return view


def c2_forces(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per period and force with a row of its own: that row less its partnerships and unassigned, at the worst column."""
    counts = _numbers(frame, C2_COUNTS)
    keys = [_text(frame["period_end"]).rename("period_end"), _text(frame["pfa_code"]).rename("pfa_code")]
    whole = (frame["level"] == "force").to_numpy()
    forces = counts[whole].groupby([key[whole] for key in keys]).sum(min_count=1)
    parts = counts[~whole].groupby([key[~whole] for key in keys]).sum(min_count=1)
    worst = (forces - parts).abs().max(axis=1).rename("difference")
    names = (
        frame[whole].groupby([key[whole] for key in keys]).agg(file=("file", "first"), pfa_name=("pfa_name", "first"))
    )
    view = names.join(worst).reset_index()
    mine = set(frame.loc[(frame["lad_code"] == context.area_code), "pfa_code"])
    view["area_difference"] = view["difference"].where(view["pfa_code"].isin(mine))
    for column in ("difference", "area_difference"):
        view[f"{column}_detail"] = [
            f"{row.pfa_name.strip()}: its parts differ from the force's row by up to {row.difference:.0f}."
            for row in view.itertuples()
        ]
    return view


def c2_periods(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and period: rows in the table, and rows of the audited area."""
    mine = (frame["lad_code"] == context.area_code) & (frame["level"] == "partnership")
    keys = [_text(frame["file"]).rename("file"), _text(frame["period_end"]).rename("period_end")]
    view = pd.DataFrame({"table_rows": frame.groupby(keys).size(), "area_rows": mine.groupby(keys).sum()}).reset_index()
    view["area_rows_detail"] = view["file"] + " has " + view["area_rows"].astype(str) + f" rows of {context.area_code}."
    view["area_counts_missing"] = (frame[C2_COUNTS].isna().sum(axis=1) * mine).groupby(keys).sum().to_numpy()
    view["files_of_period"] = view.groupby("period_end")["file"].transform("size")
    view["files_of_period_detail"] = (
        view["file"] + " gives the year ending " + view["period_end"] + ", as another file does."
    )
    return view


def _numbers(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Columns as floating point numbers, with NaN where they are null."""
    values = [frame[column].to_numpy(dtype=float, na_value=np.nan) for column in columns]
    return pd.DataFrame(np.column_stack(values), frame.index, columns)


def _text(values: pd.Series) -> pd.Series:
    """A column as text, blank where it is null."""
    return values.astype(object).where(values.notna(), "").astype(str)


# The views of each extract, and the columns of the tidy frame that each needs (None: all of them).
STREET_COUNTED = ("file", "month", "reported_by", "lad_code")
VIEWS: dict[str, dict[str, tuple[View, tuple[str, ...] | None]]] = {
    "street_crime": {
        "files": (street_files, STREET_COUNTED),
        "rows": (
            street_rows,
            (*STREET_COUNTED, "crime_id", "longitude", "latitude", "lsoa_code", "lsoa_known", "crime_type", "outcome"),
        ),
        "ids": (street_ids, ("file", "crime_id")),
        "lsoas": (street_lsoas, ("file", "lsoa_code")),
        "months": (street_months, (*STREET_COUNTED, "lsoa_code", "crime_type", "vintage")),
        "calendar": (street_calendar, STREET_COUNTED),
        "outcomes": (street_outcomes, ("file", "outcome")),
    },
    "population": {
        "files": (files_view, ()),
        "rows": (population_rows, None),
        "areas": (population_areas, None),
        "years": (population_years, None),
    },
    "small_area_population": {
        "files": (files_view, ()),
        "rows": (small_rows, None),
        "vintages": (small_vintages, None),
    },
    "lsoa11_lsoa21": {"files": (files_view, ()), "rows": (change_rows, None), "vintages": (change_vintages, None)},
    "lsoa11_ward": {"files": (files_view, ()), "rows": (ward11_rows, None), "area": (ward11_area, None)},
    "lsoa21_ward": {"files": (files_view, ()), "rows": (ward21_rows, None), "area": (ward21_area, None)},
    "lad_csp_pfa": {"files": (files_view, ()), "rows": (partnership_rows, None), "area": (partnership_area, None)},
    "boundaries": {"files": (files_view, ()), "rows": (boundary_rows, None), "layers": (boundary_layers, None)},
    "recorded_crime_csp": {
        "files": (files_view, ()),
        "rows": (c2_rows, None),
        "forces": (c2_forces, None),
        "periods": (c2_periods, None),
    },
}


def columns_needed(extract: str, views: Iterable[str]) -> list[str] | None:
    """The columns of the tidy frame that these views of an extract read; None for all of them."""
    wanted = [VIEWS[extract][view][1] for view in views]
    if any(columns is None for columns in wanted):
        return None
    return list(dict.fromkeys(name for columns in wanted for name in columns or ()))


def derive(extract: str, view: str, frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The table of one view, with a fresh index. Raises KeyError for a view that the extract does not have."""
    return VIEWS[extract][view][0](frame, files, context).reset_index(drop=True)


def make_context(
    area_code: str, expected: Mapping[str, int], today: date, lookups: Mapping[str, pd.DataFrame]
) -> Context:
    """Gather what the views need from the lookups that were supplied (tidy frames by extract name)."""
    lsoas: dict[str, frozenset[str]] = {}
    area_lsoas: dict[str, frozenset[str]] = {}
    area_wards: dict[str, frozenset[str]] = {}
    for vintage in ("2011", "2021"):
        column, ward = f"lsoa{vintage[2:]}_code", lookups.get(f"lsoa{vintage[2:]}_ward")
        found = ward if ward is not None and len(ward) else lookups.get("lsoa11_lsoa21")
        if found is None or not len(found):
            continue
        mine = found["lad_code"] == area_code
        lsoas[vintage], area_lsoas[vintage] = frozenset(found[column]), frozenset(found.loc[mine, column])
        if found is ward:
            lsoas[f"ward{vintage}"] = lsoas[vintage]
            for year, group in found[mine].groupby("ward_year", observed=True):
                area_wards[f"{vintage} {year}"] = frozenset(group["ward_code"])
    return Context(area_code, today, dict(expected), lsoas, area_lsoas, area_wards)
