"""What an authority decides for itself, and the history of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.validation import storage
from services.validation.domain.policy import Policy, differences
from services.validation.domain.refusals import Incomplete
from services.validation.domain.states import ActorKind
from services.validation.storage import PolicyChange, cells
from services.validation.use_cases.permissions import rules
from shared import reference_data
from shared.person import Person, Role
from shared.problems import NotYours, Stale, Unknown, WrongState
from shared.work import Work


@dataclass(frozen=True)
class Changed:
    """Who changed a policy, and what: the name of each choice, what it was, and what it is."""

    change: PolicyChange
    differences: Sequence[tuple[str, object, object]]


@dataclass(frozen=True)
class PolicyView:
    """The policy of a Member State's authority. `countries` are those whose policy this person may read."""

    country: str
    policy: Policy
    version: int
    history: Sequence[Changed]
    may_change: bool
    countries: Sequence[str]


async def read_policy(work: Work, person: Person, country: str = "") -> PolicyView:
    """The policy of the authority that the person administers, or for support of any. Raises NotYours, Unknown."""
    own = _administered(person)
    countries = sorted(reference_data.member_states()) if person.is_support else sorted(own)
    if not countries:
        raise NotYours("Only administrators of competent authorities and the support team may see this.")
    usual = person.active_role.country if person.active_role and person.active_role.country in own else None
    country = country or usual or countries[0]
    if country not in countries:
        raise Unknown("There is no policy of this authority that you may see.")
    policy, version = await storage.policy_of(work.db, country)
    saved = await storage.policy_changes(work.db, country)
    before = [*(change.policy for change in saved[1:]), Policy()]
    history = [Changed(change, differences(old, change.policy)) for change, old in zip(saved, before, strict=False)]
    may_change = country in own and await _is_served(work, country)
    return PolicyView(country, policy, version, history[: storage.SHOWN_CHANGES], may_change, countries)


async def change_policy(work: Work, person: Person, country: str, policy: Policy, *, version: int) -> int:
    """Save what was chosen and returns its version; `version` is the one that was looked at.

    What is open is assessed anew by new weights. Raises NotYours, WrongState, WrongContent, Stale.
    """
    role = _administered(person).get(country)
    if role is None:
        raise NotYours("Only an administrator of this authority may change its policy.")
    if not await _is_served(work, country):
        raise WrongState("This Member State has an authority cell of its own. Its policy is changed there.")
    with rules():
        if mistakes := policy.mistakes():
            raise Incomplete(mistakes)
    before, present = await storage.policy_of(work.db, country)
    if present == version and not differences(before, policy):
        return version
    if not await storage.keep_policy(work.db, country, policy, version=version, at=work.now, by=person.account_id):
        raise Stale("Somebody else changed the policy after you opened it. Nothing of yours was saved; look again.")
    change = PolicyChange(version + 1, policy, work.now, person.account_id, person.name, role.body_name)
    await storage.note_policy(work.db, country, change)
    if (before.weights, before.sampling_percent) != (policy.weights, policy.sampling_percent):
        await storage.assess_again(work.db, country)
    return version + 1


async def _is_served(work: Work, country: str) -> bool:
    """Whether the cases of this Member State are kept here, not in a cell of its own."""
    served = await cells.served(work.db)
    return not served or country in served


def _administered(person: Person) -> dict[str, Role]:
    """The roles as administrator of a competent authority, by its Member State."""
    return {r.country: r for r in person.roles if r.kind == ActorKind.MSCA and r.administrator and r.country}
