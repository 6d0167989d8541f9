"""A headless Chromium, driven by its DevTools protocol over a pipe: JSON messages, each ended by a zero byte."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from checks import Unavailable
from debian import unpacked

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--no-pings",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--mute-audio",
    "--hide-scrollbars", "--font-render-hinting=none", "--force-color-profile=srgb", "--lang=en-US",
]
PATIENCE = 180  # seconds: the first start of a Chromium just unpacked, on a machine that does other things too


class Broken(Exception):
    """The browser did not do what it was told."""


class Browser:
    def __init__(self):
        self.root = unpacked("chromium", "chromium", "+fonts-dejavu-core", "poppler-utils")
        # Some libraries are in directories of their own, which the programs that they come with know of.
        self.libraries = ":".join(sorted({str(file.parent) for file in (self.root / "usr" / "lib").rglob("*.so*")}))
        self.home = Path(tempfile.mkdtemp(prefix="chromium"))
        self.environment = self._environment()
        to_browser, self._in = os.pipe()
        self._out, from_browser = os.pipe()
        program = self.root / "usr" / "lib" / "chromium" / "chromium"
        command = [program, *FLAGS, f"--user-data-dir={self.home / 'profile'}", "--remote-debugging-pipe"]
        self._log = open(self.home / "log", "w", encoding="utf-8")

        def files():
            # It reads from its file 3 and writes to its file 4; neither end may be in the way of the other.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)
            for end in ends:
                os.close(end)

        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=self.environment,
                                         close_fds=False, preexec_fn=files, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self._received, self._number, self.events = b"", 0, []
        try:
            self.version = self.call("Browser.getVersion")["product"]
        except Broken as broken:
            said = (self.home / "log").read_text(encoding="utf-8", errors="replace")[-1500:]
            self.close()
            raise Unavailable(f"{broken}: {said}") from broken

    def _environment(self):
        (self.home / "fonts.conf").write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{self.root / 'usr' / 'share' / 'fonts'}</dir><cachedir>{self.home / 'cache'}</cachedir>"
            '<alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>'
            '<alias><family>system-ui</family><prefer><family>DejaVu Sans</family></prefer></alias></fontconfig>', encoding="utf-8")
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "TMPDIR": str(self.home), "LANG": "C.UTF-8", "TZ": "UTC",
                "LD_LIBRARY_PATH": self.libraries, "FONTCONFIG_FILE": str(self.home / "fonts.conf")}

    def call(self, method, session=None, **parameters):
        """Sends a command and gives its result; what happens meanwhile is kept in `events`."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        try:
            left = memoryview(json.dumps(message).encode() + b"\0")
            while left:
                left = left[os.write(self._in, left):]
        except BrokenPipeError as gone:
            raise Broken("Chromium is gone") from gone
        while True:
            received = self._receive()
            if received.get("id") == self._number:
                if "error" in received:
                    raise Broken(f"{method}: {received['error']}")
                return received["result"]
            self.events.append(received)

    def wait(self, method, session):
        """Waits for an event."""
        while True:
            for event in self.events:
                if event.get("method") == method and event.get("sessionId") == session:
                    self.events.remove(event)
                    return event["params"]
            self.events.append(self._receive())

    def _receive(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._received:
            if not select.select([self._out], [], [], max(0, end - time.monotonic()))[0]:
                raise Broken(f"Chromium said nothing for {PATIENCE} s")
            more = os.read(self._out, 1 << 20)
            if not more:
                raise Broken("Chromium is gone")
            self._received += more
        message, self._received = self._received.split(b"\0", 1)
        return json.loads(message)

    def close(self):
        for end in (self._in, self._out):
            os.close(end)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait(10)
        self._log.close()
        shutil.rmtree(self.home, ignore_errors=True)


class Tab:
    """A page that is open, as wide as asked and in light or dark."""

    def __init__(self, browser, file, width=1280, height=900, scheme="light", scale=1, phone=False):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._target = target
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=Path(file).as_uri())
        browser.wait("Page.loadEventFired", self._session)

    def call(self, method, **parameters):
        return self.browser.call(method, self._session, **parameters)

    def ask(self, expression):
        """The value of an expression of JavaScript, promises awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Broken(f"{expression[:200]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def requested(self):
        """What it asked for, the page itself left out."""
        urls = [event["params"]["request"]["url"] for event in self._events("Network.requestWillBeSent")]
        return urls[1:]

    def complaints(self):
        """What it wrote to the console, and errors."""
        found = [event["params"]["entry"]["text"] for event in self._events("Log.entryAdded")]
        found += [f"{event['params']['args']}" for event in self._events("Runtime.consoleAPICalled")]
        return found + [f"{event['params']['exceptionDetails']}" for event in self._events("Runtime.exceptionThrown")]

    def _events(self, method):
        return [event for event in self.browser.events if event.get("method") == method and event.get("sessionId") == self._session]

    def screenshot(self, file, height=None):
        """All of the page, or its upper part."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(height or size["height"], size["height"]), "scale": 1}
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        Path(file).write_bytes(base64.b64decode(picture["data"]))

    def pdf(self, file):
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        Path(file).write_bytes(base64.b64decode(printed["data"]))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self._target)
