"""Quality: holds every extract to its suite and says whether the audit may go on.

The checks run in worker processes (srp_lib/gate.py), because importing Great Expectations takes longer than
checking; what they found is kept beside the processed extracts, and when nothing changed nothing is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from srp_lib.errors import AuditError
from srp_lib.extracts import RECORDS, REGISTRY, Extract, Intake
from srp_lib.files import write_json
from srp_lib.gate import META, NEEDS, SEVERITIES, UNITS, RuleResult

if TYPE_CHECKING:
    from srp_lib.disclosure import Policy

__all__ = [
    "QualityError",
    "RuleResult",
    "from_records",
    "missing_required",
    "mixed",
    "protected",
    "read_suite",
    "refusal",
    "to_records",
    "validate",
]

# Extracts with days in them, whose results depend on today's date and not only on its month.
BY_THE_DAY = (
    "offences", "asb_incidents", "missing_children", "fire_incidents", "services",
    "surveys", "calls_101", "consultation", "actions", "risk_scores",
)  # fmt: skip
# The files that say what a result is, besides the suites.
CODE = ("profiles/*.py", "gate.py", "geography.py", "periods.py", "codelists/*.py", "codelists/offence_codes.csv")
# Measured seconds of a job, to take the longest first: per byte of parquet and per rule.
PER_BYTE, PER_RULE = 3e-8, 0.015
SECOND_WORKER = 2.0  # seconds of checking above which a second import of the library pays
FILES_NAMED = 5
# Views of the extracts of records that count records of people; the others count files, months and comparisons.
RECORD_VIEWS = ("rows", "flags", "codes", "outcomes", "strands", "lsoas")


class QualityError(AuditError):
    """The checks could not be made (a suite is missing, a worker stopped); the text says what to do."""


def validate(
    intake: Intake,
    *,
    area_code: str,
    area_expect: Mapping[str, int],
    today: date,
    suites: Path,
    cache: Path,
    force: bool = False,
) -> list[RuleResult]:
    """Check every extract against `suites`/<extract>.json; results in the order of the extracts and of their suites.

    `area_expect` has the area's "wards", "lsoa11" and "lsoa21". Results are kept in `cache`/<extract>.quality.json
    and used again while the extract, those it is held against, the suite, this code, the area and the month (for
    extracts with days in them, the day) are the same; `force` checks anew. Raises QualityError.
    """
    run = {"area_code": area_code, "expected": dict(area_expect), "today": today.isoformat()}
    held = {name: read_suite(Path(suites), name) for name in intake.extracts}
    code = _code()
    keys = {name: _key(intake, name, suite, run, code) for name, suite in held.items()}
    found = {} if force else {name: _cached(Path(cache), name, keys[name]) for name in held}
    wanted = [name for name in held if found.get(name) is None]
    for name, results in _check(intake, {name: held[name] for name in wanted}, run).items():
        found[name] = results
        _keep(Path(cache), name, keys[name], results)
    return [result for name in held for result in found[name] or []]


def read_suite(suites: Path, extract: str) -> dict[str, Any]:
    """An extract's suite as JSON. Raises QualityError where it is absent, broken or lacks what a rule must state."""
    path = suites / f"{extract}.json"
    try:
        suite = json.loads(path.read_text(encoding="utf-8"))
        rules = [one["meta"] for one in suite["expectations"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise QualityError(
            f"The suite {path.name} is missing or is not a suite in JSON: restore expectations/{path.name} from the repository."
        ) from None
    for number, meta in enumerate(rules, 1):
        lacking = [name for name in META if not meta.get(name)]
        if lacking or meta["severity"] not in SEVERITIES:
            wrong = f"lacks {', '.join(lacking)}" if lacking else f"has a severity other than {' or '.join(SEVERITIES)}"
            raise QualityError(
                f"In expectations/{path.name}, expectation {number} ({meta.get('rule', 'without a rule')}) {wrong}: complete its meta."
            )
    names = [meta["rule"] for meta in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names or twice:
        raise QualityError(
            f"expectations/{path.name} {'has the rule ' + twice[0] + ' twice' if twice else 'has no rule'}: give each rule once."
        )
    return suite


# --- what was found, in words -------------------------------------------------------------------------------


def refusal(results: Iterable[RuleResult]) -> str | None:
    """Why the audit stops: a paragraph for each critical rule that failed and is not waived, or None for none.

    Each names the extract, the rule, the files with their counts and what to do. Nothing in it is a row's value.
    """
    return "\n\n".join(_paragraph(result) for result in results if result.refuses) or None


def _paragraph(result: RuleResult) -> str:
    """One failed rule as a short paragraph."""
    title = REGISTRY[result.extract].title if result.extract in REGISTRY else result.extract
    told = all(any(name in text for text in result.details) for name, _ in result.files)
    count = (
        f"{result.observed} failed{'' if told and result.details else _where(result.files)}. "
        if " of " in result.observed
        else ""
    )
    found = count + " ".join(result.details)
    return f"{title} ({result.extract}), rule {result.rule}: {found.strip()} {result.why} What to do: {result.remedy}"


def _where(files: Sequence[tuple[str, int]]) -> str:
    """Files with their failing rows, the first few by name."""
    named = [f"{name} ({count:,})" for name, count in files[:FILES_NAMED]]
    more = [f"{len(files) - FILES_NAMED} more files"] if len(files) > FILES_NAMED else []
    return f", in {', '.join([*named, *more])}" if named else ""


def protected(results: Iterable[RuleResult], policy: Policy) -> list[RuleResult]:
    """The results with the counts of records of people as `policy` shows them: for pages and for run.json.

    A count that is withheld is None, and what was observed is said in words that do not hold it.
    """
    found = list(results)
    rows = {
        name: max((one.checked or 0 for one in found if one.extract == name and one.view == "rows"), default=0)
        for name in RECORDS
    }
    return [
        _protected(one, policy, rows[one.extract]) if one.extract in RECORDS and policy.protects else one
        for one in found
    ]


def _protected(result: RuleResult, policy: Policy, rows: int) -> RuleResult:
    """A result whose numbers of records are as they may be shown; numbers of files and months stay as they are.

    Where a file's number is withheld all files' are, as theirs and the total would give it away. Where each of the
    extract's `rows` was looked at several times over, its rows are protected first: of a rounded multiple of them only
    one number of rows might be left.
    """
    if result.view not in RECORD_VIEWS:
        return result
    failing, checked = policy.count(result.failing), policy.count(result.checked)
    times = result.checked // rows if rows and result.checked and not result.checked % rows else 1
    if times > 1:
        number = (policy.count(rows).value or 0) * times
        checked = replace(checked, value=number, low=number, high=number)
    shown = [(name, policy.count(count).value) for name, count in result.files]
    files = tuple((name, None if any(count is None for _, count in shown) else count) for name, count in shown)
    observed = (
        f"{failing.text} of {checked.text} {UNITS.get(result.view, result.view)}"
        if " of " in result.observed
        else f"{checked.text} rows"
    )
    return replace(result, failing=failing.value, checked=checked.value, files=files, observed=observed)


def missing_required(intake: Intake) -> list[str]:
    """A sentence for each extract that the audit can't do without and that no file was found for."""
    absent = [source for name, source in REGISTRY.items() if source.required and name not in intake.extracts]
    return [
        f"{source.title} ({source.name}) is missing from the raw folder. What to add: {source.wanted} Source: {source.publisher}, {source.url}"
        for source in absent
    ]


def mixed(intake: Intake) -> str | None:
    """A sentence that names a synthetic and another file where a run holds both kinds; None where it doesn't."""
    sound = [
        row
        for extract in intake.extracts.values()
        for row in extract.files.to_dict("records")
        if row["fault"] == "none"
    ]
    made = [row["path"] for row in sound if row["synthetic"]]
    real = [row["path"] for row in sound if not row["synthetic"]]
    if not made or not real:
        return None
    return (
        f"Synthetic and other extracts are mixed: {made[0]} is synthetic ({len(made)} of {len(sound)} files are) and {real[0]} is not. "
        "Figures from both would be neither real nor a rehearsal. What to do: take one of the two kinds out of the raw folder."
    )


def to_records(results: Iterable[RuleResult]) -> list[dict[str, Any]]:
    """The results as plain dictionaries that JSON can hold."""
    return [
        asdict(result) | {"files": [list(pair) for pair in result.files], "details": list(result.details)}
        for result in results
    ]


def from_records(records: Iterable[Mapping[str, Any]]) -> list[RuleResult]:
    """The results that `to_records` wrote. Raises TypeError or KeyError for records of another shape."""
    made = []
    for record in records:
        files = tuple((str(name), count) for name, count in record["files"])
        made.append(RuleResult(**{**record, "files": files, "details": tuple(record["details"])}))
    return made


# --- keeping what was found ---------------------------------------------------------------------------------


def _key(intake: Intake, name: str, suite: Mapping[str, Any], run: Mapping[str, Any], code: Sequence[str]) -> str:
    """A fingerprint of all that a result depends on; of today's date only the month where only months are judged."""
    inputs = [intake.extracts[name].key, *(f"{other}:{intake.extracts[other].key}" for other in _others(intake, name))]
    versions = [metadata.version(package) for package in ("great-expectations", "pandas", "pyarrow")]
    today = run["today"] if name in BY_THE_DAY else run["today"][:7]
    content = [inputs, suite, code, versions, run["area_code"], run["expected"], today]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _code() -> list[str]:
    """Fingerprints of the code and code lists that make the results."""
    here = Path(__file__).parent
    paths = [path for pattern in CODE for path in sorted(here.glob(pattern))]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def _cached(cache: Path, name: str, key: str) -> list[RuleResult] | None:
    """What was found before under the same key, or None."""
    try:
        record = json.loads((cache / f"{name}.quality.json").read_text(encoding="utf-8"))
        return from_records(record["results"]) if record["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(cache: Path, name: str, key: str, results: Sequence[RuleResult]) -> None:
    """Write the results whole or not at all."""
    cache.mkdir(parents=True, exist_ok=True)
    write_json(cache / f"{name}.quality.json", {"key": key, "results": to_records(results)})


# --- the workers --------------------------------------------------------------------------------------------


def _check(
    intake: Intake, suites: Mapping[str, Mapping[str, Any]], run: Mapping[str, Any]
) -> dict[str, list[RuleResult]]:
    """Check the extracts that have a suite here, in as many workers as pay; results by extract, in suite order."""
    if not suites:
        return {}
    jobs = sorted((_job(intake, name, suite, run) for name, suite in suites.items()), key=_seconds, reverse=True)
    answers = _run(jobs)
    return {name: [result for result in answers if result.extract == name] for name in suites}


def _job(intake: Intake, name: str, suite: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """What a worker needs to check one extract."""
    extract = intake.extracts[name]
    others = {other: str(intake.extracts[other].parquet) for other in _others(intake, name)}
    return {
        **run,
        "extract": name,
        "suite": suite,
        "parquet": str(extract.parquet),
        "files": _files(extract),
        "others": others,
    }


def _others(intake: Intake, name: str) -> list[str]:
    """The extracts supplied that an extract is held against."""
    return [other for other in NEEDS.get(name, {}) if other in intake.extracts]


def _files(extract: Extract) -> list[dict[str, Any]]:
    """The files frame as plain values."""
    return json.loads(extract.files.to_json(orient="records"))


def _seconds(job: Mapping[str, Any]) -> float:
    """About how long a job takes."""
    parquet = Path(job["parquet"])
    return PER_BYTE * (parquet.stat().st_size if parquet.is_file() else 0) + PER_RULE * len(
        job["suite"]["expectations"]
    )


def _run(jobs: Sequence[Mapping[str, Any]]) -> list[RuleResult]:
    """Run jobs in one worker or in two that share a queue; the results in no order."""
    queue: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
    for job in jobs:
        queue.put(job)
    with ThreadPoolExecutor(_workers(jobs)) as pool:
        running = [pool.submit(_run_worker, _taken(queue)) for _ in range(_workers(jobs))]
    return [result for one in running for result in one.result()]


def _workers(jobs: Sequence[Mapping[str, Any]]) -> int:
    """How many workers pay."""
    return 2 if len(jobs) > 1 and (os.cpu_count() or 1) > 1 and sum(map(_seconds, jobs)) > SECOND_WORKER else 1


def _taken(queue: SimpleQueue[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The jobs that are still waiting, each taken when it is asked for."""
    with suppress(Empty):
        while True:
            yield queue.get_nowait()


def _run_worker(jobs: Iterable[Mapping[str, Any]]) -> list[RuleResult]:
    """Run jobs in one worker process. Raises QualityError where it stops or can't evaluate an extract."""
    command = [sys.executable, "-P", "-X", "utf8", "-m", "srp_lib.gate"]
    results = []
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=_environment(),
        ) as worker:
            for job in jobs:
                results += _ask(worker, job)
    except (OSError, ValueError):  # it could not be started, or it stopped and its answer was cut short
        raise QualityError(
            "The process that checks the extracts could not be started or stopped early. Make the environment again with run.py, "
            "see that there is memory to spare, and run the audit again."
        ) from None
    return results


def _ask(worker: subprocess.Popen[str], job: Mapping[str, Any]) -> list[RuleResult]:
    """Give a worker one job and wait for its results. Raises ValueError for no answer, QualityError for a failure."""
    assert worker.stdin and worker.stdout
    print(json.dumps(job), file=worker.stdin, flush=True)
    answer = json.loads(worker.stdout.readline())
    if "error" in answer:
        raise QualityError(
            f"The rules of {job['extract']} could not be checked ({answer['error']}). Run again with --force; if it stays so, report that place."
        )
    return from_records(answer["results"])


def _environment() -> dict[str, str]:
    """The workers' environment: this package found, bytecode written, nothing sent or printed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    root = str(Path(__file__).parent.parent)
    path = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH", "")]))
    return {**kept, "PYTHONPATH": path, "GX_ANALYTICS_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
