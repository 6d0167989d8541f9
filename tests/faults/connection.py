"""A connection that may be lost at any moment, and says what is known of what was sent over it."""

from psql import Failure, Session

ACKNOWLEDGED, REJECTED, UNKNOWN = "acknowledged", "rejected", "unknown"


class Link(Session):
    """A session that leaves nothing behind when it cannot be made, or breaks."""

    def __init__(self, database, settings=()):
        try:
            super().__init__(database, settings)
        except Failure:
            self.close()
            raise

    def run(self, sql):
        result = super().run(sql)
        if sql.endswith("\\.") and not result.ok:
            # If the server never asked for the rows, psql has taken them for the beginning of a statement.
            self._psql.stdin.write("\\r\n")
        return result

    def close(self):
        self._psql.kill()
        self._psql.wait()
        try:
            self._psql.stdin.close()
        except BrokenPipeError:
            pass
        self._psql.stdout.close()
        self._messages.close()


class Connection:
    """Sends transactions; opens itself anew, in a server that has come back."""

    def __init__(self, cluster, database, settings=()):
        self.cluster, self.database, self.settings = cluster, database, settings
        self.link, self.times_lost, self.pause = None, 0, None

    def open(self):
        if self.link is None:
            self.link = self.cluster.session(self.database, self.settings, Link)
        return self.link

    def close(self):
        if self.link is not None:
            self.link.close()
            self.link = None

    def lost(self):
        self.times_lost += 1
        self.close()

    def transaction(self, statements):
        """(fate, SQLSTATE of what failed or None, the last value): one statement, or BEGIN ... COMMIT or ROLLBACK."""
        for place, sql in enumerate(statements):
            try:
                result = self.open().run(sql)
            except Failure:
                # Only of a commit that was sent can one not know what became of it.
                self.lost()
                sent = place == len(statements) - 1 and sql != "ROLLBACK"
                return (UNKNOWN if sent else REJECTED), None, None
            if not result.ok:
                if len(statements) > 1:
                    self.roll_back()
                return REJECTED, result.sqlstate, result.messages
            if self.pause and place < len(statements) - 1:
                self.pause()
        return (REJECTED if statements[-1] == "ROLLBACK" else ACKNOWLEDGED), None, result.value

    def roll_back(self):
        """A rollback can be cancelled too."""
        done = self.quietly("ROLLBACK")
        if done is not None and not done.ok:
            self.lost()

    def quietly(self, sql):
        """A statement whose failure changes nothing."""
        try:
            return self.open().run(sql)
        except Failure:
            self.lost()
            return None
