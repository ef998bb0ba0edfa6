"""Boundaries of wards, LSOAs and districts: GeoJSON in longitude and latitude."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .model import FaultError, RawFile, Reading
from .text import AGAIN, ODD, ODD_TEXT, refuse_formula

if TYPE_CHECKING:
    import pyarrow as pa

_KEY = re.compile(r"(lsoa|ward|wd|lad|ltla)_?(?:20)?(\d\d)?_?(code|cd|name|nm)", re.IGNORECASE)
_LAYERS = {"lsoa": "lsoa", "ward": "ward", "wd": "ward", "lad": "lad", "ltla": "lad"}
_FINEST = ("lsoa", "ward", "lad")
_NAME = re.compile(r"boundar|(lsoa|ward|lad|ltla|wd)s?_?(20)?\d\d")


def looks_like(head: str, name: str) -> bool:
    """Whether a file is GeoJSON by its start, or by its name."""
    named = name.lower().endswith(".geojson")
    return named or head.lstrip().startswith("{") and '"FeatureCollection"' in head


def recognise_name(name: str) -> bool:
    """Whether a JSON file's name speaks of boundaries."""
    return name.lower().endswith((".geojson", ".json")) and (
        name.lower().endswith(".geojson") or bool(_NAME.search(name.lower()))
    )


def read(data: bytes, file: RawFile) -> Reading | None:
    """One row a feature; None when the areas are of a kind that the audit doesn't use.

    Raises FaultError (empty, encoding, unreadable, columns).
    """
    import pyarrow as pa

    document = _parse(data)
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise FaultError("columns", f"is not a GeoJSON collection of features: {AGAIN}")
    if not features:
        raise FaultError("empty", f"has no features: {AGAIN}")
    keys = _keys(_properties(features[0], 1))
    if keys is None:
        return None
    layer, vintage, code, name = keys
    start = {"file": file.path, "layer": layer, "vintage": vintage}
    records = [start | _record(feature, number, code, name) for number, feature in enumerate(features, 1)]
    facts = {"vintage": vintage, "synthetic": document.get("synthetic") is True}
    return Reading(pa.Table.from_pylist(records, schema=schema()), facts)


def schema() -> pa.Schema:
    """The tidy columns."""
    import pyarrow as pa

    words = ("file", "layer", "vintage", "code", "name", "geometry")
    bounds = ("min_lon", "max_lon", "min_lat", "max_lat")
    return pa.schema(
        [
            *(pa.field(name, pa.string()) for name in words),
            pa.field("points", pa.int64(), False),
            *(pa.field(name, pa.float64()) for name in bounds),
        ]
    )


def _parse(data: bytes) -> Mapping[str, Any]:
    if not data.strip(b"\r\n\t \0"):
        raise FaultError("empty", f"is empty: {AGAIN}")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:64]:
        raise FaultError("encoding", f"is not UTF-8 text: {AGAIN}")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FaultError("encoding", f"is not UTF-8 text: {AGAIN}") from None
    except (ValueError, RecursionError):
        kind = "unreadable" if data.rstrip().endswith(b"}") else "truncated"
        raise FaultError(kind, f"is not whole JSON: {AGAIN}") from None
    if not isinstance(document, dict):
        raise FaultError("columns", f"is not a GeoJSON collection of features: {AGAIN}")
    return document


def _properties(feature: object, number: int) -> Mapping[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise FaultError("columns", f"has no properties in feature {number}: {AGAIN}")
    return properties


def _keys(properties: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """The finest layer that the properties name: layer, vintage, code's key and name's key."""
    held: dict[str, dict[tuple[str, str], str]] = {}
    for key in properties:
        found = _KEY.fullmatch(key)
        if found:
            part = "code" if found[3].lower() in ("code", "cd") else "name"
            layer = _LAYERS[found[1].lower()]
            held.setdefault(layer, {}).setdefault((part, found[2] or ""), key)
    for layer in _FINEST:
        if layer in held:
            return _pair(layer, held[layer])
    return None


def _pair(layer: str, parts: Mapping[tuple[str, str], str]) -> tuple[str, str, str, str]:
    year = max(year for _, year in parts)
    missing = [part for part in ("code", "name") if (part, year) not in parts]
    if missing:
        raise FaultError("columns", f"lacks the {missing[0]} of each {layer}: {AGAIN}")
    return layer, f"20{year}" if year else "", parts["code", year], parts["name", year]


def _record(feature: object, number: int, code: str, name: str) -> dict[str, object]:
    properties = _properties(feature, number)
    if code not in properties or name not in properties:
        raise FaultError("columns", f"lacks “{code}” or “{name}” in feature {number}: {AGAIN}")
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in ("Polygon", "MultiPolygon"):
        raise FaultError("columns", f"has no area (polygon) in feature {number}: {AGAIN}")
    try:
        points = list(_points(geometry.get("coordinates"), 3 if kind == "MultiPolygon" else 2))
        longitudes, latitudes = zip(*points, strict=True)
    except (TypeError, ValueError):
        raise FaultError(
            "unreadable", f"has coordinates that are not pairs of numbers in feature {number}: {AGAIN}"
        ) from None
    words = [_word(properties[key]) for key in (code, name)]
    refuse_formula(words, f"feature {number}")
    if any(word and re.search(ODD, word) for word in words):
        raise FaultError("unreadable", f"has {ODD_TEXT} in feature {number}: {AGAIN}")
    return {
        "code": words[0],
        "name": words[1],
        "geometry": json.dumps(geometry, separators=(",", ":"), sort_keys=True),
        "points": len(points),
        "min_lon": min(longitudes),
        "max_lon": max(longitudes),
        "min_lat": min(latitudes),
        "max_lat": max(latitudes),
    }


def _word(value: object) -> str | None:
    return None if value is None else str(value).strip() or None


def _points(coordinates: Sequence[Any], depth: int) -> Iterator[tuple[float, float]]:
    if depth:
        for part in coordinates:
            yield from _points(part, depth - 1)
    else:
        yield float(coordinates[0]), float(coordinates[1])
