"""Where calendar windows begin, and which time is a number of months later. Asked from Postgres."""

from psql import literal, micros


class Calendar:
    """Where the calendar windows of a time zone begin.

    Asked from Postgres, month by month, because Python finds no time zones on
    a machine without tzdata. A window begins at the local midnight of its first
    day and ends where the next one begins, so every instant is in exactly one
    window. Where the clocks skip midnight it begins when they do; where midnight
    is twice, at the first (Postgres by itself takes the second).
    """

    MONTHS = {"month": 1, "quarter": 3, "year": 12}
    YEAR = 31556952 * 1000000

    def __init__(self, session):
        self._session = session
        self._begins, self._later = {}, {}

    def window(self, unit, zone, instant):
        size = self.MONTHS[unit]
        # A first guess by the mean year, then the latest beginning not after the instant.
        guess = (instant // (self.YEAR // 12) - 360) // size
        number = max(n for n in range(guess - 3, guess + 4) if self._begin(zone, n * size) <= instant)
        return self._begin(zone, number * size), self._begin(zone, (number + 1) * size)

    def _begin(self, zone, month):
        """The beginning of the month that many months after January 2000."""
        chunk = month // 240
        if (zone, chunk) not in self._begins:
            self._begins[zone, chunk] = [int(row[0]) for row in self._session.query(f"""
                SELECT {micros("least(begins, first)")}
                FROM generate_series({chunk * 240}, {chunk * 240 + 239}) AS n,
                  LATERAL (SELECT timestamp '2000-01-01' + make_interval(months => n)) AS l(midnight),
                  LATERAL (SELECT midnight AT TIME ZONE {literal(zone)}) AS b(begins),
                  LATERAL (SELECT min(begins - earlier) FROM unnest(ARRAY[interval '30 minutes', '1 hour']) AS earlier
                    WHERE (begins - earlier) AT TIME ZONE {literal(zone)} = midnight) AS f(first)
                ORDER BY n""")]
        return self._begins[zone, chunk][month % 240]

    def months_later(self, zone, instant, months):
        """The same local time that many calendar months later (the day clamped to the month's end). A time that the
        clocks skip is taken with the offset before; of a time that is twice, the first (Postgres takes the second)."""
        place = zone, instant, months
        if place not in self._later:
            self._later[place] = int(self._session.value(f"""
                SELECT {micros("least(due, first)")}
                FROM (SELECT to_timestamp(0) + {instant // 60000000} * interval '1 minute' + {instant % 60000000} * interval '1 microsecond'
                  AS instant) AS i,
                  LATERAL (SELECT instant AT TIME ZONE {literal(zone)} + make_interval(months => {months})) AS l(wanted),
                  LATERAL (SELECT wanted AT TIME ZONE {literal(zone)}) AS d(due),
                  LATERAL (SELECT min(due - earlier) FROM unnest(ARRAY[interval '30 minutes', '1 hour']) AS earlier
                    WHERE (due - earlier) AT TIME ZONE {literal(zone)} = wanted) AS f(first)"""))
        return self._later[place]
