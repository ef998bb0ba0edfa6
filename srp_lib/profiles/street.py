"""Views of street-level crime."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from srp_lib import periods
from srp_lib.geography import area_forces
from srp_lib.profiles.common import MONTH, Context, as_text, files_view, nameless, tally

ASB = "Anti-social behaviour"
STREET_HEADER = (
    "Crime ID|Month|Reported by|Falls within|Longitude|Latitude|Location|"
    "LSOA code|LSOA name|Crime type|Last outcome category|Context"
)
SLUGS = {"btp": "british-transport"}  # where a file's name does not have the words of the force's own
ID_SHAPES = ["another shape", "64 hexadecimal characters"]
FEWEST_MONTHS = 3  # a median over fewer months says too little to judge another month by
# what must not differ between rows that agree in other columns: column of the view -> the others, what must not differ
POINTS = {
    "point_in_several": (("longitude", "latitude"), "lsoa_code"),
    "point_apart": (("longitude",), "latitude"),
    "street_differs": (("longitude", "latitude"), "location"),
    "name_differs": (("lsoa_code",), "lsoa_name"),
}
MARGIN = 0.05  # degrees; map points lie a little outside the areas whose crimes are moved to them
POINTS_SAID = {
    "rounded": "the place has two decimals or fewer",
    "outside": "the place is far outside the boundaries supplied though its LSOA is in the area audited",
    "point_in_several": "another row at the same point has another LSOA",
    "point_apart": "another row of the same longitude has another latitude",
    "street_differs": "another row at the same point has another location",
    "name_differs": "another row of the same LSOA code has another LSOA name",
    "nameless": "the LSOA has no name",
    "streetless": "the location is not named",
}
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
    view["force_unlike_name"] = _force_unlike_name(view, frame)
    view["force_unlike_name_detail"] = (
        view["file"] + ": its name says the force " + as_text(view["force"]) + "; its rows say another."
    )
    return view.merge(_street_deliveries(frame, set(area_forces(frame, context.area_code))), on="file", how="left")


def _force_unlike_name(view: pd.DataFrame, frame: pd.DataFrame) -> pd.Series:
    """Which files hold rows of another force than the one that their name says."""
    pairs = frame[["file", "reported_by"]].drop_duplicates().dropna().astype(str)
    stated = pairs["file"].map(view.set_index("file")["force"]).fillna("")
    unlike = [
        slug != ""
        and not set(SLUGS.get(slug, slug).split("-")) <= set(re.findall(r"[a-z]+", name.lower().replace("&", "and")))
        for slug, name in zip(stated, pairs["reported_by"], strict=True)
    ]
    return view["file"].isin(pairs["file"][unlike])


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


def street_points(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file: the shares of its rows with a place whose place contradicts that of other rows.

    The publisher moves each crime to one of its map points, and a point has one LSOA and one street: rows of one
    point that lie in several LSOAs show that a column has slipped against the others.
    """
    placed = frame[frame["longitude"].notna() & frame["latitude"].notna() & frame["lsoa_code"].notna()]
    codes = {name: placed[name].astype("category").cat.codes for name in ("file", "location", "lsoa_code", "lsoa_name")}
    facts = placed[["longitude", "latitude"]].assign(**codes)
    shares = pd.DataFrame({name: _contradicted(facts, *columns) for name, columns in POINTS.items()})
    shares["nameless"] = nameless(placed["lsoa_code"], placed["lsoa_name"])
    shares["streetless"] = _without_letters(placed["location"])
    shares["rounded"] = _rounded(placed["longitude"]) | _rounded(placed["latitude"])
    shares["outside"] = _outside(placed, context)
    view = shares.groupby(placed["file"].astype(str)).mean().rename_axis("file").reset_index()
    for name, sentence in POINTS_SAID.items():
        share = (100 * view[name]).round(1).astype(str)
        view[f"{name}_detail"] = view["file"] + ": of " + share + f"% of its rows with a place, {sentence}."
    return view


def _contradicted(facts: pd.DataFrame, keys: Sequence[str], value: str) -> pd.Series:
    """Which rows agree with another in the keys and not in the value, within a file; blanks are a value."""
    columns = ["file", *keys]
    pairs = facts[[*columns, value]].drop_duplicates()
    several = pairs[pairs.duplicated(columns, keep=False)][columns].drop_duplicates().assign(several=True)
    found = facts[columns].merge(several, on=columns, how="left")["several"]
    return found.notna().set_axis(facts.index)


def _rounded(degrees: pd.Series) -> pd.Series:
    """Which degrees have no more than two decimals; the publisher gives six."""
    return (100 * degrees - (100 * degrees).round()).abs() < 1e-7


def _outside(placed: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows of the audited area lie far outside all boundaries supplied; none whose LSOA has no boundary there."""
    shapes = context.others.get("boundaries")
    if shapes is None or not len(shapes):
        return pd.Series(False, index=placed.index)
    west, east = shapes["min_lon"].min() - MARGIN, shapes["max_lon"].max() + MARGIN
    south, north = shapes["min_lat"].min() - MARGIN, shapes["max_lat"].max() + MARGIN
    inside = placed["longitude"].between(west, east) & placed["latitude"].between(south, north)
    bounded = placed["lsoa_code"].isin(shapes["code"])
    return ~inside & bounded & (placed["lad_code"] == context.area_code)


def _without_letters(names: pd.Series) -> pd.Series:
    """Which rows have no name, or one without any letter."""
    distinct = names.astype("category")
    good = [name for name in distinct.cat.categories if re.search("[A-Za-z]", str(name))]
    return ~distinct.isin(good)


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
