"""Views of the boundaries."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from srp_lib.profiles.common import Context


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
