"""Schedule: which notebooks a run takes, in what order and of which period, by what each says of itself.

A notebook's metadata `srp` may have "stage" 2 (it rests on the facts of others and runs after them), "quarterly" (its
facts go into a quarter's report) and "themes" (in a quarter's report it makes a page for the lead of each theme).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srp_lib import periods
from srp_lib.codelists.offences import objective_areas
from srp_lib.notebooks import NotebookJob
from srp_lib.periods import Period, PeriodError

QUALITY, METHODS = "00_data_quality", "methods_conformance"


@dataclass(frozen=True)
class Task:
    """One run of a notebook: of which period, and the name of the page that it makes, blank where it makes none."""

    job: NotebookJob
    period: str
    page: str


@dataclass(frozen=True)
class Schedule:
    """What runs first, all at once, and what runs after it on the facts that it made."""

    first: tuple[Task, ...]
    then: tuple[Task, ...]

    @property
    def number(self) -> int:
        """How many runs of notebooks there are."""
        return len(self.first) + len(self.then)

    @property
    def pages(self) -> dict[str, Path]:
        """The notebook behind each page that the run makes, in the order of the report: of names, or of the themes."""
        found = {task.page: task.job.source for task in (*self.first, *self.then) if task.page}
        return {page: found[page] for page in sorted(found, key=lambda page: (found[page].name, *_place(page)))}


def schedule(
    folder: Path, period: Period, available: Sequence[str], minimum_share: float, parameters: Mapping[str, str]
) -> Schedule:
    """The runs that make a report of `period`; `parameters` are "processed", "edition" and "area".

    The report of a quarter has a page for the lead of each theme and nothing else. Where the period is not of twelve
    months, and the extracts have those that end with it, the notebooks marked quarterly run for them as well: targets
    are set for years.
    """
    marks = {path: _marks(path) for path in sorted(folder.glob("*.ipynb"), key=_longest_first)}
    ahead = [path for path, said in marks.items() if said.get("stage", 1) == 1]
    feeding = [path for path in ahead if marks[path].get("quarterly")]
    year = period.twelve_months()
    behind = [
        _task(path, year, parameters, "") for path in feeding if _other_year(year, period, available, minimum_share)
    ]
    if period.kind == "quarter":
        own = [_task(path, period, parameters, "") for path in feeding]
        pages = [path for path, said in marks.items() if said.get("themes")]
        made = [_task(path, period, parameters, f"{path.stem}_{theme}", theme) for path in pages for theme in _themes()]
        return Schedule((*own, *behind), tuple(made))
    own = [_task(path, period, parameters, path.stem) for path in ahead]
    made = [_task(path, period, parameters, path.stem) for path in marks if path not in ahead]
    return Schedule((*own, *behind), tuple(made))


def source_of(page: str, folder: Path) -> str:
    """The name of the notebook in `folder` that makes a page: the page's own, or less the theme that it is of."""
    names = (page, *(page.removesuffix(f"_{theme}") for theme in _themes()))
    return next((name for name in names if (folder / f"{name}.ipynb").is_file()), page)


def _task(path: Path, period: Period, parameters: Mapping[str, str], page: str, theme: str = "") -> Task:
    """A run with the parameters that the notebook takes."""
    wanted = {**parameters, "period": period.code, **({"theme": theme} if theme else {})}
    if path.stem == QUALITY:
        wanted = {name: parameters[name] for name in ("processed", "edition")}
    return Task(NotebookJob(path, {} if path.stem == METHODS else wanted, path.parent), period.code, page)


def _place(page: str) -> tuple[int, str]:
    """Where a page of a theme stands among those of the others."""
    return next((number for number, theme in enumerate(_themes()) if page.endswith(f"_{theme}")), -1), page


def _themes() -> list[str]:
    """The plan's themes in its order."""
    return list(dict.fromkeys(area.theme for area in objective_areas().values()))


def _other_year(year: Period, period: Period, available: Sequence[str], minimum_share: float) -> bool:
    """Whether the twelve months are another period, and one that can be audited."""
    try:
        periods.require_period(year, available, minimum_share)
    except PeriodError:
        return False
    return year.code != period.code


def _longest_first(path: Path) -> tuple[int, str]:
    """So that no core is idle at the end."""
    return -path.stat().st_size, path.name


def _marks(path: Path) -> dict[str, Any]:
    """What a notebook says of itself; nothing where it cannot be read, which its run will say."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["metadata"].get("srp", {}))
    except (OSError, ValueError, KeyError, AttributeError):
        return {}
