"""The door: the srp command. Imports nothing heavy until a command needs it."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from srp_lib.errors import AuditError

EXAMPLES = """examples:
  srp audit                         data/raw, or the synthetic sample where it is empty; latest complete year
  srp audit --year 2020-21          a financial year
  srp audit --year 2024-25Q2        July to September 2024
  srp audit --year ye-2025-12       twelve months ending December 2025
  srp audit --year ytd-2025-12      April to December 2025
  srp check --raw DIR               hold extracts to their rules, audit nothing
  srp sample DIR                    write the synthetic extracts to a folder

exit status: 0 done; 1 the extracts were refused; 2 the command could not run"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status. Every expected failure is one plain message on standard error."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return _fail("Stopped. Earlier reports are as they were.", 130)
    except (AuditError, OSError) as error:
        return _fail(str(error), 2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="srp", description="The annual crime audit of a community safety partnership.", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    audit = commands.add_parser("audit", help="check the extracts, run the notebooks and write the report", epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    check = commands.add_parser("check", help="hold the extracts to their rules and stop there")
    sample = commands.add_parser("sample", help="write the synthetic extracts to a folder")
    for command in (audit, check):
        command.add_argument("--raw", type=Path, metavar="DIR", help="the extracts as received (default: data/raw)")
        command.add_argument("--processed", type=Path, metavar="DIR", help="tidy extracts and caches (default: data/processed)")
        command.add_argument("--area", default="", metavar="CODE", help="local authority to audit (default: audit.toml)")
        command.add_argument("--force", action="store_true", help="ignore caches and make everything again")
    audit.add_argument("--out", type=Path, metavar="DIR", help="where reports go, as DIR/<period>/<edition>/ (default: reports)")
    audit.add_argument("--year", default="", metavar="PERIOD", help="2020-21, 2024-25Q2, ye-2025-12 or ytd-2025-12 (default: the latest complete financial year)")
    audit.add_argument("--edition", default="", choices=("public", "partnership"), help="public (default) or partnership")
    sample.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; must be empty or new")
    for command, run in ((audit, _audit), (check, _check), (sample, _sample)):
        command.set_defaults(run=run)
    return parser


def _request(options: argparse.Namespace) -> object:
    from srp_lib.audit import Request

    return Request(options.raw, getattr(options, "out", None), options.processed, getattr(options, "year", ""), getattr(options, "edition", ""), options.area, options.force)


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
    failed = [result for result in checked.results if not result.passed]
    _table("Extracts checked", ("Extract", "Rules", "Warnings", "Failures"), [_check_row(name, checked.results) for name in checked.intake.extracts])
    for result in (result for result in failed if result.severity == "warning"):
        print(f"Warning: {result.extract}, {result.rule}: {'; '.join(result.details) or result.observed}")
    if checked.refusal:
        return _fail(checked.refusal, 1)
    print(f"The extracts may be used: {len(checked.results)} rules, {len(failed)} warnings.")
    return 0


def _check_row(name: str, results: Sequence[object]) -> tuple[str, ...]:
    own = [result for result in results if result.extract == name]
    counts = (sum(not result.passed and result.severity == severity for result in own) for severity in ("warning", "critical"))
    return name, str(len(own)), *map(str, counts)


def _sample(options: argparse.Namespace) -> int:
    from srp_lib.sample import write_sample

    folder = options.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _fail(f"{folder} is not an empty folder: name a new one, so that synthetic and real extracts can't be mixed.", 2)
    paths = write_sample(folder)
    print(f"{len(paths)} synthetic files are in {_shown(folder)}")
    return 0


def _summarise(report: object) -> None:
    """One table of the pages, and where they are; the index alone where nobody watches."""
    if report.synthetic:
        print("SYNTHETIC DATA: these pages come from invented extracts and describe nothing real.", file=sys.stderr)
    index = _shown(report.folder / "index.html")
    if not sys.stdout.isatty():
        print(index)
        return
    _table(f"The audit is in {_shown(report.folder)}", ("Page", "File"), [(title, name) for name, title in report.pages])
    state = "nothing had changed" if report.reused else "made"
    print(f"{report.facts} key facts, {report.warnings} data warnings, {state} in {report.seconds:.1f} s. Open {index}")


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; nothing elsewhere."""
    if not sys.stdout.isatty():
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def _progress() -> Iterator[object]:
    """A progress line for each step on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

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


def _fail(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
