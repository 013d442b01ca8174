"""What authorities and people chose for themselves: policies, and searches that they keep."""

import datetime as dt
from decimal import Decimal

from deploy.demonstration.people import People
from deploy.demonstration.scenes import who
from deploy.demonstration.stage import Stage
from services.licences.use_cases import save_search, saved_searches
from services.validation.domain.policy import FourEyes, Policy
from services.validation.use_cases import change_policy, read_policy

POLICIES = {
    "BE": Policy(fees=True, usual_fee=Decimal("55.00"), customs_see_country=True),
    "DE": Policy(four_eyes=FourEyes.ALWAYS),
    "NL": Policy(customs_override=True),
    "FR": Policy(sampling_percent=10),
}
SEARCHES = {
    "The authority waits for us": {"state": "information_requested"},
    "Returned to us": {"state": "returned"},
    "Ghana, by arrival": {"partner_country": "GH", "sort": "-arrival"},
}


async def make_choices(stage: Stage, people: People, *, now: dt.datetime) -> None:
    """Policies hold from here on: what was decided before was decided without them."""
    for country, policy in POLICIES.items():
        administrator = who(people, "msca", country)
        async with stage.validation.work(at=now - dt.timedelta(days=60)) as work:
            view = await read_policy(work, administrator)
            if view.version == 0:  # otherwise chosen before an interruption
                await change_policy(work, administrator, country, policy, version=0)
    importer = who(people, "importer", "Noordzee Hout NV")
    async with stage.licences.work(at=now - dt.timedelta(days=20)) as work:
        kept = {search.name for search in await saved_searches(work, importer)}
        for name, sought in SEARCHES.items():
            if name not in kept:
                await save_search(work, importer, name=name, typed=sought)
