"""Who did what to a licence by account, so that the name can give way to a pseudonym."""

from shared.database import script

revision = "licences_0007"
down_revision = "licences_0006"


def upgrade() -> None:
    script(EVENT)


# by_id is null for what an authority or office did: there `by` is its name.
EVENT = """
ALTER TABLE licence_event ADD COLUMN by_id uuid;
UPDATE licence_event e SET by_id = l.requester_id FROM licence l
WHERE l.id = e.licence_id AND e.by = l.requester_name AND e.what IN ('created', 'submitted');
CREATE INDEX licence_event_by ON licence_event (by_id) WHERE by_id IS NOT NULL;
CREATE INDEX licence_requester ON licence (requester_id);
"""
