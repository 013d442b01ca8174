"""What this service reads from its environment, beside what every service reads."""

from shared.attachments.settings import AttachmentSettings


class Settings(AttachmentSettings):
    """The store of attachments is written here alone; validation reads it."""
