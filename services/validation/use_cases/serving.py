"""Which Member States an authority cell serves, and what becomes of the cases of others."""

from services.validation.storage import cells
from shared.work import Work


class NotHeard(Exception):
    """This database has passed over what was told about a Member State, so it cannot serve it."""


async def begin_to_serve(work: Work, countries: frozenset[str]) -> None:
    """From now on these are served (all when empty), and held are only their cases. Raises NotHeard.

    What was told while a Member State was not served was passed over for good; a cell that takes it over starts from
    the database of the cell that served it, or from an empty one.
    """
    before = await cells.served(work.db)
    if before and (not countries or not countries <= before):
        missing = ", ".join(sorted(countries - before)) or "all others"
        raise NotHeard(
            f"This database has served {', '.join(sorted(before))} only and passed over what was told of {missing}. "
            "Start a cell for them with a database of its own; see services/validation/README.md."
        )
    await cells.serve(work.db, countries)


async def part_with_others(work: Work, countries: frozenset[str]) -> int:
    """Make a copy of another cell's database a new cell's own: delete the cases of those that it will not serve.

    Returns how many. Raises NotHeard when the copied database did not serve these Member States until it was copied.
    """
    if not countries:
        raise NotHeard("COUNTRIES has to say which Member States this cell is for.")
    await begin_to_serve(work, countries)
    return await cells.forget_others(work.db, countries)
