"""Verify: a report made again from its inputs, compared file by file, and the reasons where the two differ."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from srp_lib import commentary, crate, provenance
from srp_lib.config import Config, load_config
from srp_lib.earlier import GIVE, read_earlier, read_record
from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.extracts import RawFile
    from srp_lib.setting import Request

Progress = Callable[[str, int, int], None]
REPRODUCED, DIFFERS, UNTRIED = 0, 1, 2  # exit statuses
NAMED = 20  # lines of one kind that are printed; the others are counted
INPUTS_NAMED = 12  # of which on inputs
TOLD = ("synthetic", "pages", "results", "warnings", "facts")  # of run.json: what a run finds and not how it went
SHORT = 12  # characters of a digest that are printed
HEADING = re.compile(r"<(h[1-6])\b[^>]*>(.*?)</\1>", re.DOTALL)
MENDED = "Check the report's commit out in a folder of its own (git worktree), make its environment with run.py, and verify there."


@dataclass(frozen=True)
class Verdict:
    """What came of making a report again; every sentence is fit to be printed."""

    report: str
    files: int  # compared, in the report or made again
    altered: tuple[str, ...] = ()  # how the report is not as its own run left it
    why: tuple[str, ...] = ()  # how what it is made from is not as it was
    differs: tuple[str, ...] = ()  # files that differ, each with the place
    stopped: str = ""  # why it could not be made again
    as_recorded: bool = True  # whether the files made again are those that run.json tells of
    other_inputs: bool = False  # known before it was made again, which was left

    @property
    def status(self) -> int:
        """0 reproduced, 1 not the same, 2 could not be tried although nothing is known to differ."""
        if self.altered or self.differs or self.other_inputs:
            return DIFFERS
        if self.stopped:
            return DIFFERS if self.why else UNTRIED
        return REPRODUCED

    def text(self) -> str:
        """The verdict as `srp verify` prints it: the answer, the reasons (the inputs first), what differs."""
        parts = [self._answer()]
        if self.why:
            parts += ["What is not as it was when the report was made:", *_bullets(self.why)]
        if self.altered:
            parts += ["The report itself was changed since its run:", *_bullets(self.altered)]
        if self.differs:
            parts += ["What differs:", *_bullets(self.differs)]
        return "\n".join(parts)

    def _answer(self) -> str:
        files = f"the {self.files:,} files of {self.report}"
        if self.other_inputs:
            return (
                f"Not reproduced, and not made again: the report in {self.report} was made from other inputs, and from "
                "these it cannot come. Give --raw the folder of its own inputs, or --anyway to make it again all the "
                "same and see what differs."
            )
        if self.stopped:
            return f"The report in {self.report} could not be made again. {self.stopped}"
        if self.status == REPRODUCED:
            apart = f"{provenance.RUN} and {provenance.COMPANION}, which tell of the run, apart"
            same = f"Reproduced: made again, {files} are the same, byte for byte ({apart})."
            return f"{same} What follows made no difference." if self.why else same
        if not self.differs:
            return f"Made again, {files} are the same, but what is told of the run is not as it was."
        if self.as_recorded:
            kept = f"but {self.report} does not hold them as they were"
            return f"The run is reproduced: its files, made again, are those that {provenance.RUN} tells of, {kept}."
        found = f"Not reproduced: {len(self.differs):,} of {files} {'differs' if len(self.differs) == 1 else 'differ'}."
        return found if self.why or self.altered else f"{found} Inputs, code, versions and parameters are as they were."


def verify(
    report: Path,
    raw: Path | None = None,
    earlier: Path | None = None,
    commentaries: Path | None = None,
    progress: Progress | None = None,
    anyway: bool = False,
) -> Verdict:
    """Make the report in a folder again, as of the day of its run and in folders of its own, and compare the two.

    `raw` holds the extracts; where None, data/raw is taken. Those of a synthetic report are made again where `raw` is None or empty.
    `earlier` is the report that it was compared with, `commentaries` the folder of the commentaries (the project's
    where None). Where the inputs are known to be others it is not made again, unless `anyway`. Writes nothing but
    temporary files. Raises AuditError where it can't be tried.
    """
    from srp_lib.extracts import list_files
    from srp_lib.setting import Request

    report, record, config = report.resolve(), _record(report), load_config()
    asked, folder = record["parameters"], (commentaries or config.root / commentary.FOLDER).resolve()
    _require_earlier(record, earlier)
    with TemporaryDirectory(prefix="srp-verify-") as name:
        beside = Path(name)
        held = _raw(raw, record, config, beside)
        inputs = _inputs(record, list_files(held))
        why = (*_few(inputs.told), *_told(record, earlier, folder), *_code(record, config.root))
        if inputs.others and not anyway:
            number, altered = len(record["outputs"]), tuple(_altered(report, record))
            return Verdict(str(report), number, altered, why, other_inputs=True)
        request = Request(
            raw=held,
            out=beside / "out",
            processed=beside / "processed",
            year=asked["period"],
            edition=asked["edition"],
            area=asked["area"],
            commentary=folder,
            previous=earlier,
            today=date.fromisoformat(record["checked_on"]),
        )
        return _again(report, record, why, request, progress)


def _again(
    report: Path, record: Mapping[str, Any], why: tuple[str, ...], request: Request, progress: Progress | None
) -> Verdict:
    """The verdict after the report was made again as requested."""
    from srp_lib.audit import audit

    try:
        again = audit(request, progress).folder
    except AuditError as error:
        stopped, number = str(error), len(record["outputs"])
        return Verdict(str(report), number, tuple(_altered(report, record)), why, stopped=stopped)
    return _compare(report, again, record, why)


def _compare(report: Path, again: Path, record: Mapping[str, Any], why: tuple[str, ...]) -> Verdict:
    """The verdict on two folders: the report, and what was made again."""
    ours, theirs = provenance.outputs(report), provenance.outputs(again)
    names = sorted(ours.keys() | theirs.keys())
    differs = [_difference(report, again, name) for name in names if ours.get(name) != theirs.get(name)]
    as_recorded = theirs == record["outputs"]
    differs += _retold(record, read_record(again))
    if not as_recorded and not why:
        why = tuple(_machine(record))
    return Verdict(
        str(report), len(names), tuple(_altered(report, record)), why, tuple(differs), as_recorded=as_recorded
    )


def _retold(record: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """A sentence where run.json tells otherwise of what was found than the run made again does."""
    others = [name for name in TOLD if record.get(name) != again.get(name)]
    return [f"{provenance.RUN}: what it tells of {', '.join(others)} is not what was found."] if others else []


def _record(report: Path) -> dict[str, Any]:
    """run.json's content. Raises AuditError where it lacks what a report is made again from."""
    if not report.is_dir():
        raise AuditError(f"{report} is not a folder, so there is no report to verify. {GIVE}")
    record = read_record(report)
    wanted = {"inputs": list, "key_parts": dict, "versions": dict, "checked_on": str, "key": str}
    lacking = sorted(name for name, kind in wanted.items() if not isinstance(record.get(name), kind))
    if lacking:
        commit = record.get("code_commit", "unknown")
        raise AuditError(
            f"{provenance.RUN} in {report} lacks {', '.join(lacking)}: it is damaged, or of an audit that could not be verified yet "
            f"(commit {commit}). Make the report again with this version, and verify that."
        )
    if not _sound(record):
        raise AuditError(f"{provenance.RUN} in {report} is damaged. {GIVE}")
    return record


def _sound(record: Mapping[str, Any]) -> bool:
    """Whether a record's day is one, and names and digests are texts."""
    try:
        date.fromisoformat(record["checked_on"])
        texts = [*record["parameters"].values(), *record["outputs"].values(), *record["versions"].values()]
        texts += [text for one in record["inputs"] for text in (one["sha256"], *one.values())]
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return all(isinstance(text, str) for text in texts)


def _require_earlier(record: Mapping[str, Any], earlier: Path | None) -> None:
    """Raise AuditError where the report was compared with an earlier one that was not given, or the other way round."""
    if "previous" in record and earlier is None:
        raise AuditError("The report was compared with an earlier one: give that one's folder with --previous.")
    if "previous" not in record and earlier is not None:
        raise AuditError("The report was compared with no earlier one: leave --previous out.")


def _raw(raw: Path | None, record: Mapping[str, Any], config: Config, beside: Path) -> Path:
    """The folder of the extracts. Raises AuditError where there is none, or nothing in it."""
    from srp_lib.extracts import list_files
    from srp_lib.sample import ensure_sample

    folder = raw or config.raw
    held = folder.is_dir() and bool(list_files(folder))
    if record.get("synthetic") and (raw is None or folder.is_dir() and not held):
        return ensure_sample(beside / "sample")
    if not held:
        raise AuditError(
            f"There is no extract in {folder}: give --raw the folder of those that the report was made from."
        )
    return folder.resolve()


# --- what a report is made from -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inputs:
    """A sentence for each input that is not as it was, and whether the report can't come from the present ones."""

    told: tuple[str, ...]
    others: bool


def _inputs(record: Mapping[str, Any], files: Sequence[RawFile]) -> Inputs:
    """How the inputs are not as they were: changed, missing, moved or new.

    A file that no extract used may have changed, or another be in its place, without any trace in the report.
    """
    then = {one["path"]: one["sha256"] for one in record["inputs"] if "path" in one}
    unused = Counter(one["sha256"] for one in record["inputs"] if "path" not in one)
    now = {file.path: file.sha256 for file in files}
    new = {path: sha for path, sha in now.items() if path not in then}
    used = []
    for path, sha in sorted(then.items()):
        if path in now and now[path] != sha:
            used.append(f"Input {path} has changed (SHA-256 {sha[:SHORT]}... then, {now[path][:SHORT]}... now).")
        elif path not in now:
            elsewhere = next((other for other, found in sorted(new.items()) if found == sha), "")
            new.pop(elsewhere, None)
            used.append(f"Input {path} is missing{f'; it is now {elsewhere}' if elsewhere else ''}.")
    gone, added = _unused(unused, new)
    return Inputs((*used, *gone, *added), bool(used) or len(added) > len(gone))


def _few(sentences: Sequence[str]) -> tuple[str, ...]:
    """The first sentences on inputs, and how many there are besides, so that other reasons are still seen."""
    more = len(sentences) - INPUTS_NAMED
    return (*sentences[:INPUTS_NAMED], *([f"And {more:,} more inputs are not as they were."] if more > 0 else []))


def _unused(unused: Counter[str], new: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Sentences on the files that no extract used and that are not there any more, and on those that were not there."""
    left = unused - Counter(new.values())
    gone = [
        f"A file that no extract used (SHA-256 {sha[:SHORT]}...) is missing or has changed."
        for sha in sorted(left.elements())
    ]
    known, added = unused.copy(), []
    for path, sha in sorted(new.items()):
        if known[sha]:
            known[sha] -= 1
        else:
            added.append(f"Input {path} was not there.")
    return gone, added


def _told(record: Mapping[str, Any], earlier: Path | None, folder: Path) -> Iterator[str]:
    """Sentences on the earlier report, the commentary and the packages, where they are others."""
    if earlier and read_earlier(earlier.resolve()).digest != record["previous"]:
        yield "The earlier report that was given is not the one that this report was compared with."
    then = record.get("commentary", {}).get("sha256", "")
    now = commentary.digest(folder, record["parameters"]["period"])
    if then != now:
        is_now = "has changed" if then and now else "is missing" if then else "was not there"
        yield f"The commentary {record['parameters']['period']}.md {is_now}."
    here, there = provenance.versions(), record["versions"]
    others = [name for name in sorted(here.keys() | there.keys()) if here.get(name) != there.get(name)]
    if others:
        told = (f"{name} {there.get(name, 'absent')} then, {here.get(name, 'absent')} now" for name in others)
        yield f"Versions: {'; '.join(told)}. {MENDED}"


def _code(record: Mapping[str, Any], root: Path) -> Iterator[str]:
    """A sentence where the library, a notebook, a suite, the settings or the lock are others."""
    made, here = str(record["key_parts"].get("code", "")), provenance.code_digest(root)
    if made == here:
        return
    then, now = str(record.get("code_commit", "unknown")), provenance.code_commit(root)
    said = (
        "Code, settings or suites are not those of the report. The report's have SHA-256 "
        f"{made[:SHORT]}... (commit {_short(then)}); those here have {here[:SHORT]}... (commit {_short(now)})."
    )
    if then.endswith("+changes"):
        yield f"{said} The report's had changes that were not committed, so only who made it has them."
    elif then == "unknown":
        yield f"{said} The report was made outside the repository; find the folder that it was made in."
    else:
        yield f"{said} {MENDED}"


def _short(commit: str) -> str:
    """A commit as it is usually written, with what follows it."""
    return re.sub(r"\A([0-9a-f]{7})[0-9a-f]+", r"\1", commit)


def _machine(record: Mapping[str, Any]) -> Iterator[str]:
    then, now = record.get("machine", {}), provenance.machine()
    for name in sorted(now):
        if then.get(name) != now[name]:
            yield f"Machine, {name}: {then.get(name, 'unknown')} then, {now[name]} now; sums may round otherwise."


# --- how the report is not as its run left it -----------------------------------------------------------------------


def _altered(report: Path, record: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each file that is not as run.json tells, and for a run.json that does not agree with itself."""
    then, now = record["outputs"], provenance.outputs(report)
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield f"{name} was {'added' if name not in then else 'removed' if name not in now else 'changed'}."
    if not _agrees(record):
        yield f"{provenance.RUN} was changed: its key does not fit its parameters and versions."
    elif record["versions"].get("rocrate") == provenance.versions()["rocrate"]:
        try:
            same = (report / provenance.COMPANION).read_text(encoding="utf-8") == crate.crate_text(record)
        except (OSError, ValueError, KeyError, TypeError):  # it is gone, or run.json lacks what it is made from
            same = False
        if not same:
            yield f"{provenance.COMPANION} is missing or does not tell what {provenance.RUN} tells: one of them was changed."


def _agrees(record: Mapping[str, Any]) -> bool:
    """Whether run.json's key is that of its parts, and these those of what it tells."""
    asked = {name: record["parameters"].get(name, "") for name in ("year", "edition", "area")}
    if "previous" in record:
        asked["previous"] = record["previous"]
    parts = record["key_parts"]
    try:
        key = provenance.RunKey(**parts).digest
    except TypeError:
        return False
    told = (key, parts["parameters"], parts["versions"], parts["commentary"])
    return told == (
        record["key"],
        provenance.digest_of_settings(asked),
        provenance.digest_of_settings(record["versions"]),
        record.get("commentary", {}).get("sha256", ""),
    )


# --- where two files differ -----------------------------------------------------------------------------------------


def _difference(report: Path, again: Path, name: str) -> str:
    """A file's name and the part of it that differs first, without its contents."""
    paths = (report / name, again / name)
    if not paths[1].is_file():
        return f"{name}: in the report, and not made again."
    if not paths[0].is_file():
        return f"{name}: made again, and not in the report."
    place = _place(name, *(path.read_bytes() for path in paths))
    return f"{name}{f': {place}' if place else ''}."


def _place(name: str, ours: bytes, theirs: bytes) -> str:
    """Where two versions of a file part: under which heading, in which line, in which part of a workbook."""
    if name.endswith(".xlsx"):
        return _parts(ours, theirs)
    texts = [data.decode("utf-8", "replace") for data in (ours, theirs)]
    common = len(os.path.commonprefix(texts))
    if not name.endswith(".html"):
        return f"from line {texts[0].count(chr(10), 0, common) + 1:,} on"
    before = [found for found in HEADING.finditer(texts[0]) if found.start() <= common]
    return f'from "{_plain(before[-1][2])}" on' if before else "above the first heading"


def _plain(html: str) -> str:
    """A heading's text on one line, without marks and control characters."""
    text = unescape(re.sub(r"<[^>]*>", "", html))
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:100]


def _parts(ours: bytes, theirs: bytes) -> str:
    """The first file inside two zipped workbooks that differs."""
    try:
        both = [_digests(data) for data in (ours, theirs)]
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError):
        return "no sound workbook"
    names = sorted(name for name in both[0].keys() | both[1].keys() if both[0].get(name) != both[1].get(name))
    return f"from its part {_plain(names[0])} on" if names else "packed otherwise"


def _digests(data: bytes) -> dict[str, tuple[int, int]]:
    """Checksum and size of each file in a zip by its name, as its directory tells: nothing is unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {one.filename: (one.CRC, one.file_size) for one in archive.infolist()}


def _bullets(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - NAMED
    return [*(f"  {one}" for one in sentences[:NAMED]), *([f"  and {more:,} more"] if more > 0 else [])]
