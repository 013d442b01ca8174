"""Who can be written to, what is to be told, what became of it, and the public event log."""

from shared.database import script

revision = "notifications_0001"
down_revision = None


def upgrade() -> None:
    for sql in (ACCOUNT, AUTHORITY, SWITCHED_OFF, MESSAGE, DELIVERY, PUBLIC_EVENT):
        script(sql)


ACCOUNT = """
CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    version    integer NOT NULL,
    email      text NOT NULL,
    first_name text NOT NULL,
    last_name  text NOT NULL,
    language   text NOT NULL,
    time_zone  text NOT NULL
)
"""

AUTHORITY = """
CREATE TABLE authority (
    authority_id uuid PRIMARY KEY,
    version      integer NOT NULL,
    kind         text NOT NULL,
    name         text NOT NULL,
    country      text NOT NULL,
    office       text,
    mailbox      text
);
CREATE INDEX authority_country ON authority (country) WHERE kind = 'msca';
CREATE INDEX authority_office ON authority (office) WHERE office IS NOT NULL;
"""

SWITCHED_OFF = """
CREATE TABLE switched_off (
    account_id uuid NOT NULL,
    choice     text NOT NULL,
    PRIMARY KEY (account_id, choice)
)
"""

MESSAGE = """
CREATE TABLE message (
    id             uuid PRIMARY KEY,
    event_id       uuid NOT NULL,
    kind           text NOT NULL,
    about          uuid NOT NULL,
    happened_at    timestamptz NOT NULL,
    expires_at     timestamptz,
    person_id      uuid,
    operator_id    uuid,
    country        text,
    office         text,
    licence_number text,
    data           jsonb NOT NULL,
    state          text NOT NULL DEFAULT 'unaddressed' CHECK (state IN ('unaddressed', 'addressed', 'nobody')),
    attempts       integer NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL,
    waits_for      text,
    UNIQUE (event_id, kind)
);
CREATE INDEX message_due ON message (due_at) WHERE state = 'unaddressed';
CREATE INDEX message_number ON message (licence_number, id) WHERE licence_number IS NOT NULL;
CREATE INDEX message_about ON message (about, id);
"""

# `due_at` is when a waiting mail may be tried next; a claimed one is due again when its sender should long be done.
DELIVERY = """
CREATE TABLE delivery (
    id         uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES message (id),
    address    text NOT NULL,
    account_id uuid,
    language   text NOT NULL,
    time_zone  text NOT NULL,
    copy_to    text,
    reply_to   text,
    state      text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'silent')),
    attempts   integer NOT NULL DEFAULT 0,
    due_at     timestamptz NOT NULL,
    error      text,
    settled_at timestamptz,
    read_at    timestamptz,
    UNIQUE (message_id, address)
);
CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'waiting';
CREATE INDEX delivery_failed ON delivery (id) WHERE state = 'failed';
CREATE INDEX delivery_account ON delivery (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX delivery_unread ON delivery (account_id) WHERE account_id IS NOT NULL AND read_at IS NULL;
"""

PUBLIC_EVENT = """
CREATE TABLE public_event (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    uuid NOT NULL UNIQUE,
    type        text NOT NULL,
    source      text NOT NULL,
    subject     uuid NOT NULL,
    happened_at timestamptz NOT NULL,
    operator_id uuid NOT NULL,
    country     text NOT NULL,
    office      text NOT NULL,
    for_customs boolean NOT NULL,
    body        jsonb NOT NULL
);
CREATE INDEX public_event_operator ON public_event (operator_id, position);
CREATE INDEX public_event_country ON public_event (country, position);
CREATE INDEX public_event_office ON public_event (office, position) WHERE for_customs;
"""
