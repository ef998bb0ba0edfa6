"""Setting: what was asked of a run, and the same with every default filled in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from srp_lib import commentary, periods
from srp_lib.config import AREA_CODE, CODE_WANTED, EDITIONS, Config, load_config
from srp_lib.earlier import Earlier, read_earlier
from srp_lib.errors import AuditError

if TYPE_CHECKING:
    from srp_lib.extracts import RawFile

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Request:
    """What was asked for; None or blank takes the default of audit.toml."""

    raw: Path | None = None
    out: Path | None = None
    processed: Path | None = None
    year: str = ""
    edition: str = ""
    area: str = ""
    force: bool = False
    commentary: Path | None = None  # the folder of the commentaries; that of the project where None
    previous: Path | None = None  # the folder of an earlier report, whose figures are compared with this one's
    today: date | None = None  # the day that rules on dates take for today; the clock's where None
    accept: bool = False  # write down the extracts' numbers of rows, for review; of `check` alone
    earlier: Path | None = None  # the folder of an earlier delivery, held against this one; of `check` alone


@dataclass
class Setting:
    """The request with every default filled in; `base` holds the area's reports, below `out`."""

    config: Config
    raw: Path
    out: Path
    base: Path
    processed: Path
    year: str
    edition: str
    area: str
    force: bool
    files: Sequence[RawFile]
    commentary: Path
    previous: Earlier | None
    today: date
    accept: bool
    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def suites(self) -> Path:
        """Where the rules are, and what was said of them: exceptions and accepted numbers of rows."""
        return self.config.root / "expectations"

    @contextmanager
    def step(self, name: str, said: str = "") -> Iterator[None]:
        """Note how long a step took, for run.json, and tell of it where it has words."""
        start = time.perf_counter()
        if said:
            self.progress(said, 0, 1)
        try:
            yield
        finally:
            self.timings[name] = round(time.perf_counter() - start, 3)
        if said:
            self.progress(said, 1, 1)


def settle(request: Request, progress: Progress) -> Setting:
    """Fill in defaults and list the raw files; writes nothing. Raises AuditError."""
    config = load_config()
    edition = request.edition or config.edition
    if edition not in EDITIONS:
        raise AuditError(f"There is no edition '{edition}': write --edition {' or --edition '.join(EDITIONS)}.")
    if request.year:
        periods.parse_period(request.year)
    area = request.area or config.area_code
    if not AREA_CODE.fullmatch(area):
        raise AuditError(f"'{area}' is not the code of an area: give --area {CODE_WANTED}.")
    begun = time.perf_counter()
    raw, files = _raw(request, config)
    out = (request.out or config.reports).resolve()
    return Setting(
        config=config,
        raw=raw,
        out=out,
        base=out if area == config.area_code else out / area,
        processed=(request.processed or config.processed).resolve(),
        year=request.year,
        edition=edition,
        area=area,
        force=request.force,
        files=files,
        commentary=(request.commentary or config.root / commentary.FOLDER).resolve(),
        previous=read_earlier(request.previous.resolve()) if request.previous else None,
        today=request.today or date.today(),
        accept=request.accept,
        progress=progress,
        timings={"hash inputs": round(time.perf_counter() - begun, 3)},
    )


def _raw(request: Request, config: Config) -> tuple[Path, list[RawFile]]:
    """The raw folder and the files in it, hashed. Raises AuditError where a folder was named that gives none."""
    from srp_lib.extracts import list_files

    raw = request.raw or config.raw
    if not raw.is_dir():
        raise AuditError(f"The raw folder {raw} does not exist: give --raw the folder that holds the extracts.")
    files = list_files(raw.resolve())
    if request.raw and not files:
        raise AuditError(
            f"The raw folder {raw} holds no file. Put the extracts in it, or leave --raw out to audit data/raw, "
            "or the synthetic sample where that is empty."
        )
    return raw.resolve(), files


def supply(setting: Setting) -> None:
    """Where the raw folder holds nothing, make the sample and audit that."""
    if setting.files:
        return
    from srp_lib.extracts import list_files
    from srp_lib.sample import ensure_sample

    with setting.step("sample", "Writing the synthetic sample"):
        setting.raw = ensure_sample(setting.processed / "sample")
        setting.files = list_files(setting.raw)


def silent(step: str, done: int, total: int) -> None:
    """No progress is shown."""
