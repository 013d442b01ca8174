"""The tree of commodity codes: chapter, heading, code, as the lists of a partner country say on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shared import reference_data
from shared.reference_data import CommodityCode
from shared.web.i18n import N_, _

CHAPTERS = {
    "44": N_("Wood and things of wood"),
    "47": N_("Wood pulp"),
    "48": N_("Paper and paperboard"),
    "94": N_("Furniture and prefabricated buildings"),
    "97": N_("Prints and engravings"),
}
HEADINGS = {
    "4401": N_("Chips, particles and fuel wood"),
    "4409": N_("Wood shaped along its edges"),
    "4410": N_("Particle board and similar board"),
    "4420": N_("Ornaments of wood, inlaid wood"),
    "4421": N_("Other things of wood"),
    "9401": N_("Seats"),
    "9403": N_("Other furniture"),
    "9406": N_("Prefabricated buildings"),
    "9702": N_("Prints"),
}
"""Headings that no list names as a whole."""
MATERIALS = {
    "bamboo": N_("bamboo"),
    "rattan": N_("rattan"),
    "non-wood fibre": N_("fibre that is not of wood"),
    "recycled fibre": N_("recycled fibre"),
}


@dataclass(frozen=True)
class Code:
    """A code that can be chosen, or why it cannot. `remark` says what of it is not covered."""

    code: str
    dotted: str
    description: str
    remark: str = ""
    forbidden: str = ""

    def fits(self, words: Iterable[str]) -> bool:
        """Whether every word, or a beginning of the code, is in it."""
        text = f"{self.code} {self.dotted} {self.description}".casefold()
        return all(word in text for word in words)


@dataclass
class Branch:
    """A chapter with its headings, or a heading with its codes."""

    number: str
    title: str
    branches: list["Branch"] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many codes are below it."""
        return len(self.codes) + sum(branch.count for branch in self.branches)


def codes(country: str, day: date) -> list[Code]:
    """Every code of the lists that count for a country on a day, each once, in order. The country's own list says more
    than Annex II, so it comes first."""
    listed: dict[str, list[CommodityCode]] = {}
    for entry in reference_data.commodity_codes(country or None, day):
        listed.setdefault(entry.code, []).append(entry)
    return [_code([e for e in entries if e.country != "*"] or entries) for _number, entries in sorted(listed.items())]


def tree(country: str, day: date, query: str = "") -> list[Branch]:
    """The codes as a tree; with a query only those that fit it."""
    words = query.casefold().split()
    chapters: dict[str, Branch] = {}
    headings: dict[str, Branch] = {}
    for code in codes(country, day):
        if not code.fits(words):
            continue
        chapter, heading = code.code[:2], code.code[:4]
        if chapter not in chapters:
            chapters[chapter] = Branch(chapter, _(CHAPTERS[chapter]))
        if heading not in headings:
            headings[heading] = Branch(heading, _heading(heading))
            chapters[chapter].branches.append(headings[heading])
        headings[heading].codes.append(code)
    return list(chapters.values())


def described(country: str, day: date) -> dict[str, Code]:
    """What each code is, by its digits."""
    return {code.code: code for code in codes(country, day)}


def options(country: str, day: date) -> list[tuple[str, str]]:
    """Codes for which licences can be issued, to choose from while typing."""
    return [(code.code, f"{code.dotted} – {code.description}") for code in codes(country, day) if not code.forbidden]


def _code(entries: list[CommodityCode]) -> Code:
    """Of what is licensed only in part the other part is named: some things of one code may be exported, others not."""
    licensed = [entry for entry in entries if entry.licensable]
    forbidden = [entry for entry in entries if not entry.licensable]
    best = (licensed or forbidden)[0]
    if not licensed:
        return Code(best.code, best.dotted, best.description, forbidden=_(_FORBIDDEN))
    remarks = []
    materials = list(dict.fromkeys(m for entry in licensed for m in entry.excluded_material.split(";") if m))
    if materials:
        names = ", ".join(_(MATERIALS.get(material, material)) for material in materials)
        remarks.append(_("Not covered: %(materials)s.", materials=names))
    elif any(entry.partial for entry in licensed):
        remarks.append(_("Only what is described here is covered, not the whole code."))
    remarks += [
        _("May not be exported, so cannot be licensed: %(goods)s.", goods=entry.description) for entry in forbidden
    ]
    return Code(best.code, best.dotted, best.description, remark=" ".join(remarks))


_FORBIDDEN = N_("The country's own law forbids the export: no licence can exist, and the goods cannot be imported.")


def _heading(number: str) -> str:
    if number in HEADINGS:
        return _(HEADINGS[number])
    entries = [entry for entry in reference_data.commodity_codes() if entry.code.startswith(number)]
    return min(entries, key=lambda entry: (len(entry.code), entry.country != "*")).description
