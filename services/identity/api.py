"""The JSON API of identity."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.identity.access import InService, address_of, browser_of
from services.identity.domain.accounts import Registration
from services.identity.use_cases import accounts, second_factor, sessions
from services.identity.use_cases.asking import count_asking, evenly
from services.identity.use_cases.refusals import SecondFactorMissing
from shared.paging import LARGEST_PAGE
from shared.web.i18n import DEFAULT_ZONE, SOURCE_LANGUAGE

router = APIRouter(prefix="/identity/api/v1", tags=["identity"])
_SIGN_IN_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "`wrong_credentials`, `second_factor_needed` or `second_factor_wrong`"},
    403: {"description": "`not_confirmed`: the e-mail address was never confirmed"},
    429: {"description": "`too_many`: guessing is slowed down; come back after `Retry-After` seconds"},
}
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


class AccountIn(BaseModel):
    """What a person fills in to register. The rules say what is wrong, not the types."""

    first_name: str
    last_name: str
    email: str
    password: str
    language: str = SOURCE_LANGUAGE
    time_zone: str = DEFAULT_ZONE
    privacy_accepted: bool = False


class SessionIn(BaseModel):
    """`second_factor` is the code of an authenticator app or a recovery code; whoever has a second factor needs it."""

    email: str
    password: str
    second_factor: str = ""


@router.post("/accounts", status_code=202)
async def register(request: Request, service: InService, body: AccountIn) -> dict[str, str]:
    """Register; a mail follows. The answer is the same whether or not the address has an account."""
    registration = accounts.check_registration(Registration(**body.model_dump()))
    address = address_of(request)
    await count_asking(service.work, "registration", address=address, limit=service.settings.asked_per_hour)
    password_hash = await service.passwords.hash(registration.password)
    async with evenly(), service.work() as work:
        await accounts.register_account(work, registration, password_hash=password_hash, address=address_of(request))
    return {"status": "confirmation_requested"}


@router.post("/sessions", status_code=201, responses=_SIGN_IN_REFUSALS)
async def sign_in(request: Request, service: InService, body: SessionIn) -> dict[str, Any]:
    """Sign in as a person: a bearer token for a short while.

    When the account has a second factor its code comes along; without it the answer is a 401 with the code
    `second_factor_needed`. Roles of authorities, customs, monitors and support stay locked for whoever has none:
    calls that need them answer 403 with the same code.
    """
    outcome = await sessions.sign_in(
        service.work,
        service.passwords,
        email=body.email,
        password=body.password,
        address=address_of(request),
        browser=browser_of(request),
    )
    if isinstance(outcome, sessions.SecondStep):
        if not body.second_factor:
            raise SecondFactorMissing
        outcome = await second_factor.finish_sign_in(
            service.work,
            service.verifiers,
            outcome.secret,
            second_factor.Answer(code=body.second_factor),
            address=address_of(request),
            browser=browser_of(request),
        )
    return {
        "access_token": service.keyring.sign(outcome.person, now=service.clock()),
        "token_type": "Bearer",
        "expires_in": int(service.token_lives.total_seconds()),
    }
