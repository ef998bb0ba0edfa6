"""Times the audit against the same work done step by step with the tools' own commands, and prints the ratios.

    python3 run.py bench [--raw DIR] [--year PERIOD] [--rounds N]

Three ways, one after the other in one session, on the same extracts and with the same environment:

step by step  read the extracts; validate every suite with Great Expectations in one process on frames of
              Python objects, result format SUMMARY; `papermill` for each notebook; `jupyter nbconvert` for each
audit, cold   `srp audit` with no cache
audit, warm   the same command again, with nothing changed

The first run of all is not timed: it fills the disk's cache and the bytecode for both sides alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUALITY = "00_data_quality"
PROGRAM = [sys.executable, "-P"]
Steps = dict[str, float]


@dataclass(frozen=True)
class Work:
    """The folders of one benchmark, and the parameters that the audit gives its notebooks."""

    folder: Path
    raw: Path
    arguments: tuple[str, ...]
    parameters: dict[str, str]


def main() -> int:
    """Run the benchmark and print its table; returns the exit code."""
    options = parse(sys.argv[1:])
    if options.step:
        {"read": read_extracts, "validate": validate_extracts}[options.step](options)
        return 0
    with tempfile.TemporaryDirectory(prefix="srp bench ") as folder:
        try:
            work = prepare(Path(folder), options)
            rounds = [one_round(work) for _ in range(options.rounds)]
        except subprocess.CalledProcessError as error:
            print(
                f"A step ended with exit code {error.returncode}: {' '.join(error.cmd)}\n{error.output}",
                file=sys.stderr,
            )
            return 1
    print(table(rounds))
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line; `--step` and what follows it are for the processes that this program starts."""
    parser = argparse.ArgumentParser(description="Time the audit against the same work done step by step.")
    parser.add_argument("--raw", type=Path, help="folder of extracts (the synthetic sample when left out)")
    parser.add_argument("--year", default="", help="period to audit (as for srp audit)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each way is run; the table has medians")
    parser.add_argument("--step", choices=("read", "validate"), help=argparse.SUPPRESS)
    parser.add_argument("--processed", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--area", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def prepare(folder: Path, options: argparse.Namespace) -> Work:
    """Make the sample if no extracts were named, and run the audit once, to warm up and to learn its parameters."""
    raw = options.raw.resolve() if options.raw else folder / "sample"
    if not options.raw:
        call([*PROGRAM, "-m", "srp_lib.cli", "sample", str(raw)])
    arguments = ("--year", options.year) if options.year else ()
    work = Work(folder, raw, arguments, {})
    audit(work, "first")
    (record,) = (folder / "first" / "out").glob("*/*/run.json")
    parameters = json.loads(record.read_text(encoding="utf-8"))["parameters"]
    return Work(folder, raw, arguments, {name: parameters[name] for name in ("period", "area", "edition")})


def one_round(work: Work) -> dict[str, Steps]:
    """Seconds of each step of the three ways."""
    found = {"step by step": step_by_step(work)}
    shutil.rmtree(work.folder / "timed", ignore_errors=True)
    found["audit, cold"] = {"all": seconds(lambda: audit(work, "timed"))}
    found["audit, warm"] = {"all": seconds(lambda: audit(work, "timed"))}
    return found


def audit(work: Work, name: str) -> None:
    """The audit as a user runs it, with caches and report in a folder of that name."""
    places = ["--processed", str(work.folder / name / "processed"), "--out", str(work.folder / name / "out")]
    call([*PROGRAM, "-m", "srp_lib.cli", "audit", "--raw", str(work.raw), *places, *work.arguments])


def step_by_step(work: Work) -> Steps:
    """The same work with each tool's own command, one after the other."""
    folder = work.folder / "naive"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "processed").mkdir(parents=True)
    steps = {step: seconds(lambda step=step: own_step(work, step)) for step in ("read", "validate")}
    # The data-quality notebook shows the audit's own record of the rules; writing one costs nothing.
    shutil.copy(work.folder / "first" / "processed" / "quality.json", folder / "processed")
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    steps["papermill"] = seconds(lambda: [run_papermill(work, source, folder) for source in notebooks])
    made = [folder / source.name for source in notebooks]
    convert = [*PROGRAM, "-m", "jupyter", "nbconvert", "--log-level=ERROR", "--to", "html"]
    steps["nbconvert"] = seconds(lambda: [call([*convert, str(notebook)]) for notebook in made])
    steps["all"] = sum(steps.values())
    return steps


def own_step(work: Work, step: str) -> None:
    """Run one step of this file in a process of its own, as a script of the user's would be."""
    places = ["--raw", str(work.raw), "--processed", str(work.folder / "naive" / "processed")]
    call([*PROGRAM, str(Path(__file__).resolve()), "--step", step, "--area", work.parameters["area"], *places])


def run_papermill(work: Work, source: Path, folder: Path) -> None:
    """papermill on one notebook, with the parameters that the audit gives it."""
    values = {"processed": str(folder / "processed")}
    if source.stem != QUALITY:
        values |= work.parameters
    given = [word for name, value in values.items() for word in ("-r", name, value)]
    command = [*PROGRAM, "-m", "papermill", "--no-progress-bar", "--cwd", str(source.parent), *given]
    call([*command, str(source), str(folder / source.name)])


def read_extracts(options: argparse.Namespace) -> None:
    """Step: read every extract and write the tidy tables, by the audit's own readers: the notebooks need them."""
    from srp_lib.extracts import read_all

    read_all(options.raw, options.processed, force=True)


def validate_extracts(options: argparse.Namespace) -> None:
    """Step: hold every view to its suite as the tool's tutorials do, on objects and with result format SUMMARY."""
    from datetime import date

    import great_expectations as gx

    from srp_lib import extracts, profiles
    from srp_lib.config import load_config
    from srp_lib.gate import NEEDS

    intake = extracts.load(options.processed)
    config = load_config()
    expected = config.area_counts if options.area == config.area_code else {}
    source = gx.get_context(mode="ephemeral").data_sources.add_pandas("extracts")
    for name, extract in intake.extracts.items():
        suite = json.loads((ROOT / "expectations" / f"{name}.json").read_text(encoding="utf-8"))
        frame = extract.frame()
        others = {other: intake.extracts[other].frame() for other in NEEDS.get(name, {}) if other in intake.extracts}
        context = profiles.make_context(options.area, expected, date.today(), others)
        for view in dict.fromkeys(one["meta"]["view"] for one in suite["expectations"]):
            table = profiles.derive(name, view, frame, extract.files, context)
            objects = table.astype({c: object for c in table if str(table[c].dtype) in ("category", "str")})
            wanted = [one for one in suite["expectations"] if one["meta"]["view"] == view]
            batch = source.add_dataframe_asset(f"{name} {view}").add_batch_definition_whole_dataframe("all")
            expectations = gx.ExpectationSuite(name=f"{name} {view}", expectations=wanted)
            batch.get_batch({"dataframe": objects}).validate(expectations, result_format="SUMMARY")


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def call(command: list[str]) -> None:
    """Run a command, quietly; raises CalledProcessError with its output when it fails."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), variables.get("PYTHONPATH", "")]))
    variables["GX_ANALYTICS_ENABLED"] = "false"
    subprocess.run(
        command, cwd=ROOT, env=variables, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def table(rounds: list[dict[str, Steps]]) -> str:
    """The medians of the rounds as a table, each way with its ratio to the one above it."""
    middle = {
        way: {step: statistics.median(one[way][step] for one in rounds) for step in steps}
        for way, steps in rounds[0].items()
    }
    lines = [f"{'':24}{'seconds':>9}   ratio"]
    above = 0.0
    for way, steps in middle.items():
        ratio = f"{above / steps['all']:6.1f} times as fast" if above else ""
        lines.append(f"{way:24}{steps['all']:9.2f} {ratio}".rstrip())
        lines += [f"  {step:22}{value:9.2f}" for step, value in steps.items() if step != "all"]
        above = steps["all"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
