"""Run notebooks with papermill on kernels that start in a fraction of a second.

Starting an ordinary Jupyter kernel costs more than running most notebooks, nearly all of it
importing the same libraries again. Here one helper process, the kernel server, imports them
once and forks a kernel for each notebook. Where a process cannot be forked safely (Windows,
macOS), or when ``SRP_KERNELS=plain`` is set, ordinary kernels run instead; the executed
notebooks are the same byte for byte.

The server is our own small loop and not ``multiprocessing``'s forkserver: that one is shared
by everything in the process (its preload list too), takes its environment from ours at the
moment it starts, and runs the caller's main module again in every child.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

PROJECT_ROOT = Path(__file__).resolve().parent.parent

PRELOAD = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "seaborn",
    "scipy.stats",
    "statsmodels.api",
    "statsmodels.tsa.seasonal",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "IPython.core.completerlib",
    "sqlite3",
    "srp_lib.periods",
    "srp_lib.rates",
    "srp_lib.change",
    "srp_lib.facts",
    "srp_lib.charts",
    "srp_lib.tables",
)
"""What the server imports before the first notebook; names that don't exist are passed over.

``matplotlib_inline`` must never be here: a kernel forked after its import shows no charts.
"""

CELL_NAME = "<notebook cell>"
INJECTED = "injected-parameters"
ERROR_LENGTH = 300
START_TIMEOUT = 60
SOCKET_PATH_LIMIT = 100  # the system's is 104 bytes on macOS and 108 on Linux


@contextlib.contextmanager
def quiet_imports() -> Iterator[None]:
    """Import heavy libraries inside this block for about half the usual cost.

    Garbage collection rests during the imports, and ``rfc3987_syntax``, an optional part of
    jsonschema that takes most of a second and that nothing here uses, is marked as absent.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


# ---------------------------------------------------------------- the server, as its owner sees it


class KernelServer:
    """A process that has imported the libraries and forks a kernel whenever one is wanted.

    Use as a context manager, or call ``start`` early and ``close`` at the end. ``start``
    returns at once: the imports go on in the background while the caller does other work.
    Leaving the block ends every kernel and removes every file; so does the end of this
    process. If it is killed outright the kernels end all the same, and only ordinary ones
    leave a small temporary folder behind.
    """

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self.preload = tuple(preload)
        self.forking = can_fork()
        self._runtime: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._processes: list[Any] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = self._launched = False
        self.environment: dict[str, str] = {}

    def __enter__(self) -> KernelServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the server and return at once; does nothing when it is already started.

        Raises RuntimeError when the server has been closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("This kernel server is closed; make a new KernelServer.")
            if self._runtime is not None:
                return
            self._runtime = _private_folder()
            self.environment = kernel_environment(self._runtime)
            atexit.register(self.close)
            if self.forking:
                self._server = self._start_server()

    def close(self) -> None:
        """End all kernels and the server, and remove their files; safe to call twice."""
        with self._lock:
            self._closed = True
            if self._server is not None:
                # One that never had a kernel may still be importing, and wouldn't listen
                _stop_server(self._server, polite=self._launched)
                self._server = None
            for process in self._processes:
                _end(process)
            self._processes.clear()
            if self._runtime is not None:
                shutil.rmtree(self._runtime, ignore_errors=True)
        atexit.unregister(self.close)

    @property
    def transport(self) -> str:
        """``ipc`` (files in a private folder, which nobody can listen to) or ``tcp``."""
        longest = len(os.fsencode(self._socket_path())) + len("/kernel-000-ipc-0")
        return "ipc" if os.name == "posix" and longest < SOCKET_PATH_LIMIT else "tcp"

    def new_connection_file(self) -> str:
        """A path in the private folder that no other kernel uses."""
        assert self._runtime is not None, "start() comes first"
        return str(self._runtime / f"kernel-{next(self._numbers)}.json")

    def launch(self, command: list[str], cwd: str) -> Any:
        """Start one kernel in the folder ``cwd`` and return a Popen-like handle to it.

        ``command`` is the kernel's command line. A server that has died or fails is done
        without: the kernel is then started in the ordinary way. Raises RuntimeError after
        ``close``.
        """
        process = self._launch_forked(command, cwd) or self._launch_plain(command, cwd)
        with self._lock:
            self._processes = [p for p in self._processes if p.poll() is None]
            if not self._closed:
                self._processes.append(process)
                return process
        _end(process)
        raise RuntimeError("The kernel server is closed.")

    def _launch_forked(self, command: list[str], cwd: str) -> ForkedProcess | None:
        server = self._server  # once: close() in another thread takes it away
        if server is None or server.poll() is not None:
            return None
        arguments = command[command.index("ipykernel_launcher") + 1 :]
        try:
            process = ForkedProcess(self._socket_path(), arguments, cwd)
        except ConnectionError:
            return None
        self._launched = True
        return process

    def _launch_plain(self, command: list[str], cwd: str) -> Any:
        from jupyter_client.launcher import launch_kernel

        quiet = subprocess.DEVNULL
        return launch_kernel(command, cwd=cwd, env=dict(self.environment), stdin=quiet, stdout=quiet, stderr=quiet)

    def _socket_path(self) -> str:
        assert self._runtime is not None, "start() comes first"
        return str(self._runtime / "fork")

    def _start_server(self) -> subprocess.Popen[bytes] | None:
        code = "from srp_lib.kernels import _serve; _serve()"
        with socket.socket(socket.AF_UNIX) as listener:
            try:
                listener.bind(self._socket_path())
            except OSError:  # a path too long for a socket: ordinary kernels will do
                return None
            listener.listen(64)
            arguments = [str(listener.fileno()), str(self._runtime), *self.preload]
            return subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # Ctrl-C is for us; we then close the server
            )


def can_fork() -> bool:
    """Whether kernels are forked here: not on Windows or macOS, nor with SRP_KERNELS=plain."""
    if os.environ.get("SRP_KERNELS", "").strip().lower() == "plain":
        return False
    return hasattr(os, "fork") and sys.platform not in ("darwin", "win32")


def kernel_environment(runtime: Path) -> dict[str, str]:
    """The environment variables of every kernel, forked or ordinary.

    ``runtime`` is the private folder. What would make two runs differ is fixed (hash seed,
    cell names in warnings, the user's own IPython start-up files, threads of linear algebra,
    whose sums depend on their number); byte code is allowed, for it halves the imports.
    """
    dropped = {"PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP", "PYTEST_CURRENT_TEST", "JPY_PARENT_PID"}
    environment = {k: v for k, v in os.environ.items() if k not in dropped}
    paths = [str(PROJECT_ROOT), environment.get("PYTHONPATH", "")]
    return environment | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "IPYKERNEL_CELL_NAME": CELL_NAME,
        "IPYTHONDIR": str(runtime / "ipython"),
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def _private_folder() -> Path:
    """A new folder that only we can enter, with a path short enough for sockets if possible."""
    folder = Path(tempfile.mkdtemp(prefix="srp-"))
    if os.name == "posix" and len(os.fsencode(folder)) > 75 and os.access("/tmp", os.W_OK):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="srp-", dir="/tmp"))
    return folder


def _end(process: Any) -> None:
    """End a kernel and, where processes come in groups, whatever it has started."""
    with contextlib.suppress(OSError):
        if os.name == "posix" and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    process.wait()


def _stop_server(server: subprocess.Popen[bytes], polite: bool) -> None:
    """Have the server end its kernels and itself, and see to it that it does."""
    assert server.stdin is not None
    if not polite:
        server.kill()
    with contextlib.suppress(OSError):
        # A byte and not only the end of file: a worker process forked from us meanwhile
        # may hold a copy of this pipe, and would keep it open.
        server.stdin.write(b"q")
        server.stdin.close()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


class ForkedProcess:
    """A kernel forked by the server, with the part of ``subprocess.Popen`` that Jupyter uses.

    The kernel holds the other end of our socket until it dies, so its end is seen at once
    although it is the server's child and not ours.
    """

    stdin = stdout = stderr = None

    def __init__(self, address: str, arguments: Sequence[str], cwd: str) -> None:
        """Ask the server at ``address`` for a kernel; raises OSError when it doesn't answer."""
        self.returncode: int | None = None
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.settimeout(START_TIMEOUT)
            self._socket.connect(address)
            request = json.dumps({"arguments": list(arguments), "cwd": cwd})
            self._socket.sendall(request.encode() + b"\n")
            self.pid = int(_read_line(self._socket))
        except (OSError, ValueError) as error:
            self._socket.close()
            raise ConnectionError("The kernel server didn't start a kernel.") from error
        self._socket.setblocking(False)

    def poll(self) -> int | None:
        """None while the kernel lives, then 1: its true exit code is not known here."""
        if self.returncode is None:
            try:
                self._socket.recv(1)
            except BlockingIOError:
                return None
            except OSError:
                pass
            self.returncode = 1
            self._socket.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the kernel's end; raises subprocess.TimeoutExpired after ``timeout`` s."""
        limit = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if limit is not None and time.monotonic() > limit:
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
            time.sleep(0.01)
        return self.returncode or 1

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and whatever processes it has started."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


def _read_line(connection: socket.socket) -> bytes:
    """Everything up to the first newline, or to the end if there is none."""
    with connection.makefile("rb") as stream:
        return stream.readline()


# ----------------------------------------------------------------- the server, inside its process


def _serve() -> None:
    """Be the kernel server: import, then fork kernels until told to stop or left alone.

    Command line: the listening socket's number, the private folder, the modules to import.
    """
    descriptor, runtime, *modules = sys.argv[1:]
    owner = os.getppid()
    sys.path[:] = [path for path in sys.path if path]  # as ipykernel_launcher does
    _preload(modules)
    kernels: set[int] = set()
    with socket.socket(fileno=int(descriptor)) as listener:
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [], 1.0)
            kernels = {pid for pid in kernels if os.waitpid(pid, os.WNOHANG) == (0, 0)}
            if sys.stdin in ready or os.getppid() != owner:
                break
            if listener in ready:
                kernels |= _fork_kernel(listener)
    for pid in kernels:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    for pid in kernels:
        os.waitpid(pid, 0)
    shutil.rmtree(runtime, ignore_errors=True)


def _preload(modules: Sequence[str]) -> None:
    """Import what can be imported and put it beyond the garbage collector's reach."""
    gc.disable()
    sys.modules["debugpy"] = None  # type: ignore[assignment] # optional; nobody debugs in here
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.freeze()  # else each kernel's first collection would copy all these pages
    gc.enable()


def _fork_kernel(listener: socket.socket) -> set[int]:
    """Answer one request: the new kernel's process id; in the kernel it never returns."""
    connection, _ = listener.accept()
    connection.settimeout(5)
    try:
        request = json.loads(_read_line(connection))
    except (OSError, ValueError):  # whoever asked went away
        connection.close()
        return set()
    pid = os.fork()
    if pid:
        connection.close()
        return {pid}
    code = 1
    try:
        listener.close()
        _be_kernel(connection, request)
        code = 0
    finally:
        os._exit(code)


def _be_kernel(connection: socket.socket, request: Mapping[str, Any]) -> None:
    """Turn this fresh fork into an IPython kernel and serve until it is shut down."""
    os.setsid()  # a group of its own, so that it can be ended with all its children
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(request["cwd"])
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["ipykernel_launcher", *request["arguments"]]
    # parent_handle makes the kernel end itself within a second of the server's death
    application = IPKernelApp.instance(parent_handle=os.getppid())
    application.initialize(request["arguments"])
    connection.sendall(b"%d\n" % os.getpid())  # only now: the client connects without waiting
    application.start()
