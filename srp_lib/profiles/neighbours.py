"""Views of the lists of local authorities that are most alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context, as_text


def neighbour_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with authorities by code, or else by name, and whether one is its own neighbour."""
    view = frame[["file", "source", "area_code", "neighbour_code", "rank"]].reset_index(drop=True)
    for which in ("area", "neighbour"):
        view[which] = _either(frame, which)
    codes, names = _pair(frame, "code"), _pair(frame, "name")
    view["own_neighbour"] = (codes | names).to_numpy()
    return view


def _either(frame: pd.DataFrame, which: str) -> np.ndarray:
    """The code of an authority, else its name, else None."""
    code, name = as_text(frame[f"{which}_code"]), as_text(frame[f"{which}_name"])
    either = code.where(code != "", name.str.strip())
    return either.astype(object).where(either != "", None).to_numpy()


def _pair(frame: pd.DataFrame, part: str) -> pd.Series:
    """Whether both authorities of a row have the same code (or name)."""
    area, other = as_text(frame[f"area_{part}"]), as_text(frame[f"neighbour_{part}"])
    return (area != "") & (_same(area) == _same(other))


def _same(names: pd.Series) -> pd.Series:
    """Names as they are compared."""
    return names.str.strip().str.casefold()


def neighbour_areas(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per list and authority that it is for: ranks out of order, neighbours repeated; both for the area."""
    rows = neighbour_rows(frame, files, context)
    rows["mine"] = _is_area(frame, context).to_numpy()
    rows = rows[rows["area"].notna()]
    keys = [rows["source"].astype(str), rows["area"]]
    rank = rows["rank"].to_numpy(dtype=float, na_value=np.nan)
    rows = rows.assign(rank=rank, unlike=pd.Series(rank, rows.index).groupby(keys).rank(method="first") != rank)
    rows["again"] = rows["neighbour"].notna() & rows.duplicated(["source", "area", "neighbour"])
    view = rows.groupby(keys).agg(
        file=("file", "first"), mine=("mine", "any"), misranked=("unlike", "sum"), repeated=("again", "sum")
    )  # fmt: skip
    view = view.reset_index().astype({"file": str, "misranked": float, "repeated": float})
    return view.assign(mine_wrong=(view["misranked"] + view["repeated"]).where(view["mine"]))


def _is_area(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Whether a row is of the audited area, by its code or by its name in the mid-year estimates."""
    people = context.others.get("population")
    known = (
        set()
        if people is None
        else set(_same(as_text(people.loc[people["area_code"] == context.area_code, "area_name"])))
    )
    return (as_text(frame["area_code"]) == context.area_code) | _same(as_text(frame["area_name"])).isin(known - {""})


def neighbour_lists(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and list: files that give the list, and whether the audited area is in it.

    A list of names is not judged where no extract tells the area's name.
    """
    keys = [as_text(frame["file"]).rename("file"), as_text(frame["source"]).rename("source")]
    mine, coded = _is_area(frame, context), as_text(frame["area_code"]) != ""
    view = pd.DataFrame({"found": mine.groupby(keys).any(), "coded": coded.groupby(keys).any()}).reset_index()
    judged = view["coded"] | ("population" in context.others)
    view["area_found"] = view["found"].astype(float).where(judged)
    view["area_found_detail"] = view["file"] + f" has no list for {context.area_code}."
    view["files_of_source"] = view.groupby("source")["file"].transform("size")
    view["files_of_source_detail"] = view["file"] + " gives the same list as another file."
    return view
