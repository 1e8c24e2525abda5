#!/usr/bin/env bash
# Runs once, in the primary's first start: a database and a role for every service, and the role of the replica.
# No role can connect to another service's database.
set -euo pipefail

run() {
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=password="$DATABASE_PASSWORD" --username="${POSTGRES_USER:-postgres}" "$@"
}

for service in $SERVICES; do
    run --dbname=postgres --set=service="$service" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service" ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE :"service" FROM PUBLIC;
SQL
done

run --dbname=postgres <<'SQL'
CREATE ROLE replica REPLICATION LOGIN PASSWORD :'password';
SELECT pg_create_physical_replication_slot('replica') \g /dev/null
SQL

# The image lets remote roles log in to databases, but not to the replication stream.
echo 'host replication replica all scram-sha-256' >>"$PGDATA/pg_hba.conf"
