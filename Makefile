.PHONY: run test torture fuzz mutants check bench soak screenshots

# Builds everything and starts it on SQLite with demo data; prints the address, keys and curl lines.
run:
	scripts/compiler.sh
	scripts/dashboard.sh
	cargo build --release -p hookline
	HOOKLINE_LOG=warn target/release/hookline seed
	HOOKLINE_LOG_FORMAT=text exec target/release/hookline serve

# Installs what the tests need, starts a PostgreSQL of its own, runs every test.
test:
	scripts/test.sh

# Breaks it on purpose and counts what is lost: crashes, power, duplicates, histories, limits (docs/reliability.md). TORTURE=full takes hours,
# TORTURE_SEED=N repeats what a run chose.
torture:
	scripts/torture.sh

# Makes up inputs for every parser; SECONDS=60 is the time for each. `make test` runs the inputs that are kept.
fuzz:
	SECONDS_EACH=$(or $(SECONDS),60) scripts/fuzz.sh

# Changes the rules one at a time and counts which changes no test notices (docs/reliability.md). Takes about an hour.
mutants:
	scripts/mutants.sh

# Format, lints, licences and sources of dependencies (deny.toml), and the prefix table against its source.
check:
	scripts/check.sh

# Pictures of every page, light and dark, wide and narrow, in dashboard/screenshots.
screenshots:
	scripts/screenshots.sh

# Measures Hookline beside its peers and writes the table to bench/results. Takes about an hour;
# `make bench BENCH="compare --calls 10000 --rounds 1"` is a quick look.
bench:
	scripts/bench.sh $(BENCH)

# Updates at 1,000 a second for hours: whether answers get slower, or memory and files grow (docs/reliability.md).
HOURS ?= 4
soak:
	scripts/bench.sh soak --hours $(HOURS)
