"""The data dictionary of the partners' extracts, made from the table that their reader follows.

`python -m srp_lib.extracts.dictionary` writes docs/data_dictionary.md.
"""

from __future__ import annotations

from pathlib import Path

from srp_lib.files import write_text

from . import risk_scale
from .partner_schema import Column, columns, partner_extracts
from .registry import REGISTRY, Source

TARGET = Path(__file__).parents[2] / "docs" / "data_dictionary.md"
KINDS = {
    "text": "text", "flag": "flag", "date": "date", "month": "month", "whole": "whole number", "number": "number",
}  # fmt: skip
_TOP = """# Data dictionary of the partners' extracts

Made from `srp_lib/codelists/partner_columns.csv` by `python -m srp_lib.extracts.dictionary`; edit the table, not this page. The rules that every extract is held to are in `expectations/`.

## How to supply an extract

- Put CSV files (UTF-8, with commas) or workbooks (xlsx, xls, ods) into a folder named after the extract, such as `data/raw/victims/2020-21.csv`. A file elsewhere is known by a header that has all the required columns. Several files make one extract.
- A workbook's sheet with the header in its first 20 rows is read; other sheets are left alone. Hidden sheets are never read, hidden rows and columns are read as the others. A workbook is refused where several sheets have the header, where cells are merged from the header down, and where a cell of the extract has an error such as #REF! or a formula whose result was not worked out (the old xls format shows an error as a blank).
- Columns may come in any order, in capitals or small letters. Columns that are not listed here are not kept: only their names are.
- A required column must be there. A column that is not required may be missing, or blank in some rows; one that has nothing in any row is told, as it may have been left out by mistake.
- A cell in which there is nothing is left blank: N/A, NULL, a dash and the like are refused.
- **Text** loses its outer spaces and is otherwise taken as it is, spaces that do not break being spaces. It is refused where it holds characters that cannot be seen or letters spoilt by a wrong encoding, where it is a number that a spreadsheet has shortened (1.23E+05), and where words are expected and there is no letter. In a workbook, format codes as text: a spreadsheet turns 4.10 into 4.1, and such a cell is refused. Notes and the words of a plan may run to 10,000 characters, other texts to 1,000. A text that a spreadsheet would run is refused: one that begins with =, + or @, or with a minus before a word, so put no dash before a note.
- **Flags** are Y or N, in capitals or small letters.
- **Dates** are YYYY-MM-DD, or DD/MM/YYYY, or a spreadsheet's own dates; a time of day after them is dropped, but times that are all midnight or 23:00 are refused, as summer time has then moved dates by a day. A file keeps to one of the first two; a spreadsheet's own dates may stand beside the first. Dates with slashes are read only where a day after the 12th proves that the day comes first; a file that leaves it open, or that has the month first, is refused and never guessed.
- **Months** are YYYY-MM, or the first day of the month as a spreadsheet's own date or as YYYY-MM-DD. Anything else, such as a month's name or 04/2020, is refused.
- **Whole numbers** and **numbers** may have commas between thousands. A number that a spreadsheet has shortened is refused, because the digits that it leaves out are lost.
- A file made for tests or demonstration has a column named SYNTHETIC, or that word above the header in a workbook, and every page made from it says so.
- Identifiers are pseudonyms. They must not be names, nor numbers by which anyone but the supplier could find a person or a record, and they never leave the processed data.
"""

_SCALE_TOP = (
    "A text file in TOML, named risk_scale.toml, anywhere in `data/raw/`: how scores are given and how they make a risk. Keys that are not listed here are refused, so that a slip of the pen changes no result. A scale may leave a dimension out; its scores are then not used. Scores are averaged over scorers; the risk of an issue comes from harm and likelihood, each put together from its dimensions.",
    "",
    "```toml",
    'title = "Scale of the partnership, 2020"',
    'within_part = "mean"',
    'across_parts = "product"',
    "",
    "[scores]",
    '1 = "Very low"',
    '2 = "Low"',
    "",
    "[dimensions.physical_harm]",
    'part = "harm"',
    "weight = 1.0",
    "reversed = false",
    'meaning = "How badly the people harmed are hurt"',
    "",
    "[dimensions.physical_harm.scores]",
    '1 = "No injury"',
    "",
    "[dimensions.frequency]",
    'part = "likelihood"',
    'meaning = "How often it happens"',
    "```",
)
_SCALE_KEYS = (
    ("title", "text", "yes", "", "Name and version of the scale, which pages print."),
    ("synthetic", "true or false", "", "false when left out", "The scale was made for tests or demonstration."),
    ("within_part", "text", "yes", ", ".join(risk_scale.WITHIN), "How the dimensions of one part are put together: their weighted mean, or the highest."),
    ("across_parts", "text", "yes", ", ".join(risk_scale.ACROSS), "How harm and likelihood make the risk: multiplied or added."),
    ("[scores]", "whole number = text", "yes", f"0 to {risk_scale.HIGHEST}, one after another, two at least", "Every score of the scale with its label."),
    ("[dimensions.NAME]", "table", "yes", ", ".join(risk_scale.dimensions()), "A dimension that is scored."),
    ("part", "text", "yes", ", ".join(risk_scale.PARTS), "What the dimension is a part of; what is shown stands beside the risk and is not in it. At least one of harm and one of likelihood must have a weight above 0."),
    ("weight", "number", "", f"0 to {risk_scale.MOST_WEIGHT:,}; 1 when left out", "Its weight in the mean of its part."),
    ("reversed", "true or false", "", "false when left out", "A high score means less risk."),
    ("meaning", "text", "yes", "", "What the dimension judges."),
    ("[dimensions.NAME.scores]", "whole number = text", "", "scores of the scale", "What a score means for this dimension."),
)  # fmt: skip


def markdown() -> str:
    """The whole page as text."""
    return "\n".join([_TOP, *(_section(extract) for extract in partner_extracts()), _scale()])


def write(path: Path = TARGET) -> None:
    """Write the page to `path`. Raises OSError where that can't be."""
    write_text(path, markdown())


def _section(extract: str) -> str:
    lines = [
        *_heading(REGISTRY[extract]),
        "| column | type | required | allowed | meaning |",
        "|---|---|---|---|---|",
        *(_row(column) for column in columns(extract)),
    ]
    return "\n".join(lines) + "\n"


def _heading(source: Source) -> list[str]:
    return [f"## {source.name}", "", f"{source.title}. From: {source.publisher}.", ""]


def _scale() -> str:
    """The section on risk_scale.toml, which is no table."""
    lines = [*_heading(REGISTRY["risk_scale"]), *_SCALE_TOP, "", "| key | type | required | allowed | meaning |"]
    rows = [f"| {' | '.join(cells)} |" for cells in _SCALE_KEYS]
    return "\n".join([*lines, "|---|---|---|---|---|", *rows]) + "\n"


def _row(column: Column) -> str:
    required = "yes" if column.required else ""
    return f"| {column.name} | {KINDS[column.kind]} | {required} | {_allowed(column)} | {column.meaning}. |"


def _allowed(column: Column) -> str:
    """What a value must be, in words: form, values, bounds, and what other columns ask of it."""
    parts = [column.form, _values(column), _bounds(column), _bounded_by(column), _keys(column)]
    return "; ".join(filter(None, parts))


def _values(column: Column) -> str:
    listed = ", ".join(column.values)
    return f"one or more of {listed}, joined by a semicolon" if column.several else listed


def _bounds(column: Column) -> str:
    if column.least is None:
        return ""
    if column.above:
        return f"more than {column.least:g}"
    return f"{column.least:g} or more" if column.most is None else f"{column.least:g} to {column.most:g}"


def _bounded_by(column: Column) -> str:
    bounds = [("before", column.not_before), ("after", column.not_after)]
    return ", ".join(f"not {way} {other}" for way, other in bounds if other)


def _keys(column: Column) -> str:
    said = []
    if column.unique:
        said.append("no value twice")
    if column.unique_with:
        said.append(f"no value twice with one {column.unique_with}")
    if column.refers_to:
        extract, _, name = column.refers_to.partition(".")
        said.append(f"must be one of the {name} values of {extract}")
    return "; ".join(said)


if __name__ == "__main__":
    write()
