"""The partnership's scale of risk, as risk_scale.toml words it: scores, dimensions and how they make a risk."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import text
from .model import FaultError, RawFile, Reading
from .partner_schema import columns
from .ward_groups import AGAIN

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BYTES = 1 << 20
HIGHEST, MOST_WEIGHT = 100, 1000
PARTS = ("harm", "likelihood", "shown")
WITHIN = ("mean", "highest")
ACROSS = ("product", "sum")
_TOP = ("title", "synthetic", "within_part", "across_parts", "scores", "dimensions")
_OWN = ("part", "weight", "reversed", "meaning", "scores")
_SUFFIXES = (".toml", ".toml.txt")  # an editor may have added the second
_NAME = re.compile(r"risk[ _-]*scale")
_DIMENSIONS = re.compile(r"""^\s*\[?\s*["']?dimensions["']?\s*[.\]]""", re.MULTILINE)
_SCORE = re.compile(r"0|[1-9][0-9]{0,2}")
_SHOWN = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class _Dimension:
    """One dimension as the file has it, its words of the scores by score."""

    name: str
    part: str
    weight: float
    reversed: bool
    meaning: str
    meanings: Mapping[int, str]


def looks_like(head: str, name: str) -> bool:
    """Whether a TOML file has tables of dimensions in its first characters, or else the name of a scale."""
    return name.lower().endswith(_SUFFIXES) and bool(_DIMENSIONS.search(head)) or recognise_name(name)


def recognise_name(name: str) -> bool:
    """Whether the file's name is that of a scale of risk."""
    return name.lower().endswith(_SUFFIXES) and bool(_NAME.search(name.lower()))


def dimensions() -> tuple[str, ...]:
    """The dimensions that a risk score may have, in the plan's order."""
    return next(column.values for column in columns("risk_scores") if column.name == "dimension")


def read(data: bytes, file: RawFile) -> Reading:
    """One row per dimension and score, both in order. Raises FaultError.

    Faults: empty, encoding, too_large (over 1 MiB), truncated (the file stops in a table or a value), unreadable
    (not TOML), columns (a key is missing or unknown), values (a value is not one of the allowed) and formula.
    """
    import pyarrow as pa

    given = _parsed(data)
    _refuse_unknown(given, _TOP, "")
    title, labels = _words(given, "title", ""), _labels(given)
    ways = {"within": _choice(given, "within_part", WITHIN, ""), "across": _choice(given, "across_parts", ACROSS, "")}
    listed = _dimensions(given, labels)
    rows = [
        {**_row(dimension, score, label), "file": file.path, "title": title, **ways}
        for dimension in listed
        for score, label in labels.items()
    ]
    facts = {"vintage": title, "synthetic": _yes(given, "synthetic", "")}
    return Reading(pa.Table.from_pylist(rows, schema=schema()), facts)


def schema() -> pa.Schema:
    """The tidy columns: only what a score means for a dimension may be null."""
    import pyarrow as pa

    kinds = {
        "file": pa.string(), "title": pa.string(), "dimension": pa.string(), "part": pa.string(),
        "weight": pa.float64(), "reversed": pa.bool_(), "meaning": pa.string(), "score": pa.int64(),
        "label": pa.string(), "score_meaning": pa.string(), "within": pa.string(), "across": pa.string(),
    }  # fmt: skip
    return pa.schema([pa.field(name, kind, name == "score_meaning") for name, kind in kinds.items()])


def _parsed(data: bytes) -> dict[str, object]:
    """The file's keys and values. Raises FaultError; the library's own message may quote the file and isn't used."""
    if len(data) > MAX_BYTES:
        raise FaultError("too_large", "is larger than 1 MiB, which no scale is: leave only the scale in it.")
    words = text.checked(data).decode("utf-8")
    try:
        return tomllib.loads(words)
    except (ValueError, RecursionError) as error:
        raise _not_toml(str(error)) from None


def _not_toml(message: str) -> FaultError:
    """The fault of a file that the library refuses with `message`, of which only the line is used."""
    line = re.search(r"\(at line (\d+), column \d+\)\Z", message)
    where = f" in line {line[1]}" if line else ""
    if message.startswith(("Cannot", "Duplicate")):
        return FaultError("unreadable", f"has a key or a table twice{where}: keep one of them and add it again.")
    if message.endswith("(at end of document)"):
        return FaultError("truncated", f"stops in the middle of a value or a table: {AGAIN}")
    return FaultError(
        "unreadable", f"is not TOML{where} (texts stand in straight quotes, the names of tables in brackets): {AGAIN}"
    )


def _labels(given: Mapping[str, object]) -> dict[int, str]:
    """Every score of the scale with its label, lowest first."""
    table = _table(given, "scores", "")
    labels = {_score(key, "[scores]"): _words(table, key, "scores") for key in table}
    found = sorted(labels)
    if len(found) < 2 or found != list(range(found[0], found[-1] + 1)):
        raise _wrong(
            "[scores]", "does not hold whole numbers one after another, two at least", "give every score of the scale"
        )
    return {score: labels[score] for score in found}


def _score(key: str, where: str) -> int:
    if not _SCORE.fullmatch(key) or int(key) > HIGHEST:
        why = f"has {_named([key])}, which is not a whole number from 0 to {HIGHEST}"
        raise _wrong(where, why, 'write scores as in 1 = "Low" and other keys above the first table')
    return int(key)


def _dimensions(given: Mapping[str, object], labels: Mapping[int, str]) -> list[_Dimension]:
    """The dimensions in the plan's order. Raises FaultError where risk has no harm or no likelihood to be made of."""
    tables = _table(given, "dimensions", "")
    _refuse_unknown(tables, dimensions(), "dimensions")
    found = [_dimension(tables, name, labels) for name in dimensions() if name in tables]
    for part in PARTS[:2]:
        if not any(one.weight for one in found if one.part == part):
            why = f"has no dimension of the part “{part}” with a weight above 0"
            raise FaultError("values", f"{why}: give at least one, as risk is made of harm and likelihood.")
    return found


def _dimension(tables: Mapping[str, object], name: str, labels: Mapping[int, str]) -> _Dimension:
    table, where = _table(tables, name, "dimensions"), f"dimensions.{name}"
    _refuse_unknown(table, _OWN, where)
    meanings = _table(table, "scores", where) if "scores" in table else {}
    off = [key for key in meanings if _score(key, f"[{where}.scores]") not in labels]
    if off:
        why = f"has {_named(off)}, which [scores] has not"
        raise _wrong(f"[{where}.scores]", why, "keep to the scores of the scale")
    part, meaning = _choice(table, "part", PARTS, where), _words(table, "meaning", where)
    worded = {int(key): _words(meanings, key, f"{where}.scores") for key in meanings}
    return _Dimension(name, part, _weight(table, where), _yes(table, "reversed", where), meaning, worded)


def _row(dimension: _Dimension, score: int, label: str) -> dict[str, object]:
    return {
        "dimension": dimension.name, "part": dimension.part, "weight": dimension.weight,
        "reversed": dimension.reversed, "meaning": dimension.meaning, "score": score, "label": label,
        "score_meaning": dimension.meanings.get(score),
    }  # fmt: skip


def _table(given: Mapping[str, object], key: str, where: str) -> dict[str, object]:
    _refuse_missing(given, key, where)
    table = given[key]
    if not isinstance(table, dict) or not table:
        raise _wrong(_key(key, where), "is not a table with keys", "write it as docs/data_dictionary.md shows")
    return table


def _words(given: Mapping[str, object], key: str, where: str) -> str:
    """A text of one line or more without outer spaces, never blank and none that a spreadsheet would run."""
    _refuse_missing(given, key, where)
    value, named = given[key], _key(key, where)
    if not isinstance(value, str) or not value.strip():
        raise _wrong(named, "is not a text or is blank", "write words in quotes")
    if len(value.encode()) > text.LONGEST_TEXT:
        raise _wrong(named, f"is longer than {text.LONGEST_TEXT:,} characters", "shorten it")
    text.refuse_formula([value], named)
    return value.strip()


def _choice(given: Mapping[str, object], key: str, allowed: Sequence[str], where: str) -> str:
    word = _words(given, key, where)
    if word not in allowed:
        raise _wrong(_key(key, where), "is another word than those that it may be", f"write {_either(allowed)}")
    return word


def _weight(table: Mapping[str, object], where: str) -> float:
    value = table.get("weight", 1.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST_WEIGHT:
        raise _wrong(_key("weight", where), f"is not a number from 0 to {MOST_WEIGHT:,}", "write it as in 1.5")
    return float(value)


def _yes(given: Mapping[str, object], key: str, where: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(_key(key, where), "is neither true nor false", "write true or false without quotes")
    return value


def _refuse_missing(given: Mapping[str, object], key: str, where: str) -> None:
    if key not in given:
        raise FaultError("columns", f"lacks {_key(key, where)}: add it, as docs/data_dictionary.md shows.")


def _refuse_unknown(given: Mapping[str, object], allowed: Sequence[str], where: str) -> None:
    unknown = [key for key in given if key not in allowed]
    if unknown:
        here = f" in [{where}]" if where else ""
        raise FaultError("columns", f"has {_named(unknown)}{here}, which no scale has: write {_either(allowed)}.")


def _wrong(key: str, why: str, remedy: str) -> FaultError:
    return FaultError("values", f"has a wrong value: {key} {why}; {remedy} and add it again.")


def _key(key: str, where: str) -> str:
    """A key in the words of a sentence, with the table that it is in."""
    return _named([key]) + (f" in [{where}]" if where else "")


def _named(keys: Sequence[str]) -> str:
    """Keys in quotes; one that might be no key but a text isn't repeated."""
    shown = [key for key in keys if _SHOWN.fullmatch(key)]
    return f"the key {text.listed(shown)}" if len(shown) == len(keys) else "a key that is not one plain word"


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
