"""What this service reads from its environment, beside what every service reads."""

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`attachments_dir` is written here alone; validation reads it."""

    attachments_dir: Path
    attachment_max_bytes: int = 10 * 1024 * 1024
