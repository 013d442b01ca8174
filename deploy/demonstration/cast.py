"""Who takes part: invented companies, and people of every role."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Company:
    """A company that imports timber."""

    name: str
    eori: str
    street: str
    postal_code: str
    town: str
    country: str
    office: str
    """The customs office through which it usually imports."""


@dataclass(frozen=True)
class Player:
    """A person; `where` is a company's name, a Member State or a customs office, by `role`."""

    first_name: str
    last_name: str
    email: str
    role: str
    where: str
    function: str
    administrator: bool = True
    """Looks after the company or authority, its people and its programs."""


@dataclass(frozen=True)
class Applicant(Player):
    """Somebody who asked for a role some days ago, and what became of it. Nobody is told how to sign in as them."""

    administrator: bool = False
    days_ago: int = 1
    becomes: str = "requested"
    reason: str = ""
    as_agent: bool = False


COMPANIES = (
    Company("Noordzee Hout NV", "BE0412345678", "Houtkaai 12", "2030", "Antwerpen", "BE", "BE101000"),
    Company("Ardenne Parquet SA", "BE0498765432", "Rue du Parquet 7", "6600", "Bastogne", "BE", "BE101000"),
    Company("Hansa Holzimport GmbH", "DE123456789", "Speicherstraße 40", "20457", "Hamburg", "DE", "DE004851"),
    Company("Meubelhuis Teak BV", "NL812345678", "Waalhaven 101", "3087", "Rotterdam", "NL", "NL000396"),
    Company("Bois d'Armor SARL", "FR12345678900012", "Quai des Chartrons 5", "33000", "Bordeaux", "FR", "FR000610"),
    Company("Legnami Adriatici Srl", "IT01234567890", "Via del Porto 3", "48122", "Ravenna", "IT", "IT221100"),
)

PLAYERS = (
    Player("Sofia", "Marin", "sofia.marin@support.example", "support", "", "Support team"),
    Player("Anna", "Peeters", "anna.peeters@noordzee.example", "importer", "Noordzee Hout NV", "Import manager"),
    Player("Tom", "Claes", "tom.claes@noordzee.example", "importer", "Noordzee Hout NV", "Import assistant", False),
    Player("Luc", "Lambert", "luc.lambert@ardenne.example", "importer", "Ardenne Parquet SA", "Director"),
    Player("Jana", "Petersen", "jana.petersen@hansa.example", "importer", "Hansa Holzimport GmbH", "Import manager"),
    Player("Daan", "de Wit", "daan.dewit@teak.example", "importer", "Meubelhuis Teak BV", "Buyer"),
    Player("Camille", "Moreau", "camille.moreau@armor.example", "importer", "Bois d'Armor SARL", "Import manager"),
    Player("Paolo", "Ricci", "paolo.ricci@legnami.example", "importer", "Legnami Adriatici Srl", "Import manager"),
    Player("Marie", "Dubois", "marie.dubois@authority-be.example", "msca", "BE", "Inspector"),
    Player("Nele", "Wouters", "nele.wouters@authority-be.example", "msca", "BE", "Inspector", False),
    Player("Klaus", "Weber", "klaus.weber@authority-de.example", "msca", "DE", "Case officer"),
    Player("Ute", "Schneider", "ute.schneider@authority-de.example", "msca", "DE", "Case officer", False),
    Player("Femke", "Visser", "femke.visser@authority-nl.example", "msca", "NL", "Inspector"),
    Player("Hugo", "Bernard", "hugo.bernard@authority-fr.example", "msca", "FR", "Inspector"),
    Player("Giulia", "Conti", "giulia.conti@authority-it.example", "msca", "IT", "Case officer"),
    Player("Pieter", "Maes", "pieter.maes@customs-be.example", "customs", "BE101000", "Customs officer"),
    Player("Heike", "Braun", "heike.braun@customs-de.example", "customs", "DE004851", "Customs officer"),
    Player("Sanne", "Bakker", "sanne.bakker@customs-nl.example", "customs", "NL000396", "Customs officer"),
    Player("Alain", "Petit", "alain.petit@customs-fr.example", "customs", "FR000610", "Customs officer"),
    Player("Marco", "Gallo", "marco.gallo@customs-it.example", "customs", "IT221100", "Customs officer"),
    Player("Ingrid", "Nyberg", "ingrid.nyberg@monitor.example", "monitor", "BE", "Monitor", False),
)

APPLICANTS = (
    Applicant("Eline", "Jacobs", "eline.jacobs@noordzee.example", "importer", "Noordzee Hout NV", "Clerk", days_ago=2),
    Applicant(
        "Bram", "Smit", "bram.smit@waalagents.example", "importer", "Meubelhuis Teak BV", "Customs agent",
        days_ago=5, as_agent=True,
    ),
    Applicant("Lotte", "Hermans", "lotte.hermans@authority-be.example", "msca", "BE", "Inspector"),
    Applicant(
        "Karl", "Vogt", "karl.vogt@harbour.example", "customs", "DE004851", "Forwarder",
        days_ago=21, becomes="refused", reason="Forwarders do not work at customs. Ask for a company's role.",
    ),
    Applicant(
        "Chiara", "Fontana", "chiara.fontana@legnami.example", "importer", "Legnami Adriatici Srl", "Buyer",
        days_ago=34, becomes="withdrawn",
    ),
    Applicant(
        "Yves", "Dumont", "yves.dumont@ardenne.example", "importer", "Ardenne Parquet SA", "Import assistant",
        days_ago=90, becomes="suspended", reason="On leave; nobody should work with the account until then.",
    ),
    Applicant(
        "Ruth", "Keller", "ruth.keller@hansa.example", "importer", "Hansa Holzimport GmbH", "Temporary help",
        days_ago=120, becomes="ended",
    ),
)  # fmt: skip


START_PAGE = {
    "support": "/identity/requests",
    "importer": "/licences",
    "msca": "/validation/cases",
    "customs": "/validation/clearances",
    "monitor": "/validation/cases",
}
"""Where a person of each role begins."""


def players(role: str, where: str) -> list[Player]:
    """Everybody with this role at a company, authority or office; whoever usually acts comes first."""
    return [player for player in PLAYERS if (player.role, player.where) == (role, where)]


@dataclass(frozen=True)
class Hint:
    """Something to try: what, as whom, and where."""

    what: str
    email: str
    where: str


TO_TRY = (
    Hint("Answer what the authority asks", "anna.peeters@noordzee.example", "/licences?state=information_requested"),
    Hint("Correct a licence that was returned", "anna.peeters@noordzee.example", "/licences?state=returned"),
    Hint("Decide on a licence whose boxes were corrected", "marie.dubois@authority-be.example", "/validation/cases"),
    Hint(
        "Remind an issuing authority that is silent", "marie.dubois@authority-be.example", "/validation/cases?tab=due"
    ),
    Hint("Confirm what a colleague proposed", "ute.schneider@authority-de.example", "/validation/cases?tab=confirm"),
    Hint("Release goods line by line", "pieter.maes@customs-be.example", "/validation/clearances"),
    Hint("Print the yearly report", "marie.dubois@authority-be.example", "/validation/reports/annual"),
)
