"""Views of the groupings of wards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context, as_text, of_another_area, ward_named_otherwise, wards_in_force


def group_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with whether the ward lookup knows the ward; blank names count as missing."""
    view = frame[["file", "ward_code"]].reset_index(drop=True)
    for name in ("grouping", "group_name"):
        text = as_text(frame[name]).str.strip().reset_index(drop=True)
        view[name] = text.astype(object).where(text != "", None)
    lookup = context.others.get("lsoa21_ward")
    view["named_otherwise"] = ward_named_otherwise(frame.reset_index(drop=True), context)
    view["known"] = True if lookup is None else view["ward_code"].isin(set(lookup["ward_code"]))
    return view


def groupings(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and grouping: wards of the area that it leaves out, and groups that differ in spelling alone."""
    wards, rows = wards_in_force(context), []
    for (file, _), group in frame.groupby([as_text(frame["file"]), as_text(frame["grouping"])]):
        names = set(as_text(group["group_name"])) - {""}
        unjudged = wards is None or of_another_area(group["ward_code"], wards, context)
        left_out = np.nan if unjudged else len(wards - set(group["ward_code"]))
        rows.append(
            (file, len(names) < 2, left_out, len(names) - len({" ".join(name.casefold().split()) for name in names}))
        )
    view = pd.DataFrame(rows, columns=["file", "one_group", "wards_left_out", "spelt_twice"])
    view["one_group_detail"] = view["file"] + ": a grouping puts all its wards into one group."
    view["wards_left_out_detail"] = [
        f"{row.file}: a grouping leaves out {row.wards_left_out:.0f} of the area's {len(wards or ())} wards."
        for row in view.itertuples()
    ]
    view["spelt_twice_detail"] = view["file"] + ": groups of a grouping differ in capitals or spaces alone."
    return view.astype({"one_group": bool, "wards_left_out": float, "spelt_twice": float})
