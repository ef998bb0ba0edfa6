"""Views of recorded crime by partnership (table C2)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context, as_text, misnamed, named_otherwise, nameless, names_of, numbers

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
NOTE = r"\[[^\]]*\]"
C2_COUNTS = list(dict.fromkeys(name for whole, parts in C2_PARTS.values() for name in (whole, *parts)))


def c2_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with each total less its parts (null where either is), the least count and the counts missing."""
    view = frame[["file", "period_end", "pfa_code", "csp_code", "csp_name", "lad_code", "level"]].reset_index(drop=True)
    counts = numbers(frame, C2_COUNTS).reset_index(drop=True)
    for name, (whole, parts) in C2_PARTS.items():
        view[f"{name}_difference"] = counts[whole] - counts[list(parts)].sum(axis=1, skipna=False)
    view["lowest"] = counts.min(axis=1)
    view["counts_missing"] = np.where(view["level"] == "unassigned", 0, counts.isna().sum(axis=1))
    names = view["csp_name"].where(view["csp_name"].notna() & (view["csp_name"] != ""), view["pfa_code"]).astype(str)
    view["counts_missing_detail"] = names + ": " + view["counts_missing"].astype(str) + " counts are not given."
    view["after_today"] = as_text(view["period_end"]) > context.month
    view["force_nameless"] = nameless(frame["pfa_code"], frame["pfa_name"]).to_numpy()
    view["area_otherwise"] = _area_otherwise(frame, context).to_numpy()
    view["force_misnamed"] = _force_misnamed(frame, context).to_numpy()
    return view


def _area_otherwise(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows of the audited area have another name, partnership or force than the lookup gives it."""
    lookup = context.others.get("lad_csp_pfa")
    mine = frame["lad_code"] == context.area_code
    found = pd.Series(False, index=frame.index)
    for name in ("lad_name", "csp_code", "csp_name", "pfa_code"):
        given = as_text(frame[name]).str.replace(NOTE, "", regex=True)
        found |= named_otherwise(frame["lad_code"], given, names_of(lookup, "lad_code", name))
        if lookup is not None:
            found |= given == ""
    return found & mine


def _force_misnamed(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows have the code of the audited area's force and another name, or its name and another code."""
    codes, names = as_text(frame["pfa_code"]), as_text(frame["pfa_name"]).str.replace(NOTE, "", regex=True).str.strip()
    mine = (frame["lad_code"] == context.area_code).to_numpy()
    own = codes.isin(set(codes[mine])) | names.isin(set(names[mine]) - {""})
    return misnamed(codes, names) & own


def c2_forces(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per period and force with a row of its own: that row less its partnerships and unassigned, at the worst column."""
    counts = numbers(frame, C2_COUNTS)
    keys = [as_text(frame["period_end"]).rename("period_end"), as_text(frame["pfa_code"]).rename("pfa_code")]
    whole = (frame["level"] == "force").to_numpy()
    forces = counts[whole].groupby([key[whole] for key in keys]).sum(min_count=1)
    parts = counts[~whole].groupby([key[~whole] for key in keys]).sum(min_count=1)
    worst = (forces - parts).abs().max(axis=1).rename("difference")
    names = (
        frame[whole].groupby([key[whole] for key in keys]).agg(file=("file", "first"), pfa_name=("pfa_name", "first"))
    )
    view = names.join(worst).reset_index()
    view["pfa_name"] = as_text(view["pfa_name"]).str.strip().replace("", "A force without a name")
    mine = set(frame.loc[(frame["lad_code"] == context.area_code), "pfa_code"])
    view["area_difference"] = view["difference"].where(view["pfa_code"].isin(mine))
    for column in ("difference", "area_difference"):
        view[f"{column}_detail"] = [
            f"{row.pfa_name}: its parts differ from the force's row by up to {row.difference:.0f}."
            for row in view.itertuples()
        ]
    return view


def c2_periods(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and period: rows in the table, and rows of the audited area."""
    mine = (frame["lad_code"] == context.area_code) & (frame["level"] == "partnership")
    keys = [as_text(frame["file"]).rename("file"), as_text(frame["period_end"]).rename("period_end")]
    view = pd.DataFrame({"table_rows": frame.groupby(keys).size(), "area_rows": mine.groupby(keys).sum()}).reset_index()
    view["area_rows_detail"] = view["file"] + " has " + view["area_rows"].astype(str) + f" rows of {context.area_code}."
    view["area_counts_missing"] = (frame[C2_COUNTS].isna().sum(axis=1) * mine).groupby(keys).sum().to_numpy()
    view["files_of_period"] = view.groupby("period_end")["file"].transform("size")
    view["files_of_period_detail"] = (
        view["file"] + " gives the year ending " + view["period_end"] + ", as another file does."
    )
    return view
