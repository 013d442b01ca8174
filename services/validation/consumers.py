"""What validation does with the facts it hears."""

from services.validation import use_cases
from shared.contracts.licences import LicenceSubmitted
from shared.messaging import Heard, Listener
from shared.roles import keep_roles
from shared.work import Work


def listener_for(countries: frozenset[str]) -> Listener:
    """What a cell for these countries hears; one for every Member State when none is named."""
    listener = Listener("validation")
    keep_roles(listener)

    @listener.hears_together(LicenceSubmitted)
    async def open_cases_when_licences_submitted(work: Work, heard: list[Heard]) -> None:
        submitted = [(h.event.licence, h.envelope.time) for h in heard]
        await use_cases.open_cases(work, submitted, countries=countries)

    return listener
