"""Quality history: every validation's results kept as small JSON, with a profile of each extract, to be set side by side.

A check is kept once: where the newest kept one of its kind is of the same files with the same results, nothing is
added. Nothing in a kept check is of a row, and in the public edition counts of partners' records are protected.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib.disclosure import policy
from srp_lib.errors import AuditError
from srp_lib.files import bytes_digest, write_text

if TYPE_CHECKING:
    from srp_lib.gate import RuleResult
    from srp_lib.history.delivery_profile import Profile
    from srp_lib.subject import Subject

FOLDER = "quality"  # below the area's reports, over a folder for each edition
NAME = re.compile(r"\d{4}-\d\d-\d\d-\d{3}-[0-9a-f]{12}\.json")
PASSED, WARNED, FAILED, EXCEPTED = "Passed", "Warning", "Failed", "Excepted"
OUTCOMES = (PASSED, WARNED, FAILED, EXCEPTED)
DEEP = 3  # levels of a kept check that are laid out one entry a line


@dataclass(frozen=True)
class Kept:
    """One kept check: its file's name, the day it was made on, and what it found.

    `rules` has each extract's results by rule, as `_rule` tells them; `profiles` each extract's profile; `faults` a
    sentence for each other reason why the extracts could not be audited.
    """

    file: str
    checked: date
    digest: str
    synthetic: bool
    faults: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Mapping[str, Any]]]
    profiles: Mapping[str, Profile]

    @property
    def tally(self) -> Counter[str]:
        """How many rules had each outcome."""
        return Counter(rule["outcome"] for rules in self.rules.values() for rule in rules.values())

    @property
    def refused(self) -> bool:
        """Whether the extracts could not be audited."""
        return bool(self.faults) or self.tally[FAILED] > 0


def folder_of(base: Path, edition: str) -> Path:
    """Where an edition's checks are kept, below the folder of an area's reports."""
    return base / FOLDER / edition


def keep(folder: Path, subject: Subject, day: date) -> Path | None:
    """Keep what a validation found on `day`, in `folder`; None where the newest kept check of its kind says the same.

    `subject` has the extracts, their results (as this edition may show them), the edition and the settings. Raises
    ExtractError where a processed extract has gone and AuditError where a kept check can't be read.
    """
    before = newest(read(folder), subject.synthetic)
    found = _content(subject, before)
    digest = bytes_digest(_laid_out(_undated(found)).encode())
    if before and before.digest == digest:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + sum(path.name.startswith(day.isoformat()) for path in _listed(folder))
    path = folder / f"{day.isoformat()}-{number:03d}-{digest[:12]}.json"
    write_text(path, _laid_out({"checked": day.isoformat(), "digest": digest, **found}) + "\n")
    return path


def read(folder: Path) -> list[Kept]:
    """Every check kept in `folder`, the earliest first. Raises AuditError for one that can't be read."""
    return [_read(path) for path in _listed(folder)]


def newest(kept: Sequence[Kept], synthetic: bool) -> Kept | None:
    """The latest of the checks of synthetic extracts, or of others; None where there is none."""
    return next((one for one in reversed(kept) if one.synthetic == synthetic), None)


def outcome(result: RuleResult) -> str:
    """What came of a rule, in one word."""
    if result.passed:
        return PASSED
    if getattr(result, "waived", ""):
        return EXCEPTED
    return FAILED if result.severity == "critical" else WARNED


def _content(subject: Subject, before: Kept | None) -> dict[str, Any]:
    """What is kept of a validation; profiles of extracts that did not change since `before` are taken over."""
    from srp_lib.history import delivery_profile

    rule = policy(subject.config, subject.edition)
    profiles = {}
    for name, extract in subject.intake.extracts.items():
        own = delivery_profile.protects(name, rule)
        former = before.profiles.get(name) if before else None
        same = former and (former.key, former.made) == (delivery_profile.key(extract, own), delivery_profile.MADE)
        profiles[name] = former if same else delivery_profile.profile(extract, own)
    rules: dict[str, dict[str, Any]] = {}
    for result in subject.results:
        rules.setdefault(result.extract, {})[result.rule] = _rule(result)
    return {
        "area": subject.area,
        "edition": subject.edition,
        "synthetic": subject.synthetic,
        "faults": list(subject.faults),
        "rules": rules,
        "profiles": {name: one.tree() for name, one in profiles.items()},
    }


def _rule(result: RuleResult) -> dict[str, Any]:
    """A result as it is kept: what a reader of the history needs, and not why the rule is there."""
    told = {"outcome": outcome(result), "severity": result.severity, "checked": result.checked}
    if result.passed:
        return told
    return told | {
        "dimension": result.dimension,
        "failing": result.failing,
        "observed": result.observed,
        "details": list(result.details),
        "files": [list(pair) for pair in result.files],
        "waived": getattr(result, "waived", ""),
    }


def _undated(found: Mapping[str, Any]) -> dict[str, Any]:
    """What decides whether a check says something new: not under which key an extract was stored."""
    profiles = {name: {**tree, "key": ""} for name, tree in found["profiles"].items()}
    return {**found, "profiles": profiles}


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if NAME.fullmatch(path.name)) if folder.is_dir() else []


def _read(path: Path) -> Kept:
    from srp_lib.history.delivery_profile import from_tree

    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        profiles = {name: from_tree(one) for name, one in tree["profiles"].items()}
        day = date.fromisoformat(tree["checked"])
        return Kept(path.name, day, tree["digest"], tree["synthetic"], tuple(tree["faults"]), tree["rules"], profiles)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuditError(
            f"The kept check {path} is not whole or was made by another version: move it out of that folder, or restore it."
        ) from None


def _laid_out(tree: object, depth: int = 0) -> str:
    """JSON with the entries of the upper levels on lines of their own, so that two checks can be compared by eye."""
    if not isinstance(tree, dict) or depth == DEEP or not tree:
        return json.dumps(tree, ensure_ascii=False, sort_keys=True)
    space = " " * (depth + 1)
    entries = (
        f"{space}{json.dumps(name, ensure_ascii=False)}: {_laid_out(tree[name], depth + 1)}" for name in sorted(tree)
    )
    return "{\n" + ",\n".join(entries) + "\n" + " " * depth + "}"
