"""What validation reads from its environment beside the settings that all services have."""

from typing import Annotated

from pydantic import field_validator
from pydantic_settings import NoDecode

from shared.attachments.settings import AttachmentSettings


class Settings(AttachmentSettings):
    """`countries` makes this an authority cell: it opens cases for points of entry in these Member States only."""

    countries: Annotated[frozenset[str], NoDecode] = frozenset()
    """ISO codes, separated by commas; every Member State when empty."""

    @field_validator("countries", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(code.strip().upper() for code in value.split(",") if code.strip())
        return value
