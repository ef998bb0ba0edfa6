"""Every page of a report in a real browser: axe-core, narrow screens, and no request that leaves it.

Chromium is driven through its own debugging pipe, so that no further package is needed: one start
serves all pages, the page's size is set exactly (a window cannot be narrower than 500 pixels), and
axe-core can be put into a page whose Content-Security-Policy forbids scripts.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
AXE_PACKAGE = "axe-core@4.14.1"
AXE = ROOT / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = 1280, 320
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGE_LIMIT = 60  # seconds for one step in the browser

# Chromium reads commands from descriptor 3 and writes answers to 4. subprocess hands descriptors on
# under the numbers they have here, so a small program in between moves them.
RELAY = """
import fcntl, os, sys
r, w = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(r, 3); os.dup2(w, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
# The network flags keep the browser from calling its maker at each start.
FLAGS = [
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--remote-debugging-pipe",
]
RUN_AXE = """
document.querySelectorAll('details').forEach(d => { d.open = true; });
axe.run(CONTEXT, {runOnly: TAGS, resultTypes: ['violations']}).then(r => r.violations.map(v => ({
  rule: v.id, help: v.help, where: v.nodes.slice(0, 5).map(n => n.target.join(' ')), count: v.nodes.length})))
""".replace("TAGS", json.dumps(TAGS))
MEASURE = """
(() => { const root = document.documentElement, closed = root.scrollWidth;
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
  return {inner: innerWidth, closed: closed, open: root.scrollWidth,
          wide: wide.slice(0, 5).map(e => e.tagName.toLowerCase() + (e.className ? '.' + e.className : ''))}; })()
"""


@dataclass
class Seen:
    """What the browser told about one page at one width."""

    violations: list[dict] | None  # None where axe did not run
    size: dict
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


class Browser:
    """A headless Chromium and one page in it, spoken to in the DevTools protocol over a pipe."""

    def __init__(self, program: str, profile: Path) -> None:
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        # A sandbox cannot be made by root, and in CI root is who runs this.
        flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        command = [sys.executable, "-I", "-c", RELAY, str(read_there), str(write_there), program, *flags]
        with open(profile.parent / "browser.log", "wb") as log:
            self.process = subprocess.Popen(
                [*command, f"--user-data-dir={profile}", "about:blank"],
                pass_fds=(read_there, write_there),
                stdout=log,
                stderr=log,
            )
        os.close(read_there)
        os.close(write_there)
        self.reader, self.writer = read_here, write_here
        self.buffer, self.number, self.session = b"", 0, ""
        self.events: list[dict] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict:
        """Send a command and return its result; events that come in between are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.send(message)
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"Chromium refused {method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def send(self, message: dict) -> None:
        """Write one message whole: a pipe takes a long one in parts."""
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.writer, data) :]

    def receive(self) -> dict:
        """The next message; fails when none comes in time or the browser has ended."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reader], [], [], PAGE_LIMIT)
            part = os.read(self.reader, 1 << 20) if ready else b""
            if not part:
                pytest.fail("Chromium ended or gave no answer; see browser.log in the test's folder.")
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def open(self, url: str, width: int) -> None:
        """Load a page at a width in CSS pixels and wait until it is complete."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + PAGE_LIMIT
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            assert time.monotonic() < deadline, f"{url} did not load"
            self.events.append(self.receive())

    def evaluate(self, script: str) -> object:
        """Value of a JavaScript expression in the page, awaited when it is a promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def look(self, page: Path, width: int, axe: bool = True, drawings: bool = True) -> Seen:
        """Load a page as a reader's browser does, and then run axe in it, which its policy does not keep out.

        Without `drawings` axe looks at all but what is inside them.
        """
        self.open(page.as_uri(), width)
        size = self.evaluate(MEASURE)
        requests, messages = network_requests(self.events), console_messages(self.events)
        if not axe:
            return Seen(None, size, requests, messages)
        self.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
        context = "document" if drawings else "{exclude: [['svg']]}"
        return Seen(self.evaluate(RUN_AXE.replace("CONTEXT", context)), size, requests, messages)

    def close(self) -> None:
        """End the browser."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.reader)
        os.close(self.writer)


def network_requests(events: list[dict]) -> list[str]:
    """Addresses asked for, but for the page's own and for what is inside the page."""
    asked = [e["params"]["request"]["url"] for e in events if e.get("method") == "Network.requestWillBeSent"]
    return [url for url in asked[1:] if not url.startswith("data:")]


def console_messages(events: list[dict]) -> list[str]:
    """What the browser complained of: blocked styles and scripts, faults in the page."""
    return [e["params"]["entry"]["text"] for e in events if e.get("method") == "Log.entryAdded"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A running Chromium; the tests are skipped, with the remedy, where one thing is missing."""
    program = os.environ.get("SRP_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if os.name == "nt":
        pytest.skip("the pipe to Chromium needs Linux or macOS")
    if not program:
        pytest.skip("no Chromium on the search path: install it, or set SRP_CHROMIUM to its path")
    if not AXE.exists():
        pytest.skip(f"no axe-core: npm install --prefix .cache/axe --no-save {AXE_PACKAGE}")
    started = Browser(program, tmp_path_factory.mktemp("browser") / "profile")
    yield started
    started.close()


@pytest.fixture(scope="module")
def seen(browser: Browser, sample_report: Path) -> dict[tuple[str, int], Seen]:
    """What the browser tells of every page of the sample report, and of one ward's, wide and narrow.

    One template lays all pages out at both widths, so axe runs wide on all and narrow on those that differ most. The
    inside of drawings, where most of its time goes, is looked at on those too: charts are drawn in few ways.
    """
    pages = [*sorted(sample_report.glob("*.html")), sample_report / "wards" / "boston-castle.html"]
    assert len(pages) >= 7, f"index and six notebooks were expected, and there are {[p.name for p in pages]}"
    longest = max(pages, key=lambda page: page.stat().st_size).name
    everything = {"index.html", "boston-castle.html", "11_voices.html", longest}
    return {
        (page.name, width): browser.look(
            page, width, axe=width == WIDE or page.name in everything, drawings=page.name in everything
        )
        for page in pages
        for width in (WIDE, NARROW)
    }


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_no_violation(seen, width):
    looked = {page: look.violations for (page, at), look in seen.items() if at == width and look.violations is not None}
    assert len(looked) >= (7 if width == WIDE else 3)
    found = {page: violations for page, violations in looked.items() if violations}
    assert not found, json.dumps(found, indent=1)


def test_pages_fit_a_screen_of_320_pixels(seen):
    narrow = {page: look.size for (page, at), look in seen.items() if at == NARROW}
    assert {size["inner"] for size in narrow.values()} == {NARROW}
    too_wide = {page: size for page, size in narrow.items() if max(size["closed"], size["open"]) > NARROW}
    assert not too_wide, json.dumps(too_wide, indent=1)


def test_no_request_leaves_a_page(seen):
    asked = {page: look.requests for (page, _), look in seen.items() if look.requests}
    assert not asked, json.dumps(asked, indent=1)


def test_the_browser_has_nothing_to_complain_of(seen):
    said = {page: look.messages for (page, _), look in seen.items() if look.messages}
    assert not said, json.dumps(said, indent=1)


# The checks themselves: a check that finds nothing on a bad page proves nothing on a good one.

POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
BAD = f"""<!doctype html><html><head>{POLICY}</head><body><h3>no title, language or main</h3>
<p style="color:#bbb;background:#fff">faint</p><img src="gone.png"><script src="gone.js"></script>
<details><summary>more</summary><div style="width:700px">wide</div></details></body></html>"""
GOOD = f"""<!doctype html><html lang="en-GB"><head><meta charset="utf-8">{POLICY}<title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A page</h1><p>Recorded crime fell.</p></main></body></html>"""


def test_the_checks_find_faults_in_a_bad_page(browser, tmp_path):
    (tmp_path / "bad.html").write_text(BAD, encoding="utf-8")
    look = browser.look(tmp_path / "bad.html", NARROW)
    rules = {v["rule"] for v in look.violations}
    assert {"html-has-lang", "document-title", "image-alt", "color-contrast", "landmark-one-main"} <= rules
    assert look.size["inner"] == NARROW and look.size["closed"] == NARROW and look.size["open"] > 700
    assert [url for url in look.requests if url.endswith("gone.png")]
    assert [m for m in look.messages if "Content Security Policy" in m]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_checks_pass_a_good_page(browser, tmp_path, width):
    (tmp_path / "good.html").write_text(GOOD, encoding="utf-8")
    look = browser.look(tmp_path / "good.html", width)
    assert look == Seen([], {"inner": width, "closed": width, "open": width, "wide": []})
