# Everything here works as root and as an ordinary user with sudo. make PG=17 takes another version of Postgres, wherever it is
# installed or apt has it; make up PRELOAD=pg_workflow sets shared_preload_libraries.

PG ?= 15
PRELOAD ?=
export PG PRELOAD

layers := test-chart test-pg test-regress test-isolation test-client test-outbox test-languages test-worker test-chaos test-upgrade test-dump test-readme

.PHONY: help setup build demo up down test $(layers) bench bench-quick bench-definitions bench-lists bench-tenants chaos fuzz fuzz-sql lint reference package test-package freeze install clean

help: ## lists these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

setup: ## installs what is missing: Postgres and its headers, libclang, cargo-pgrx, what tests use
	@scripts/setup test

build: ## builds the extension for debugging, into a private Postgres under target/
	@scripts/build

demo: ## shows workflows running, on a private cluster that is gone afterwards
	@scripts/demo

up: ## starts a cluster to play with and prints the psql line
	@scripts/play up

down: ## stops and removes that cluster
	@scripts/play down

test: ## runs all tests; each layer alone:
	@scripts/test

test-chart: ## the statechart without a server
test-pg: ## Rust tests inside a server
test-regress: ## what psql shows (pg_regress)
test-isolation: ## sessions at the same time (pg_isolation_regress)
test-client: ## a client as applications have it
test-outbox: ## clients that claim effects, fail and die
test-languages: ## the workers of docs/workers.md in Python and TypeScript
test-worker: ## background workers on servers that crash, move and are promoted
test-chaos: ## clients at work while their server is killed, briefly
test-upgrade: ## the schema and the work of earlier versions
test-dump: ## work in flight, dumped and restored in every format
test-readme: ## the SQL of the README and docs
$(layers):
	@scripts/test $(@:test-%=%)

bench: ## what everything costs beside hand-written SQL (release build, about an hour)
	@scripts/bench full

bench-quick: ## the same, short (release build, then 3 minutes)
	@scripts/bench quick

bench-lists: ## how long the first page of a list takes among 100,000 rows (release build)
	@scripts/bench-lists

bench-tenants: ## what row security costs over 100,000 rows of 2,000 organizations (release build)
	@scripts/bench-tenants

fuzz: ## the readers of definitions, durations and events against arbitrary input, for SECONDS_EACH (60)
	@scripts/fuzz

fuzz-sql: ## CALLS (50000) random calls over the whole SQL surface, from SEED
	@scripts/fuzz-sql

bench-definitions: ## what a large definition costs (release build)
	@scripts/bench-definitions

chaos: ## the same for ten minutes; CHAOS_SEED=N repeats a run's choices
	@CHAOS_SECONDS=$${CHAOS_SECONDS:-600} scripts/test chaos

lint: ## checks the style: rustfmt, clippy, shellcheck, the rules of the house
	@scripts/lint

reference: ## writes docs/reference.md from the comments in the database
	@scripts/reference

package: ## builds a Debian package of it, under target/
	@scripts/package

test-package: ## installs that package into a fresh Debian and removes it again (root, debootstrap)
	@scripts/test-package

freeze: ## freezes the present version for its release: its schema, rows of its work, checksums
	@scripts/freeze

install: ## installs a release build into the system's Postgres, with sudo when not root
	@scripts/install

clean: ## stops what runs and removes what was built
	@scripts/clean
