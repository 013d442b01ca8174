"""From the rules' words to refusals that pages and the API can show."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from services.identity.domain.refusals import NotAllowed, RuleBroken, WrongFields
from shared.problems import FieldError, NotYours, Refusal, WrongContent, WrongState
from shared.web.i18n import N_


@contextmanager
def obeying_rules() -> Iterator[None]:
    """Raises WrongContent, NotYours or WrongState for what a rule refuses inside the block."""
    try:
        yield
    except WrongFields as wrong:
        raise WrongContent([FieldError(m.field, m.code, m.message, params=m.params) for m in wrong.mistakes]) from wrong
    except NotAllowed as broken:
        raise NotYours(broken.message, code=broken.code) from broken
    except RuleBroken as broken:
        raise WrongState(broken.message, code=broken.code) from broken


class WrongCredentials(Refusal):
    """E-mail and password do not belong together; which of the two is wrong stays unsaid."""

    status, title, code = 401, N_("E-mail address and password do not fit together."), "wrong_credentials"


class NotConfirmed(Refusal):
    """The password is right, but the e-mail address was never confirmed."""

    status, code = 403, "not_confirmed"
    title = N_("Please confirm your e-mail address first, through the link that we sent you.")


class SecondFactorMissing(Refusal):
    """The password is right, and this account asks for a second factor."""

    status, title, code = 401, N_("This account asks for a second factor as well."), "second_factor_needed"


class SecondFactorWrong(Refusal):
    """Not the code of this moment, or used before; or a passkey that does not fit."""

    status, code = 401, "second_factor_wrong"
    title = N_("This code is not right, or it was used before. Wait for the next one and try again.")


class ProofNeeded(Refusal):
    """A second factor has to be shown anew before the factors themselves may change."""

    status, title, code = (
        403,
        N_("Please show your second factor once more before you change anything here."),
        "proof_needed",
    )


class SignInEnded(Refusal):
    """Too much time has passed since the first factor, or the sign-in was finished already."""

    status, title, code = 401, N_("This sign-in took too long. Please begin again."), "sign_in_ended"


class EoriTaken(WrongState):
    """The company is there already: `operator_id` is it."""

    code = "eori_taken"

    def __init__(self, operator_id: UUID, name: str) -> None:
        super().__init__(N_("A company with this EORI number is registered already: %(name)s."), params={"name": name})
        self.operator_id = operator_id
