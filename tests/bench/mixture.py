"""Several scripts over one connection, in random turns: the mean time of each. What is compared is so measured at the
same moments, and in one run where each by itself would take a run of its own."""

import statistics
import tempfile
from pathlib import Path

from lab import length, run


def times(database, scripts, seconds, define=None):
    """The mean time of one transaction of each script, in microseconds, by the scripts' names. The first third of each
    is left out: caches and prepared statements come about then."""
    with tempfile.TemporaryDirectory() as place:
        arguments = []
        for number, script in enumerate(scripts.values()):
            file = Path(place) / f"{number}.pgbench"
            file.write_text(script, encoding="utf-8")
            arguments += ["-f", str(file)]
        arguments += [f"-D{name}={value}" for name, value in (define or {}).items()]
        run(["pgbench", "-n", "-M", "prepared", "-c", "1", *length(seconds, scripts=len(scripts)),
             "-l", "--log-prefix", f"{place}/log", *arguments, database.name])
        logged = "".join(file.read_text(encoding="utf-8") for file in Path(place).glob("log.*"))
    return dict(zip(scripts, _means(logged, len(scripts))))


def _means(logged, count):
    """From pgbench's log: client, number, microseconds, number of the script, end in seconds and microseconds."""
    of_script = [[] for _ in range(count)]
    for line in logged.splitlines():
        _, _, microseconds, script, *_ = map(int, line.split()[:6])
        of_script[script].append(microseconds)
    return [statistics.fmean(values[len(values) // 3:]) for values in of_script]
