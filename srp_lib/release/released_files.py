"""Released files: the trace of a release: how it is read, and the numbers that a reader takes from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from srp_lib.display import COLUMNS
from srp_lib.errors import AuditError
from srp_lib.extracts.registry import RECORDS
from srp_lib.release.released_facts import Facts, Numbers, fact_of, kind_of
from srp_lib.release.released_names import Key, Names
from srp_lib.release.released_numbers import CHANGE, COUNT, OTHER, Figure, Rule, printed

STREET_EXTRACT, TRACE = "street_crime", "trace.json"
PARTS = ("numerator", "denominator", "comparator")
MONTH_IN_PATH = re.compile(r"(?<!\d)(\d{4}-(?:0[1-9]|1[0-2]))(?!\d)")
SAID = ("statement", "definition", "note", "method", "verdict", "label")  # what a fact of the trace says in words


def read_json(name: str, text: str) -> dict[str, Any]:
    """A file of a release that is JSON. Raises AuditError where it is damaged."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{name} is damaged: it can't be read as JSON. Give the folder as the run left it.") from error
    if not isinstance(told, dict) or not told:
        raise AuditError(f"{name} holds nothing that a run writes into it. Give the folder as the run left it.")
    return told


def trace_texts(trace: Mapping[str, Any], facts: Facts) -> list[str]:
    """What the trace says in words that are not those of key_facts.csv: notes and methods, and what rules found and excepted."""
    told = {cell for row in facts.rows.values() for cell in row.values()}
    own = [str(fact.get(name, "")) for fact in trace.get("facts", {}).values() for name in SAID]
    found = [str(one.get("result", "")) for rules in trace.get("rules", {}).values() for one in rules]
    return [text for text in dict.fromkeys([*own, *found]) if text and text not in told]


def trace_figures(text: str, facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """The rows of single files in the trace, the rows that files hold, and what rules found."""
    trace = read_json(TRACE, text)
    for extract, files in trace.get("files", {}).items():
        for one in files:
            key = Key(COUNT, f"rows.{extract}", f"file: {one['path']}")
            yield from _held(f"{TRACE}, files of {extract}", str(one["path"]), str(one["rows"]), key, names, rule)
    for extract, rules in trace.get("rules", {}).items():
        for one in rules:
            where = f"{TRACE}, rules of {extract}"
            yield from _told(where, str(one["rule"]), str(one["found"]))
    for id, fact in trace.get("facts", {}).items():
        yield from _used(id, fact, trace.get("files", {}), facts)
        yield from _told_otherwise(id, fact, facts, names, rule)


def _held(where: str, cell: str, text: str, key: Key, names: Names, rule: Rule) -> Iterator[Figure]:
    """How many rows a file holds."""
    protected = names.guarded and key.subject.removeprefix("rows.") in RECORDS
    for one in printed(text):
        ends = rule.few if one.value is None else rule.count(one.value, protected)
        yield Figure(where, cell, one.text, COUNT, key.subject, key.group, "", "", *ends, one.value is None, protected)


def _told(where: str, cell: str, text: str) -> Iterator[Figure]:
    """What a rule found: numbers of rows that are of the rule alone."""
    for number, one in enumerate(printed(text), 1):
        own = f"{where}, {cell}"
        yield Figure(where, cell, one.text, OTHER, own, f"number {number}", "", "", one.value, one.value, one.value is None, one.value is None)  # fmt: skip


def _used(id: str, fact: Mapping[str, Any], files: Mapping[str, Any], facts: Facts) -> Iterator[Figure]:
    """The rows of each file that a fact counted.

    Street-level files are of a month each, so theirs are its count; rows of others can be of more than the fact counts.
    """
    if id not in facts.rows:
        return
    sides = _sides(facts.rows[id], facts.numbers[id])
    used = ((part, extract, place, rows) for part, own in fact.get("rows", {}).items() for extract, placed in own.items() for place, rows in placed)  # fmt: skip
    for part, extract, place, rows in used:
        if rows is None:
            continue
        path = str(files[extract][place]["path"])
        month, side = MONTH_IN_PATH.search(path), sides.get(part)
        key = Key(subject=f"{TRACE}, {id}, {part}", group=path)
        if extract == STREET_EXTRACT and month and side:
            key = replace(side, period=month[1])
        yield Figure(
            f"{TRACE}, {id}", f"{part}, {path}", str(rows), COUNT, key.subject, key.group, key.place, key.period, rows, rows, False, False,
        )  # fmt: skip


def _sides(row: Mapping[str, str], numbers: Numbers) -> dict[str, Key | None]:
    """What the rows of each part of a fact count, less the period."""
    changed = kind_of(row) == CHANGE
    return dict(zip(PARTS, (numbers.of, numbers.of if changed else numbers.base, numbers.of)))


def _told_otherwise(id: str, fact: Mapping[str, Any], facts: Facts, names: Names, rule: Rule) -> Iterator[Figure]:
    """The numbers of a fact that the trace gives and key_facts.csv does not, or gives otherwise."""
    known = facts.rows.get(id, {})
    differing = {
        name: f"{fact[name]:.17g}"
        for name in ("value", "lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator")
        if fact.get(name) is not None and f"{fact[name]:.10g}" != known.get(name)
    }
    if not differing:
        return
    blank = dict.fromkeys(
        ("value", "lower", "upper", "numerator", "denominator", "comparator_value", "comparator_numerator"), ""
    )
    row = {**{name: str(fact.get(name) or "") for name in COLUMNS}, **known, **blank, **differing}
    for figure in fact_of(id, row, facts, names, rule):
        yield replace(figure, where=f"{TRACE}, {id}")
