"""What an examiner looks at, by chapter of the Harmonized System, and who is trained for it.

Our own points, after what customs handbooks ask for in general: the WCO's Revised Kyoto Convention
(General Annex, chapter 6) leaves the checks themselves to each administration.
"""

from collections.abc import Collection
from dataclasses import dataclass

from parakh.domain.examination import Skill
from parakh.domain.phrase import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One point of a checklist; `text` is what to look for, to be answered by yes or no."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Chapters of which the goods are looked at alike.

    Attributes:
        first, last: of the chapters, both included.
        skill: for what the examiner must be trained; None where everybody is.
    """

    id: str
    name: str
    first: int
    last: int
    skill: Skill | None
    points: tuple[Point, ...]


def _points(*told: tuple[str, str]) -> tuple[Point, ...]:
    return tuple(Point(id=key, text=text) for key, text in told)


GENERAL = _points(
    ("seal", N_("Seals are whole, and their numbers are the declared ones")),
    ("container", N_("Walls, floor, roof and doors of the container or vehicle are untouched")),
    ("marks", N_("Marks and numbers on the packages are the declared ones")),
    ("packages", N_("As many packages as declared")),
    ("goods", N_("The goods are the declared ones, in the packages that were opened")),
    ("origin", N_("Labels name the declared country of origin")),
    ("documents", N_("Invoice, packing list and licences fit the goods")),
)
"""For every red consignment."""

DOCUMENTS = _points(
    ("complete", N_("All documents that the declaration names are there")),
    ("genuine", N_("Stamps, signatures and numbers of the documents can be trusted")),
    ("invoice", N_("Price, currency and terms on the invoice are the declared ones")),
    ("licence", N_("Licences and certificates are valid and cover the quantity")),
    ("preference", N_("The proof of origin supports the rate that is claimed")),
    ("code", N_("The description fits the tariff code")),
)
"""For every yellow one."""

GROUPS = (
    Group(
        id="animals", name=N_("Live animals"), first=1, last=1, skill=Skill.LIVE_ANIMALS,
        points=_points(
            ("animals_papers", N_("Veterinary certificates and species permits fit the animals")),
            ("animals_kept", N_("The animals are alive, fit and kept as the rules ask")),
            ("animals_cages", N_("Nothing is hidden in cages, bedding or feed")),
        ),
    ),
    Group(
        id="food", name=N_("Food, plants and their products"), first=2, last=24, skill=Skill.FOOD,
        points=_points(
            ("food_cold", N_("The temperature is within the range on the label")),
            ("food_dates", N_("Dates of expiry were not changed, and are far enough ahead")),
            ("food_pests", N_("No pests, moulds or smell")),
            ("food_papers", N_("Health or plant certificates fit the lots")),
        ),
    ),
    Group(
        id="minerals", name=N_("Minerals, fuels and chemicals"), first=25, last=29,
        skill=Skill.DANGEROUS,
        points=_points(
            ("chemicals_labels", N_("Labels, UN numbers and safety sheets fit the substances")),
            ("chemicals_leaks", N_("No leaks, and drums were not filled anew")),
            ("chemicals_precursors", N_("No controlled precursor, or its permit is there")),
            ("chemicals_sample", N_("A sample was taken where the substance is in doubt")),
        ),
    ),
    Group(
        id="medicines", name=N_("Medicines"), first=30, last=30, skill=Skill.MEDICINES,
        points=_points(
            ("medicines_batch", N_("Batch numbers and dates fit the invoice")),
            ("medicines_genuine", N_("Packing, print and holograms are genuine")),
            ("medicines_registered", N_("The product is registered, and no controlled substance")),
        ),
    ),
    Group(
        id="explosives", name=N_("Fertilisers, explosives and other chemicals"), first=31, last=38,
        skill=Skill.DANGEROUS,
        points=_points(
            ("explosives_permit", N_("The permit names these goods, this quantity and this party")),
            ("explosives_labels", N_("Hazard labels fit the goods")),
        ),
    ),
    Group(
        id="plastics", name=N_("Plastics, hides, wood and paper"), first=39, last=49, skill=None,
        points=_points(
            ("plastics_waste", N_("New goods, and no waste or scrap")),
            ("plastics_species", N_("Wood and hides are of no protected species")),
            ("plastics_cavity", N_("Rolls, bales and planks are not hollow")),
        ),
    ),
    Group(
        id="textiles", name=N_("Textiles, clothes and shoes"), first=50, last=67,
        skill=Skill.TEXTILES,
        points=_points(
            ("textiles_fibre", N_("Fibre and weight are as declared")),
            ("textiles_new", N_("New goods, and not worn ones")),
            ("textiles_brands", N_("Brands are genuine, or none is shown")),
        ),
    ),
    Group(
        id="stone", name=N_("Stone, ceramics and glass"), first=68, last=70, skill=None,
        points=_points(("stone_cavity", N_("Blocks and tiles are not hollow or glued together")),),
    ),
    Group(
        id="precious", name=N_("Gems and precious metals"), first=71, last=71, skill=Skill.PRECIOUS,
        points=_points(
            ("precious_weight", N_("Weight and fineness are as declared")),
            ("precious_papers", N_("Certificates fit the stones")),
        ),
    ),
    Group(
        id="metals", name=N_("Metals and tools"), first=72, last=83, skill=None,
        points=_points(
            ("metals_alloy", N_("The metal is the declared one, and no other below its surface")),
            ("metals_scrap", N_("No scrap among new goods, and nothing that radiates")),
        ),
    ),
    Group(
        id="machines", name=N_("Machines and electronics"), first=84, last=85,
        skill=Skill.ELECTRONICS,
        points=_points(
            ("machines_serials", N_("Serial numbers and models fit the invoice")),
            ("machines_new", N_("New or used, as declared")),
            ("machines_dual", N_("Nothing that is controlled for its military use")),
            ("machines_cavity", N_("Housings were not opened, and weigh what they should")),
        ),
    ),
    Group(
        id="vehicles", name=N_("Vehicles, aircraft and ships"), first=86, last=89,
        skill=Skill.VEHICLES,
        points=_points(
            ("vehicles_chassis", N_("Chassis and engine numbers fit the papers, untouched")),
            ("vehicles_age", N_("Age and mileage are as declared")),
            ("vehicles_cavity", N_("Tank, tyres, seats and panels hide nothing")),
        ),
    ),
    Group(
        id="instruments", name=N_("Instruments, clocks and music"), first=90, last=92,
        skill=Skill.ELECTRONICS,
        points=_points(("instruments_serials", N_("Serial numbers and brands are genuine")),),
    ),
    Group(
        id="arms", name=N_("Arms and ammunition"), first=93, last=93, skill=Skill.ARMS,
        points=_points(
            ("arms_permit", N_("The permit names type, calibre, number and receiver")),
            ("arms_numbers", N_("Each number was read and fits the list")),
        ),
    ),
    Group(
        id="various", name=N_("Furniture, toys and art"), first=94, last=97, skill=None,
        points=_points(
            ("various_cavity", N_("Furniture and frames are not hollow")),
            ("various_art", N_("No antiquity, or its permit is there")),
        ),
    ),
)  # fmt: skip

_POINTS = (*GENERAL, *DOCUMENTS, *(one for group in GROUPS for one in group.points))

ALL = {own.id: own for own in _POINTS}
"""Every point by its identifier."""


def groups_of(chapters: Collection[str]) -> tuple[Group, ...]:
    """The groups to which goods of some chapters belong, in the order of the nomenclature."""
    numbers = {int(own) for own in chapters if own.isdigit()}
    return tuple(
        own for own in GROUPS if any(own.first <= number <= own.last for number in numbers)
    )


def needs_of(chapters: Collection[str]) -> frozenset[Skill]:
    """The skills without which goods of some chapters cannot be examined."""
    return frozenset(own.skill for own in groups_of(chapters) if own.skill is not None)
