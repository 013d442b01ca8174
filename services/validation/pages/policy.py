"""What an authority decides for itself: its administrators choose it here, the support team reads it."""

from collections.abc import Mapping
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from services.validation import use_cases
from services.validation.domain import fees
from services.validation.domain.policy import DAYS_IN_STATE, LONGEST_WAIT, FourEyes, Policy
from services.validation.domain.risk import WEIGHTS
from services.validation.pages.common import NO_AMOUNT, InService, address, plain_amount
from services.validation.risk_words import RISKS
from shared.http import SignedIn
from shared.person import Person
from shared.problems import FieldError, Refusal, Stale, WrongContent
from shared.web.formats import country as country_name
from shared.web.forms import Form
from shared.web.i18n import N_, _, gettext, translated
from shared.web.pages import see_other
from shared.web.words import state_name

router = APIRouter()
POLICY = "/validation/policy"
NO_NUMBER = N_("Write a whole number in digits.")
MOST_DIGITS = 4
NO_VERSION = -1
"""What nobody ever saved, so that saving on top of it is refused."""

FOUR_EYES = {
    FourEyes.NEVER: N_("Never: one officer decides"),
    FourEyes.ABOVE: N_("From a risk score on"),
    FourEyes.ALWAYS: N_("Always: every decision needs a second officer"),
}
_CHOICES = {
    "four_eyes": N_("Second officer"),
    "four_eyes_above": N_("Risk score from which a second officer is needed"),
    "customs_override": N_("Customs may release goods that differ by more than 10 %"),
    "customs_see_country": N_("Every customs office sees all validated licences"),
    "fees": N_("Fees are recorded"),
    "usual_fee": N_("Usual fee"),
    "fee_currency": N_("Currency"),
    "sampling_percent": N_("Random sample"),
}
DAYS: dict[str, tuple[str, str]] = {
    "submitted": (N_("A licence waits for the authority"), N_("Your officers owe the next step.")),
    "information_requested": (N_("The importer was asked for something"), N_("The importer owes an answer.")),
    "under_verification": (
        N_("A verification is open"),
        N_("Partnership agreements give the issuing authority 21 days to answer a query."),
    ),
    "returned": (
        N_("A licence was returned for correction"),
        N_("The importer has it. It is shown as due, but nobody is reminded by mail."),
    ),
    "awaiting": (N_("A validated licence waits for customs"), N_("The goods may still be at sea.")),
    "suspended": (N_("Customs suspended the release"), N_("Somebody has to settle the doubt.")),
}


@router.get(POLICY)
async def policy(request: Request, service: InService, person: SignedIn, country: str = "") -> Response:
    """The policy of the authority that the person administers; support chooses one."""
    return await _show(request, service, person, country)


@router.post(POLICY)
async def save(request: Request, service: InService, person: SignedIn, country: str = "") -> Response:
    """Save what was chosen, all of it or nothing."""
    form = await Form.read(request)
    typed = form.text("version")
    version = int(typed) if typed.isdecimal() and len(typed) <= MOST_DIGITS else NO_VERSION
    try:
        chosen = _read(form)
        async with service.work() as work:
            await use_cases.change_policy(work, person, country, chosen, version=version)
    except WrongContent as refusal:
        return await _show(request, service, person, country, form.take(refusal), status=422)
    except Stale as refusal:
        return await _show(request, service, person, country, form, status=409, refusal=refusal)
    return see_other(address(POLICY, {"country": country}), flash=_("The policy is saved. It applies from now on."))


def _read(form: Form) -> Policy:
    """What was typed. Raises WrongContent where it is no number."""
    mistakes: list[FieldError] = []

    def number(name: str) -> int:
        text = form.text(name)
        if text.isdecimal() and len(text) <= MOST_DIGITS:
            return int(text)
        mistakes.append(FieldError(name, "no_number", NO_NUMBER))
        return 0

    def amount(name: str) -> Decimal | None:
        try:
            return fees.amount(form.text(name))
        except fees.NotAnAmount:
            mistakes.append(FieldError(name, "no_amount", NO_AMOUNT))
            return None

    if form.text("four_eyes") not in set(FourEyes):
        mistakes.append(FieldError("four_eyes", "unknown", N_("Choose one of the possibilities.")))
        form.values["four_eyes"] = [FourEyes.NEVER]
    policy = Policy(
        four_eyes=FourEyes(form.text("four_eyes")),
        four_eyes_above=number("four_eyes_above"),
        customs_override=form.checked("customs_override"),
        customs_see_country=form.checked("customs_see_country"),
        fees=form.checked("fees"),
        usual_fee=amount("usual_fee"),
        fee_currency=form.text("fee_currency"),
        sampling_percent=number("sampling_percent"),
        days_in_state={state: number(f"days_in_state.{state}") for state in DAYS_IN_STATE},
        risk_weights={reason: number(f"risk_weights.{reason}") for reason in WEIGHTS},
    )
    if mistakes:
        raise WrongContent(mistakes)
    return policy


async def _show(
    request: Request,
    service: InService,
    person: Person,
    country: str,
    form: Form | None = None,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> Response:
    async with service.work() as work:
        view = await use_cases.read_policy(work, person, country)
    return service.pages.render(
        request,
        "policy.html",
        status=status,
        view=view,
        form=form or Form.empty({name: _text(value) for name, value in view.policy.flat().items()}),
        refusal=translated(refusal.message, refusal.params) if refusal else None,
        choices={name: gettext(text) for name, text in _CHOICES.items()},
        here=address(POLICY, {"country": view.country}),
        four_eyes=[(value, gettext(name)) for value, name in FOUR_EYES.items()],
        four_eyes_name=gettext(FOUR_EYES[view.policy.four_eyes]),
        currencies=[(code, code) for code in fees.CURRENCIES],
        days=[(f"days_in_state.{state}", gettext(name), gettext(help_)) for state, (name, help_) in DAYS.items()],
        longest=LONGEST_WAIT,
        weights=[(f"risk_weights.{reason}", gettext(name)) for reason, name in RISKS.items()],
        countries=[(code, country_name(code)) for code in view.countries],
        history=[_line(one) for one in view.history],
        breadcrumbs=[(_("Cases"), "/validation/cases" if view.may_change else None), (_("Policy"), None)],
    )


def _text(value: object) -> object:
    if value is None or isinstance(value, Decimal):
        return plain_amount(value)
    return value if isinstance(value, bool) else str(value)


def _line(changed: use_cases.Changed) -> Mapping[str, object]:
    """One change as the shared timeline shows it."""
    change = changed.change
    what = [
        _("%(choice)s: %(before)s → %(after)s", choice=_name(name), before=_shown(old), after=_shown(new))
        for name, old, new in changed.differences
    ]
    return {"title": _("Version %(number)s", number=change.version), "at": change.at,
            "by": f"{change.name}, {change.body}", "text": "\n".join(what)}  # fmt: skip


def _name(choice: str) -> str:
    group, _dot, name = choice.partition(".")
    if group == "days_in_state":
        return _("Days in the state “%(state)s”", state=_state(name))
    if group == "risk_weights":
        return _("Points for “%(reason)s”", reason=gettext(RISKS.get(name, name)))
    return gettext(_CHOICES.get(choice, choice))


def _state(name: str) -> str:
    return state_name("clearance" if name in {"awaiting", "suspended"} else "validation", name)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or isinstance(value, Decimal):
        return plain_amount(value) or "–"
    return gettext(FOUR_EYES[value]) if isinstance(value, FourEyes) else str(value)
