"""Hard rules about handing a licence in: where, when, for whom, and that it is the only one of its number."""

from services.licences.domain.lodging import Found, Lodging, Rule, rule
from services.licences.domain.problems import N_

LODGING = "1024/2008 art. 6(1)"


@rule("point_of_entry_missing", article=LODGING, message=N_("Choose the customs office of the point of entry."))
def point_of_entry_is_given(lodging: Lodging) -> Found:
    if not lodging.point_of_entry:
        yield "point_of_entry", {}


@rule(
    "point_of_entry_unknown", article=LODGING,
    message=N_("%(office)s is not a customs office of a Member State."),
)  # fmt: skip
def point_of_entry_is_an_office_of_a_member_state(lodging: Lodging) -> Found:
    if lodging.point_of_entry and lodging.entry_country not in lodging.reference.member_states:
        yield "point_of_entry", {"office": lodging.point_of_entry}


@rule("arrival_missing", article=LODGING, message=N_("Enter the estimated date and time of arrival."))
def arrival_is_given(lodging: Lodging) -> Found:
    if lodging.arrival is None:
        yield "arrival", {}


@rule(
    "on_behalf_incomplete", article=LODGING,
    message=N_("Describe the other importer wholly, with name, address and country, or leave all of it empty."),
)  # fmt: skip
def the_other_importer_is_described_wholly(lodging: Lodging) -> Found:
    other = lodging.on_behalf
    if other is None or other.is_blank:
        return
    for part in ("name", "address", "country"):
        if not getattr(other, part):
            yield f"on_behalf.{part}", {}


@rule(
    "licence_number_taken", box=3, article="1024/2008 art. 2(1)",
    message=N_(
        "A licence with this number was handed in already. If you hold the original, you can dispute that on the "
        "licence's page."
    ),
)  # fmt: skip
def licence_number_is_used_once(lodging: Lodging) -> Found:
    if lodging.number_taken:
        yield "boxes.licence_number", {}


@rule("on_behalf_country_unknown", article=LODGING, message=N_("Choose the country of the other importer."))
def the_other_importers_country_exists(lodging: Lodging) -> Found:
    other = lodging.on_behalf
    if other is not None and other.country and other.country not in lodging.reference.countries:
        yield "on_behalf.country", {}


LODGING_RULES: tuple[Rule, ...] = tuple(value for value in globals().values() if isinstance(value, Rule))
"""All of the above."""
