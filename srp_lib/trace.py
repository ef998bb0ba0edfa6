"""Trace: what stands behind a printed figure: its rows by file, its rules, its code, and what disclosure control did.

A report's trace.json has the record of every key fact in it. `read_trace` finds one by its id and `as_text` prints
it; the pages that show the same are made in `srp_lib.trace_page`.
"""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib import wording
from srp_lib.disclosure import MARK, policy
from srp_lib.errors import AuditError
from srp_lib.extracts import LOOKUPS, RECORDS, REGISTRY
from srp_lib.used import COMPARATOR, DENOMINATOR, NUMERATOR, PARTS
from srp_lib.verdicts import CHANGE

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from srp_lib.extracts import Intake
    from srp_lib.gate import RuleResult
    from srp_lib.subject import Subject

FILE, FOLDER = "trace.json", "trace"  # in a report's folder
Trace = dict[str, Any]
WIDTH, LABEL = 100, 16
NUMBERS = (
    "value", "lower", "upper", "numerator", "denominator", "confidence", "comparator_value", "comparator_numerator",
)  # fmt: skip
TEXTS = (
    "statement", "unit", "method", "note", "period", "comparator_period", "verdict", "label", "notebook", "cell",
    "disclosure", "made_by", "definition",
)  # fmt: skip
LISTS = ("extracts", "rests_on")
BLANK = {**dict.fromkeys(NUMBERS), **dict.fromkeys(TEXTS, ""), **dict.fromkeys(LISTS, ())}
NAMES = {NUMERATOR: "Numerator", DENOMINATOR: "Denominator", COMPARATOR: "Comparator"}
HIDDEN = "rows of single files are not given, as they could tell a small count"
CLOSE, MANY = 5, 20  # how many ids are offered for one that there is not, and listed of all


@dataclass(frozen=True)
class UsedFile:
    """A file that a figure rests on: path relative to the raw folder, its SHA-256, how many rows it has and were used.

    `held` is as it may be shown, and `rows` None where disclosure control keeps it back.
    """

    path: str
    sha256: str
    held: str
    rows: int | None


@dataclass(frozen=True)
class Record:
    """All that is known of one key fact. `fact` has its texts and numbers, by the names of BLANK.

    `parts` has the files of its numerator, denominator and comparator by extract, `others` the files of extracts that it
    rests on besides (lookups, say), `source` the lines of the notebook's cell and `rules` the results of every rule that
    the extracts were held to, by extract.
    """

    id: str
    fact: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, tuple[UsedFile, ...]]]
    others: Mapping[str, tuple[UsedFile, ...]]
    source: str
    rules: Mapping[str, tuple[Mapping[str, Any], ...]]

    @property
    def anchor(self) -> str:
        """Its address in the page that shows it, and in the page of records."""
        return f"fact-{self.id}"

    @property
    def where(self) -> str:
        """Where the report shows it; its page alone for a change without a comparator, for which tables have no column."""
        fact = self.fact
        bare = fact["unit"] == CHANGE and fact["value"] is None and not fact["comparator_period"]
        return f"{fact['notebook']}.html" + ("" if bare else f"#{self.anchor}")


def trace_records(facts: Sequence[Mapping[str, Any]], subject: Subject, notebooks: Mapping[str, NotebookNode]) -> Trace:
    """The content of trace.json: the record of every fact, and once for all of them files, rules and cells.

    "facts" has records by id without what is blank, whose rows name files by their place in "files", which has the files
    of each extract; "rules" has the results of each extract's rules, and "cells" each notebook's cells that made a fact. Results must be
    as the edition may show them.
    """
    places = {
        name: {path: place for place, path in enumerate(extract.files["path"])}
        for name, extract in subject.intake.extracts.items()
    }
    used = {name for fact in facts for name in _extracts_of(fact, subject.intake)}
    names = [name for name in subject.intake.extracts if name in used]
    return {
        "edition": subject.edition,
        "synthetic": subject.synthetic,
        "files": {name: _files(name, subject) for name in names},
        "rules": {name: [_rule(one) for one in subject.results if one.extract == name] for name in names},
        "cells": _cells(facts, notebooks),
        "facts": {str(fact["id"]): _fact(fact, places, subject.intake) for fact in facts},
    }


def trace_json(trace: Trace) -> str:
    """The text of trace.json: a line a fact, a file and a rule, so that two of them can be compared."""
    return _lines(trace, 0) + "\n"


def read_trace(folder: Path, fact_id: str = "") -> Record:
    """The record of a fact in a report's folder.

    Raises AuditError where the folder has no trace, and for an id that is not in it, with those nearest to it or, where
    none was given, how many there are of each theme.
    """
    trace = _read(folder)
    if fact_id not in trace["facts"]:
        raise AuditError(_no_fact(fact_id, list(trace["facts"]), folder))
    return record(trace, fact_id)


def record(trace: Trace, fact_id: str) -> Record:
    """The record of a fact of a trace, with its files and rules in full."""
    fact = trace["facts"][fact_id]
    parts = {
        part: {name: _used_files(trace, name, rows) for name, rows in fact["rows"][part].items()}
        for part in PARTS
        if part in fact["rows"]
    }
    counted = {name for extracts in parts.values() for name in extracts}
    others = [name for name in fact.get("extracts", ()) if name not in counted]
    return Record(
        id=fact_id,
        fact={**BLANK, **{name: value for name, value in fact.items() if name != "rows"}},
        parts=parts,
        others={name: tuple(_file(one, None) for one in trace["files"][name]) for name in others},
        source=trace["cells"].get(fact["notebook"], {}).get(fact["cell"], ""),
        rules={name: tuple(trace["rules"][name]) for name in fact.get("extracts", ())},
    )


def as_text(found: Record) -> str:
    """A record as it is printed: plain text of 100 columns, without a line end."""
    fact = found.fact
    lines = [found.id, "=" * len(found.id), *_wrapped(fact["statement"]), ""]
    for label, text in summary(found):
        lines += _labelled(label, text)
    for part, files in found.parts.items():
        lines += ["", f"{NAMES[part]} {part_words(found, part)}"]
        for name, own in files.items():
            lines += _file_lines(name, own)
    for name, own in found.others.items():
        lines += ["", f"Besides: {name}, read as a whole", *_file_lines(name, own)]
    lines += ["", "Rules that the extracts were held to"]
    for name, results in found.rules.items():
        lines.append(f"  {name}: {rules_words(results)} passed")
        lines += [line for told in not_passed(results) for line in _wrapped(told, "    ")]
    lines += ["", f"Cell {fact['cell']} of {fact['notebook']}.ipynb"]
    return "\n".join([*lines, *(f"  {line}" for line in found.source.splitlines())])


def summary(found: Record) -> Iterator[tuple[str, str]]:
    """What is told of a fact besides its files and rules, as pairs of a name and a text; blanks are left out."""
    fact = found.fact
    told = {
        "Figure": figure(fact),
        "Period": str(fact["period"]),
        "Verdict": str(fact["verdict"]),
        "Compared with": _compared(fact),
        "Definition": str(fact["definition"]),
        "Method": " ".join(filter(None, [f"{fact['method']}.", str(fact["note"])])),
        "Rests on": ", ".join(fact["rests_on"]),
        "Disclosure": str(fact["disclosure"]),
        "Made by": str(fact["made_by"]),
        "Shown in": found.where,
    }
    return ((label, text) for label, text in told.items() if text)


def figure(fact: Mapping[str, Any]) -> str:
    """A fact's value with its interval and unit."""
    if fact["value"] is None:
        return f"no value ({fact['unit']})"
    ends = [fact["lower"], fact["upper"]]
    told = f"{fact['confidence']:.0%} interval {number(ends[0])} to {number(ends[1])}" if None not in ends else ""
    unit = fact["unit"] if fact["unit"].startswith("%") else f" {fact['unit']}"
    return f"{number(fact['value'])}{unit}" + (f" ({told})" if told else "")


def part_words(found: Record, part: str) -> str:
    """What a part of a figure is and how many rows it was made from."""
    value = found.fact[f"{part}{'_numerator' if part == COMPARATOR else ''}"]
    if part == COMPARATOR and value is None:
        value = found.fact["comparator_value"]
    said = "no figure" if value is None else number(value)
    files = [one for own in found.parts[part].values() for one in own]
    rows = [one.rows for one in files]
    some = f"{wording.whole(len(files))} file{'' if len(files) == 1 else 's'}"
    if None in rows:
        return f"{said}, from {some}; {HIDDEN}"
    every = sum(rows)
    if every == value:
        return f"{said}: as many rows, of {some}"
    return f"{said}: worked out from {wording.whole(every)} row{'' if every == 1 else 's'} of {some}"


def rules_words(results: Sequence[Mapping[str, Any]]) -> str:
    """How many of the rules that an extract was held to passed: "30 of 30"."""
    return f"{sum(one['result'] == 'passed' for one in results)} of {len(results)}"


def not_passed(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each rule that did not pass: its id, its severity and what came of it."""
    return [f"{one['rule']} ({one['severity']}) {one['result']}" for one in results if one["result"] != "passed"]


def number(value: float) -> str:
    """A number as exactly as it need be: whole, or with three decimals at the most, one from 100."""
    text = f"{value:,.{1 if abs(value) >= 100 else 3}f}"
    return text.rstrip("0").rstrip(".").replace("-", wording.MINUS)


# --- making -------------------------------------------------------------------------------------------------------


def _extracts_of(fact: Mapping[str, Any], intake: Intake) -> list[str]:
    """The extracts that a fact rests on, with the lookups that say which street-level rows are in the area."""
    named = dict.fromkeys([*fact["extracts"], *(name for own in fact["rows"].values() for name in own)])
    lookups = LOOKUPS if "street_crime" in named else ()
    return [*named, *(name for name in lookups if name not in named and name in intake.extracts)]


def _fact(fact: Mapping[str, Any], places: Mapping[str, Mapping[str, int]], intake: Intake) -> Trace:
    definition = str(fact["definition"]).partition(f". Method: {fact['method']}.")[0]
    rows = {
        part: {name: _placed(files, places[name]) for name, files in extracts.items()}
        for part, extracts in fact["rows"].items()
    }
    told = {**fact, "extracts": _extracts_of(fact, intake), "definition": definition}
    return {**{name: told[name] for name in BLANK if told[name] not in (None, "", [])}, "rows": rows}


def _placed(files: Mapping[str, int | None], places: Mapping[str, int]) -> list[list[int | None]]:
    return sorted([places[path], rows] for path, rows in files.items())


def _files(name: str, subject: Subject) -> list[Trace]:
    shown = policy(subject.config, subject.edition, name in RECORDS)
    files = subject.intake.extracts[name].files
    return [
        {"path": str(path), "sha256": str(digest), "rows": shown.count(int(rows)).text}
        for path, digest, rows in zip(files["path"], files["sha256"], files["rows"], strict=True)
    ]


def _rule(result: RuleResult) -> Trace:
    outcome = "passed" if result.passed else f"excepted {result.waived}" if result.waived else "failed"
    found = result.observed or f"{_count(result.failing)} of {_count(result.checked)}"
    return {"rule": result.rule, "severity": result.severity, "result": outcome, "found": found}


def _count(rows: int | None) -> str:
    return MARK if rows is None else wording.whole(rows)


def _cells(facts: Iterable[Mapping[str, Any]], notebooks: Mapping[str, NotebookNode]) -> dict[str, dict[str, str]]:
    """The source of every cell that made a fact, by notebook and cell."""
    wanted: dict[str, set[str]] = {}
    for fact in facts:
        wanted.setdefault(fact["notebook"], set()).add(fact["cell"])
    return {
        name: {cell.id: cell.source.strip() for cell in notebooks[name].cells if cell.get("id") in cells}
        for name, cells in sorted(wanted.items())
    }


def _lines(tree: object, depth: int) -> str:
    """JSON of which the first three levels have a line for each entry and what is below stands in one."""
    if depth < 3 and isinstance(tree, dict) and tree and (depth < 2 or not {"statement", "path"} & set(tree)):
        inner = (f"{json.dumps(key)}: {_lines(value, depth + 1)}" for key, value in tree.items())
        return "{\n" + ",\n".join(inner) + "\n}"
    if depth == 2 and isinstance(tree, list):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in tree) + "\n]"
    return json.dumps(tree, ensure_ascii=False)


# --- reading ------------------------------------------------------------------------------------------------------


def _read(folder: Path) -> Trace:
    path = folder / FILE
    try:
        trace = json.loads(path.read_text(encoding="utf-8"))
        return {name: trace[name] for name in ("edition", "synthetic", "files", "rules", "cells", "facts")}
    except FileNotFoundError:
        raise AuditError(
            f"{folder} has no {FILE}: give --run the folder of a report, such as reports/2024-25/public, or run "
            "'srp audit' again where an earlier version made it."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuditError(f"{path} can't be read as a trace: run 'srp audit' again.") from error


def _no_fact(wanted: str, ids: Sequence[str], folder: Path) -> str:
    near = (
        difflib.get_close_matches(wanted, ids, CLOSE, 0.4) or [one for one in ids if wanted and wanted in one][:CLOSE]
    )
    if wanted and near:
        return f"No figure of {folder} has the id '{wanted}'. The nearest are:\n" + "\n".join(
            f"  {one}" for one in near
        )
    themes: dict[str, list[str]] = {}
    for one in ids:
        themes.setdefault(one.split(".")[0], []).append(one)
    told = [f"  {theme} ({len(own)}): {', '.join(own[:2])}, ..." for theme, own in themes.items()]
    start = f"No figure of {folder} has the id '{wanted}'." if wanted else "Give the id of a figure."
    return f"{start} key_facts.csv lists all {len(ids)}; there are:\n" + "\n".join(told)


def _used_files(trace: Trace, name: str, rows: Sequence[Sequence[int | None]]) -> tuple[UsedFile, ...]:
    return tuple(_file(trace["files"][name][place], number_) for place, number_ in rows)


def _file(one: Mapping[str, str], rows: int | None) -> UsedFile:
    return UsedFile(one["path"], one["sha256"], one["rows"], rows)


# --- printing -----------------------------------------------------------------------------------------------------


def _compared(fact: Mapping[str, Any]) -> str:
    if not fact["comparator_period"]:
        return ""
    value = fact["comparator_value"] if fact["comparator_value"] is not None else fact["comparator_numerator"]
    return f"{fact['comparator_period']}" + ("" if value is None else f": {number(value)}")


def _file_lines(name: str, files: Sequence[UsedFile]) -> list[str]:
    lines = [f"  {name} ({REGISTRY[name].publisher})"]
    for one in files:
        rows = f"{one.held} rows in the file" if one.rows is None else f"{wording.whole(one.rows)} of {one.held} rows"
        lines += [f"    {one.path}: {rows}", f"      SHA-256 {one.sha256}"]
    return lines


def _labelled(label: str, text: str) -> list[str]:
    first, *rest = _wrapped(text, " " * LABEL)
    return [f"{label:<{LABEL}}{first.lstrip()}", *rest]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
