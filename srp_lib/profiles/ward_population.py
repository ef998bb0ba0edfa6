"""Views of the population of wards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context, as_text, numbers, of_another_area, ward_named_otherwise, wards_in_force


def ward_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with residents as numbers, and whether a ward of the audited area is one of those in force."""
    view = frame[["file", "ward_year", "reference", "ward_code", "ward_name", "lad_code"]].reset_index(drop=True)
    view["residents"] = numbers(frame, ["residents"]).to_numpy()
    wards = wards_in_force(context)
    view["named_otherwise"] = ward_named_otherwise(view, context)
    view["in_force"] = True if wards is None else ~_is_mine(view, context) | view["ward_code"].isin(wards)
    return view


def _is_mine(view: pd.DataFrame, context: Context) -> pd.Series:
    """Whether a row is of the audited area: by its authority, or by its ward where no authority is given."""
    wards = frozenset().union(*context.area_wards.values())
    return (as_text(view["lad_code"]) == context.area_code) | view["ward_code"].isin(wards)


def ward_tables(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, ward year and reference: the area's wards and its residents against those expected.

    Residents are expected to be the mid-year estimate of the same year; without it, or where
    neither an authority nor a lookup tells which wards are the area's, they are not judged.
    """
    rows, keys = [], ["file", "ward_year", "reference"]
    for key, group in frame.groupby([as_text(frame[name]) for name in keys]):
        mine = group[_is_mine(group, context)]
        found, wanted = mine["ward_code"].nunique(), context.expected.get("wards")
        placed = bool(context.area_wards) or bool((as_text(group["lad_code"]) != "").any())
        placed &= not of_another_area(mine["ward_code"], mine["ward_code"], context)
        borough = _borough(key[2], context) if placed else np.nan
        difference = found - wanted if placed and wanted is not None else np.nan
        off = 100 * (np.nansum(numbers(mine, ["residents"])) / borough - 1)
        sentence = f"{key[0]} has {found} wards of {context.area_code}; {wanted} were expected."
        rows.append((*key, difference, off, sentence))
    view = pd.DataFrame(rows, columns=[*keys, "wards_difference", "residents_difference", "wards_difference_detail"])
    view["residents_difference_detail"] = [
        f"{row.file}: the area's wards have {row.residents_difference:+.1f}% residents against the borough's estimate."
        for row in view.itertuples()
    ]
    view["tables_of_reference"] = view.groupby("reference")["file"].transform("size")
    view["tables_of_reference_detail"] = view["file"] + " gives " + view["reference"] + " as another table does."
    return view.astype({"wards_difference": float, "residents_difference": float})


def _borough(reference: str, context: Context) -> float:
    """The audited area's mid-year estimate of a reference such as "mid-2022"; NaN where it was not supplied."""
    people = context.others.get("population")
    if people is None or not reference.startswith("mid-"):
        return np.nan
    of_year = as_text(people["year"]) == reference.removeprefix("mid-")
    found = people[of_year & (people["area_code"] == context.area_code) & (people["sex"] == "persons")]
    return float(numbers(found, ["all_ages"]).iloc[0, 0]) if len(found) else np.nan
