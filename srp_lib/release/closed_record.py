"""Closed record: what run.json and its companion may hold in a public release, and nothing besides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from srp_lib.config import find_root
from srp_lib.earlier import PROTECTION
from srp_lib.errors import AuditError
from srp_lib.extracts.registry import RECORDS, REGISTRY
from srp_lib.provenance import COMPANION, RUN
from srp_lib.quality import RECORD_VIEWS
from srp_lib.release.released_numbers import Rule

DIGEST, DAY = re.compile(r"[0-9a-f]{64}"), re.compile(r"\d{4}-\d{2}-\d{2}")
SHORT = re.compile(r"[\w.+() -]{0,60}")  # a version, a step, a kind of machine
RESULT = (
    "extract", "rule", "view", "dimension", "severity", "why", "remedy", "passed", "checked", "failing", "observed",
    "files", "details", "waived",
)  # fmt: skip
COUNTED = re.compile(
    r"(?P<failing>\[c\]|[\d,]+) of (?P<checked>\[c\]|[\d,]+) [a-zA-Z ]+|(?P<rows>\[c\]|[\d,]+) rows|not evaluated"
)


def protected_number(number: object, rule: Rule) -> bool:
    """Whether a number of records is as the public edition shows it: withheld (None), none, or a rounded one."""
    if number is None or number == 0:
        return True
    return isinstance(number, int) and number >= rule.smallest and number % rule.base == 0


def number_of(text: str) -> int | None:
    """The number that a text of digits is; None for a withheld one."""
    return int(text.replace(",", "")) if text[:1].isdigit() else None


def record_texts(record: Mapping[str, Any]) -> list[str]:
    """The sentences of run.json: warnings, and what rules say and found, less the words of the suites themselves."""
    results = [one for one in record.get("results", ()) if isinstance(one, dict)]
    told = [str(one.get(name, "")) for one in results for name in ("why", "remedy", "waived")]
    details = [str(text) for one in results for text in one.get("details", ())]
    texts = dict.fromkeys([*map(str, record.get("warnings", ())), *told, *details])
    return [text for text in texts if text and text not in _words_of_suites()]


@cache
def _words_of_suites() -> frozenset[str]:
    """Why there is each rule of the suites, and what to do where it fails."""
    found: set[str] = set()
    for path in sorted((find_root() / "expectations").glob("*.json")):
        rules = json.loads(path.read_text(encoding="utf-8")).get("expectations", ())
        found |= {str(one.get("meta", {}).get(name, "")) for one in rules for name in ("why", "remedy")}
    return frozenset(found)


def record_faults(record: Mapping[str, Any], rule: Rule) -> list[str]:
    """What run.json of a public report holds that it should not, each as a place in it; no values.

    Its keys are a closed list, and what rules found in the partners' records must be as the public edition shows it.
    """
    faults = [f"{RUN}: the entry {_safe(name)}" for name, value in record.items() if not _fits(name, value)]
    results = record.get("results", ())
    for number, one in enumerate(results if isinstance(results, list) else (), 1):
        faults += [f"{RUN}, result {number}: {fault}" for fault in _result_faults(one, rule)]
    return faults


def companion_faults(text: str, record: Mapping[str, Any]) -> list[str]:
    """Whether run.json's companion holds anything but what run.json gives."""
    from srp_lib import crate

    try:
        same = json.loads(text) == json.loads(crate.crate_text(record))
    except (ValueError, KeyError, TypeError, AttributeError):
        same = False
    return [] if same else [f"{COMPANION}: it is not what {RUN} gives"]


def require_record(record: Mapping[str, Any]) -> None:
    """Raise AuditError for a run.json that tells of no finished public report."""
    asked = record.get("parameters")
    if not isinstance(asked, dict) or not isinstance(record.get("outputs"), dict):
        raise AuditError(f"{RUN} tells of no finished report: give the folder of a report as the run left it.")
    if asked.get("edition") != "public":
        raise AuditError(
            f"{RUN} tells of no public edition: only the public edition withholds anything that could be worked out."
        )


def _result_faults(one: Any, rule: Rule) -> Iterator[str]:
    """What is wrong with one rule's result."""
    if not isinstance(one, dict) or set(one) - set(RESULT) or not isinstance(one.get("files", []), list):
        yield "another shape than results have"
        return
    seen = COUNTED.fullmatch(str(one.get("observed", "")))
    if seen is None:
        yield "what was observed, in other words than rules have"
        return
    if one.get("extract") not in RECORDS or one.get("view") not in RECORD_VIEWS:
        return
    told = [one.get("failing"), one.get("checked"), *(pair[1] for pair in one["files"] if len(pair) == 2)]
    told += [number_of(text) for name in ("failing", "checked", "rows") if (text := seen[name])]
    if not all(protected_number(number, rule) for number in told):
        yield "a number of the partners' records that is not protected"


def _safe(name: object) -> str:
    """A key as it may be printed."""
    return re.sub(r"\d+", "…", str(name))[:40]


def _fits(name: str, value: Any) -> bool:
    """Whether an entry of run.json is one that a run writes."""
    return name in ENTRIES and ENTRIES[name](value)


def _digest(value: Any) -> bool:
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def _short(value: Any) -> bool:
    return isinstance(value, str) and bool(SHORT.fullmatch(value))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _each(keys: Callable[[Any], bool], values: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test of a dictionary by its keys and its values."""
    return lambda told: isinstance(told, dict) and all(keys(name) and values(value) for name, value in told.items())


def _of(**tests: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test of a dictionary with some of these keys and no other."""
    return lambda told: (
        isinstance(told, dict) and all(name in tests and tests[name](value) for name, value in told.items())
    )


def _list(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda told: isinstance(told, list) and all(map(test, told))


def _any(*tests: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: any(test(value) for test in tests)


def _one_of(names: Iterable[str]) -> Callable[[Any], bool]:
    return frozenset(names).__contains__


ENTRIES: dict[str, Callable[[Any], bool]] = {
    "key": _digest,
    "key_parts": _each(
        _one_of(("inputs", "code", "parameters", "versions", "commentary")), _any(_digest, lambda value: value == "")
    ),
    "parameters": _of(period=_short, edition=_short, area=_short, year=_short),
    "previous": _digest,
    "protection": _each(_one_of(PROTECTION), _number),
    "checked_on": lambda value: _text(value) and bool(DAY.fullmatch(value)),
    "synthetic": lambda value: isinstance(value, bool),
    "inputs": _list(_of(path=_text, sha256=_digest)),
    "commentary": _of(file=_short, sha256=_digest),
    "extracts": _each(_one_of(REGISTRY), _digest),
    "pages": _list(_of(file=_text, title=_text)),
    "results": lambda value: isinstance(value, list),
    "warnings": _list(_text),
    "facts": lambda value: isinstance(value, int),
    "outputs": _each(_text, _digest),
    "versions": _each(_short, _short),
    "code_commit": lambda value: _text(value) and bool(re.fullmatch(r"[0-9a-f]{40}(?:\+changes)?|unknown", value)),
    "machine": _each(_one_of(("zlib", "system", "architecture", "implementation")), _short),
    "timings": _each(_short, _any(_number, _each(_short, _number))),
}
