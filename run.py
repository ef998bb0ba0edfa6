#!/usr/bin/env python3
"""Makes the audit's environment when it is missing or out of date, then hands over to it.

    python3 run.py audit --year 2020-21

Only the standard library is used, and no syntax that an old Python cannot read (types are in
comments, and no f-strings), so that any Python can say in a sentence which one is needed.

The environment is a virtual environment in `.venv` beside this file, or where SRP_VENV says.
It is filled from `requirements.lock`, in which every file has a hash, by uv, which the same
lock pins; where uv cannot be had, by pip. The project itself goes in as an editable install
built by flit_core, also from the lock, so nothing without a hash is ever fetched.

Two small files in the environment tell its state. `srp-owner` is written before anything else
and says that this script may change the folder. `srp-stamp` is written last, and is the hash
of all that the environment depends on. A folder with an owner and no stamp was interrupted: it
is made afresh, because half an installed package is worse than none. The packages that were
already fetched are in uv's or pip's own cache, so this costs seconds.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
LOCK = os.path.join(ROOT, "requirements.lock")
OLDEST = (3, 11)
NEWEST = (3, 13)
WINDOWS = os.name == "nt"
OWNER = "srp-owner"
STAMP = "srp-stamp"
COMMANDS = ("audit", "check", "trace", "verify", "attack", "sample", "test", "lab", "bench", "lock")
# Other copies of Python's packages must not shadow the locked ones, and without bytecode every
# kernel would compile pandas and matplotlib again.
UNSET = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "__PYVENV_LAUNCHER__")

HELP = """usage: python3 run.py COMMAND [arguments of that command]

  audit    check the extracts, run the notebooks, write the pages  (audit --help tells more)
  check    check the extracts only
  trace    say where a figure of a report comes from
  verify   make a report again and compare every byte
  attack   try to work out what a public report withholds
  sample   write synthetic extracts to a folder
  test     run the tests                     (arguments go to pytest)
  lab      open the notebooks in JupyterLab  (arguments go to JupyterLab)
  bench    time the audit against the same work done step by step
  lock     choose package versions again: writes requirements.lock and environment.yml
           (lock --upgrade takes the newest that fit pyproject.toml)

The first command makes the environment in .venv; set SRP_VENV to have it elsewhere.
"""


class LauncherError(Exception):
    """A sentence for the user: what is wrong and what to do."""


def python_problem(version):
    # type: (tuple) -> str
    """The sentence for a Python that cannot run the audit; empty for one that can."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    text = "The audit needs Python %d.%d to %d.%d, and this is Python %d.%d." % (
        OLDEST + NEWEST + tuple(version[:2])
    )
    other = other_python()
    if other:
        return text + " This machine seems to have one: run '%s run.py' instead." % other
    return text + " Install one (python.org has it for every system) and run this again with it."


def other_python():
    # type: () -> str
    """Name of a suitable Python on the search path, newest first; empty when there is none."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = "python%d.%d" % (NEWEST[0], minor)
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            if folder and os.access(os.path.join(folder, name), os.X_OK):
                return name
    return ""


def environment_folder():
    # type: () -> str
    """Absolute path of the environment: SRP_VENV, or .venv beside this file."""
    chosen = os.environ.get("SRP_VENV", "").strip()
    if not chosen:
        return os.path.join(ROOT, ".venv")
    return os.path.abspath(os.path.expanduser(chosen))


def environment_program(folder, name):
    # type: (str, str) -> str
    """Path of a program of the environment, `python` or `uv`."""
    if WINDOWS:
        return os.path.join(folder, "Scripts", name + ".exe")
    return os.path.join(folder, "bin", name)


def wanted_stamp():
    # type: () -> str
    """Hash of what the environment depends on: lock, project file, Python, and where the project is."""
    import hashlib

    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as handle:
            digest.update(handle.read())
    # The editable install holds the project's path: a folder that was moved must not run the old one.
    for part in (sys.version, sys.platform, ROOT):
        digest.update(("\0" + part).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_current(folder):
    # type: (str) -> bool
    """True when the environment is whole and made from today's lock, by this Python, for this folder."""
    try:
        with open(os.path.join(folder, STAMP)) as handle:
            found = handle.read().strip()
    except (IOError, OSError):
        return False
    return found == wanted_stamp() and os.path.exists(environment_program(folder, "python"))


def child_environment(folder):
    # type: (str) -> dict
    """Environment variables for what runs in the environment."""
    variables = {k: v for k, v in os.environ.items() if k not in UNSET}
    programs = os.path.dirname(environment_program(folder, "python"))
    variables["VIRTUAL_ENV"] = folder
    variables["PATH"] = programs + os.pathsep + variables.get("PATH", os.defpath)
    return variables


def say(text):
    # type: (str) -> None
    """Print a line for the user, on the error stream: the output belongs to the command."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(command, folder):
    # type: (list, str) -> int
    """Run an installation step with its output on the error stream; returns its exit code."""
    import subprocess

    return subprocess.call(command, env=child_environment(folder), stdout=sys.stderr, cwd=ROOT)


class only_one(object):
    """Context in which no other run.py changes the same environment.

    The system releases the lock when the process ends, however it ends, so none is ever stale.
    """

    def __init__(self, folder):
        # type: (str) -> None
        self.path = folder + ".lock"
        self.handle = None

    def __enter__(self):
        # type: () -> only_one
        parent = os.path.dirname(self.path)
        if not os.path.isdir(parent):
            os.makedirs(parent)
        self.handle = open(self.path, "a+")
        if not self._take(wait=False):
            say("Another run.py is making the environment; waiting for it.")
            self._take(wait=True)
        return self

    def __exit__(self, *_):
        # type: (object) -> None
        self.handle.close()

    def _take(self, wait):
        # type: (bool) -> bool
        if WINDOWS:
            return self._take_windows(wait)
        import errno
        import fcntl

        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except (IOError, OSError) as error:
            # A file system that knows no locks: go on without one.
            return error.errno not in (errno.EAGAIN, errno.EACCES)
        return True

    def _take_windows(self, wait):
        # type: (bool) -> bool
        import msvcrt
        import time

        while True:
            self.handle.seek(0)
            try:
                msvcrt.locking(self.handle.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(0.2)


def prepare(folder):
    # type: (str) -> None
    """Make the environment, or bring it up to date. Raises LauncherError with the remedy."""
    import time

    with only_one(folder):
        if is_current(folder):
            return
        started = time.time()
        if not is_usable(folder):
            create(folder)
        else:
            say("Bringing the environment in %s up to date." % folder)
        remove(os.path.join(folder, STAMP))
        install(folder)
        write_whole(os.path.join(folder, STAMP), wanted_stamp() + "\n")
        say("The environment is ready (%d s)." % round(time.time() - started))


def is_usable(folder):
    # type: (str) -> bool
    """True for an environment of ours that was finished once, by this minor version of Python."""
    if not os.path.exists(os.path.join(folder, STAMP)):
        return False
    probe = "import sys, pip; sys.exit(sys.version_info[:2] != (%d, %d))" % tuple(sys.version_info[:2])
    try:
        return run([environment_program(folder, "python"), "-c", probe], folder) == 0
    except OSError:
        return False


def create(folder):
    # type: (str) -> None
    """Make an empty environment with pip in it, in place of an unfinished one of ours."""
    import importlib.util
    import shutil

    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise LauncherError(
            "This Python cannot make a virtual environment, because its venv part is not installed. "
            "On Debian and Ubuntu: 'sudo apt install python%d.%d-venv', then run this again."
            % tuple(sys.version_info[:2])
        )
    if os.path.isdir(folder) and os.listdir(folder):
        if not os.path.exists(os.path.join(folder, OWNER)):
            raise LauncherError(
                "The folder %s was not made by run.py, which would delete what is in it. Remove the "
                "folder, or set SRP_VENV to the path of a new one, and run this again." % folder
            )
        shutil.rmtree(folder)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    say("Making the environment in %s (once; about half a minute)." % folder)
    write_whole(os.path.join(folder, OWNER), "run.py made this folder and may replace it.\n")
    base = getattr(sys, "_base_executable", None) or sys.executable
    if run([base, "-m", "venv", folder], folder) != 0:
        raise LauncherError("The environment could not be made; the lines above say why.")


def install(folder):
    # type: (str) -> None
    """Put the locked packages and the project into the environment, by uv if at all possible."""
    if install_uv(folder) and install_by_uv(folder):
        return
    say("Going on with pip, which takes a minute or two.")
    if not install_by_pip(folder):
        raise LauncherError(
            "The packages could not be installed; the lines above say why. Check the network "
            "connection, the proxy and pip's settings, and run the same command again."
        )


def install_uv(folder):
    # type: (str) -> bool
    """Put the locked uv into the environment; False when there is none for this system."""
    python = environment_program(folder, "python")
    text = "".join(lock_entries(read(LOCK)).get("uv", []))
    path = write_whole(os.path.join(folder, "srp-uv.txt"), text)
    options = ["-qq", "--disable-pip-version-check", "--only-binary", ":all:"]
    command = [python, "-m", "pip", "install", "--require-hashes", "--no-deps"] + options + ["-r", path]
    return run(command, folder) == 0


def install_by_uv(folder):
    # type: (str) -> bool
    """Make the environment hold exactly the lock's packages and the project; False when uv fails."""
    python, uv = environment_program(folder, "python"), environment_program(folder, "uv")
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    sync = [uv, "pip", "sync"] + quiet + ["--python", python, "--require-hashes", LOCK]
    project = [uv, "pip", "install", "--quiet", "--python", python]
    project += ["--no-deps", "--no-build-isolation", "--editable", ROOT]
    return run(sync, folder) == 0 and run(project, folder) == 0


def install_by_pip(folder):
    # type: (str) -> bool
    """The same by pip: slower, and packages that the lock no longer names stay."""
    entries = lock_entries(read(LOCK))
    # There may be no uv for this system, and pip would then try to compile it.
    text = "".join("".join(lines) for name, lines in entries.items() if name != "uv")
    path = write_whole(os.path.join(folder, "srp-pip.txt"), text)
    python = environment_program(folder, "python")
    command = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
    project = command + ["--no-build-isolation", "--editable", ROOT]
    return run(command + ["--require-hashes", "-r", path], folder) == 0 and run(project, folder) == 0


def lock_entries(text):
    # type: (str) -> dict
    """The lock's lines by package name, one list of lines (several when markers split a package)."""
    entries = {}
    name = ""
    for line in text.splitlines(True):
        if line[:1].isalnum():
            name = line.split("==")[0].strip()
        if name and not line.lstrip().startswith("#"):
            entries.setdefault(name, []).append(line)
    return entries


def lock_pins(text):
    # type: (str) -> list
    """The lock's requirements without their hashes: 'pandas==3.1.1', with the marker where there is one."""
    lines = [line for line in text.splitlines() if line[:1].isalnum()]
    return [line.rstrip("\\ ").rstrip() for line in lines]


def environment_yaml(text):
    # type: (str) -> str
    """The conda environment with the versions of a lock, given as its text."""
    lines = [
        "# Made by 'python3 run.py lock' from requirements.lock: the same versions for users of conda.",
        "#   conda env create -f environment.yml",
        "# The versions are written out, without the lock's hashes, for two reasons. conda gives all",
        "# the lines below to pip in one file, and pip refuses '-e .' as soon as any line has a hash.",
        "# And micromamba writes that file elsewhere, where it does not find '-r requirements.lock'.",
        "name: srp-audit",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        "  - python=%d.%d" % OLDEST,
        "  - pip",
        "  - pip:",
    ]
    pins = ['      - "%s"' % pin for pin in lock_pins(text)]
    return "\n".join(lines + pins + ["      - -e .", ""])


def make_lock(folder, arguments):
    # type: (str, list) -> int
    """Write requirements.lock from pyproject.toml, and environment.yml from it; returns the exit code."""
    command = [environment_program(folder, "uv"), "pip", "compile", "pyproject.toml", "--quiet"]
    command += ["--universal", "--python-version", "%d.%d" % OLDEST, "--all-extras", "--generate-hashes"]
    # Neither the header nor a line may tell where this machine gets its packages.
    command += ["--no-emit-index-url", "--custom-compile-command", "python3 run.py lock"]
    code = run(command + ["--output-file", "requirements.lock"] + arguments, folder)
    if code == 0:
        write_whole(os.path.join(ROOT, "environment.yml"), environment_yaml(read(LOCK)))
    return code


def read(path):
    # type: (str) -> str
    """Text of a UTF-8 file."""
    import io

    with io.open(path, encoding="utf-8") as handle:
        return handle.read()


def write_whole(path, text):
    # type: (str, str) -> str
    """Write a text file so that it is there whole or not at all; returns the path."""
    import io

    with io.open(path + ".part", "w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
    os.replace(path + ".part", path)
    return path


def remove(path):
    # type: (str) -> None
    """Delete a file that may not be there."""
    if os.path.exists(path):
        os.remove(path)


def command_line(folder, name, arguments):
    # type: (str, str, list) -> list
    """The command that a name stands for, with the user's arguments as they came."""
    # -P: a file of the user's called random.py, in the folder they stand in, must not be imported.
    start = [environment_program(folder, "python"), "-P"]
    if name == "test":
        return start + ["-m", "pytest"] + arguments
    if name == "lab":
        return start + ["-m", "jupyterlab", os.path.join(ROOT, "notebooks")] + arguments
    if name == "bench":
        return start + [os.path.join(ROOT, "bench", "bench_audit.py")] + arguments
    return start + ["-m", "srp_lib.cli", name] + arguments


def hand_over(command, variables):
    # type: (list, dict) -> int
    """Become the command (POSIX), or run it and return its exit code (Windows, which cannot)."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, variables)
    import subprocess

    child = subprocess.Popen(command, env=variables)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The child got the interrupt too, and ends by itself.
            continue


def start(name, arguments):
    # type: (str, list) -> int
    """Make sure of the environment and run a command in it; returns the exit code."""
    folder = environment_folder()
    if not is_current(folder):
        prepare(folder)
    if name == "lock":
        return make_lock(folder, arguments)
    if name == "test":
        # pytest finds its settings, and the paths that users give it, from the project's folder.
        os.chdir(ROOT)
    return hand_over(command_line(folder, name, arguments), child_environment(folder))


def main(argv):
    # type: (list) -> int
    """Run a command line, without the program's name; returns the exit code."""
    problem = python_problem(sys.version_info)
    if problem:
        say(problem)
        return 2
    if not argv or argv[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    if argv[0] not in COMMANDS:
        say("run.py has no command '%s'. The commands are:\n\n%s" % (argv[0], HELP))
        return 2
    try:
        return start(argv[0], argv[1:])
    except LauncherError as error:
        say(str(error))
    except OSError as error:
        say("The environment could not be made or started: %s. Check that the folder can be "
            "written to, and run the same command again." % error)
    except KeyboardInterrupt:
        say("Stopped. The next run starts the environment afresh.")
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
