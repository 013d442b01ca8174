"""What was sent with a request, reminders, yearly confirmation; the ways in which the queue is searched."""

from shared.database import script

revision = "identity_0008"
down_revision = "identity_0007"


def upgrade() -> None:
    for sql in (ROLE, SEARCH, QUEUE, CARE, AUDIT):
        script(sql)


# mail holds what was sent when asking: sender, to, copy_to, subject, body.
ROLE = """
ALTER TABLE role
    ADD COLUMN additional     boolean NOT NULL DEFAULT false,
    ADD COLUMN mail           jsonb,
    ADD COLUMN reminded_at    timestamptz,
    ADD COLUMN recertified_at timestamptz;
"""

# As account.search: the beginnings of words find a company or authority, without capitals and accents.
SEARCH = r"""
ALTER TABLE role ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', regexp_replace(
    regexp_replace(normalize(translate(lower(body_name || ' ' || coalesce(office, '')), 'øłđ', 'old'), NFKD),
    '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))) STORED;
CREATE INDEX role_search ON role USING gin (search);
"""

# Those who decide see the oldest first: all of them, those of one country, those of one company or authority.
QUEUE = """
CREATE INDEX role_queue_country ON role (status, country, kind, requested_at, id);
CREATE INDEX role_queue_body ON role (status, body_id, requested_at, id);
"""

CARE = """
CREATE INDEX role_reminder ON role (coalesce(reminded_at, requested_at)) WHERE status = 'requested';
CREATE INDEX role_end ON role (ends_at) WHERE status IN ('granted', 'suspended') AND ends_at IS NOT NULL;
CREATE INDEX role_recertification ON role (coalesce(recertified_at, decided_at, requested_at), id)
    WHERE status = 'granted';
"""

AUDIT = """
CREATE INDEX audit_role ON audit ((details ->> 'role_id'), at) WHERE details ? 'role_id';
"""
