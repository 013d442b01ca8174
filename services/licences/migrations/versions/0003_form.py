"""What the form keeps beside the boxes, and which offices and issuing authorities identity knows."""

from shared.database import script

revision = "licences_0003"
down_revision = "licences_0002"


def upgrade() -> None:
    script(TYPED)
    script(BODIES)


# As it was typed: what the boxes cannot hold (`unread`) and figures set aside (`aside`); and answers in the wizard that
# could not be read when somebody went back or left.
TYPED = """
ALTER TABLE licence ADD COLUMN typed jsonb NOT NULL DEFAULT '{}';
ALTER TABLE licence ADD COLUMN typed_answers jsonb NOT NULL DEFAULT '{}';
"""

# `office` is the COL number. What is closed keeps its kind, so that it is known to be no office any more.
BODIES = """
ALTER TABLE authority ADD COLUMN office text;
ALTER TABLE authority ADD COLUMN closed boolean NOT NULL DEFAULT false;
UPDATE authority SET closed = true WHERE kind = 'closed';
CREATE INDEX authority_office ON authority (office) WHERE kind = 'customs';
CREATE INDEX authority_customs ON authority (country) WHERE kind = 'customs';
CREATE INDEX authority_issuer ON authority (lower(name)) WHERE kind = 'issuer';
"""
