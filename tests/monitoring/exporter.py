"""The real prometheus-postgres-exporter with doc/monitoring/queries.yaml, and what it says."""

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from psql import Failure

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
OPTIONS = ["--disable-default-metrics", "--disable-settings-metrics", "--no-collector.database", "--no-collector.bgwriter"]
# How many ports are tried, what the exporter says of one that is taken, and how /proc/net/tcp writes that a socket listens.
PORTS, IN_USE, LISTEN = 5, "address already in use", "0A"


class Scrape:
    """What /metrics said: samples by name and labels, and the descriptions and types of metrics."""

    def __init__(self, text):
        self.text, self.samples, self.descriptions, self.types = text, {}, {}, {}
        for line in text.splitlines():
            if line.startswith("# HELP "):
                _, _, name, description = line.split(" ", 3)
                self.descriptions[name] = description
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.types[name] = kind
            elif line:
                sample = SAMPLE.match(line)
                if not sample:
                    raise Failure(f"the exporter wrote a line that is no sample: {line}")
                labels = dict(LABEL.findall(sample["labels"] or ""))
                self.samples.setdefault(sample["name"], []).append((labels, float(sample["value"])))

    def value(self, name, **labels):
        """The one sample of a metric that has these labels; None if there is not exactly one."""
        found = [value for has, value in self.samples.get(name, []) if labels.items() <= has.items()]
        return found[0] if len(found) == 1 else None


class Exporter:
    def __init__(self, program, queries, database, user, log):
        source = f"host={os.environ['PGHOST']} port={os.environ['PGPORT']} user={user} dbname={database} sslmode=disable"
        self._environment = {**os.environ, "DATA_SOURCE_NAME": source}
        self._command = [program, f"--extend.query-path={queries}", *OPTIONS]
        self.log = open(log, "w+", encoding="utf-8")
        self._start()

    def _start(self):
        """Under a free port, until it listens. Somebody else may take the port before: then another."""
        for _ in range(PORTS):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.address = "127.0.0.1:%d" % free.getsockname()[1]
            begin = self.log.seek(0, os.SEEK_END)
            self._process = subprocess.Popen([*self._command, f"--web.listen-address={self.address}"], env=self._environment,
                                             stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            if self._listens():
                return
            self._end()
            if IN_USE not in self.said(begin):
                break
            # It is not what the tests ask after.
            self.log.seek(begin)
            self.log.truncate()
        raise Failure(f"the exporter does not start: {self.said()}")

    def _listens(self):
        """Waits until the process has its port; False if it ends, or does not come to that."""
        end = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < end:
            if self._has_port():
                return True
            time.sleep(0.02)
        return False

    def _has_port(self):
        """Whether it is this process that listens there: somebody else would answer as well."""
        port = f":{int(self.address.split(':')[1]):04X}"
        listening = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        sockets = {f"socket:[{inode}]" for _, local, _, state, *_, inode in (fields[:10] for fields in listening) if local.endswith(port) and state == LISTEN}
        try:
            return any(os.readlink(file) in sockets for file in Path(f"/proc/{self._process.pid}/fd").iterdir())
        except OSError:
            return False  # A file is closed, or it has ended.

    def restart(self):
        """Forget what it keeps for a minute or five."""
        self._end()
        self._start()

    def scrape(self):
        try:
            with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=30) as answer:
                return Scrape(answer.read().decode())
        except (urllib.error.URLError, ConnectionError) as error:
            raise Failure(f"the exporter does not answer: {error}\n{self.said()}") from error

    def said(self, begin=0):
        """Its log so far, from some place on."""
        with open(self.log.name, encoding="utf-8") as log:
            log.seek(begin)
            return log.read()

    def _end(self):
        self._process.terminate()
        self._process.wait(30)

    def stop(self):
        self._end()
        self.log.close()
