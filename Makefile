.PHONY: run test check bench

# Builds everything and starts it on SQLite with demo data; prints the address, keys and curl lines.
run:
	cargo build --release -p hookline
	HOOKLINE_LOG=warn target/release/hookline seed
	HOOKLINE_LOG_FORMAT=text exec target/release/hookline serve

# Installs what the tests need, starts a PostgreSQL of its own, runs every test.
test:
	scripts/test.sh

# Format, lints, and the prefix table against its source.
check:
	scripts/check.sh

# Measures Hookline beside its peers; see bench/README.md.
bench:
	cargo build --release -p hookline
	python3 bench/run.py compare --hookline target/release/hookline
