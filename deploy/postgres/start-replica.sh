#!/usr/bin/env bash
# The replica's entry point: copies the primary at the first start, and follows it from then on.
set -euo pipefail

export PGPASSWORD=$DATABASE_PASSWORD
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "${PGDATA:?}"/*
    mkdir -p "$PGDATA"
    pg_basebackup --host="$PRIMARY_HOST" --port="${PRIMARY_PORT:-5432}" --username=replica --pgdata="$PGDATA" \
        --write-recovery-conf --slot=replica --wal-method=stream --checkpoint=fast
    chmod 700 "$PGDATA"
fi
if [ "$(id -u)" -eq 0 ]; then
    chown -R postgres:postgres "$PGDATA"
    exec gosu postgres "$@"
fi
exec "$@"
