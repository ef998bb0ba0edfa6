"""Quality history: every validation's results kept as small JSON, with a profile of each extract, to be set side by side.

A check is kept once: where the newest kept one of its kind is of the same files with the same results, nothing is
added. The rules that passed are kept as their names alone, and the profile of an extract that has not changed as the
name of the kept check that has it. Nothing in a kept check is of a row, and in the public edition counts of partners'
records are protected.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
UNTOLD = "withheld"  # how many rows a rule looked at, where that may not be told


@dataclass(frozen=True)
class Kept:
    """One kept check: its file's name, the day it was made on, and what it found.

    `rules` has each extract's results by rule, as `_rule` tells them; `profiles` each extract's profile; `faults` a
    sentence for each other reason why the extracts could not be audited. `homes` names the kept check that has each
    profile in full.
    """

    file: str
    checked: date
    digest: str
    synthetic: bool
    faults: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Mapping[str, Any]]]
    profiles: Mapping[str, Profile]
    homes: Mapping[str, str] = field(default_factory=dict)

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
    profiles = _profiles(subject, before)
    found = _content(subject, profiles)
    digest = bytes_digest(_laid_out(_undated(found)).encode())
    if before and before.digest == digest:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + sum(path.name.startswith(day.isoformat()) for path in _listed(folder))
    path = folder / f"{day.isoformat()}-{number:03d}-{digest[:12]}.json"
    told = {name: _home(before, name, one) or found["profiles"][name] for name, one in profiles.items()}
    write_text(path, _laid_out({"checked": day.isoformat(), "digest": digest, **found, "profiles": told}) + "\n")
    return path


def read(folder: Path) -> list[Kept]:
    """Every check kept in `folder`, the earliest first. Raises AuditError for one that can't be read."""
    kept: dict[str, Kept] = {}
    for path in _listed(folder):
        kept[path.name] = _read(path, kept)
    return list(kept.values())


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


def _profiles(subject: Subject, before: Kept | None) -> dict[str, Profile]:
    """Each extract's profile; those of extracts that did not change since `before` are taken over as they are."""
    from srp_lib.history import delivery_profile

    rule = policy(subject.config, subject.edition)
    profiles = {}
    for name, extract in subject.intake.extracts.items():
        own = delivery_profile.protects(name, rule)
        former = before.profiles.get(name) if before else None
        same = former and (former.key, former.made) == (delivery_profile.key(extract, own), delivery_profile.MADE)
        profiles[name] = former if same else delivery_profile.profile(extract, own)
    return profiles


def _home(before: Kept | None, name: str, own: Profile) -> str:
    """The kept check that has a profile in full already; "" for none."""
    return before.homes[name] if before and before.profiles.get(name) is own else ""


def _content(subject: Subject, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """What is kept of a validation."""
    rules: dict[str, dict[str, Any]] = {}
    for result in subject.results:
        if not result.passed:
            rules.setdefault(result.extract, {})[result.rule] = _rule(result)
    return {
        "area": subject.area,
        "edition": subject.edition,
        "synthetic": subject.synthetic,
        "faults": list(subject.faults),
        "passed": _names([result for result in subject.results if result.passed]),
        "rules": rules,
        "profiles": {name: one.tree() for name, one in profiles.items()},
    }


def _names(passed: Sequence[RuleResult]) -> dict[str, dict[str, dict[str, str]]]:
    """The names of rules that passed: by extract, by severity and what all names begin with, by how many rows were looked at."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for result in passed:
        start, dot, rest = result.rule.rpartition(".")
        rows = UNTOLD if result.checked is None else str(result.checked)
        found[result.extract, f"{result.severity} {start}{dot}", rows].append(rest)
    told: dict[str, dict[str, dict[str, str]]] = {}
    for (extract, start, rows), names in found.items():
        told.setdefault(extract, {}).setdefault(start, {})[rows] = " ".join(names)
    return told


def _unfolded(told: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """The results of an extract's rules that passed, from their names as `_names` tells them."""
    found = {}
    for head, by_rows in told.items():
        severity, _, start = head.partition(" ")
        for rows, names in by_rows.items():
            checked = None if rows == UNTOLD else int(rows)
            for name in names.split(" "):
                found[start + name] = {"outcome": PASSED, "severity": severity, "checked": checked}
    return found


def _rule(result: RuleResult) -> dict[str, Any]:
    """A result that is no pass, as it is kept: what a reader of the history needs, and why the rule is there."""
    return {
        "outcome": outcome(result),
        "severity": result.severity,
        "checked": result.checked,
        "dimension": result.dimension,
        "failing": result.failing,
        "observed": result.observed,
        "details": list(result.details),
        "files": [list(pair) for pair in result.files],
        "why": result.why,
        "waived": getattr(result, "waived", ""),
    }


def _undated(found: Mapping[str, Any]) -> dict[str, Any]:
    """What decides whether a check says something new: not under which key an extract was stored."""
    profiles = {name: {**tree, "key": ""} for name, tree in found["profiles"].items()}
    return {**found, "profiles": profiles}


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if NAME.fullmatch(path.name)) if folder.is_dir() else []


def _read(path: Path, earlier: Mapping[str, Kept]) -> Kept:
    """A kept check; profiles that it does not hold itself are those of the `earlier` ones that it names."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        homes = {name: one if isinstance(one, str) else path.name for name, one in tree["profiles"].items()}
        gone = sorted(set(homes.values()) - {*earlier, path.name})
        if gone:
            raise AuditError(f"The kept check {path} rests on {', '.join(gone)}, which is not beside it: put it back.")
        return Kept(
            file=path.name,
            checked=date.fromisoformat(tree["checked"]),
            digest=tree["digest"],
            synthetic=tree["synthetic"],
            faults=tuple(tree["faults"]),
            rules=_rules(tree),
            profiles={name: _profile(name, one, earlier) for name, one in tree["profiles"].items()},
            homes=homes,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise AuditError(
            f"The kept check {path} is not whole or was made by another version: move it out of that folder, or restore it."
        ) from None


def _rules(tree: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Each extract's results by rule, those that passed first."""
    passed, others = tree.get("passed", {}), tree["rules"]
    return {name: _unfolded(passed.get(name, {})) | others.get(name, {}) for name in sorted({*passed, *others})}


def _profile(name: str, told: str | Mapping[str, Any], earlier: Mapping[str, Kept]) -> Profile:
    """A profile as a kept check tells it: in full, or as the name of the earlier check that has it."""
    from srp_lib.history.delivery_profile import from_tree

    return earlier[told].profiles[name] if isinstance(told, str) else from_tree(told)


def _laid_out(tree: object, depth: int = 0) -> str:
    """JSON with the entries of the upper levels on lines of their own, so that two checks can be compared by eye."""
    if not isinstance(tree, dict) or depth == DEEP or not tree:
        return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    space = " " * (depth + 1)
    entries = (
        f"{space}{json.dumps(name, ensure_ascii=False)}: {_laid_out(tree[name], depth + 1)}" for name in sorted(tree)
    )
    return "{\n" + ",\n".join(entries) + "\n" + " " * depth + "}"
