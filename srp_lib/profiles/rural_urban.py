"""Views of the rural and urban classification of LSOAs."""

from __future__ import annotations

import pandas as pd

from srp_lib.profiles.common import Context, area_lsoas, as_text, lsoa_named_otherwise, lsoas_known, misnamed, nameless

URBAN = {"2011": frozenset({"A1", "B1", "C1", "C2"}), "2021": frozenset({"UN1", "UF1"})}
RURAL = {
    "2011": frozenset({"D1", "D2", "E1", "E2"}),
    "2021": frozenset({"RLN1", "RLF1", "RSN1", "RSF1"}),
}


def class_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows with whether the lookups know the LSOA, the vintage has the class, and rural or urban contradicts it."""
    view = frame[["file", "vintage", "lsoa_code", "class_code", "rural"]].reset_index(drop=True)
    view["known"] = lsoas_known(frame, context)
    frame = frame.reset_index(drop=True)
    vintage = as_text(frame["vintage"]) + " "
    pairs = misnamed(vintage + as_text(frame["class_code"]), vintage + as_text(frame["class_name"]))
    view["class_misnamed"] = pairs | nameless(frame["class_code"], frame["class_name"])
    view["named_otherwise"] = lsoa_named_otherwise(frame, context)
    pairs = list(zip(as_text(view["vintage"]), as_text(view["class_code"]), strict=True))
    urban = pd.Series([code in URBAN.get(vintage, ()) for vintage, code in pairs], view.index, dtype=bool)
    rural = pd.Series([code in RURAL.get(vintage, ()) for vintage, code in pairs], view.index, dtype=bool)
    view["class_known"] = urban | rural
    view["rural_wrong"] = (urban & view["rural"].isin([True])) | (rural & view["rural"].isin([False]))
    return view


def class_vintages(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and vintage: LSOAs of the audited area against the number expected."""
    return area_lsoas(frame, "vintage", context)
