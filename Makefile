# The work is done by the scripts in tests/harness and by tests/run; everything
# that is fetched or built goes under target/.
#
#   PG_CONFIG   the Postgres to build for, test with or install into. Without it
#               build, test and demo use one fetched under target/tools, and
#               install uses the pg_config on PATH.
#   PG          which major is fetched: 18 (the default), 16 or 15; for test also
#               several, PG="16 15", or all, JOBS at a time (2)

export PG PG_CONFIG JOBS DESTDIR SUITES REGRESS ISOLATION BENCH UPDATE KEEP CARGO_FLAGS

.PHONY: build all install uninstall test bench demo demo-psql psql lint package release clean help
.NOTPARALLEL:

build:
	@tests/harness/build build

# PGXN's clients say `make all`.
all: build

install:
	@tests/harness/build install

uninstall:
	@tests/harness/build uninstall

test:
	@tests/run

bench:
	@tests/harness/bench

demo:
	@tests/harness/demo

demo-psql:
	@KEEP=1 tests/harness/demo

psql:
	@tests/harness/demo psql

lint:
	@SUITES=lint tests/run

package:
	@packaging/package

release:
	@packaging/release

clean:
	rm -rf target

help:
	@echo 'make            build the extension'
	@echo 'make test       run all tests on a throw-away server'
	@echo '                  SUITES="regress isolation", REGRESS="file file", UPDATE=1'
	@echo 'make bench      measure it beside hand-written SQL, in about ten minutes'
	@echo '                  BENCH="sign_ups bulk", UPDATE=1'
	@echo 'make demo       run the demonstration on a throw-away server; it leaves a report'
	@echo 'make demo-psql  the same, then open psql on its database'
	@echo 'make psql       open psql on a throw-away server with the extension'
	@echo 'make lint       rustfmt and clippy'
	@echo 'make install    install into the Postgres of PG_CONFIG (DESTDIR is heeded)'
	@echo 'make uninstall  remove it from there'
	@echo 'make package    a Debian package for that Postgres, and a zip for PGXN'
	@echo 'make release    freeze this version (doc/releasing.md)'
	@echo 'make clean      remove target/, with all that was fetched and built'
	@echo 'PG=15 or PG=16 fetches and uses that PostgreSQL instead of 18; make test PG=all tests all three'
	@echo 'PG_CONFIG=/path/to/pg_config chooses the Postgres: 15, 16 or 18'
