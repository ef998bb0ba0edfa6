"""The door: the srp command. Imports nothing heavy until a command needs it."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.audit import Report
    from srp_lib.checking import Checked, Compared
    from srp_lib.gate import RuleResult
    from srp_lib.setting import Progress, Request

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

WARNING_LENGTH = 200  # characters of a data warning on the terminal; the page has it whole
IGNORED_SHOWN = 50
EXAMPLES = {
    "audit": (
        ("srp audit", "data/raw, or the synthetic sample where it is empty; latest complete year"),
        ("srp audit --year 2020-21", "a financial year"),
        ("srp audit --year 2024-25Q2", "July to September 2024: the quarter's report to the board"),
        ("srp audit --year ye-2025-12", "twelve months ending December 2025"),
        ("srp audit --year ytd-2025-12", "April to December 2025"),
        ("srp audit --previous DIR", "besides, how far an earlier report's figures have moved"),
    ),
    "check": (
        ("srp check --raw DIR", "hold extracts to their rules, audit nothing"),
        ("srp check --accept", "besides, write down the extracts' numbers of rows, for review"),
        ("srp check --earlier DIR", "besides, what a new delivery of the same months changed"),
    ),
    "trace": (
        ("srp trace FACT_ID", "where a figure of the report made last comes from"),
        ("srp trace FACT_ID --run DIR", "where a figure of a report comes from, down to the rows of each file"),
    ),
    "verify": (
        ("srp verify REPORT_DIR", "make a report again from data/raw and compare every byte"),
        ("srp verify REPORT_DIR --raw DIR", "the same from the extracts in DIR"),
        ("srp verify REPORT_DIR --anyway", "make it again although the inputs are others, to see what differs"),
    ),
    "attack": (
        ("srp attack REPORT_DIR", "try to work out what a public report withholds"),
        ("srp attack REPORT_DIR --previous DIR", "the same for one who has an earlier release too"),
    ),
    "sample": (("srp sample DIR", "write the synthetic extracts to a folder"),),
}
STATUS = {
    "audit": "0 done; 1 the extracts or the release were refused; 2 it could not run",
    "check": "0 the extracts may be used; 1 they are refused; 2 they could not be checked",
    "trace": "0 done; 2 there is no such figure or report",
    "verify": "0 reproduced; 1 not the same; 2 it could not be tried",
    "attack": "0 nothing could be worked out; 1 something could; 2 it could not be tried",
    "sample": "0 done; 2 it could not be written",
}
ALL_STATUS = """0 done; 1 the extracts or the release were refused, or the report was not reproduced;
2 the command could not run"""
PREVIOUS = (
    "folder of an earlier report: how far its figures of the same periods have moved since becomes a page, and "
    "the attack on a public report takes it to be known"
)
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
        status = options.run(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _fail("Stopped. Earlier reports are as they were.", 130)
    except AuditError as error:
        return _fail(str(error), 2)
    except BrokenPipeError:  # whoever was reading has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
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
    parser = argparse.ArgumentParser(
        prog="srp", description="The annual crime audit of a community safety partnership.", **_about(*EXAMPLES)
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    audit = _command(commands, "audit", "check the extracts, run the notebooks and write the report")
    check = _command(commands, "check", "hold the extracts to their rules and stop there")
    sample = _command(commands, "sample", "write the synthetic extracts to a folder")
    for command in (audit, check):
        _add_shared(command)
    audit.add_argument("--previous", type=Path, metavar="DIR", help=PREVIOUS)
    accept = "write the numbers of rows to expectations/row_counts.csv, which later runs are held to; review the change"
    check.add_argument("--accept", action="store_true", help=accept)
    earlier = "folder of an earlier delivery: rows added, withdrawn, moved or changed in the months that both have"
    check.add_argument("--earlier", type=Path, metavar="DIR", help=earlier)
    sample.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; must be empty or new")
    for command, run in ((audit, _audit), (check, _check), (sample, _sample)):
        command.set_defaults(run=run)
    _add_assurance(commands)
    return parser


def _command(commands: Commands, name: str, told: str) -> argparse.ArgumentParser:
    """A command whose help has its own examples."""
    return commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.", **_about(name))


def _about(*names: str) -> dict[str, Any]:
    """What stands at the end of a help: examples of the commands named, and what the exit status means."""
    shown = [one for name in names for one in EXAMPLES[name]]
    width = max(len(line) for line, _ in shown) + 2
    examples = "\n".join(f"  {line:{width}}{told}" for line, told in shown)
    status = STATUS[names[0]] if len(names) == 1 else ALL_STATUS
    epilog = f"examples:\n{examples}\n\nexit status: {status}"
    return {"epilog": epilog, "formatter_class": argparse.RawDescriptionHelpFormatter}


def _add_assurance(commands: Commands) -> None:
    """The commands of an auditor, on reports that are finished."""
    trace = _command(commands, "trace", "where a figure comes from")
    verify = _command(commands, "verify", "make a report again and compare every byte")
    attack = _command(commands, "attack", "try to work out what a public report withholds")
    trace.add_argument("fact", nargs="?", default="", metavar="FACT_ID", help="a fact's id, as key_facts.csv has it")
    newest = "the report's folder (default: the one made last)"
    trace.add_argument("--run", dest="folder", type=Path, metavar="DIR", help=newest)
    for command in (verify, attack):
        command.add_argument("report", type=Path, metavar="REPORT_DIR", help="the report's folder, as the run left it")
    raw = "the extracts that it was made from (default: data/raw, or the synthetic sample where that is empty)"
    verify.add_argument("--raw", type=Path, metavar="DIR", help=raw)
    verify.add_argument("--previous", type=Path, metavar="DIR", help="the earlier report that it was compared with")
    verify.add_argument(
        "--anyway", action="store_true", help="make it again even where its inputs are known to be others"
    )
    attack.add_argument("--previous", type=Path, metavar="DIR", help="an earlier release, which attackers have too")
    for command, run in ((trace, _trace), (verify, _verify), (attack, _attack)):
        command.set_defaults(run=run)


def _add_shared(command: argparse.ArgumentParser) -> None:
    """The arguments that audit and check share."""
    add = command.add_argument
    periods = "2020-21, 2024-25Q2, ye-2025-12 or ytd-2025-12 (default: the latest complete financial year)"
    add("--out", type=Path, metavar="DIR", help="where reports go, as DIR/<period>/<edition>/ (default: reports)")
    add("--year", default="", metavar="PERIOD", help=periods)
    add("--edition", default="", choices=("public", "partnership"), help="public (default) or partnership")
    add("--raw", type=Path, metavar="DIR", help="the extracts as received (default: data/raw)")
    add("--processed", type=Path, metavar="DIR", help="tidy extracts and caches (default: data/processed)")
    add("--area", default="", metavar="CODE", help="local authority to audit (default: audit.toml)")
    add("--force", action="store_true", help="ignore caches and make everything again")


def _request(options: argparse.Namespace) -> Request:
    from srp_lib.setting import Request

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
        accept=given.get("accept", False),
        earlier=given.get("earlier"),
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
    from srp_lib.checking import check
    from srp_lib.quality_page import exceptions

    with _progress() as progress:
        checked = check(_request(options), progress)
    if checked.synthetic:
        _say("SYNTHETIC DATA: these extracts are invented and describe nothing real.")
    rows = [_check_row(name, checked.results) for name in checked.intake.extracts]
    _table("Extracts checked", ("Extract", "Rules", "Warnings", "Excepted", "Failures"), rows)
    _list_ignored(checked)
    warned = [result for result in checked.results if not result.passed and result.severity == "warning"]
    for result in warned:
        print(f"Warning: {result.extract}, {result.rule}: {_found(result)}")
    for excepted in exceptions(checked.results, set(checked.intake.extracts)):
        print(excepted)
    if checked.deliveries:
        _say_deliveries(checked.deliveries)
    for note in checked.notes:
        print(f"Note: {note}")
    if checked.accepted:
        print(
            f"{checked.accepted:,} numbers of rows are in expectations/row_counts.csv: review the change and commit it."
        )
    if checked.refusal:
        return _fail(checked.refusal, 1)
    print(f"The extracts may be used: {_many(len(checked.results), 'rule')}, {_many(len(warned), 'warning')}.")
    return 0


def _check_row(name: str, results: Sequence[RuleResult]) -> tuple[str, ...]:
    own = [result for result in results if result.extract == name]
    warned = sum(not result.passed and result.severity == "warning" for result in own)
    counts = (len(own), warned, sum(bool(result.waived) for result in own), sum(result.refuses for result in own))
    return name, *map(str, counts)


def _say_deliveries(compared: Compared) -> None:
    """What a delivery changed, month by month, and where the whole account is."""
    title = "What changed since the earlier delivery"
    _table(title, compared.columns, compared.rows)
    if not sys.stdout.isatty():
        for row in compared.rows:
            print("; ".join(f"{name} {cell}" for name, cell in zip(compared.columns, row)))
    if compared.note:
        print(compared.note)
    print(f"{title} is told on {_shown(compared.page)}")


def _found(result: RuleResult) -> str:
    return "; ".join(result.details) or result.observed


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


def _trace(options: argparse.Namespace) -> int:
    from srp_lib.trace import as_text, read_trace

    print(as_text(read_trace(options.folder or _newest_report(), options.fact)))
    return 0


def _newest_report() -> Path:
    """The report that was made last, the public edition of a year before others of the same moment. Raises AuditError."""
    from srp_lib.config import load_config
    from srp_lib.trace import FILE

    reports = load_config().reports
    found = sorted(reports.glob(f"*/*/{FILE}"), key=lambda path: (path.stat().st_mtime, path.parent.name))
    if not found:
        raise AuditError(
            f"There is no report in {reports} yet: run 'srp audit' first, or give --run the folder of one."
        )
    return found[-1].parent


def _verify(options: argparse.Namespace) -> int:
    from srp_lib.verify import verify

    with _progress() as progress:
        verdict = verify(options.report, options.raw, options.previous, progress=progress, anyway=options.anyway)
    print(verdict.text())
    return verdict.status


def _attack(options: argparse.Namespace) -> int:
    from srp_lib.config import load_config
    from srp_lib.release.disclosure_page import attack
    from srp_lib.release.released import release_files

    _require_public(options.report, options.previous)
    files, earlier = (release_files(folder) if folder else None for folder in (options.report, options.previous))
    found = attack(files, load_config(), earlier)
    print(found.text())
    return 0 if found.passed else 1


def _require_public(report: Path, previous: Path | None) -> None:
    """Raise AuditError for a folder that holds no public report, and for an earlier one that is not like it."""
    from srp_lib.config import PUBLIC
    from srp_lib.earlier import read_earlier, read_record, require_like

    for folder in filter(None, (report, previous)):
        if not folder.is_dir():
            raise AuditError(f"{folder} is not a folder: give that of a public report, which has pages and run.json.")
        edition = read_record(folder)["parameters"]["edition"]
        if edition != PUBLIC:
            raise AuditError(
                f"The report in {folder} is of the {edition} edition, which withholds nothing: give a public one."
            )
    if previous:
        record = read_record(report)
        require_like(read_earlier(previous), record["parameters"]["area"], PUBLIC, bool(record.get("synthetic")))


def _summarise(report: Report) -> None:
    """The data's warnings and exceptions, then one table of the pages and where they are; the index alone where nobody watches."""
    from srp_lib.gate import EXCEPTION

    if report.synthetic:
        _say("SYNTHETIC DATA: these pages come from invented extracts and describe nothing real.")
    excepted = [warning for warning in report.warnings if warning.startswith(EXCEPTION)]
    for warning in report.warnings:
        # What somebody accepts is told whole: the reason and the day stand at its end.
        whole = warning in excepted
        _say(warning if whole else textwrap.shorten(f"Warning: {warning}", WARNING_LENGTH, placeholder=" ..."))
    index = _shown(report.folder / "index.html")
    if not sys.stdout.isatty():
        print(index)
        return
    rows = [(title, name) for name, title in report.pages]
    _table(f"The audit is in {_shown(report.folder)}", ("Page", "File"), rows)
    state = "nothing had changed" if report.reused else "made"
    counts = f"{_many(report.facts, 'key fact')}, {_many(len(report.warnings) - len(excepted), 'data warning')}"
    counts += f", {_many(len(excepted), 'exception')}" if excepted else ""
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
