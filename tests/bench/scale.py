"""The sizes of a run: FULL for figures, SMOKE for seconds. Nothing but sizes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    is_smoke: bool
    # The people in the template: referrers with known codes, and the people they brought.
    referrers: int
    participants: int
    # Runs of pgbench: seconds of each, and how often all of them are run.
    seconds: int
    rounds: int
    clients: tuple
    commits: tuple  # synchronous_commit
    # Rows of one statement; fewer where rows take long.
    bulk_rows: int
    slow_bulk_rows: int
    bulk_rounds: int
    payment_rows: int
    # Participants and lines, each size in a database of its own.
    growth_sizes: tuple
    growth_rounds: int
    contention_clients: tuple
    contention_rounds: int
    operation_rounds: int
    weight_rows: int
    memory_rows: int


FULL = Scale(
    is_smoke=False, referrers=1000, participants=10_000,
    seconds=1, rounds=3, clients=(1, 2, 8), commits=("on", "off"),
    bulk_rows=100_000, slow_bulk_rows=10_000, bulk_rounds=3, payment_rows=6000,
    growth_sizes=(10_000, 100_000, 1_000_000, 10_000_000), growth_rounds=2,
    contention_clients=(1, 2, 8, 16), contention_rounds=2,
    operation_rounds=2, weight_rows=10_000, memory_rows=1_000_000)

SMOKE = Scale(
    is_smoke=True, referrers=20, participants=200,
    seconds=1, rounds=1, clients=(1,), commits=("off",),
    bulk_rows=500, slow_bulk_rows=200, bulk_rounds=1, payment_rows=200,
    growth_sizes=(200, 1000), growth_rounds=1,
    contention_clients=(2,), contention_rounds=1,
    operation_rounds=1, weight_rows=200, memory_rows=2000)
