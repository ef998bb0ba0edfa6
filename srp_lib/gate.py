"""Gate: checks the views of one extract against its suite with Great Expectations.

Runs as a worker too (`python -m srp_lib.gate`: one job as JSON on standard input, its results as JSON on standard
output), so that the process that runs the audit never imports Great Expectations. Nothing that a row holds
leaves this module: a result has counts, file paths and the sentences that srp_lib/profiles made.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

DIMENSIONS = ("completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy")
SEVERITIES = ("critical", "warning")
META = ("rule", "view", "dimension", "severity", "why", "remedy")
OF_CHANGE = ("lsoa11_code", "lsoa21_code", "lad_code")
OF_WARDS21 = ("lsoa21_code", "ward_code", "lad_code", "ward_year")
LSOAS_OF_2021 = {"lsoa11_lsoa21": OF_CHANGE, "lsoa21_ward": OF_WARDS21}
LSOAS = LSOAS_OF_2021 | {"lsoa11_ward": ("lsoa11_code", *OF_WARDS21[1:])}
NAMES = {
    "lsoa11_lsoa21": ("lsoa11_name", "lsoa21_name"),
    "lsoa21_ward": ("lsoa21_name", "ward_name"),
    "lsoa11_ward": ("lsoa11_name", "ward_name"),
}
NAMED_LSOAS = {name: (*columns, *NAMES[name]) for name, columns in LSOAS.items()}
# The other extracts that an extract is held against, and the columns of them that its rules read.
NEEDS: dict[str, dict[str, tuple[str, ...] | None]] = {
    **dict.fromkeys(
        ("small_area_population", "lsoa11_lsoa21", "boundaries", "deprivation", "rural_urban"), NAMED_LSOAS
    ),
    "street_crime": {"boundaries": ("code", "min_lon", "max_lon", "min_lat", "max_lat")},
    "lad_csp_pfa": {
        "population": ("area_code", "area_name"),
        "recorded_crime_csp": ("lad_code", "csp_code", "csp_name"),
    },
    "recorded_crime_csp": {
        "lad_csp_pfa": ("lad_code", "lad_name", "csp_code", "csp_name", "pfa_code"),
    },
    "neighbours": {"population": ("area_code", "area_name")},
    "ward_groups": {"lsoa21_ward": NAMED_LSOAS["lsoa21_ward"]},
    "ward_population": {
        **{name: NAMED_LSOAS[name] for name in ("lsoa11_ward", "lsoa21_ward")},
        "population": ("year", "area_code", "sex", "all_ages"),
    },
    "offences": {
        **LSOAS_OF_2021,
        "recorded_crime_csp": None,
        "victims": ("offence_id", "age", "exploitation_type"),
        "suspects": ("offence_id",),
    },
    "victims": {"offences": ("offence_id",)},
    "suspects": {"offences": ("offence_id", "organised_crime")},
    **dict.fromkeys(("asb_incidents", "fire_incidents"), LSOAS_OF_2021),
    "surveys": {name: LSOAS[name] for name in ("lsoa11_ward", "lsoa21_ward")},
    "risk_scores": {"risk_scale": ("dimension", "part", "score")},
    "harm_weights": {"offences": ("ho_code",)},
}
MOST_DETAILS = 10
ONE_AT_A_TIME = threading.Lock()  # all views share one batch definition
UNITS = {
    "ids": "rows with a crime id",
    "lsoas": "rows with an LSOA",
    "outcomes": "rows with an outcome",
    "calendar": "months",
    "months": "rows",
    "area": "tables",
    "periods": "tables",
    "years": "tables",
    "codes": "rows with a code",
    "blanks": "files",
    "points": "files",
    "groups": "comparisons",
    "coverage": "codes of offences",
}
NOT_EVALUATED = "not evaluated"
EXCEPTION = "Exception:"  # how the sentence on a failure that is accepted begins


@dataclass(frozen=True)
class RuleResult:
    """What one rule found in one extract; holds counts, file paths and safe sentences, and no value of a row.

    A count is None where disclosure control withholds it. `checked` and `failing` count rows of the extract where the view stands for rows, else rows of the view
    (files, months, areas); `files` pairs a file's path with its failing rows; `observed` is a short phrase.
    `waived` says by whom, until when and why a failed critical rule is accepted; it is "" where none is.
    """

    extract: str
    rule: str
    view: str
    dimension: str
    severity: str
    why: str
    remedy: str
    passed: bool
    checked: int | None
    failing: int | None
    observed: str
    files: tuple[tuple[str, int | None], ...] = ()
    details: tuple[str, ...] = ()
    waived: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the extracts can't be audited because of it."""
        return self.severity == "critical" and not self.passed and not self.waived


def check_view(extract: str, table: pd.DataFrame, expectations: Sequence[Mapping[str, Any]]) -> list[RuleResult]:
    """Check one view's table against the expectations on it, in their order.

    An expectation that can't be evaluated (a column is absent, say) counts as failed: the gate fails closed.
    """
    with ONE_AT_A_TIME:
        batch = _whole_table().get_batch({"dataframe": table})
        outcomes = _validate(batch, expectations)
        return [
            _result(extract, table, one, outcome, batch) for one, outcome in zip(expectations, outcomes, strict=True)
        ]


def _validate(batch: Any, expectations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The raw outcomes in the order of the expectations (the library may sort them otherwise)."""
    gx = import_gx()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        suite = gx.ExpectationSuite(name="suite", expectations=[dict(one) for one in expectations])
        found = batch.validate(suite, result_format="BASIC")
    by_rule = {outcome.expectation_config.meta["rule"]: outcome for outcome in found.results}
    return [_plain(by_rule[one["meta"]["rule"]]) for one in expectations]


def _plain(outcome: Any) -> dict[str, Any]:
    """An outcome's success, counts and whether it could be evaluated."""
    raised = any(_raised(value) for value in [outcome.exception_info or {}, *(outcome.exception_info or {}).values()])
    return {"success": bool(outcome.success), "raised": raised, **(outcome.result or {})}


def _raised(info: object) -> bool:
    return isinstance(info, dict) and bool(info.get("raised_exception"))


def _result(
    extract: str, table: pd.DataFrame, one: Mapping[str, Any], outcome: dict[str, Any], batch: Any
) -> RuleResult:
    """Turn one outcome into a RuleResult."""
    meta = {name: one["meta"][name] for name in META}
    passed = outcome["success"] and not outcome["raised"]
    if "element_count" not in outcome or outcome["raised"]:
        return RuleResult(extract, **meta, **_of_table(table, outcome, passed))
    column = one["kwargs"].get("column")
    ignored = 0 if one["type"].endswith("_not_be_null") or column is None else table[column].isna()
    weights = _weights(table)
    checked = int((weights * (1 - ignored)).sum()) if column else int(weights.sum())
    failing = None if passed else _failing_rows(batch, one)
    count = 0 if failing is None else int(weights.iloc[failing].sum())
    observed = f"{count:,} of {checked:,} {UNITS.get(meta['view'], meta['view'])}"
    files = () if failing is None else _by_file(table, weights, failing)
    details = () if failing is None else _details(table, column, failing)
    return RuleResult(
        extract, **meta, passed=passed, checked=checked, failing=count, observed=observed, files=files, details=details
    )


def _of_table(table: pd.DataFrame, outcome: dict[str, Any], passed: bool) -> dict[str, Any]:
    """The result of an expectation on the table as a whole, or of one that couldn't be evaluated."""
    rows = int(_weights(table).sum())
    observed = NOT_EVALUATED if outcome["raised"] else f"{rows:,} rows"
    why = (
        "The rule could not be evaluated, so it is held to have failed."
        if outcome["raised"]
        else f"The files gave {observed}."
    )
    return {
        "passed": passed,
        "checked": rows,
        "failing": 0 if passed else max(rows, 1),
        "observed": observed,
        "details": () if passed else (why,),
    }


def _weights(table: pd.DataFrame) -> pd.Series:
    """How many rows of the extract each row of the view stands for."""
    import pandas as pd

    return table["weight"] if "weight" in table else pd.Series(1, index=table.index)


def _failing_rows(batch: Any, one: Mapping[str, Any]) -> list[int]:
    """Positions of the failing rows of one expectation, by checking it once more and asking for them."""
    gx = import_gx()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        suite = gx.ExpectationSuite(name="again", expectations=[dict(one)])
        found = batch.validate(suite, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False})
    return sorted(set(found.results[0].result.get("unexpected_index_list") or []))


def _by_file(table: pd.DataFrame, weights: pd.Series, failing: list[int]) -> tuple[tuple[str, int], ...]:
    """Failing rows per file, in order of path; rows that belong to no single file are left out."""
    if "file" not in table:
        return ()
    counts = weights.iloc[failing].groupby(table["file"].iloc[failing].astype(str)).sum()
    return tuple((name, int(count)) for name, count in sorted(counts.items()) if name and count)


def _details(table: pd.DataFrame, column: str | None, failing: list[int]) -> tuple[str, ...]:
    """The sentences of the failing rows, each once, the first few of them."""
    name = f"{column}_detail"
    if name not in table:
        return ()
    sentences = list(dict.fromkeys(text for text in table[name].iloc[failing].astype(str) if text))
    more = len(sentences) - MOST_DETAILS
    return (*sentences[:MOST_DETAILS], *([f"and {more:,} more like these."] if more > 0 else []))


@cache
def import_gx() -> Any:
    """Great Expectations, imported once: quick, silent and without its analytics."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    unused = "rfc3987_syntax"  # a slow import of jsonschema's that nothing here needs
    blocked = unused not in sys.modules
    collecting = gc.isenabled()
    gc.disable()
    if blocked:
        sys.modules[unused] = None  # type: ignore[assignment]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import great_expectations
    finally:
        if blocked:
            sys.modules.pop(unused, None)
        if collecting:
            gc.enable()
    return great_expectations


@cache
def _whole_table() -> Any:
    """What makes a batch of a table in memory; one for all views, as adding one for each costs more than checking."""
    import logging

    gx = import_gx()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return (
        context.data_sources.add_pandas("views").add_dataframe_asset("view").add_batch_definition_whole_dataframe("all")
    )


# --- a job: one extract -------------------------------------------------------------------------------------


def run_job(job: Mapping[str, Any]) -> list[RuleResult]:
    """Check one extract; the results in the order of its suite.

    `job` has: extract, parquet (path), files (records), suite (its JSON), area_code, expected, today (ISO date) and
    others (parquet paths of the extracts that it NEEDS, by name).
    """
    import pandas as pd

    from srp_lib import profiles

    name, expectations = job["extract"], job["suite"]["expectations"]
    views = list(dict.fromkeys(one["meta"]["view"] for one in expectations))
    frame = _read(job["parquet"], profiles.columns_needed(name, views))
    files = pd.DataFrame.from_records(job["files"])
    others = {other: _read(path, NEEDS[name][other]) for other, path in job["others"].items()}
    context = profiles.make_context(job["area_code"], job["expected"], date.fromisoformat(job["today"]), others)
    found: dict[str, RuleResult] = {}
    for view in views:
        table = profiles.derive(name, view, frame, files, context)
        found |= {
            result.rule: result
            for result in check_view(name, table, [one for one in expectations if one["meta"]["view"] == view])
        }
    return [found[one["meta"]["rule"]] for one in expectations]


def _read(path: str, columns: Sequence[str] | None) -> pd.DataFrame:
    """Columns of a processed extract; views that need none get one column for its length."""
    from srp_lib.extracts import Extract

    wanted = None if columns is None else list(columns) or ["file"]
    return Extract("", "", None, Path(path)).frame(wanted)  # type: ignore[arg-type]


def main() -> None:
    """The worker: read jobs, one JSON text a line, and write the results of each as one line."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is not part of the answer
    gc.disable()
    _defer("scipy.stats")
    import_gx()
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer: dict[str, Any] = {"results": [asdict(result) for result in run_job(job)]}
        except Exception as error:  # the message may quote a row, so only its kind and place are told
            answer = {"error": f"{type(error).__name__} at {_place(error)}"}
        print(json.dumps(answer), file=out, flush=True)
    os._exit(0)  # taking so many modules down again would cost half a second


def _defer(name: str) -> None:
    """Have a module loaded when it is first used: the library imports this one for expectations not used here."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None or name in sys.modules:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    package, _, last = name.rpartition(".")
    if package:
        setattr(sys.modules[package], last, module)
    spec.loader.exec_module(module)


def _place(error: BaseException) -> str:
    """The innermost of our own lines in an error's traceback, as file:line."""
    places, step = [], error.__traceback__
    while step:
        places.append((Path(step.tb_frame.f_code.co_filename), step.tb_lineno))
        step = step.tb_next
    ours = [place for place in places if "srp_lib" in place[0].parts] or places
    return f"{ours[-1][0].name}:{ours[-1][1]}"


if __name__ == "__main__":
    main()
