"""Run notebooks with papermill: check each before it starts, say plainly what failed, drop what varies between runs.

papermill injects the parameters and runs the cells; the kernels come from `srp_lib.kernels`.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import logging
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from srp_lib.errors import AuditError
from srp_lib.kernels import KernelServer, quiet_imports

if TYPE_CHECKING:
    from nbformat import NotebookNode

INJECTED = "injected-parameters"
ERROR_LENGTH = 300
START_TIMEOUT = 60


@dataclass(frozen=True)
class NotebookJob:
    """One notebook to run: its file, the parameters to inject and the folder it runs in."""

    source: Path
    parameters: Mapping[str, Any]
    cwd: Path


@dataclass(frozen=True)
class NotebookResult:
    """What became of one job.

    ``notebook`` is the executed notebook without volatile metadata (when it failed: as far as
    it came; None when it was never started). ``error`` is None or one sentence with the
    notebook's name, the cell's id and the exception's last line.
    """

    job: NotebookJob
    notebook: NotebookNode | None
    seconds: float
    error: str | None


class NotebookRefused(AuditError):
    """The notebook can't be run as asked; the message says why and what to change."""


# ---------------------------------------------------------------------------- running notebooks


def run_notebooks(
    jobs: Sequence[NotebookJob],
    server: KernelServer,
    workers: int = 3,
    on_done: Callable[[NotebookResult], None] | None = None,
    cell_timeout: int = 600,
) -> list[NotebookResult]:
    """Run notebooks with papermill, ``workers`` at a time, and return results in job order.

    ``on_done`` is called in the calling thread with each result as it comes. A notebook that
    can't be run or fails doesn't stop the others: its result carries an error sentence.
    ``cell_timeout`` is in seconds. An exception in the caller's thread (Ctrl-C, say) closes
    the server, which ends all kernels, and goes on to the caller.
    """
    server.start()
    with quiet_imports():
        import papermill  # noqa: F401 - once, here: threads would import it at the same time
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="notebook")
    with _silent_loggers():
        try:
            futures = [pool.submit(_run_one, job, server, cell_timeout) for job in jobs]
            _report(futures, on_done)
        except BaseException:
            server.close()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [future.result() for future in futures]


def _report(futures: Sequence[Future[NotebookResult]], on_done: Callable[[NotebookResult], None] | None) -> None:
    """Wait for all, calling ``on_done`` with each; in short waits, so that Ctrl-C is heard."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            result = future.result()
            if on_done is not None:
                on_done(result)


@contextlib.contextmanager
def _silent_loggers() -> Iterator[None]:
    """Keep papermill's and Jupyter's own log lines off the terminal: we report errors."""
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets", "asyncio")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def _run_one(job: NotebookJob, server: KernelServer, cell_timeout: int) -> NotebookResult:
    """Check and run one notebook; a kernel that dies at its start is tried once more."""
    begun = time.perf_counter()
    watch = _Watch()
    try:
        source = read_notebook(job)
        error = _attempt(job, source, server, cell_timeout, watch)
        if error is not None and watch.notebook is None:
            error = _attempt(job, source, server, cell_timeout, watch)
    except NotebookRefused as refusal:
        error = str(refusal)
    notebook = None if watch.notebook is None else _without_volatile(watch.notebook)
    return NotebookResult(job, notebook, time.perf_counter() - begun, error)


@dataclass
class _Watch:
    """What the execution shows us on its way: papermill keeps a failed notebook to itself."""

    notebook: NotebookNode | None = field(default=None)
    cell: str = "?"

    def started(self, notebook: NotebookNode) -> None:
        self.notebook = notebook

    def reached(self, cell: NotebookNode, cell_index: int) -> None:
        self.cell = _cell_id(cell)


def _attempt(job: NotebookJob, source: NotebookNode, server: KernelServer, timeout: int, watch: _Watch) -> str | None:
    """Run the notebook through papermill; None, or the sentence that says what went wrong."""
    import papermill

    try:
        with _own_event_loop():
            papermill.execute_notebook(
                source,  # not the path: papermill would replace braces in it
                None,
                _plain_parameters(job),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=START_TIMEOUT,
                execution_timeout=timeout,
                **_client_options(job, server, watch),
            )
    except Exception as error:
        return f"{job.source.name}, {_explain(error, watch, timeout)}"
    return None if watch.notebook is None else _early_exit(job, watch.notebook)


def _client_options(job: NotebookJob, server: KernelServer, watch: _Watch) -> dict[str, Any]:
    """What papermill's engine hands on to the notebook client that it drives."""
    return {
        "kernel_manager_class": _manager_class(server),
        # the folder goes to the kernel alone; papermill's cwd would move this whole process
        "resources": {"metadata": {"path": str(Path(job.cwd).resolve())}},
        "shutdown_kernel": "immediate",
        "record_timing": False,
        "store_widget_state": False,
        "coalesce_streams": True,  # how a text is cut into messages depends on timing
        "iopub_timeout": 60,
        "on_notebook_start": watch.started,
        "on_cell_start": watch.reached,
    }


@contextlib.contextmanager
def _own_event_loop() -> Iterator[None]:
    """Close the event loop that Jupyter makes for this thread: it holds three open files."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop(prefer_selector_loop=True)  # the other kind on Windows can't do it
    try:
        yield
    finally:
        loop.close()


def _manager_class(server: KernelServer) -> type:
    """A kernel manager for papermill's engine whose kernels come from ``server``."""
    from jupyter_client.asynchronous import AsyncKernelClient
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning import LocalProvisioner

    class Provisioner(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
            self.process = server.launch(cmd, kwargs["cwd"])
            self.pid = self.process.pid
            self.pgid = self.pid if os.name == "posix" else None
            return self.connection_info

        async def kill(self, restart: bool = False) -> None:
            await super().kill(restart)
            limit = time.monotonic() + 5
            while await self.poll() is None and time.monotonic() < limit:
                await asyncio.sleep(0.005)  # Jupyter itself looks every tenth of a second

    class Client(AsyncKernelClient):
        def start_channels(self, *_: Any, **__: Any) -> None:
            # no heartbeat: its thread takes a second to end, and we see a kernel's death anyway
            super().start_channels(stdin=False, hb=False)

        async def wait_for_ready(self, timeout: float = START_TIMEOUT) -> None:
            await _answered(self, timeout)

    class Manager(AsyncKernelManager):
        client_factory = Client

        def __init__(self, **kwargs: Any) -> None:
            path = server.new_connection_file()
            super().__init__(**kwargs, transport=server.transport, connection_file=path)
            # This Python, whatever kernel named python3 the user may have installed
            launcher = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            self._kernel_spec = KernelSpec(argv=launcher, language="python")

        async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
            self.provisioner = Provisioner(
                kernel_id=Path(self.connection_file).stem, kernel_spec=self.kernel_spec, parent=self
            )
            return await super()._async_pre_start_kernel(**kwargs)

    return Manager


async def _answered(client: Any, timeout: float) -> None:
    """Return when the kernel has answered on both channels.

    As Jupyter's own, but without its wait of a fifth of a second for messages that nobody
    sent. Raises RuntimeError when the kernel dies or ``timeout`` seconds pass.
    """
    limit = time.monotonic() + timeout
    while True:
        client.kernel_info()
        with contextlib.suppress(queue.Empty):
            await client.shell_channel.get_msg(timeout=0.3)
            await client.iopub_channel.get_msg(timeout=0.2)
            return
        if not await client.parent.is_alive():
            raise RuntimeError("the kernel died before it answered")
        if time.monotonic() > limit:
            raise RuntimeError(f"the kernel didn't answer in {timeout:.0f} seconds")


# ------------------------------------------------------------------------ before: check the file


def read_notebook(job: NotebookJob) -> NotebookNode:
    """The job's notebook, fit to be run: readable, tagged, and knowing every parameter.

    Raises NotebookRefused, with a sentence, when it is not.
    """
    with quiet_imports():
        import nbformat
    name = job.source.name
    try:
        notebook = nbformat.read(job.source, as_version=4)
    except (OSError, ValueError) as error:
        raise NotebookRefused(
            f"{name} can't be read as a notebook ({type(error).__name__}); restore the file."
        ) from error
    if notebook.nbformat_minor < 5:
        notebook.nbformat_minor = 5
    for number, cell in enumerate(notebook.cells, start=1):
        if "id" not in cell:  # else nbformat would give it a random one
            cell["id"] = f"cell-{number}"
    unknown = sorted(set(_plain_parameters(job)) - _assigned_names(name, notebook))
    if unknown:
        raise NotebookRefused(
            f"{name} has no parameter {', '.join(unknown)}: give it a default value in the cell "
            "tagged 'parameters', or don't ask for it."
        )
    return notebook


def _plain_parameters(job: NotebookJob) -> dict[str, Any]:
    """The parameters, paths as text; refuses what papermill would turn into text unasked."""
    plain = {k: str(v) if isinstance(v, PurePath) else v for k, v in job.parameters.items()}
    for name, value in plain.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise NotebookRefused(
                f"{job.source.name}: parameter {name} is a {type(value).__name__}; pass text, "
                "numbers, true or false, None, or lists and dicts of these."
            ) from error
    return plain


def _assigned_names(name: str, notebook: NotebookNode) -> set[str]:
    """The names that get a value in the cell tagged 'parameters'."""
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(tagged) != 1 or tagged[0].cell_type != "code":
        raise NotebookRefused(
            f"{name} has {len(tagged)} cells tagged 'parameters' and must have exactly one, of "
            "code: without it the notebook's own default values would win in silence."
        )
    try:
        statements = ast.parse(tagged[0].source).body
    except SyntaxError as error:
        raise NotebookRefused(
            f"{name}, cell {_cell_id(tagged[0])}: the parameters cell is not plain Python "
            f"(line {error.lineno}); keep only assignments in it."
        ) from error
    return {
        node.id
        for statement in statements
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


# ------------------------------------------------------------------- after: errors and cleaning


def _explain(error: Exception, watch: _Watch, timeout: int) -> str:
    """The end of an error sentence: the cell, and the exception without any data it shows."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if watch.notebook is None:
        return f"its kernel didn't start twice running ({_last_line(error)}); run it again."
    if isinstance(error, PapermillExecutionError):
        cells = _own_cells(watch.notebook)
        return f"cell {_cell_id(cells[error.cell_index])}: {_shown(error.ename, error.evalue)}"
    if isinstance(error, CellTimeoutError):
        return f"cell {watch.cell}: it took longer than {timeout} seconds and was stopped."
    if isinstance(error, DeadKernelError):
        return f"cell {watch.cell}: its kernel died; most often there was too little memory."
    return f"cell {watch.cell}: {_last_line(error)}"


def _early_exit(job: NotebookJob, notebook: NotebookNode) -> str | None:
    """A sentence if a cell stopped the notebook without papermill calling it an error."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                shown = _shown(output.ename, output.evalue)
                return f"{job.source.name}, cell {_cell_id(cell)}: {shown}"
    return None


def _last_line(error: Exception) -> str:
    return _shown(type(error).__name__, str(error))


def _shown(kind: str, message: str) -> str:
    """``Type: message``, only the message's first line (tables of data follow in later ones)."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    text = f"{kind}: {lines[0]}" if lines else kind
    return text if len(text) <= ERROR_LENGTH else text[: ERROR_LENGTH - 1] + "…"


def _cell_id(cell: NotebookNode) -> str:
    return INJECTED if INJECTED in cell.metadata.get("tags", []) else cell.get("id", "?")


def _own_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells without the two that papermill adds to say where a notebook failed."""
    from papermill.execute import ERROR_MARKER_TAG

    return [c for c in notebook.cells if ERROR_MARKER_TAG not in c.metadata.get("tags", [])]


def _without_volatile(notebook: NotebookNode) -> NotebookNode:
    """The notebook without anything that differs between two runs or two machines."""
    notebook.cells = _own_cells(notebook)
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        cell.id = _cell_id(cell)
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if not cell.metadata.get("tags", ["kept"]):
            del cell.metadata["tags"]  # papermill's: it gives every cell an empty list
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = []  # shows values, addresses and paths
    return notebook
