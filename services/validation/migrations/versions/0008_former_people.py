"""Pseudonyms in the place of people who deleted their accounts."""

from shared.database import script

revision = "validation_0008"
down_revision = "validation_0007"


def upgrade() -> None:
    script(FORMER)


# Kept, as licences and handed-over cases travel on other topics and may still bring the name.
FORMER = """
CREATE TABLE former_person (
    account_id uuid PRIMARY KEY,
    pseudonym  text NOT NULL
);
CREATE INDEX case_act_account ON case_act (account_id);
"""
