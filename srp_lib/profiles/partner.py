"""Views of the partners' extracts: what all of them are held to, people, incidents and services.

Rows that are alike in all that is judged are one row of a view, with their number as its weight, so that a view is
small and holds no identifier. A detail names files, columns, codes, months and measures and gives no count, because
a small number of people or records can identify somebody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from srp_lib import periods
from srp_lib.profiles.common import Context, as_text, numbers, tally

FEWEST_RECORDS = 20  # a month with fewer, now and a year before, is not compared
FIRST_DAYS_TO, LAST_DAYS_FROM = 10, 20  # a month of many records has some on its first and on its last days
FEWEST_EXPECTED = 10  # a month without victims is told where by chance it would have none once in e to the tenth
FEWEST_OF_FILE = 100  # a file with fewer is not judged by its share of blanks
LONGEST_SERVICE_DAYS = 400  # a period much over a year is of no one year
MEASURE_SHOWN = re.compile(r"[a-z][a-z0-9_]{1,59}")
IN_TREATMENT = "_in_treatment"  # measures whose numerator is a part of their denominator end so
FLAGS = {
    "offences": (
        "domestic_abuse", "child_abuse", "cce", "cse", "online", "alcohol", "knife", "modern_slavery", "honour_based",
        "forced_marriage", "organised_crime",
    ),
    "victims": ("vulnerable", "mental_health", "missing_from_home"),
    "suspects": ("drugs_intelligence",),
    "missing_children": ("cce_linked", "cse_linked"),
}  # fmt: skip
# What is wrong where a column of a view fails, to follow the file's name.
PHRASES = {
    "id_missing": "a record has no identifier",
    "id_repeated": "an identifier is on more than one record",
    "offence_missing": "a record has no offence_id",
    "person_missing": "a record has no pseudonym of a person",
    "child_missing": "a record has no child_id",
    "pair_repeated": "the same person is on the same offence more than once",
    "offence_unknown": "an offence_id is not among the offences supplied",
    "date_missing": "a record has no date",
    "after_today": "a date has not come yet",
    "from_after_to": "a committed_from is after its committed_to",
    "committed_after_recorded": "a committed date is after the recorded_date",
    "outcome_before_recorded": "an outcome_date is before the recorded_date",
    "outcome_without_code": "a record has an outcome_date and no outcome_code",
    "code_missing": "a record has no ho_code",
    "description_missing": "a record has no description of the offence",
    "rape_elsewhere": "a record says rape and its code is not of a sexual offence",
    "slavery_unsupported": "a record has modern_slavery = Y, with neither the code of modern slavery nor a victim with an exploitation type",
    "child_abuse_without_child": "a record has child_abuse = Y and no victim known to be under 18",
    "cce_without_child": "a record has cce = Y and no victim known to be under 18",
    "cse_without_child": "a record has cse = Y and no victim known to be under 18",
    "suspects_above_count": "a suspect_count is below the number of that offence's suspects supplied",
    "suspect_count": "a suspect_count is below zero",
    "sex": "sex is blank or not one of F, M, X and U",
    "age": "an age is not between 0 and 110",
    "relationship": "a relationship is not in the list",
    "ocg_role": "an ocg_role is not in the list",
    "role_unlinked": "a suspect has an ocg_role and the offence has not organised_crime = Y",
    "reported_to": "reported_to is blank or not in the list",
    "category": "a category is blank or not in the list",
    "subcategory_missing": "a record has no subcategory",
    "type": "a type is blank or not in the list",
    "measure_missing": "a record has no measure_id",
    "measure_id": "a measure_id is not in small letters, digits and underscores",
    "provider_missing": "a record has no provider",
    "period_missing": "a record lacks period_start or period_end",
    "period_reversed": "a period_end is before its period_start",
    "period_long": "a period is longer than 13 months",
    "period_repeated": "the same measure, provider and period are there more than once",
    "numerator": "a numerator is blank or below zero",
    "denominator": "a denominator is not above zero",
    "part_above_whole": "a number in treatment is above the number in need of it",
    "interval_reversed": "an estimate_low is above its estimate_high",
    "outside_interval": "neither the figure nor its numerator or denominator lies from estimate_low to estimate_high",
}
BLANKS = {
    "lsoa21": "lsoa21",
    "committed": "committed date",
    "outcome": "outcome_code",
    "age": "age",
    "sex": "sex other than U",
    "relationship": "relationship",
}


# --- what all have in common --------------------------------------------------------------------------------


def alike(view: pd.DataFrame, phrases: Mapping[str, str] = PHRASES) -> pd.DataFrame:
    """One row for all rows of a view that are alike, with their number as `weight` and a sentence for each column."""
    combined = view.groupby(list(view), observed=True, dropna=False, sort=False).size().rename("weight").reset_index()
    return phrased(combined.astype({"file": str}), None, phrases)


def phrased(view: pd.DataFrame, subject: pd.Series | None = None, phrases: Mapping[str, str] = PHRASES) -> pd.DataFrame:
    """Add `<column>_detail` for every column that has a phrase; `subject` stands before it instead of the file."""
    about = (view["file"] if subject is None else subject) + ": "
    details = {f"{name}_detail": about + f"{phrases[name]}." for name in view if name in phrases}
    return view.assign(**details)


def other(context: Context, extract: str) -> pd.DataFrame | None:
    """Another extract's columns, or None where it was not supplied or gave no row: what needs it is not judged."""
    frame = context.others.get(extract)
    return frame if frame is not None and len(frame) else None


def after_today(frame: pd.DataFrame, columns: Sequence[str], context: Context) -> pd.Series:
    """Which rows have a date, in any of these columns, that has not come yet."""
    late = [frame[column] >= pd.Timestamp(context.today) + pd.Timedelta(days=1) for column in columns]
    return pd.concat(late, axis=1).any(axis=1)


def is_yes(flag: pd.Series) -> pd.Series:
    """Which rows have the flag Y."""
    return (flag == "Y").fillna(False).astype(bool)


def repeated(frame: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Which rows share all of these columns with another; rows that lack one of them share nothing."""
    return frame.duplicated(keys, keep=False) & frame[keys].notna().all(axis=1)


def identified(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The file of each row, and whether its identifier is missing or on another row too."""
    missing = frame[column].isna()
    return pd.DataFrame({"file": frame["file"], "id_missing": missing, "id_repeated": repeated(frame, [column])})


def flags(frame: pd.DataFrame, extract: str) -> pd.DataFrame:
    """One row per file, flag and what it says, with its number of rows; blanks are in it."""
    parts = []
    for name in FLAGS[extract]:
        counts = frame.groupby(["file", name], observed=True, dropna=False).size().rename("weight").reset_index()
        parts.append(counts.rename(columns={name: "value"}).assign(flag=name).astype({"file": str, "value": object}))
    view = pd.concat(parts, ignore_index=True)
    view["value_detail"] = view["file"] + ": " + view["flag"] + " is blank, or neither Y nor N, on a record."
    return view


def lsoas(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and 2021 LSOA: whether the lookups know the code and whether it is in the area audited."""
    view = tally(frame, "lsoa21")
    every, mine = context.lsoas.get("2021"), context.area_lsoas.get("2021")
    view["known"] = view["lsoa21"].isin(every) if every is not None else True
    view["in_area"] = view["lsoa21"].isin(mine) if mine is not None else True
    view["lsoa21_detail"] = view["file"] + ": lsoa21 holds something else than the code of a 2021 LSOA."
    view["known_detail"] = view["file"] + ": lsoa21 holds a code that is in no lookup of 2021 LSOAs."
    view["in_area_detail"] = view["file"] + ": lsoa21 holds LSOAs outside the area audited."
    return view.astype({"known": bool, "in_area": bool})


def blanks(frame: pd.DataFrame, missing: Mapping[str, pd.Series]) -> pd.DataFrame:
    """One row per file: the share of its rows in which each of BLANKS is missing; null in a file of few rows."""
    by_file = pd.DataFrame(dict(missing)).groupby(frame["file"].astype(str))
    shares = by_file.mean().where(by_file.size() >= FEWEST_OF_FILE, axis=0)
    view = shares.rename_axis("file").reset_index().astype(dict.fromkeys(missing, float))
    for name in missing:
        view[f"{name}_detail"] = [
            f"{row.file}: about {twentieths(getattr(row, name))} of its records have no {BLANKS[name]}."
            for row in view.itertuples()
        ]
    return view


def twentieths(share: float) -> str:
    """A share to the nearest 5%, so that no number of records can be worked out from it."""
    return "none" if np.isnan(share) else f"{round(20 * share) * 5}%"


def calendar(days: pd.Series, present_in: Mapping[str, pd.Series] | None = None) -> pd.DataFrame:
    """One row per month from the first to the last: whether it is present and whole, and its records over those a year before.

    `present_in` maps another extract to which rows it has something for: `<extract>_absent` is then a month without
    any, see _absent. Months of few records are not judged but for being present.
    """
    months = days.dt.to_period("M")
    counts = months.value_counts().rename(index=str).to_dict()
    wanted = periods.month_range(min(counts), max(counts)) if counts else ()
    gaps = periods.list_months(month for month in wanted if month not in counts)
    rows = [(month, month in counts, f"{gaps} missing.", *_year_before(month, counts)) for month in wanted]
    view = pd.DataFrame(rows, columns=["month", "present", "present_detail", "ratio", "ratio_detail"]).assign(file="")
    view = view.astype({"present": bool, "ratio": float})
    view["part"] = view["month"].isin(_part_months(days, counts))
    view["part_detail"] = view["month"].map(periods.month_name) + ": its records begin late or end early in the month."
    for extract, found in (present_in or {}).items():
        view[f"{extract}_absent"] = _absent(view["month"], counts, months[found])
        names = view["month"].map(periods.month_name)
        view[f"{extract}_absent_detail"] = names + f": none of its offences has {extract} supplied."
    return view


def _part_months(days: pd.Series, counts: Mapping[str, int]) -> set[str]:
    """The months whose records, where they are not few, are all of its first twenty days or all after its tenth."""
    of_month = days.dt.day.groupby(days.dt.to_period("M"))
    part = (of_month.max() <= LAST_DAYS_FROM) | (of_month.min() > FIRST_DAYS_TO)
    return {month for month in map(str, part.index[part]) if counts[month] >= FEWEST_RECORDS}


def _absent(wanted: pd.Series, counts: Mapping[str, int], found: pd.Series) -> pd.Series:
    """Which months have nothing found for any record, though many would be expected by the share of all months."""
    covered = set(map(str, found.dropna().unique()))
    share = len(found) / max(sum(counts.values()), 1)
    expected = wanted.map(counts).fillna(0).astype(float) * share
    return ~wanted.isin(covered) & (expected >= FEWEST_EXPECTED)


def _year_before(month: str, counts: Mapping[str, int]) -> tuple[float, str]:
    """A month's records over those of the same month a year before, null where not judged, and a sentence."""
    before = periods.shift_month(month, -12)
    now, then = counts.get(month, 0), counts.get(before, 0)
    if not now or not then or max(now, then) < FEWEST_RECORDS:
        return np.nan, ""
    size = "far fewer" if now < then else "far more"
    return now / then, f"{periods.month_name(month)} has {size} records than {periods.month_name(before)}."


# --- people -------------------------------------------------------------------------------------------------


def _people(frame: pd.DataFrame, person: str, context: Context) -> pd.DataFrame:
    """Each row's file, sex and age, and what is wrong with its keys."""
    offences = other(context, "offences")
    view = pd.DataFrame({"file": frame["file"], "sex": frame["sex"], "age": numbers(frame, ["age"])["age"]})
    view["offence_missing"] = frame["offence_id"].isna()
    view["person_missing"] = frame[person].isna()
    view["pair_repeated"] = repeated(frame, ["offence_id", person])
    unknown = False if offences is None else ~frame["offence_id"].isin(offences["offence_id"])
    return view.assign(offence_unknown=~view["offence_missing"] & unknown)


def victim_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Victims that are alike: their keys, sex, age and relationship."""
    return alike(_people(frame, "victim_id", context).assign(relationship=frame["relationship"]))


def victim_flags(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The flags of victims; see flags."""
    return flags(frame, "victims")


def victim_blanks(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Shares of victims without age, known sex or relationship; see blanks."""
    return blanks(
        frame,
        {"age": frame["age"].isna(), "sex": frame["sex"] == "U", "relationship": frame["relationship"].isna()},
    )


def suspect_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Suspects that are alike: their keys, sex, age and role, and whether the role's offence is of organised crime."""
    view = _people(frame, "suspect_id", context).assign(ocg_role=frame["ocg_role"])
    offences = other(context, "offences")
    if offences is None:
        return alike(view.assign(role_unlinked=False))
    organised = frame["offence_id"].isin(offences.loc[is_yes(offences["organised_crime"]), "offence_id"])
    placed = frame["offence_id"].notna() & ~view["offence_unknown"]
    return alike(view.assign(role_unlinked=frame["ocg_role"].notna() & placed & ~organised))


def suspect_flags(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The flag of suspects; see flags."""
    return flags(frame, "suspects")


def suspect_blanks(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Shares of suspects without age or known sex; see blanks."""
    return blanks(frame, {"age": frame["age"].isna(), "sex": frame["sex"] == "U"})


# --- incidents ----------------------------------------------------------------------------------------------


def _dated(frame: pd.DataFrame, identifier: str, context: Context) -> pd.DataFrame:
    """Each row's file and what is wrong with its identifier and date."""
    late = after_today(frame, ["date"], context)
    return identified(frame, identifier).assign(date_missing=frame["date"].isna(), after_today=late)


def asb_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Anti-social behaviour incidents that are alike."""
    view = _dated(frame, "incident_id", context).assign(reported_to=frame["reported_to"], category=frame["category"])
    return alike(view.assign(subcategory_missing=frame["subcategory"].isna()))


def missing_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Episodes of missing children that are alike."""
    return alike(_dated(frame, "episode_id", context).assign(child_missing=frame["child_id"].isna()))


def missing_flags(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The flags of missing children; see flags."""
    return flags(frame, "missing_children")


def fire_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Fire incidents that are alike."""
    return alike(_dated(frame, "incident_id", context).assign(type=frame["type"]))


def incident_calendar(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The months of incidents; see calendar."""
    return calendar(frame["date"])


def incident_blanks(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Shares of incidents without an LSOA; see blanks."""
    return blanks(frame, {"lsoa21": frame["lsoa21"].isna()})


# --- services -----------------------------------------------------------------------------------------------


def service_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of services, which are no person's: their period, their numbers and the interval against the figure."""
    keys = ["measure_id", "provider", "period_start", "period_end"]
    view = frame[["file", "measure_id"]].astype({"file": str}).reset_index(drop=True)
    given = frame[keys].reset_index(drop=True)
    view["measure_missing"], view["provider_missing"] = given["measure_id"].isna(), given["provider"].isna()
    view["period_missing"] = given["period_start"].isna() | given["period_end"].isna()
    view["period_reversed"] = given["period_end"] < given["period_start"]
    view["period_long"] = (given["period_end"] - given["period_start"]).dt.days > LONGEST_SERVICE_DAYS
    view["after_today"] = after_today(given, ["period_end"], context)
    view["period_repeated"] = repeated(given, keys)
    view = view.join(_service_numbers(frame.reset_index(drop=True)))
    shown = as_text(view["measure_id"])
    named = ", " + shown.where(shown.str.fullmatch(MEASURE_SHOWN), "a measure")
    return phrased(view, view["file"] + named)


def _service_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Numerator and denominator, and whether the whole and the interval agree with them.

    An interval made elsewhere may be of the share or of the rest of the whole, in per cent or not, of the numerator
    or of the denominator (the number in need, say): it contradicts the figure only where none of these lies in it.
    """
    values = numbers(frame, ["numerator", "denominator", "estimate_low", "estimate_high"])
    part, whole, low, high = (values[name] for name in values)
    share = part / whole.where(whole > 0)
    figures = (share, 1 - share, 100 * share, 100 * (1 - share), part, whole)
    inside = [(value >= low) & (value <= high) for value in figures]
    bounded = low.notna() & high.notna()
    treatment = as_text(frame["measure_id"]).str.endswith(IN_TREATMENT)
    return pd.DataFrame(
        {
            "numerator": part,
            "denominator": whole,
            "part_above_whole": treatment & (part > whole),
            "interval_reversed": bounded & (low > high),
            "outside_interval": bounded & (low <= high) & ~pd.concat(inside, axis=1).any(axis=1),
        }
    )
