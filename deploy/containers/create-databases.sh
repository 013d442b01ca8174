#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: one database and one role per service, closed to the others.
set -eu

create() {
    psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" --username postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

create identity "$IDENTITY_DATABASE_PASSWORD"
create licences "$LICENCES_DATABASE_PASSWORD"
create validation "$VALIDATION_DATABASE_PASSWORD"
create notifications "$NOTIFICATIONS_DATABASE_PASSWORD"
