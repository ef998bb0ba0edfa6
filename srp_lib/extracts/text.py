"""Read CSV and other text with the faults that real files have, told in sentences."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from .model import FaultError

if TYPE_CHECKING:
    import pyarrow as pa

AGAIN = "download it again and add it as it is."
_NO_ROWS = f"has a header and no rows: {AGAIN}"
ODD_TEXT = "characters that cannot be seen, or letters spoilt by a wrong encoding,"
LONGEST_TEXT = 1000  # bytes; the longest that the publishers write is under a tenth of it
PACKED = (".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar")
_PACKS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")  # how files of these kinds begin
_BOMS = (b"\xff\xfe", b"\xfe\xff")
# What a spreadsheet runs when it opens a cell: a sign at the start (the wide ones of East Asian
# keyboards too), or a minus before a word or a sum; -1.45 and a lone dash are no formula.
_SIGN, _MINUS = "[=+@\uff1d\uff0b\uff20]", "[-\uff0d]"
# Characters that no eye sees and that make two words of one (of control, of no width, of the direction of writing),
# and what is left of letters that were read in a wrong encoding and saved.
_UNSEEN = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
ODD = f"[{_UNSEEN}\ufffd\uffff]|\u00e2\u20ac|\u00c3[\u00a1-\u00bf]|\u00c2[\u00a0-\u00bf]"
# A number as a spreadsheet shortens it: the digits that it leaves out are lost.
SHORTENED = r"^\s*[-+]?[0-9](\.[0-9]+)?E\+[0-9]{2,3}\s*$"
FORMULA = rf"""^\s*({_SIGN}|{_MINUS}\s*[A-Za-z(=+@"'-]|{_MINUS}\s*[0-9.,]+\s*[-+*/^&=<>(|!])"""


def head(data: bytes, size: int = 65536) -> str:
    """The first characters of a file as text whatever its encoding, to recognise it by."""
    start = data[:size]
    if start[:2] in _BOMS:
        return start.decode("utf-16", errors="replace")
    if start[1::2].count(0) > len(start) / 4:
        return start.decode("utf-16-le", errors="replace")
    return start.decode("utf-8-sig", errors="replace")


def checked(data: bytes, line_end: bool = False) -> bytes:
    """The same bytes when they are UTF-8 text that isn't empty, without a byte order mark.

    `line_end` asks for a line end after the last line, of publishers who always have one.
    Raises FaultError: empty, encoding or truncated.
    """
    if not data.strip(b"\r\n\t ,\xef\xbb\xbf\0"):
        raise FaultError("empty", f"is empty: {AGAIN}")
    if data.startswith(_PACKS):
        raise FaultError("unreadable", "is packed: unpack it and add the file itself.")
    if data[:2] in _BOMS:
        raise FaultError("encoding", f"is saved as UTF-16 and UTF-8 is expected: {AGAIN}")
    if b"\0" in data:
        raise FaultError("encoding", f"is not text (it holds zero bytes): {AGAIN}")
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            raise FaultError("encoding", f"is not UTF-8 text: {AGAIN}") from None
    if line_end and not data.endswith((b"\n", b"\r")):
        raise FaultError("truncated", f"stops before the end of its last line, so rows are missing: {AGAIN}")
    return data.removeprefix(b"\xef\xbb\xbf")


def open_end(data: bytes) -> bool:
    """Whether a file is text whose last line has no end; a spreadsheet is not text."""
    return not data.startswith((b"PK", b"\xd0\xcf")) and not data.endswith((b"\n", b"\r"))


def header(data: bytes) -> list[str]:
    """The column names in the first line of checked CSV bytes, without outer spaces.

    Names left blank become "unnamed 1" and so on. Raises FaultError (columns) on a name twice.
    """
    names = given_names(data)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FaultError("columns", f"has the column {listed(twice)} twice: {AGAIN}")
    return names


def given_names(data: bytes) -> list[str]:
    """The column names as `header` gives them, where a name may be there twice."""
    line = data.split(b"\n", 1)[0].decode("utf-8").strip("\r")
    try:
        fields = next(csv.reader([line]), [])
    except csv.Error:
        raise FaultError("columns", f"has a first line that is no header: {AGAIN}") from None
    return [name.strip() or f"unnamed {n}" for n, name in enumerate(fields, 1)]


def table(data: bytes, names: Sequence[str], types: Mapping[str, pa.DataType], longest: int = LONGEST_TEXT) -> pa.Table:
    """The columns in `types` of checked CSV bytes whose header is `names`, blanks as null.

    Raises FaultError: empty (no rows), truncated or unreadable (a row of the wrong length, a
    value of the wrong type, a text of more than `longest` bytes or with unseen or spoilt characters) or formula (a
    text that a spreadsheet would run).
    """
    import pyarrow as pa
    from pyarrow import csv as pa_csv

    if b"\n" not in data:
        raise FaultError("empty", _NO_ROWS)
    wrong: list[tuple[int | None, int]] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        wrong.append((row.number, row.actual_columns))
        return "skip"

    try:
        read = pa_csv.read_csv(
            pa.BufferReader(data),
            # one block: rows keep their numbers, and a dictionary is built once
            pa_csv.ReadOptions(
                use_threads=False, block_size=min(len(data) + 1, 1 << 30), column_names=list(names), skip_rows=1
            ),
            pa_csv.ParseOptions(invalid_row_handler=keep),
            pa_csv.ConvertOptions(
                column_types=dict(types), include_columns=list(types), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        raise _conversion_fault(str(error), list(types)) from None
    if wrong:
        raise _length_fault(wrong, len(names), read.num_rows)
    if not read.num_rows:
        raise FaultError("empty", _NO_ROWS)
    _refuse_odd_text(read, longest)
    return read


def text_table(data: bytes, names: Sequence[str], wanted: Sequence[str]) -> pa.Table:
    """The wanted columns as text, outer spaces taken off. Raises as `table` does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    read = table(data, names, dict.fromkeys(wanted, pa.string()))
    trimmed = [pc.utf8_trim_whitespace(column) for column in read.itercolumns()]
    return pa.table(dict(zip(read.column_names, trimmed, strict=True)))


def rows(data: bytes) -> list[list[str]]:
    """All rows of checked CSV bytes with quoted line ends. Raises FaultError (unreadable)."""
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    except csv.Error:
        raise FaultError("unreadable", f"is not a CSV table: {AGAIN}") from None


def require(names: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise FaultError (columns) naming the wanted columns that are not in `names`."""
    missing = [name for name in wanted if name not in names]
    refuse_missing(missing)


def refuse_missing(missing: Sequence[str], where: str = "") -> None:
    """Raise FaultError (columns) naming the missing columns, if any; `where` may name a sheet."""
    if missing:
        plural = "s" if len(missing) > 1 else ""
        raise FaultError("columns", f"lacks the column{plural} {listed(missing)}{where}: {AGAIN}")


def listed(words: Sequence[str]) -> str:
    """Names in quotes joined for a sentence: “a”, “b” and “c”; at most eight are named."""
    quoted = [f"“{word}”" for word in words[:8]]
    if len(words) > 8:
        quoted[7:] = [f"{len(words) - 7} more"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def refuse_formula(words: Iterable[object], where: str) -> None:
    """Raise FaultError (formula) where one of the words is what a spreadsheet would run."""
    if any(isinstance(word, str) and re.match(FORMULA, word) for word in words):
        raise formula_fault(where)


def formula_fault(where: str) -> FaultError:
    """The fault of a spreadsheet formula in a column, row or feature."""
    return FaultError(
        "formula",
        f"has a spreadsheet formula in {where} (a value that begins with =, +, @ or a minus "
        f"before a word or a sum), which the publisher's files never have: {AGAIN}",
    )


def plain(name: object) -> str:
    """A column name in lower case with neither notes in brackets nor runs of spaces."""
    without = re.sub(r"\[[^\]]*\]", " ", str(name))
    return re.sub(r"\s+", " ", without).strip().lower()


def _length_fault(wrong: Sequence[tuple[int | None, int]], expected: int, good: int) -> FaultError:
    number, actual = wrong[0]
    what = f"has {actual} values where the header has {expected} columns"
    if number is None:
        return FaultError("unreadable", f"{what}, in {len(wrong)} rows: {AGAIN}")
    if number >= good + len(wrong) + 1:
        return FaultError("truncated", f"stops in the middle of line {number}: {AGAIN}")
    return FaultError("unreadable", f"{what}, in line {number}: {AGAIN}")


def _conversion_fault(message: str, names: Sequence[str]) -> FaultError:
    # Arrow's message quotes the value, so only its numbers are taken from it
    column = re.search(r"CSV column #(\d+)", message)
    row = re.search(r"Row #(\d+)", message)
    where = f" in line {row[1]}" if row else ""
    if column and int(column[1]) < len(names):
        what = f"has a value that is not a number in the column “{names[int(column[1])]}”"
    else:
        what = "cannot be read as a CSV table"
    return FaultError("unreadable", f"{what}{where}: {AGAIN}")


def _refuse_odd_text(read: pa.Table, longest: int) -> None:
    """Raise FaultError for a text that a spreadsheet would run (formula) or that no publisher writes (unreadable)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, column in zip(read.column_names, read.itercolumns(), strict=True):
        for chunk in column.chunks:
            words = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            if not pa.types.is_string(words.type):
                continue
            if (pc.max(pc.binary_length(words)).as_py() or 0) > longest:
                long = f"has a value of over {longest:,} characters in the column “{name}”: {AGAIN}"
                raise FaultError("unreadable", long)
            if pc.any(pc.match_substring_regex(words, ODD)).as_py():
                raise FaultError("unreadable", f"has {ODD_TEXT} in the column “{name}”: {AGAIN}")
            if _starts_formula(words):
                raise formula_fault(f"the column “{name}”")


def _starts_formula(values: pa.Array) -> bool:
    import pyarrow.compute as pc

    # first characters alone are quick to look at, and nearly all files need no more
    starts = pc.unique(pc.utf8_slice_codeunits(values, 0, 1)).to_pylist()
    if not any(re.match(f"\\s|{_SIGN}|{_MINUS}", start or "") for start in starts):
        return False
    return bool(pc.any(pc.match_substring_regex(values, FORMULA)).as_py())
