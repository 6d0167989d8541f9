"""Talk to Postgres through a psql process that stays open.

Only the standard library and psql are needed. Where the server is comes from
the environment (PGHOST, PGPORT, PGUSER), as for every other client.
"""

import itertools
import os
import re
import subprocess
import tempfile

FIELD, RECORD, NULL = "\x1f", "\x1e", "\x02null"
SUCCESS = "00000"
INFINITY = float("inf")
LOST = re.compile(r"^(?:psql:\S+ )?(?:FATAL|PANIC):  |server closed the connection unexpectedly|connection to server was lost", re.MULTILINE)


class Failure(Exception):
    """A statement failed that must not, or psql is gone."""


class Result:
    def __init__(self, sqlstate, rows, messages):
        self.sqlstate, self.rows, self.messages = sqlstate, rows, messages

    @property
    def ok(self):
        return self.sqlstate == SUCCESS

    @property
    def value(self):
        """The only column of the only row."""
        return self.rows[0][0] if self.rows else None


class Session:
    _numbers = itertools.count(1)

    def __init__(self, database, settings=()):
        self.database = database
        self._messages = tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace")
        self._psql = subprocess.Popen(
            ["psql", "-XAtq", "-F", FIELD, "-R", RECORD, "-P", f"null={NULL}", "-v", "VERBOSITY=verbose",
             "-d", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._messages, encoding="utf-8",
            env={**os.environ, "PGCLIENTENCODING": "UTF8", "PGOPTIONS": ""})
        # A statement that hangs is a failure and not a test that never ends.
        self.query("SET statement_timeout = '60s'")
        for setting in settings:
            self.query(setting)

    def run(self, sql):
        """Run one statement, which may fail. A COPY carries its data after its own line."""
        end = f"@@{next(self._numbers)}"
        begin = self._messages.seek(0, os.SEEK_END)
        terminator = "" if sql.endswith("\\.") else ";"
        try:
            self._psql.stdin.write(f"{sql}{terminator}\n\\echo {end} :SQLSTATE\n")
            self._psql.stdin.flush()
        except BrokenPipeError:
            pass
        output = []
        for line in self._psql.stdout:
            if line.startswith(end + " "):
                break
            output.append(line)
        else:
            raise Failure(f"psql ended during: {sql}\n{self._since(begin)}")
        messages = self._since(begin)
        # Before version 17 psql does not set SQLSTATE for a COPY, nor end when it loses its connection in one.
        if terminator == "" and LOST.search(messages):
            raise Failure(f"the connection was lost during: {sql}\n{messages}")
        error = re.search(r"^(?:psql:\S+ )?ERROR:  (\w{5}): ", messages, re.MULTILINE) if terminator == "" else None
        sqlstate = line.removeprefix(f"{end} ").strip() if terminator else error[1] if error else SUCCESS
        if not sqlstate:
            raise Failure(f"psql has no SQLSTATE, so the connection is gone: {sql}\n{messages}")
        return Result(sqlstate, self._rows("".join(output)), messages)

    def query(self, sql):
        """Run one statement that must succeed; give back its rows."""
        result = self.run(sql)
        if not result.ok:
            raise Failure(f"{sql}\n{result.messages}")
        return result.rows

    def value(self, sql):
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def close(self):
        try:
            self._psql.stdin.close()
            self._psql.wait(30)
        except (BrokenPipeError, subprocess.TimeoutExpired) as error:
            raise Failure(f"psql does not end as it should: {error}") from error
        self._psql.stdout.close()
        self._messages.close()

    def _since(self, begin):
        self._messages.seek(begin)
        return self._messages.read().strip()

    @staticmethod
    def _rows(output):
        if output == "":
            return []
        return [[None if field == NULL else field for field in record.split(FIELD)]
                for record in output.removesuffix("\n").split(RECORD)]


def literal(value):
    """A value as SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def micros(expression):
    """SQL for a timestamptz as whole microseconds since 1970 (exact), or 'infinity'."""
    return (f"CASE WHEN isfinite({expression}) THEN (extract(epoch FROM {expression}) * 1000000)::bigint::text "
            f"ELSE ({expression})::text END")


def moment(text):
    """What micros() gave, as a number; infinities compare as they should."""
    if text is None:
        return None
    return {"infinity": INFINITY, "-infinity": -INFINITY}.get(text) or int(text)
