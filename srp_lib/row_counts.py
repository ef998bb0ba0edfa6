"""Row counts: how many rows of each extract and period were accepted after review, and whether they are there.

expectations/row_counts.csv has a line for each extract and period. 'srp check --accept' writes it, and people review
what has changed in it before it is committed. It is read by more people than those who hold the records, so it has
the numbers of partners' records as the public edition shows them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srp_lib import periods, wording
from srp_lib.disclosure import MARK, Policy
from srp_lib.errors import AuditError
from srp_lib.extracts import PARTNER, RECORDS, REGISTRY, Extract, Intake, columns
from srp_lib.files import write_text
from srp_lib.gate import MOST_DETAILS, RuleResult

FILE = "row_counts.csv"
NAME = f"expectations/{FILE}"
HEADER = ("extract", "period", "rows")
VIEW = "accepted"
UNDATED = "undated"
ACCEPT = "srp check --accept"
WHY = (
    "The numbers of rows that people have accepted say what each period of an extract holds: a difference is a "
    "delivery that was replaced, cut short, lost or added, and figures move with it."
)
REMEDY = (
    f"If the extracts are right as they are, run '{ACCEPT}' and have the change to {NAME} reviewed; otherwise put "
    "back the files that were accepted."
)
RESTORE = f"Restore {NAME} from the repository, or write it anew with '{ACCEPT}'."
Counts = Mapping[str, int | None]  # rows by period, as they may be shown; None where the number is withheld


@dataclass(frozen=True)
class Counted:
    """A result for each extract that is held to accepted numbers, and a sentence on those that are not."""

    results: tuple[RuleResult, ...] = ()
    notes: tuple[str, ...] = ()


def rule_name(extract: str) -> str:
    """The rule that holds an extract to its accepted numbers of rows."""
    return f"{extract}.rows_as_accepted"


def count(extract: Extract, policy: Policy) -> dict[str, int | None]:
    """The rows of an extract by period: by month where its rows have one, else by the vintage of its files.

    Rows without a date are under "undated". Numbers of partners' records are as `policy` shows them, None where it
    withholds them.
    """
    column = _dated(extract.name)
    found = _by_month(extract, column) if column else _by_vintage(extract)
    of_people = extract.name in RECORDS
    return {period: policy.count(rows).value if of_people else rows for period, rows in sorted(found.items())}


def judge(intake: Intake, path: Path, policy: Policy) -> Counted:
    """Hold the extracts that the file at `path` lists to its numbers; a result for each, and a note on the others.

    A period that is missing, one that is not listed and a different number all fail. Synthetic extracts are held to
    nothing, as the code makes them. Raises AuditError where the file cannot be read.
    """
    accepted = read_counts(path)
    if not accepted or _synthetic(intake):
        return Counted()
    results = tuple(_judge(name, intake, accepted[name], policy) for name in REGISTRY if name in accepted)
    others = [name for name in intake.extracts if name not in accepted]
    note = (
        f"Numbers of rows are held to those that were accepted, apart from {wording.listed(others)}, which {NAME} "
        f"does not list: '{ACCEPT}' adds them."
    )
    return Counted(results, (note,) if others else ())


def accept(
    intake: Intake, path: Path, policy: Policy, results: Iterable[RuleResult] = (), faults: Sequence[str] = ()
) -> int:
    """Write the numbers of rows of all extracts supplied to the file at `path`; returns how many lines it has.

    Raises AuditError for synthetic extracts and for those that fail: `results` are those of their rules, without the
    one on accepted numbers, and `faults` the other reasons why they can't be audited.
    """
    if _synthetic(intake):
        raise AuditError(
            "Numbers of rows of synthetic extracts are not accepted: the code makes them, and real extracts would be "
            f"held to them. Name the folder of the real ones with --raw. {NAME} is as it was."
        )
    if faults or any(one.refuses for one in results):
        raise AuditError(
            "Numbers of rows of extracts that are refused are not accepted. Run 'srp check' without --accept, which "
            f"says what is wrong with them, and mend that first. {NAME} is as it was."
        )
    counted = {name: count(extract, policy) for name, extract in intake.extracts.items()}
    rows = [
        (name, period, MARK if number is None else number)
        for name, found in sorted(counted.items())
        for period, number in found.items()
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *rows])
    write_text(path, out.getvalue())
    return len(rows)


def read_counts(path: Path) -> dict[str, dict[str, int | None]]:
    """The accepted numbers of rows by extract and period; none where there is no file or it has its header alone.

    Raises AuditError, naming the line and the column, for a file of another form.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), strict=True))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, csv.Error):
        raise AuditError(f"{NAME} cannot be read as CSV in UTF-8. {RESTORE}") from None
    if not lines or tuple(lines[0]) != HEADER:
        raise AuditError(f"{NAME}, line 1: the columns must be {', '.join(HEADER)}. {RESTORE}")
    found: dict[str, dict[str, int | None]] = {}
    for number, line in enumerate(lines[1:], 2):
        if wrong := _wrong(line, found):
            raise AuditError(f"{NAME}, line {number}: {wrong}. {RESTORE}")
        extract, period, rows = line
        found.setdefault(extract, {})[period] = None if rows == MARK else int(rows)
    return found


def _wrong(line: Sequence[str], found: Mapping[str, Counts]) -> str:
    """What is wrong with a line of the file, after those `found`; "" for nothing."""
    if len(line) != len(HEADER):
        return f"it must have {len(HEADER)} columns"
    extract, period, rows = line
    if extract not in REGISTRY:
        return "column extract: it is the name of no extract that the audit knows"
    if not period.strip() or not period.isprintable():
        return "column period: it must not be blank"
    if period in found.get(extract, {}):
        return "column period: the extract has this period in a line above"
    if not re.fullmatch("[1-9][0-9]{0,11}", rows) and not (rows == MARK and extract in RECORDS):
        return "column rows: it must be a whole number above 0, without commas"
    return ""


def _synthetic(intake: Intake) -> bool:
    return any(bool(extract.files["synthetic"].any()) for extract in intake.extracts.values())


def _dated(extract: str) -> str:
    """The column whose month a row is counted under; "" where an extract has none."""
    if extract == "street_crime":
        return "month"
    return next((column.name for column in columns(extract) if column.decides), "") if extract in PARTNER else ""


def _by_month(extract: Extract, column: str) -> Counter[str]:
    """Rows by month ("2020-04"), and "undated" for those whose date is blank or no date."""
    found: Counter[str] = Counter()
    for value, rows in extract.frame([column])[column].value_counts(dropna=False).items():
        month = str(value)[:7]
        found[month if re.fullmatch(periods.MONTH, month) else UNDATED] += int(rows)
    return +found


def _by_vintage(extract: Extract) -> Counter[str]:
    """Rows by what the files say they are of ("mid-2020", "2021"), and "undated" for those that say nothing."""
    found: Counter[str] = Counter()
    for vintage, rows in zip(extract.files["vintage"], extract.files["rows"], strict=True):
        # No spreadsheet may take a text of a file's for a formula.
        found[" ".join(str(vintage).split()).lstrip("=+-@ ") or UNDATED] += int(rows)
    return +found


def _judge(name: str, intake: Intake, accepted: Counts, policy: Policy) -> RuleResult:
    """The result of one extract that the file lists."""
    found = count(intake.extracts[name], policy) if name in intake.extracts else {}
    every = sorted({*found, *accepted})
    wrong = [period for period in every if period not in found or found[period] != accepted.get(period, 0)]
    told = [_sentence(name, period, found, accepted, policy) for period in wrong]
    more = len(told) - MOST_DETAILS
    return RuleResult(
        extract=name,
        rule=rule_name(name),
        view=VIEW,
        dimension="completeness",
        severity="critical",
        why=WHY,
        remedy=REMEDY,
        passed=not wrong,
        checked=len(every),
        failing=len(wrong),
        observed=f"{len(wrong):,} of {len(every):,} periods",
        details=(*told[:MOST_DETAILS], *([f"and {more:,} more like these."] if more > 0 else [])),
    )


def _sentence(name: str, period: str, found: Counts, accepted: Counts, policy: Policy) -> str:
    """How a period differs from what was accepted."""
    called = periods.month_name(period) if re.fullmatch(periods.MONTH, period) else wording.upper_first(period)
    if period not in found:
        return f"{called} is missing: {_rows(name, accepted[period], policy)} accepted."
    if period not in accepted:
        return f"{called} is not expected: it has {_number(name, found[period], policy)}, and none was accepted."
    return f"{called} has {_number(name, found[period], policy)}, and {_rows(name, accepted[period], policy)} accepted."


def _rows(name: str, number: int | None, policy: Policy) -> str:
    return f"{_number(name, number, policy)} {'was' if number == 1 else 'were'}"


def _number(name: str, number: int | None, policy: Policy) -> str:
    """A number of rows in words, as it may be shown."""
    if number is None:
        return f"fewer than {policy.smallest} rows"
    about = "about " if name in RECORDS and policy.protects else ""
    return f"{about}{number:,} row{'' if number == 1 else 's'}"
