"""The cases of a monitor whose scope is a partner country, in every Member State."""

from shared.database import script

revision = "validation_0009"
down_revision = "validation_0008"


def upgrade() -> None:
    script(QUEUE)


QUEUE = """
CREATE INDEX licence_case_partner ON licence_case (vpa_country, submitted_at, licence_id);
CREATE INDEX licence_case_partner_state ON licence_case (vpa_country, validation_state, submitted_at, licence_id);
"""
