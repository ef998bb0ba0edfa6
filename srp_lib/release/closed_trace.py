"""Closed trace: what trace.json may hold in a public release, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from srp_lib.errors import AuditError
from srp_lib.extracts.registry import RECORDS, REGISTRY
from srp_lib.gate import SEVERITIES, UNITS
from srp_lib.quality import RECORD_VIEWS
from srp_lib.release.closed_record import DIGEST, number_of, protected_number
from srp_lib.release.released_facts import PROTECTED
from srp_lib.release.released_files import TRACE
from srp_lib.release.released_numbers import Rule
from srp_lib.trace import BLANK, LISTS, NUMBERS, TEXTS
from srp_lib.used import PARTS

PLACES = ("files", "rules", "cells", "facts")
TOP = ("edition", "synthetic", *PLACES)
HELD = re.compile(r"\[c\]|\d[\d,]*")
FOUND = re.compile(
    r"(\[c\]|[\d,]+) of (\[c\]|[\d,]+) ([a-zA-Z ]+)|(\[c\]|[\d,]+) rows|(\[c\]|[\d,]+) of (\[c\]|[\d,]+)|not evaluated"
)
RESULT = re.compile(r"passed|failed|excepted .+", re.S)
OF_RECORDS = frozenset(UNITS.get(view, view) for view in RECORD_VIEWS)
SAME = ("statement", "unit", "period", "comparator_period", "verdict", "notebook", "cell", "disclosure")


def require_trace(trace: Mapping[str, Any]) -> None:
    """Raise AuditError for a trace that has not the parts of one, or not in their shape."""
    parts = all(isinstance(trace.get(name), dict) for name in PLACES)
    lists = parts and all(
        isinstance(own, list) and all(isinstance(one, dict) for one in own) for name in ("files", "rules") for own in trace[name].values()
    )  # fmt: skip
    if not lists or not all(_is_fact(fact, trace["files"]) for fact in trace["facts"].values()):
        raise AuditError(
            f"{TRACE} is damaged: it has not the parts that a run gives it. Give the folder as the run left it."
        )


def trace_faults(trace: Mapping[str, Any], lines: Mapping[str, Mapping[str, str]], rule: Rule) -> list[str]:
    """What the trace of a public report holds that it should not, each as a place in it; no values.

    `lines` are those of key_facts.csv by id. Rows of a file are told of no figure that is protected, and of no file of
    which a figure was made whose line is not in key_facts.csv.
    """
    faults = [f"{TRACE}: the entry {name[:40]}" for name in trace if name not in TOP]
    faults += [f"{TRACE}: it is of another edition"] if trace.get("edition") != "public" else []
    for extract, own in trace["files"].items():
        faults += [f"{TRACE}, files of {extract[:40]}" for one in own if extract not in REGISTRY or not _is_file(one)]
    for extract, own in trace["rules"].items():
        faults += [f"{TRACE}, rules of {extract[:40]}: {str(one.get('rule'))[:60]}" for one in own if not _is_rule(extract, one, rule)]  # fmt: skip
    cells = (isinstance(own, dict) and all(isinstance(source, str) for source in own.values()) for own in trace["cells"].values())  # fmt: skip
    faults += [] if all(cells) else [f"{TRACE}, cells"]
    for id, fact in trace["facts"].items():
        faults += [f"{TRACE}, {id}: {fault}" for fault in _fact_faults(fact, lines.get(id))]
    return faults


def _is_fact(fact: Any, files: Mapping[str, list[Any]]) -> bool:
    """Whether an entry has the shape of a fact, with rows of files that there are."""
    if not isinstance(fact, dict) or not isinstance(fact.get("rows"), dict):
        return False
    return all(
        isinstance(own, dict) and all(_are_rows(placed, len(files.get(extract, ()))) for extract, placed in own.items())
        for own in fact["rows"].values()
    )


def _are_rows(placed: Any, number: int) -> bool:
    """Whether a list has pairs of a file's place and a number of rows or none."""
    return isinstance(placed, list) and all(
        isinstance(pair, list)
        and len(pair) == 2
        and type(pair[0]) is int
        and 0 <= pair[0] < number
        and (pair[1] is None or type(pair[1]) is int)
        for pair in placed
    )


def _is_file(one: Mapping[str, Any]) -> bool:
    texts = all(isinstance(value, str) for value in one.values())
    return texts and set(one) == {"path", "sha256", "rows"} and bool(DIGEST.fullmatch(one["sha256"]) and HELD.fullmatch(one["rows"]))  # fmt: skip


def _is_rule(extract: str, one: Mapping[str, Any], rule: Rule) -> bool:
    """Whether a rule's entry has what entries have, and its numbers of the partners' records are protected."""
    if set(one) != {"rule", "severity", "result", "found"} or not all(isinstance(value, str) for value in one.values()):
        return False
    found = FOUND.fullmatch(one["found"])
    if extract not in REGISTRY or one["severity"] not in SEVERITIES or not RESULT.fullmatch(one["result"]) or not found:
        return False
    if extract not in RECORDS or (found[3] and found[3] not in OF_RECORDS):
        return True
    numbers = [number_of(text) for text in (found[1], found[2], found[4], found[5], found[6]) if text]
    return all(protected_number(number, rule) for number in numbers)


def _fact_faults(fact: Mapping[str, Any], line: Mapping[str, str] | None) -> Iterator[str]:
    """What is wrong with one fact of the trace, whose line of key_facts.csv is given."""
    if line is None:
        yield "no fact of key_facts.csv"
        return
    yield from (f"the entry {name[:40]}" for name in fact if name not in BLANK and name != "rows")
    kinds = {**dict.fromkeys(NUMBERS, (int, float)), **dict.fromkeys(TEXTS, str), **dict.fromkeys(LISTS, list)}
    yield from (
        f"the entry {name}" for name, kind in kinds.items() if name in fact and not isinstance(fact[name], kind)
    )
    yield from (f"the entry rows, {str(part)[:40]}" for part in fact["rows"] if part not in PARTS)
    for name in SAME:
        if _plain(fact.get(name, "")) != _plain(line[name]):
            yield f"another {name} than in key_facts.csv"
    if not _plain(line["definition"]).startswith(_plain(fact.get("definition", ""))):
        yield "another definition than in key_facts.csv"
    elif any(_plain(fact.get(name, "")) not in _plain(line["definition"]) for name in ("note", "method")):
        yield "a note or a method that key_facts.csv has not"
    told = any(rows is not None for own in fact["rows"].values() for placed in own.values() for _, rows in placed)
    if told and line["disclosure"].startswith(PROTECTED):
        yield "rows of single files of a figure that is protected"


def _plain(text: object) -> str:
    """A text without the apostrophe that keeps spreadsheets from taking it for a formula, and with one kind of line end."""
    return re.sub(r"\A'(?=[=+\-@\t\r])", "", str(text).replace("\r\n", "\n").replace("\r", "\n"))
