#!/usr/bin/env bash
# Sourced after setup.sh: a PostgreSQL in a temporary folder, on a free port, ended with the script.

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d)
stop() {
  (cd "$folder" && as_postgres "$POSTGRES_BIN/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(
  cd "$folder"
  as_postgres "$POSTGRES_BIN/initdb" -D "$folder/data" --auth trust --username postgres >/dev/null
  # In its file and not as arguments, so that it can be started again.
  cat >> "$folder/data/postgresql.conf" <<END
port = $port
unix_socket_directories = '$folder'
listen_addresses = '127.0.0.1'
max_connections = 500
END
  as_postgres "$POSTGRES_BIN/pg_ctl" -D "$folder/data" -w -l "$folder/log" start >/dev/null
)
export HOOKLINE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
