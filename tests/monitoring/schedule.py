"""The real pg_cron with doc/monitoring/schedule.sql, on a server of its own: its library is loaded when a server starts."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from cluster import Cluster
from psql import Failure

MAJOR, DATABASE, ROLE = 15, "shop", "operations"
JOBS = {"referrals queue": "* * * * *", "referrals seal": "5 * * * *", "referrals drafts": "0 6 1 * *", "referrals verify": "30 2 * * *"}
PLAN = '{"currency": "USD", "accrual": "%s", "tiers": [{"name": "A", "from": 0, "rates": {"signup": {"flat": 20}}}]}'


def install(unpacked):
    """Copy pg_cron, unpacked from its package, into the throw-away copy of Postgres."""
    for option, pattern in (("--pkglibdir", f"usr/lib/postgresql/{MAJOR}/lib/pg_cron.so"),
                            ("--sharedir", f"usr/share/postgresql/{MAJOR}/extension/pg_cron*")):
        place = Path(subprocess.run([os.environ["PG_CONFIG"], option], check=True, capture_output=True, text=True).stdout.strip())
        for file in Path(unpacked).glob(pattern):
            shutil.copy(file, place if option == "--pkglibdir" else place / "extension")


class Schedule:
    def __init__(self, path):
        self.path = path
        self.cluster = Cluster("scheduled").make()

    def start(self):
        """A live shop with its jobs, whose minute runs while other checks go on."""
        self.cluster.configure({"shared_preload_libraries": "'pg_cron'", "cron.database_name": f"'{DATABASE}'",
                                "cron.use_background_workers": "on", "max_worker_processes": "20"})
        self.cluster.start()
        self.cluster.value("postgres", f"CREATE DATABASE {DATABASE} TEMPLATE template0")
        self.owner = self.cluster.session(DATABASE)
        for statement in (
                "CREATE EXTENSION referrals", "CREATE EXTENSION pg_cron", f"CREATE ROLE {ROLE} LOGIN",
                f"SELECT referrals.grant_access('{ROLE}', 'operator')", f"GRANT USAGE ON SCHEMA cron TO {ROLE}",
                "SELECT referrals.go_live()",
                f"SELECT referrals.define_program('default', '{PLAN % 'immediate'}')",
                f"SELECT referrals.define_program('later', '{PLAN % 'queued'}')",
                "SELECT referrals.register('ann', wanted_code => 'ANN'), referrals.register('eve', wanted_code => 'EVE', program => 'later')",
                "SELECT referrals.register('bob', 'ANN'), referrals.register('cyd', 'EVE')"):
            self.owner.query(statement)

    def run_file(self):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", self.path, "-d", self.cluster.database(DATABASE), "-U", ROLE],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failure(f"{self.path.name}: {done.stderr}")

    def check_jobs(self, checks):
        for which in ("first", "second"):
            self.run_file()
            checks.equal(f"the jobs are there after the {which} run of the file", sorted(JOBS.items()),
                         sorted(map(tuple, self.owner.query(f"SELECT jobname, schedule FROM cron.job WHERE username = '{ROLE}'"))))
        # Each by itself runs when it should; here all of them in the next minute.
        as_role = self.cluster.session(DATABASE, [f"SET SESSION AUTHORIZATION {ROLE}"])
        as_role.query("SELECT cron.schedule(jobname, '* * * * *', command) FROM cron.job")
        as_role.close()

    def check_minute(self, checks):
        """What the jobs of one minute did. At most some 65 seconds after check_jobs."""
        end, runs = time.monotonic() + 90, {}
        while len(runs) < len(JOBS) and time.monotonic() < end:
            time.sleep(0.3)
            runs = dict(self.owner.query(
                "SELECT DISTINCT ON (jobname) jobname, status FROM cron.job JOIN cron.job_run_details USING (jobid) "
                "WHERE status NOT IN ('starting', 'running') ORDER BY jobname, runid"))
        checks.equal("every job ran and succeeded", dict.fromkeys(JOBS, "succeeded"), runs)
        checks.equal("the queue was processed", ("0", "1"), tuple(self.owner.query(
            "SELECT (SELECT count(*) FROM referrals.queue), (SELECT count(*) FROM referrals.commission_ledger WHERE referrer = 'eve')")[0]))
        checks.true("the record was sealed", int(self.owner.value("SELECT count(*) FROM referrals.blocks")) > 0)
        checks.true("payouts were drafted, and no more than that",
                    self.owner.query("SELECT DISTINCT state FROM referrals.payouts") == [["draft"]])

    def check_alarm(self, checks):
        """The nightly job fails when something is not as it was recorded, and says what."""
        job = self.owner.value("SELECT command FROM cron.job WHERE jobname = 'referrals verify'")
        checks.true("the nightly job ends well before", self.owner.run(job.strip()).ok)
        for statement in ("ALTER TABLE referrals.commission DISABLE TRIGGER append_only",
                          "UPDATE referrals.commission SET amount = 21 WHERE commission_id = (SELECT min(commission_id) FROM referrals.commission)",
                          "ALTER TABLE referrals.commission ENABLE ALWAYS TRIGGER append_only"):
            self.owner.query(statement)
        result = self.owner.run(job.strip())
        checks.true("it raises once a line was changed", result.sqlstate == "P0001" and "referrals.verify: " in result.messages, result.messages)

    def remove(self):
        self.cluster.remove()
