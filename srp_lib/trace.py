"""Trace: what stands behind a printed figure: its rows by file, its rules, its code, and what disclosure control did.

A report's trace.json has the record of every key fact in it. `read_trace` finds one by its id and `as_text` prints
it; the pages that show the same are made in `srp_lib.trace_page`.
"""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib import periods, wording
from srp_lib.config import find_root
from srp_lib.disclosure import MARK, PUBLIC, policy
from srp_lib.errors import AuditError
from srp_lib.extracts import LOOKUPS, RECORDS, REGISTRY
from srp_lib.schedule import source_of
from srp_lib.used import COMPARATOR, DENOMINATOR, NUMERATOR, PARTS, PROTECTED
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
    "disclosure", "made_by", "definition", "place",
)  # fmt: skip
LISTS = ("extracts", "rests_on")
BLANK = {**dict.fromkeys(NUMBERS), **dict.fromkeys(TEXTS, ""), **dict.fromkeys(LISTS, ())}
NAMES = {NUMERATOR: "Numerator", DENOMINATOR: "Denominator", COMPARATOR: "Comparator"}
HIDDEN = "Which of the extract's files hold these rows is not told in the public edition; they are among:"
HIDDEN_ONE = "How many rows of this file went into it is not told in the public edition:"
KINDS = ("count", "rate", "change", "share")
COMPLETE = ("performance", "performance_past")  # objectives of which a fact's label is its whole name
WARDS, FORECAST = "wards", "forecast"  # parts of ids: a ward's facts have a page of records of their own
PLACES = {"%": 1, "per": 1, "times": 2, "risk": 1}  # decimals by the first word of a unit; of others none
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


def page_of(ident: str, notebook: str) -> str:
    """The page with a fact's record, by its name in the report without ".html": its notebook's, or the ward's own."""
    theme, _, rest = ident.partition(".")
    return f"{FOLDER}/{notebook}" + (f"_{rest.partition('.')[0]}" if theme == WARDS else "")


def short_name(fact: Mapping[str, Any]) -> str:
    """What a fact is called: label and kind, "Hate crimes: count"; without a label how its sentence begins."""
    label, kind = str(fact["label"]), kind_of(fact)
    if label:
        return (
            f"{label}: {kind}"
            if kind and not set(kind.split()) <= set(re.findall(r"\w+", label.lower().replace("'", "")))
            else label
        )
    start = re.split(r" \(|; |\. |\.$", str(fact["statement"]))[0]
    own = str(fact["id"]).replace("_", " ").split(".")
    return ": ".join(own[1:]) if MARK in start else start


def kind_of(fact: Mapping[str, Any]) -> str:
    """Which figure of its subject a fact is: "count", "ratio to group"; "" where its label says it."""
    objective, last = str(fact["id"]).split(".")[-2:]
    words = last.split("_")
    if fact["unit"] == CHANGE:
        return "change"
    if fact["unit"].startswith("per "):
        return "rate"
    return "" if objective in COMPLETE else words[-1] if words[-1] in KINDS else " ".join(words)


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
        others={
            name: tuple(_file(trace, name, place, None) for place in range(len(trace["files"][name])))
            for name in others
        },
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
        lines += ["", *_wrapped(f"{part_name(found, part)} {part_words(found, part)}")]
        for name, own in files.items():
            lines += _file_lines(name, own)
    for name, own in found.others.items():
        lines += ["", f"Besides: {name}, read as a whole", *_file_lines(name, own)]
    lines += ["", "Rules that the extracts were held to"]
    for name, results in found.rules.items():
        lines.append(f"  {name}: {rules_words(results)} passed")
        lines += [line for told in not_passed(results) for line in _wrapped(told, "    ")]
    made = source_of(str(fact["notebook"]), find_root() / "notebooks")
    lines += ["", f"Cell {fact['cell']} of notebooks/{made}.ipynb"]
    return "\n".join([*lines, *(f"  {line}" for line in found.source.splitlines())])


def summary(found: Record) -> Iterator[tuple[str, str]]:
    """What is told of a fact besides its files and rules, as pairs of a name and a text; blanks are left out."""
    fact = found.fact
    told = {
        "Figure": figure(fact),
        "Period": period_words(str(fact["period"])),
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
    """A fact's value with its interval and unit, as pages print them: rounded as in its own sentence."""
    if fact["value"] is None:
        return f"no value ({fact['unit']})"
    places, ends = _places(fact, fact["value"]), [fact["lower"], fact["upper"]]
    sign = "%" if fact["unit"].startswith("%") else ""
    write = wording.signed if fact["unit"] == CHANGE else wording.decimal
    unit = fact["unit"].removeprefix("%").strip()
    tiny = re.search(r"\bunder \d[\d.]*%", fact["statement"]) if fact["value"] == 0 else None
    shown = " ".join(filter(None, [tiny[0] if tiny else f"{write(fact['value'], places)}{sign}", unit]))
    if None in ends:
        return shown
    return (
        f"{shown} ({fact['confidence']:.0%} interval {write(ends[0], places)}{sign} to {write(ends[1], places)}{sign})"
    )


def period_words(text: str) -> str:
    """A period in words: "2020-21 (April 2020 to March 2021)", "year ending December 2021", "November 2020"."""
    period = periods.read_period(text)
    if period is None:
        return text
    return f"{period.code} ({period.span})" if period.kind == "year" else period.label


def part_name(found: Record, part: str) -> str:
    """What a part of a figure is called; of a change and of a forecast the denominator is told by its months."""
    fact = found.fact
    if part == DENOMINATOR and fact["unit"] == CHANGE:
        before = periods.read_period(str(fact["comparator_period"]))
        now = periods.read_period(str(fact["period"]))
        year = before is not None and now is not None and before.months == now.comparator().months
        return f"{NAMES[part]} ({'the year before' if year else fact['comparator_period'] or 'before'})"
    if part == DENOMINATOR and found.id.endswith(f".{FORECAST}"):
        return f"{NAMES[part]} (the months before)"
    return NAMES[part]


def part_words(found: Record, part: str) -> str:
    """What a part of a figure is and how many rows of how many files it was made from."""
    value = found.fact[f"{part}{'_numerator' if part == COMPARATOR else ''}"]
    if part == COMPARATOR and value is None:
        value = found.fact["comparator_value"]
    files = [one for own in found.parts[part].values() for one in own]
    rows = [one.rows for one in files]
    said = "no figure" if value is None else _shown(found.fact, value)
    if None in rows:
        return f"{said}. {HIDDEN if len(files) > 1 else HIDDEN_ONE}"
    every = sum(rows)
    where = f"{_many(every, 'row')} in {_many(len(files), 'file')}"
    return where if every == value else f"{said}, worked out from {where}"


def rules_words(results: Sequence[Mapping[str, Any]]) -> str:
    """How many of the rules that an extract was held to passed: "30 of 30"."""
    return f"{sum(one['result'] == 'passed' for one in results)} of {len(results)}"


def not_passed(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each rule that did not pass: its id, its severity and what came of it."""
    return [f"{one['rule']} ({one['severity']}) {one['result']}" for one in results if one["result"] != "passed"]


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
    return tuple(_file(trace, name, place, number) for place, number in rows)


def _file(trace: Trace, name: str, place: int, rows: int | None) -> UsedFile:
    one = trace["files"][name][place]
    return UsedFile(one["path"], one["sha256"], held(trace, name, one["rows"]), rows)


def held(trace: Trace, extract: str, rows: str) -> str:
    """The rows of a whole file as they are told: "about" those that the public edition rounds."""
    rounded = trace["edition"] == PUBLIC and extract in RECORDS and rows not in (MARK, "0")
    return f"about {rows}" if rounded else rows


# --- printing -----------------------------------------------------------------------------------------------------


def _compared(fact: Mapping[str, Any]) -> str:
    if not fact["comparator_period"]:
        return ""
    value, when = fact["comparator_value"], period_words(str(fact["comparator_period"]))
    if value is None or fact["unit"] == CHANGE:
        value = fact["comparator_numerator"]
        return when if value is None else f"{when}: {_shown(fact, value)}"
    sign = "%" if fact["unit"].startswith("%") else ""
    return f"{when}: {wording.decimal(value, _places(fact, value))}{sign}"


def _places(fact: Mapping[str, Any], value: float) -> int:
    """The decimals with which the fact's own sentence prints a number, else those that its unit has on pages."""
    unit, sign = str(fact["unit"]), "%" if str(fact["unit"]).startswith("%") else ""
    usual = 0 if sign and str(fact["disclosure"]).startswith(PROTECTED) else PLACES.get(unit.split(" ")[0], 0)
    for places in dict.fromkeys((usual, 1, 2, 0) if unit.split(" ")[0] in PLACES else (usual,)):
        told = re.escape(wording.decimal(abs(value), places) + sign)
        if re.search(rf"(?<![\d.,]){told}(?![.,]?\d)", str(fact["statement"])):
            return places
    return usual


def _shown(fact: Mapping[str, Any], value: float) -> str:
    """A numerator or denominator: whole, or as the fact's figures are where it is not."""
    return wording.whole(value) if float(value).is_integer() else wording.decimal(value, _places(fact, value))


def _many(number: int, noun: str) -> str:
    return f"{wording.whole(number)} {noun}{'' if number == 1 else 's'}"


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
