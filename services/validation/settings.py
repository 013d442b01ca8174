"""What validation reads from its environment beside the settings that all services have."""

from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from shared import reference_data
from shared.attachments.settings import AttachmentSettings


class Settings(AttachmentSettings):
    """`countries` makes this an authority cell: it opens cases for points of entry in these Member States only."""

    countries: Annotated[frozenset[str], NoDecode] = frozenset()
    """ISO codes, separated by commas; every Member State when empty."""
    countries_except: Annotated[frozenset[str], NoDecode] = frozenset()
    """Member States that run a cell of their own: this one serves all others."""
    sampling_key: Annotated[SecretStr, Field(max_length=64)] = SecretStr("")
    """Decides with the licence's id which ones chance picks, so that no importer can work it out. Once in use it stays:
    after a rebuild from the events the same ones are picked."""

    @property
    def served(self) -> frozenset[str]:
        """The Member States whose cases this cell holds; all when empty."""
        if not self.countries_except:
            return self.countries
        return (self.countries or frozenset(reference_data.member_states())) - self.countries_except

    @model_validator(mode="after")
    def _serves_somebody(self) -> Self:
        if self.countries_except and not self.served:
            raise ValueError("COUNTRIES_EXCEPT leaves no Member State of COUNTRIES to serve")
        return self

    @field_validator("countries", "countries_except", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(code.strip().upper() for code in value.split(",") if code.strip())
        return value
