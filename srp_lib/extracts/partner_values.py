"""Values of a partner's file by the kind of their column; each distinct value is looked at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from . import partner_dates, tidy
from .model import FaultError
from .partner_schema import Column
from .text import SHORTENED

if TYPE_CHECKING:
    import pyarrow as pa

# whole numbers from here on have lost digits in a spreadsheet
_EXACT = 10**15
_DIGITS = r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)"
_WHOLE = re.compile(rf"({_DIGITS})(?:\.0*)?")
_NUMBER = re.compile(rf"{_DIGITS}(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{{1,3}})?|[-+]?\.[0-9]+")
# What spreadsheets and databases write where there is nothing, or where a formula went wrong.
_NOTHING = re.compile(r"#[A-Z/0!?]{2,9}|n/?a|n\.a\.?|nan|nul+|nil|[-\u2010-\u2015?._*]+|\[[a-z]+\]", re.IGNORECASE)
# Columns of text in which a value without any letter says what it should; in all others words are expected.
_WITHOUT_LETTERS = {
    "offences": ("ho_code", "hate_strands"), "harm_weights": ("ho_code",), "surveys": ("group",), "risk_scores": ("rationale",),
    "indicators": ("baseline_period", "target_period", "unit"), "actions": ("resources", "progress", "measure_of_success"),
}  # fmt: skip
_DECIMALS = re.compile(r"[-+]?[0-9]*\.[0-9]+")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " ")


@dataclass(frozen=True)
class Cells:
    """One column as received: its distinct values, which of them each row has (null where blank), and the
    file's number of each row."""

    column: Column
    values: Sequence[object]
    at: pa.Array
    row_number: Callable[[int], int]

    def where(self, value: int) -> str:
        """The first row and the column of a distinct value, for a sentence."""
        import pyarrow as pa
        import pyarrow.compute as pc

        row = pc.index(self.at, pa.scalar(value, self.at.type)).as_py()
        return f"row {self.row_number(row)}, column “{self.column.name}”"


def arrow_type(column: Column) -> pa.DataType:
    """How a column is stored: identifiers and months as text, other text as categories."""
    import pyarrow as pa

    if column.kind in ("text", "flag"):
        return pa.string() if column.identifier else tidy.category()
    return {"date": pa.timestamp("us"), "month": pa.string(), "whole": pa.int64(), "number": pa.float64()}[column.kind]


def typed(received: Sequence[Cells]) -> dict[str, pa.Array]:
    """Every column by its name, in its type, blanks as null. Raises FaultError (dates, values)."""
    import pyarrow as pa

    parsed = _dates(received)
    made = {}
    for cells in received:
        column = cells.column
        if column.kind == "month":
            values = [partner_dates.month(value, partial(cells.where, n)) for n, value in enumerate(cells.values)]
        else:
            values = parsed[column.name] if column.kind == "date" else _parse(cells)
        kind = arrow_type(column)
        plain = pa.string() if pa.types.is_dictionary(kind) else kind
        array = pa.array(values, plain).take(cells.at)
        made[column.name] = array.dictionary_encode().cast(kind) if plain != kind else array
    return made


def _dates(received: Sequence[Cells]) -> Mapping[str, list]:
    """The distinct values of all date columns, settled together because a file has one form of date."""
    dated = [cells for cells in received if cells.column.kind == "date"]
    found = [_written(cells) for cells in dated]
    settled = iter(partner_dates.settle([one for column in found for one in column]))
    return {cells.column.name: [next(settled) for _ in column] for cells, column in zip(dated, found, strict=True)}


def _written(cells: Cells) -> list[partner_dates.Written | None]:
    return [partner_dates.written(value, partial(cells.where, number)) for number, value in enumerate(cells.values)]


def _parse(cells: Cells) -> list:
    words = partial(_words, cells.column)
    parse = {"text": words, "flag": _flag, "whole": _whole, "number": _number}[cells.column.kind]
    made = []
    for number, value in enumerate(cells.values):
        try:
            made.append(parse(value))
        except ValueError as wrong:
            raise FaultError("values", f"has {wrong} in {cells.where(number)}: correct it.") from None
    return made


def _words(column: Column, value: object) -> str | None:
    """Text of a column that means something: no sign for nothing, and words where words are expected."""
    given = _text(value)
    if given is None:
        return None
    if _NOTHING.fullmatch(given):
        raise ValueError("a sign or a word for nothing, where a cell is left blank,")
    if re.match(SHORTENED, given):
        raise ValueError("a number that a spreadsheet has shortened")
    if column.identifier and _DECIMALS.fullmatch(given):
        raise ValueError("a number with decimals, where an identifier is expected,")
    if _is_words(column) and not any(map(str.isalpha, given)):
        raise ValueError("no letter, where words are expected,")
    return given


def _is_words(column: Column) -> bool:
    """Whether a column's texts are words: neither identifiers nor one of a list, nor what may do without letters."""
    named = column.identifier or column.unique or column.values
    return not named and column.name not in _WITHOUT_LETTERS.get(column.extract, ())


def _text(value: object) -> str | None:
    """Text without outer spaces. A spreadsheet's number is text where it can't have lost a digit."""
    if isinstance(value, str):
        return value.translate(_SPACES).strip() or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        if math.isfinite(value) and value == int(value) and abs(value) < _EXACT:
            return str(int(value))
        raise ValueError("a number that a spreadsheet may have changed, where text is expected,")
    raise ValueError("a date or time where text is expected")


def _flag(value: object) -> str | None:
    text = _text(value)
    return text and text.upper()


def _whole(value: object) -> int | None:
    wrong = "a value that is not a whole number"
    if isinstance(value, str):
        bare = value.strip()
        if not bare:
            return None
        found = _WHOLE.fullmatch(bare)
        whole = int(found[1].replace(",", "")) if found and len(bare) < 30 else _EXACT
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1:
        whole = int(value)
    else:
        raise ValueError(wrong)
    if abs(whole) >= _EXACT:
        raise ValueError(wrong)
    return whole


def _number(value: object) -> float | None:
    wrong = "a value that is not a number"
    if isinstance(value, str):
        bare = value.strip()
        if not bare:
            return None
        if re.match(SHORTENED, bare):
            raise ValueError("a number that a spreadsheet has shortened")
        if not _NUMBER.fullmatch(bare):
            raise ValueError(wrong)
        value = float(bare.replace(",", ""))
    if isinstance(value, bool) or isinstance(value, date) or not isinstance(value, (int, float)):
        raise ValueError(wrong)
    if not math.isfinite(value):
        raise ValueError(wrong)
    return float(value)
