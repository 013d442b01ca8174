"""Where attachments lie and what may become one: the settings of services that write or read them."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from shared.settings import ServiceSettings


class AttachmentSettings(ServiceSettings):
    """A directory, or a bucket of an S3-compatible store. Licences alone writes there; validation reads the same."""

    attachments_dir: Path | None = None
    attachments_s3_url: str | None = None
    """The store's address, as in https://s3.example.eu; the bucket follows it in the path."""
    attachments_s3_bucket: str | None = None
    attachments_s3_key: str | None = None
    attachments_s3_secret: SecretStr | None = None
    attachments_s3_region: str = "us-east-1"
    attachments_wait_seconds: float = 10.0
    """Longest wait for one read or write of the store."""

    attachment_max_bytes: int = 10 * 1024 * 1024
    attachment_max_pages: int = 100
    attachment_max_pixels: int = 60_000_000
    """Of one page. A4 at 600 dpi has 35 million, A3 at 500 dpi 48 million."""
    attachment_jobs: int = 2
    """How many files are opened at once."""
    attachment_job_seconds: int = 20
    attachment_job_megabytes: int = 1024

    clamd_address: str | None = None
    """`unix:/run/clamav/clamd.ctl` or `tcp://host:3310`; files are not scanned for viruses when not set."""
    clamd_wait_seconds: float = 30.0

    @model_validator(mode="after")
    def _one_store(self) -> Self:
        bucket = (
            self.attachments_s3_url,
            self.attachments_s3_bucket,
            self.attachments_s3_key,
            self.attachments_s3_secret,
        )
        if any(bucket) and not all(bucket):
            raise ValueError("ATTACHMENTS_S3_URL, _BUCKET, _KEY and _SECRET belong together")
        if bool(self.attachments_dir) == any(bucket):
            raise ValueError("set ATTACHMENTS_DIR or ATTACHMENTS_S3_URL, one of them")
        return self
