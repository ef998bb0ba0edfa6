"""Views of street-level crime."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa

from srp_lib import periods
from srp_lib.geography import area_forces
from srp_lib.profiles.common import MONTH, Context, as_text, files_view, tally

ASB = "Anti-social behaviour"
STREET_HEADER = (
    "Crime ID|Month|Reported by|Falls within|Longitude|Latitude|Location|"
    "LSOA code|LSOA name|Crime type|Last outcome category|Context"
)
ID_SHAPES = ["another shape", "64 hexadecimal characters"]
FEWEST_MONTHS = 3  # a median over fewer months says too little to judge another month by
NAME_SHOWN = re.compile(r"[A-Za-z][A-Za-z ,;'()/&-]{2,79}")


def _street_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows per file, month and force (columns file, month, force_name, rows); rows without a proper month are left out."""
    counts = frame.groupby(["file", "month", "reported_by"], observed=True).size().rename("rows").reset_index()
    counts = counts.rename(columns={"reported_by": "force_name"}).astype({"file": str, "month": str, "force_name": str})
    return counts[counts["month"].str.fullmatch(MONTH)].reset_index(drop=True)


def street_files(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The files view with each file's header, its months against its name and folder, and its size against others."""
    view = files_view(frame, files, context)
    inside = as_text(view["inner_months"])
    sound = view["fault"] == "none"
    view["header_wrong"] = (view["fault"] == "columns") | (sound & (as_text(view["columns"]) != STREET_HEADER))
    view["header_wrong_detail"] = [
        _header_problem(row.file, row.columns_, row.problem)
        for row in view.rename(columns={"columns": "columns_"}).itertuples()
    ]
    for part, place in (("name", "its name"), ("folder", "its folder")):
        stated = as_text(view[f"{part}_month"])
        view[f"month_unlike_{part}"] = sound & (inside != "") & (stated != "") & (inside != stated)
        view[f"month_unlike_{part}_detail"] = (
            view["file"] + f": {place} says " + stated + ", its rows say " + inside.str.replace(";", ", ") + "."
        )
    view["months_inside"] = np.where(inside == "", 0, inside.str.count(";") + 1)
    view["after_today"] = sound & (as_text(view["last_month"]) > context.month)
    view["after_today_detail"] = (
        view["file"] + " holds " + as_text(view["last_month"]) + ", which is after " + context.month + "."
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
    return tally(frame, "lsoa_code")


def street_outcomes(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and outcome; the detail shows the name where it reads as a category and not as free text."""
    view = tally(frame, "outcome")
    totals = view.groupby("outcome")["weight"].transform("sum")
    view["outcome_detail"] = [_shown(name, rows) for name, rows in zip(view["outcome"], totals, strict=True)]
    return view


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
