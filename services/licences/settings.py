"""What this service reads from its environment, beside what every service reads."""

from shared.attachments.settings import AttachmentSettings


class Settings(AttachmentSettings):
    """The store of attachments is written here alone; validation reads it."""

    bulk_max_bytes: int = 5_000_000
    """Of one file with many licences."""
    bulk_max_licences: int = 2_000
    bulk_chunk: int = 50
    """How many licences of a file are entered in one transaction."""
    bulk_poll_seconds: float = 1.0
    """How long a file waits at most before it is begun."""
