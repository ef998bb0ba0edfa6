"""Notebooks run on forked and on ordinary kernels: results, errors, sameness, clean ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from srp_lib import kernels
from srp_lib.kernels import KernelServer, quiet_imports
from srp_lib.notebooks import NotebookJob, NotebookResult, run_notebooks

with quiet_imports():
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SMALL = ("ipykernel.kernelapp", "ipykernel.debugger", "no_such_module")
forked_only = pytest.mark.skipif(not kernels.can_fork(), reason="kernels are not forked here")


@pytest.fixture(scope="module")
def server() -> Iterator[KernelServer]:
    with KernelServer(preload=SMALL) as started:
        yield started


def write(path: Path, *sources: str, parameters: str | None = "number = 1") -> Path:
    """A notebook file with fixed cell ids; its first cell is the tagged one, if any."""
    cells = [new_markdown_cell("# Title", id="title")]
    if parameters is not None:
        tagged = {"tags": ["parameters"]}
        cells.append(new_code_cell(parameters, id="parameters", metadata=tagged))
    cells += [new_code_cell(text, id=f"work-{n}") for n, text in enumerate(sources, start=1)]
    spec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def run(server: KernelServer, source: Path, **parameters: object) -> NotebookResult:
    (result,) = run_notebooks([NotebookJob(source, parameters, source.parent)], server)
    return result


def printed(result: NotebookResult) -> str:
    assert result.notebook is not None
    outputs = (o for c in result.notebook.cells for o in c.get("outputs", []))
    return "".join(o.text for o in outputs if o.output_type == "stream")


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended but was never collected does not."""
    status = Path(f"/proc/{pid}/stat")
    if status.exists():
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not sys.platform.startswith("linux")


def wait_until(condition, seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)
    return bool(condition())


# ------------------------------------------------------------------------------------- results


def test_parameters_are_injected_and_win_over_the_default(server, tmp_path):
    result = run(server, write(tmp_path / "a.ipynb", "print(number * 2)"), number=21)
    assert result.error is None
    assert printed(result) == "42\n"
    assert [cell.id for cell in result.notebook.cells] == [
        "title", "parameters", "injected-parameters", "work-1",
    ]  # fmt: skip
    assert [c.execution_count for c in result.notebook.cells[1:]] == [1, 2, 3]
    assert result.seconds > 0


def test_parameters_keep_their_type_and_paths_become_text(server, tmp_path):
    parameters = "folder = ''\nyears: list = []\nedition: str = 'public'\nflag = None"
    source = write(tmp_path / "a.ipynb", "print(folder, years, edition, flag)", parameters=parameters)
    result = run(server, source, folder=Path("data"), years=[2020, 2021], flag=True)
    assert printed(result) == "data [2020, 2021] public True\n"


def test_each_kernel_runs_in_its_own_folder_and_this_process_stays(server, tmp_path):
    before = os.getcwd()
    source = write(tmp_path / "a.ipynb", "import os, time", "time.sleep(.2); print(os.getcwd())")
    folders = [tmp_path / name for name in ("one", "two", "three {braces}")]
    for folder in folders:
        folder.mkdir()
    results = run_notebooks([NotebookJob(source, {}, folder) for folder in folders], server)
    assert [printed(r).strip() for r in results] == [str(folder) for folder in folders]
    assert os.getcwd() == before


def test_results_come_in_job_order_and_callbacks_in_this_thread(server, tmp_path):
    source = write(tmp_path / "a.ipynb", "import time; time.sleep(number / 4)")
    jobs = [NotebookJob(source, {"number": number}, tmp_path) for number in (2, 0, 1)]
    seen: list[tuple[int, str]] = []
    here = threading.current_thread().name
    results = run_notebooks(
        jobs, server, 3,
        lambda r: seen.append((r.job.parameters["number"], threading.current_thread().name)),
    )  # fmt: skip
    assert [result.job for result in results] == jobs
    assert seen == [(0, here), (1, here), (2, here)]


def test_a_path_with_braces_is_taken_as_it_is(server, tmp_path):
    source = write(tmp_path / "a {number}.ipynb", "print(number)")
    assert printed(run(server, source, number=3)) == "3\n"


# -------------------------------------------------------------------------------------- sameness

VARIED = (
    "import os, sys, warnings",
    "print(hash('text'), os.environ['MPLBACKEND'], __name__, [p for p in sys.path if 'srp' in p])",
    "warnings.warn('careful')\nprint('one'); print('bad', file=sys.stderr); print('two')",
    "from IPython.display import HTML, display\ndisplay(HTML('<p>shown</p>'))\n{'b', 'a', 'c'}",
    "import os, subprocess\nassert 'PYTHONDONTWRITEBYTECODE' not in os.environ\nos.getcwd()",
)


def test_two_runs_and_ordinary_kernels_give_the_same_json(server, tmp_path, monkeypatch):
    source = write(tmp_path / "a.ipynb", *VARIED)
    texts = [nbformat.writes(run(server, source, number=2).notebook) for _ in range(2)]
    monkeypatch.setenv("SRP_KERNELS", "plain")
    with KernelServer() as plain:
        assert not plain.forking
        texts.append(nbformat.writes(run(plain, source, number=2).notebook))
    assert texts[0] == texts[1] == texts[2]
    for volatile in ("papermill", 'execution"', "start_time", "/tmp/ipykernel", 'version": "3'):
        assert volatile not in texts[0]
    assert "<notebook cell>:1: UserWarning: careful" in texts[0]
    nbformat.validate(nbformat.reads(texts[0], as_version=4))


def test_cells_without_ids_get_fixed_ones(server, tmp_path):
    source = write(tmp_path / "a.ipynb", "print(number)")
    old = nbformat.read(source, as_version=4)
    old.nbformat_minor = 4
    for cell in old.cells:
        del cell["id"]
    nbformat.write(old, source)
    first, second = (run(server, source, number=2).notebook for _ in range(2))
    assert [c.id for c in first.cells] == ["cell-1", "cell-2", "injected-parameters", "cell-3"]
    assert first == second


@forked_only
def test_charts_and_parquet_work_on_a_fully_loaded_server(tmp_path):
    source = write(
        tmp_path / "a.ipynb",
        "import io, matplotlib.pyplot as plt, pandas as pd, sys\nloaded = 'seaborn' in sys.modules",
        "pd.DataFrame({'a': [1, 2, 3]}).to_parquet('a.parquet')\n"
        "print(int(pd.read_parquet('a.parquet').a.sum()), loaded)",
        "figure, axes = plt.subplots(); axes.plot([1, 2]); out = io.StringIO()\n"
        "figure.savefig(out, format='svg'); print(out.getvalue().count('<svg'))",
    )
    with KernelServer() as full:
        assert printed(run(full, source)) == "6 True\n1\n"


# ---------------------------------------------------------------------------------------- errors


def test_a_failing_cell_is_named_and_the_others_finish(server, tmp_path):
    bad = write(tmp_path / "bad.ipynb", "print(1)", "raise ValueError('no rows\\n1 secret\\n2 x')")
    good = write(tmp_path / "good.ipynb", "print('fine')")
    failed, fine = run_notebooks([NotebookJob(p, {}, tmp_path) for p in (bad, good)], server, 1)
    assert failed.error == "bad.ipynb, cell work-2: ValueError: no rows"
    assert [cell.id for cell in failed.notebook.cells][-2:] == ["work-1", "work-2"]
    assert failed.notebook.cells[-1].outputs[0].traceback == []
    assert fine.error is None and printed(fine) == "fine\n"


def test_a_long_message_is_cut(server, tmp_path):
    result = run(server, write(tmp_path / "a.ipynb", "raise KeyError('x' * 5000)"))
    head, _, shown = result.error.partition(": ")
    assert head == "a.ipynb, cell work-1" and shown.startswith("KeyError: 'xxx")
    assert len(shown) == 300


def test_leaving_early_is_an_error_though_papermill_accepts_it(server, tmp_path):
    result = run(server, write(tmp_path / "a.ipynb", "import sys; sys.exit(0)", "print(1)"))
    assert result.error == "a.ipynb, cell work-1: SystemExit: 0"


def test_a_cell_that_takes_too_long_is_stopped(server, tmp_path):
    source = write(tmp_path / "a.ipynb", "import time; time.sleep(60)")
    begun = time.monotonic()
    (result,) = run_notebooks([NotebookJob(source, {}, tmp_path)], server, cell_timeout=1)
    assert result.error == "a.ipynb, cell work-1: it took longer than 1 seconds and was stopped."
    assert time.monotonic() - begun < 10


def test_a_kernel_that_dies_is_reported(server, tmp_path):
    result = run(server, write(tmp_path / "a.ipynb", "import os; os._exit(3)"))
    assert result.error.startswith("a.ipynb, cell work-1: its kernel died")


@pytest.mark.parametrize(
    ("parameters", "asked", "sentence"),
    [
        (None, {}, "a.ipynb has 0 cells tagged 'parameters'"),
        ("number = 1", {"nmuber": 2, "number": 3}, "a.ipynb has no parameter nmuber:"),
        ("number: int", {"number": 3}, "a.ipynb has no parameter number:"),
        ("%time number = 1", {"number": 3}, "cell parameters: the parameters cell is not plain"),
    ],
)
def test_a_notebook_that_would_ignore_its_parameters_is_refused(server, tmp_path, parameters, asked, sentence):
    source = write(tmp_path / "a.ipynb", "open('ran', 'w')", parameters=parameters)
    result = run(server, source, **asked)
    assert sentence in result.error
    assert result.notebook is None and not (tmp_path / "ran").exists()


def test_a_parameter_that_would_become_text_unasked_is_refused(server, tmp_path):
    result = run(server, write(tmp_path / "a.ipynb"), number=date(2021, 3, 31))
    assert result.error.startswith("a.ipynb: parameter number is a date; pass text, numbers")


def test_a_broken_file_is_refused(server, tmp_path):
    (tmp_path / "a.ipynb").write_text("{", encoding="utf-8")
    assert run(server, tmp_path / "a.ipynb").error.startswith("a.ipynb can't be read")
    assert run(server, tmp_path / "none.ipynb").error.startswith("none.ipynb can't be read")


def test_a_kernel_that_dies_at_its_start_is_tried_once_more(server, tmp_path, monkeypatch):
    source = write(tmp_path / "a.ipynb", "print(number)")
    launch, starts = server.launch, []

    def failing(command, cwd, failures):
        process = launch(command, cwd)
        starts.append(process)
        if len(starts) <= failures:
            process.kill()
        return process

    monkeypatch.setattr(server, "launch", lambda command, cwd: failing(command, cwd, 1))
    result = run(server, source, number=5)
    assert printed(result) == "5\n" and len(starts) == 2
    starts.clear()
    monkeypatch.setattr(server, "launch", lambda command, cwd: failing(command, cwd, 9))
    result = run(server, source, number=5)
    assert result.error.startswith("a.ipynb, its kernel didn't start twice running")
    assert len(starts) == 2


@forked_only
def test_a_dead_server_is_done_without(tmp_path):
    source = write(tmp_path / "a.ipynb", "print(number)")
    with KernelServer(preload=SMALL) as doomed:
        doomed._server.kill()
        assert printed(run(doomed, source, number=5)) == "5\n"


# ------------------------------------------------------------------------------------ clean ends


@pytest.mark.parametrize("mode", ["", "plain"])
def test_an_interruption_ends_all_kernels_and_removes_all_files(tmp_path, monkeypatch, mode):
    monkeypatch.setenv("SRP_KERNELS", mode)
    quick = write(tmp_path / "quick.ipynb", "import os; print(os.getpid())")
    slow = write(
        tmp_path / "slow.ipynb",
        "import os, time; open('pid.part', 'w').write(str(os.getpid()))",
        "os.replace('pid.part', 'pid'); time.sleep(60)",
    )

    def interrupt(_result):
        assert wait_until((tmp_path / "pid").exists)
        raise KeyboardInterrupt

    begun = time.monotonic()
    with KernelServer(preload=SMALL) as stopped, pytest.raises(KeyboardInterrupt):
        jobs = [NotebookJob(source, {}, tmp_path) for source in (quick, slow)]
        run_notebooks(jobs, stopped, on_done=interrupt)
    assert time.monotonic() - begun < 15
    assert wait_until(lambda: not alive(int((tmp_path / "pid").read_text())))
    assert not stopped._runtime.exists()
    with pytest.raises(RuntimeError, match="closed"):
        stopped.start()


SCRIPT = """
from pathlib import Path
from srp_lib.kernels import *
from srp_lib.notebooks import *
server = KernelServer(preload=("ipykernel.kernelapp",))
server.start()
Path("server").write_text(f"{server._server.pid} {server._runtime}")
print([r.error for r in run_notebooks([NotebookJob(Path("a.ipynb"), {}, Path("."))], server)])
"""


def script(folder: Path) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(kernels.PROJECT_ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@forked_only
def test_nothing_is_printed_and_nothing_stays_without_close(tmp_path):
    write(tmp_path / "a.ipynb", "import os; os.write(2, b'noise'); print(1)")
    process = script(tmp_path)
    assert process.communicate(timeout=30) == ("[None]\n", "")
    pid, runtime = (tmp_path / "server").read_text().split()
    assert not alive(int(pid)) and not Path(runtime).exists()


@forked_only
def test_kernels_do_not_outlive_a_killed_owner(tmp_path):
    write(
        tmp_path / "a.ipynb",
        "import os, time; open('pid.part', 'w').write(str(os.getpid()))",
        "os.replace('pid.part', 'pid'); time.sleep(60)",
    )
    process = script(tmp_path)
    assert wait_until((tmp_path / "pid").exists)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=5)
    pid, runtime = (tmp_path / "server").read_text().split()
    kernel = int((tmp_path / "pid").read_text())
    assert wait_until(lambda: not alive(kernel) and not alive(int(pid)))
    assert wait_until(lambda: not Path(runtime).exists())


def test_the_server_starts_in_the_background():
    begun = time.perf_counter()
    with KernelServer():
        started = time.perf_counter() - begun
    assert started < 0.3


def test_a_long_temporary_folder_does_no_harm(tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with KernelServer(preload=SMALL) as elsewhere:
        assert len(os.fsencode(elsewhere.new_connection_file())) < 100 or os.name != "posix"
        assert printed(run(elsewhere, write(tmp_path / "a.ipynb", "print(number)"))) == "1\n"


def test_imports_are_quiet_and_the_collector_is_back():
    code = (
        "import gc, sys\n"
        "from srp_lib.kernels import quiet_imports\n"
        "assert not {'papermill', 'jupyter_client', 'nbformat'} & set(sys.modules)\n"
        "with quiet_imports():\n    assert not gc.isenabled()\n    import jsonschema, papermill\n"
        "assert gc.isenabled() and sys.modules['rfc3987_syntax'] is None\n"
    )
    environment = os.environ | {"PYTHONPATH": str(kernels.PROJECT_ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
