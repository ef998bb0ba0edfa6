"""The door: the srp command. Imports nothing heavy until a command needs it."""

from __future__ import annotations

import argparse
import errno
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.audit import Checked, Progress, Report, Request
    from srp_lib.gate import RuleResult

WARNING_LENGTH = 200  # characters of a data warning on the terminal; the page has it whole
IGNORED_SHOWN = 50
EXAMPLES = """examples:
  srp audit                         data/raw, or the synthetic sample where it is empty; latest complete year
  srp audit --year 2020-21          a financial year
  srp audit --year 2024-25Q2        July to September 2024: the quarter's report to the board
  srp audit --year ye-2025-12       twelve months ending December 2025
  srp audit --year ytd-2025-12      April to December 2025
  srp audit --previous DIR          besides, how far an earlier report's figures have moved
  srp check --raw DIR               hold extracts to their rules, audit nothing
  srp sample DIR                    write the synthetic extracts to a folder

exit status: 0 done; 1 the extracts were refused; 2 the command could not run"""
REMEDIES = {
    errno.ENOSPC: "The disk is full. Free some space, or name folders on another disk with --out and --processed",
    getattr(
        errno, "EDQUOT", -1
    ): "The disk quota is used up. Free some space, or name other folders with --out and --processed",
    errno.EROFS: "The disk cannot be written to. Name folders on another disk with --out and --processed",
    errno.ENOENT: "A file or folder has gone. See that nothing else moves files meanwhile, and run again",
    errno.EEXIST: "A file stands where a folder is wanted. Name another folder",
    errno.ENOTDIR: "A file stands where a folder is wanted. Name another folder",
    errno.ENAMETOOLONG: "The name is too long for this disk. Name a folder with a shorter path",
}
REMEDIES |= dict.fromkeys(
    (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ENOTEMPTY),
    "A file or folder cannot be used. Close it where it is open in another program or window, and see that you "
    "have leave to read and write there",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Every expected failure is one plain message on standard error."""
    _print_anything()
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return _fail("Stopped. Earlier reports are as they were.", 130)
    except AuditError as error:
        return _fail(str(error), 2)
    except OSError as error:
        return _fail(_plainly(error), 2)


def _print_anything() -> None:
    """A character that the terminal's code page lacks is printed as an escape instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _plainly(error: OSError) -> str:
    """What the system refused to do, as a sentence with a remedy and the file it is about."""
    why = error.strerror or type(error).__name__
    remedy = REMEDIES.get(
        error.errno or 0, f"The system refused a file operation ({why}). Check the disk and run again"
    )
    return f"{remedy}{f': {error.filename}' if error.filename else ''}. Earlier reports are as they were."


def _parser() -> argparse.ArgumentParser:
    about = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(
        prog="srp", description="The annual crime audit of a community safety partnership.", **about
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    audit = commands.add_parser("audit", help="check the extracts, run the notebooks and write the report", **about)
    check = commands.add_parser("check", help="hold the extracts to their rules and stop there")
    sample = commands.add_parser("sample", help="write the synthetic extracts to a folder")
    for command in (audit, check):
        _add_shared(command)
    add = audit.add_argument
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="where reports go, as DIR/<period>/<edition>/ (default: reports)",
    )
    periods = "2020-21, 2024-25Q2, ye-2025-12 or ytd-2025-12 (default: the latest complete financial year)"
    add("--year", default="", metavar="PERIOD", help=periods)
    add("--edition", default="", choices=("public", "partnership"), help="public (default) or partnership")
    earlier = "folder of an earlier report: how far its figures of the same periods have moved since becomes a page"
    add("--previous", type=Path, metavar="DIR", help=earlier)
    sample.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; must be empty or new")
    for command, run in ((audit, _audit), (check, _check), (sample, _sample)):
        command.set_defaults(run=run)
    return parser


def _add_shared(command: argparse.ArgumentParser) -> None:
    """The arguments that audit and check share."""
    add = command.add_argument
    add("--raw", type=Path, metavar="DIR", help="the extracts as received (default: data/raw)")
    add("--processed", type=Path, metavar="DIR", help="tidy extracts and caches (default: data/processed)")
    add("--area", default="", metavar="CODE", help="local authority to audit (default: audit.toml)")
    add("--force", action="store_true", help="ignore caches and make everything again")


def _request(options: argparse.Namespace) -> Request:
    from srp_lib.audit import Request

    given = vars(options)
    return Request(
        raw=options.raw,
        out=given.get("out"),
        processed=options.processed,
        year=given.get("year", ""),
        edition=given.get("edition", ""),
        area=options.area,
        force=options.force,
        previous=given.get("previous"),
    )


def _audit(options: argparse.Namespace) -> int:
    from srp_lib.audit import Refused, audit

    try:
        with _progress() as progress:
            report = audit(_request(options), progress)
    except Refused as refused:
        return _fail(f"{refused}\nThe whole account is on {_shown(refused.page)}", 1)
    _summarise(report)
    return 0


def _check(options: argparse.Namespace) -> int:
    from srp_lib.audit import check

    with _progress() as progress:
        checked = check(_request(options), progress)
    if checked.synthetic:
        _say("SYNTHETIC DATA: these extracts are invented and describe nothing real.")
    rows = [_check_row(name, checked.results) for name in checked.intake.extracts]
    _table("Extracts checked", ("Extract", "Rules", "Warnings", "Failures"), rows)
    _list_ignored(checked)
    warned = [result for result in checked.results if not result.passed and result.severity == "warning"]
    for result in warned:
        print(f"Warning: {result.extract}, {result.rule}: {'; '.join(result.details) or result.observed}")
    if checked.refusal:
        return _fail(checked.refusal, 1)
    print(f"The extracts may be used: {_many(len(checked.results), 'rule')}, {_many(len(warned), 'warning')}.")
    return 0


def _check_row(name: str, results: Sequence[RuleResult]) -> tuple[str, ...]:
    own = [result for result in results if result.extract == name]
    counts = (
        sum(not result.passed and result.severity == severity for result in own) for severity in ("warning", "critical")
    )
    return name, str(len(own)), *map(str, counts)


def _list_ignored(checked: Checked) -> None:
    """Each file that no extract took, with the reason."""
    ignored = checked.intake.ignored
    for path, reason in ignored[:IGNORED_SHOWN]:
        print(f"Not used: {path}: {reason}")
    if len(ignored) > IGNORED_SHOWN:
        print(f"Not used: {len(ignored) - IGNORED_SHOWN} more files")


def _sample(options: argparse.Namespace) -> int:
    from srp_lib.sample import write_sample

    folder = options.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        why = "name a new one, so that synthetic and real extracts cannot be mixed."
        return _fail(f"{folder} is not an empty folder: {why}", 2)
    with _progress() as progress:
        if progress:
            progress("Writing the synthetic sample", 0, 1)
        paths = write_sample(folder)
    print(f"{len(paths)} synthetic files are in {_shown(folder)}")
    return 0


def _summarise(report: Report) -> None:
    """The data's warnings, then one table of the pages and where they are; the index alone where nobody watches."""
    if report.synthetic:
        _say("SYNTHETIC DATA: these pages come from invented extracts and describe nothing real.")
    for warning in report.warnings:
        _say(textwrap.shorten(f"Warning: {warning}", WARNING_LENGTH, placeholder=" ..."))
    index = _shown(report.folder / "index.html")
    if not sys.stdout.isatty():
        print(index)
        return
    rows = [(title, name) for name, title in report.pages]
    _table(f"The audit is in {_shown(report.folder)}", ("Page", "File"), rows)
    state = "nothing had changed" if report.reused else "made"
    counts = f"{_many(report.facts, 'key fact')}, {_many(len(report.warnings), 'data warning')}"
    print(f"{counts}, {state} in {report.seconds:.1f} s. Open {index}")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; nothing elsewhere."""
    if not sys.stdout.isatty():
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Plain text would be read as markup: a folder called [red] is a name, not a colour.
    table = Table(*columns, title=Text(title), title_justify="left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress line for each step on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield progress


def _shown(path: Path) -> str:
    """The path as short as it can be said from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _fail(text: str, status: int) -> int:
    _say(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
