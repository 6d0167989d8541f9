"""The real prometheus-postgres-exporter with doc/monitoring/queries.yaml, and what it says."""

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request

from psql import Failure

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
OPTIONS = ["--disable-default-metrics", "--disable-settings-metrics", "--no-collector.database", "--no-collector.bgwriter"]


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
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = "127.0.0.1:%d" % free.getsockname()[1]
        self._process = subprocess.Popen([*self._command, f"--web.listen-address={self.address}"], env=self._environment,
                                         stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def restart(self):
        """Forget what it keeps for a minute or five."""
        self._end()
        self._start()

    def scrape(self):
        """Ask once; at the beginning, until it listens."""
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://{self.address}/metrics", timeout=30) as answer:
                    return Scrape(answer.read().decode())
            except (urllib.error.URLError, ConnectionError) as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise Failure(f"the exporter does not answer: {error}\n{self.said()}") from error
                time.sleep(0.1)

    def said(self):
        """Its log so far."""
        self.log.flush()
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def _end(self):
        self._process.terminate()
        self._process.wait(30)

    def stop(self):
        self._end()
        self.log.close()
