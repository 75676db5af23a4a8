"""Names of organisations and vessels: legal forms, abbreviations, numbers, other scripts.

What an organisation is called counts, not its legal form, and words that many names have (bank,
trading, group) count for less. Unlike a person's, an organisation's name may not lack a word: the
bank of one country is not the bank of another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from parakh.domain.hit import Agreement, Evidence
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.watchlist import EntryKind, Watchlist, WatchlistEntry
from parakh.normalise.names import comparison_form
from parakh.normalise.nations import country_named
from parakh.normalise.scripts import latin
from parakh.screen.comparison import Comparison, Part, Rarity, compare_words
from parakh.screen.tokens import RULES, TokenMatch

WEIGHTS = {
    "name.alike": 0.85,
    "name.rare": 0.15,
    "name.weak": -0.15,
    "country.equal": 0.05,
    "country.differs": -0.10,
}
"""Points of the score: `name.alike` whole for equal names, none from a likeness of LEAST_ALIKE
down; `name.rare` whole from a rarity of RARE on."""

THRESHOLD = 0.72
"""Reached by a likeness of about 0.9 with a rare word in it."""

LEAST_ALIKE = 0.5
RARE = 4.0
LONGER_SIDE = 0.45

INITIALS = TokenMatch(0.85, "initials")
"""A name of three words or more, and its initials: many names share those."""

VESSEL_THRESHOLD = 0.85
"""Names of vessels are borne by many at once, and change: alone they are weak evidence."""

_FORMS = """
LIMITED LIABILITY COMPANY|LIMITED LIABILITY PARTNERSHIP|PUBLIC LIMITED COMPANY|JOINT STOCK COMPANY
OPEN JOINT STOCK COMPANY|PUBLIC JOINT STOCK COMPANY|CLOSED JOINT STOCK COMPANY|JOINT STOCK
PRIVATE LIMITED|PUBLIC COMPANY LIMITED|LIMITED PARTNERSHIP|NATIONAL ASSOCIATION
GESELLSCHAFT MIT BESCHRANKTER HAFTUNG|SOCIETATEA CU RASPUNDERE LIMITATA|SOCIEDAD ANONIMA
SOCIETE ANONYME|SOCIETA PER AZIONI|SOCIEDAD LIMITADA|SP ZOO|SP Z O O|SA DE CV|CO LTD|PTY LTD
AKTSIONERNOE OBSHCHESTVO|AKTSIONERNOE OBSCHESTVO|OBSHCHESTVO S OGRANICHENNOI OTVETSTVENNOSTIU
PUBLICHNOE AKTSIONERNOE OBSHCHESTVO|OTKRYTOE AKTSIONERNOE OBSHCHESTVO|ANONIM SIRKETI
COMPANY|CO|CORPORATION|CORP|INCORPORATED|INC|LIMITED|LTD|LTDA|LLC|LLP|LP|PLC|PJSC|OJSC|CJSC|JSC
AKTIENGESELLSCHAFT|AG|AKG|GMBH|KG|KGAA|OHG|UG|EG|EV|SA|SAS|SASU|SARL|SRL|SPA|SL|SLU|SNC|SCA|SE|NV
BV|BVBA|VOF|AS|ASA|AB|APS|OY|OYJ|KFT|ZRT|NYRT|DOO|DD|AD|OOD|EOOD|EAD|OOO|OAO|ZAO|PAO|AO|TOO|TAO
CHP|PVT|PTE|PTY|BHD|SDN|PT|TBK|KK|FZE|FZCO|FZC|FZ|DMCC|WLL|SAL|SAE|SPC|NA|GIE|EIRL|CV|SPRL|LLCC
"""

_ABBREVIATED = {
    "INTL": "INTERNATIONAL", "INT": "INTERNATIONAL", "INTERNAT": "INTERNATIONAL",
    "NATL": "NATIONAL", "ORG": "ORGANIZATION", "ORGANISATION": "ORGANIZATION",
    "CENTRE": "CENTER", "GOVT": "GOVERNMENT", "GOV": "GOVERNMENT", "DEPT": "DEPARTMENT",
    "MIN": "MINISTRY", "UNIV": "UNIVERSITY", "ASSN": "ASSOCIATION", "ASSOC": "ASSOCIATION",
    "BROS": "BROTHERS", "MFG": "MANUFACTURING", "ENG": "ENGINEERING", "ENGR": "ENGINEERING",
    "TECH": "TECHNOLOGY", "TECHNOLOGIES": "TECHNOLOGY", "IND": "INDUSTRIES", "INDS": "INDUSTRIES",
    "INDUSTRY": "INDUSTRIES", "TRDG": "TRADING", "TRAD": "TRADING", "SHPG": "SHIPPING",
    "SVCS": "SERVICES", "SERVICE": "SERVICES", "GRP": "GROUP", "HLDG": "HOLDINGS",
    "HOLDING": "HOLDINGS", "HLDGS": "HOLDINGS", "IMP": "IMPORT", "EXP": "EXPORT",
    "DEV": "DEVELOPMENT", "FDN": "FOUNDATION", "INST": "INSTITUTE", "LAB": "LABORATORY",
    "LABS": "LABORATORY", "MGMT": "MANAGEMENT", "BK": "BANK", "FST": "1", "US": "USA",
    "FIRST": "1", "SECOND": "2", "THIRD": "3", "ONE": "1", "TWO": "2", "THREE": "3", "FOUR": "4",
    "FIVE": "5", "SIX": "6", "SEVEN": "7", "EIGHT": "8", "NINE": "9", "TEN": "10",
    "TWENTY": "20", "THIRTY": "30", "FORTY": "40", "FIFTY": "50", "HUNDRED": "100",
    "II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "XI": "11",
    "XII": "12", "XIII": "13", "XIV": "14", "XV": "15", "XX": "20",
}  # fmt: skip

_JOINING = frozenset(
    {"THE", "OF", "AND", "FOR", "UND", "ET", "E", "Y", "I", "PO", "VE", "MV", "MT", "MS", "SS",
     "FV"}
)  # fmt: skip
"""Words that are left out."""

_ARTICLES = frozenset(
    {"DE", "DU", "DES", "DER", "DIE", "DAS", "LA", "LE", "LES", "EL", "AL", "DEL", "DI", "DELLA"}
)
"""Words that hardly count, but are a part of names when these are written together."""

_GENERIC = frozenset(
    """
    BANK BANKING GROUP HOLDINGS INTERNATIONAL NATIONAL GENERAL TRADING TRADE TRADERS COMMERCIAL
    IMPORT EXPORT SERVICES SOLUTIONS SYSTEMS TECHNOLOGY INDUSTRIES INDUSTRIAL ENTERPRISES ENTERPRISE
    INVESTMENT INVESTMENTS CAPITAL FUND TRUST FINANCE FINANCIAL INSURANCE MANAGEMENT PARTNERS
    GLOBAL WORLD DEVELOPMENT ENGINEERING CONSTRUCTION MANUFACTURING SHIPPING MARINE MARITIME LINES
    TRANSPORT LOGISTICS AVIATION AIRLINES AIR OIL GAS PETROLEUM ENERGY POWER MINING STEEL CHEMICAL
    FOUNDATION ORGANIZATION ASSOCIATION INSTITUTE UNIVERSITY CENTER MINISTRY DEPARTMENT COMMITTEE
    COUNCIL FACTORY PLANT WORKS STATE PUBLIC PRIVATE EXCHANGE MONEY COMMUNICATIONS MEDIA AGENCY
    BUSINESS OFFSHORE REAL ESTATE SECURITIES
    """.split()  # noqa: SIM905
)


_SURE = frozenset(
    """
    LTD LIMITED LLC LLP PLC PVT PRIVATE INC INCORPORATED CORP CORPORATION COMPANY CO GMBH PTE PTY
    PJSC OJSC CJSC JSC FZE FZCO FZC DMCC WLL SDN BHD SARL SRL ENTERPRISES TRADERS SONS BROTHERS
    BROS STORES STORE MILLS AGENCIES FORWARDERS FREIGHT CARGO CARRIERS CLEARING TEXTILES FOODS
    PHARMA MOTORS IMPEX EXPORTS IMPORTS
    """.split()  # noqa: SIM905
)
"""Words that no person's name has, as legal forms, and what traders call themselves by."""


_PERSONAL = frozenset(
    {"INT", "ENG", "IND", "EXP", "IMP", "MIN", "DEV", "LAB", "US", "II", "III", "IV", "VI", "VII"}
)
"""Abbreviations that may be a part of somebody's name, or a title."""


def _form_pattern() -> re.Pattern[str]:
    forms = {form for line in _FORMS.split("\n") for form in line.split("|") if form}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b")


_FORM = _form_pattern()
_DOTTED = re.compile(r"\b(?:\w\.){2,}\w?\b")
_SPELLED_OUT = re.compile(r"\b(?:\w ){1,}\w\b")
_ORDINAL = re.compile(r"(\d+)(?:ST|ND|RD|TH)")
_TENS = re.compile(r"\b([2-9]0) ([1-9])\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedOrganisation:
    """An entry, its list, and the words of each of its names, the weak ones last."""

    entry: WatchlistEntry
    watchlist: Watchlist
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganisationMatch:
    """An organisation compared with a listed one: 0 to 1, why in one sentence, all evidence."""

    score: float
    sentence: Phrase
    evidence: tuple[Evidence, ...]


@lru_cache(maxsize=65536)
def organisation_tokens(text: str) -> tuple[str, ...]:
    """The words of an organisation's or vessel's name as they are compared: in Latin letters,
    without legal form and joining words, abbreviations and numbers written out in one way."""
    plain = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
    plain = latin(comparison_form(plain.replace("&", " ").replace("%", " PERCENT ")))
    plain = _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), plain.upper())
    plain = _ORDINAL.sub(r"\1", plain).replace("UNITED STATES", "USA")
    without = _FORM.sub(" ", plain).split()
    words = [_ABBREVIATED.get(word, word) for word in without if word not in _JOINING]
    words = _TENS.sub(lambda found: f"{found[1][0]}{found[2]}", " ".join(words)).split()
    return _without_acronym(tuple(dict.fromkeys(words or plain.split())))


@lru_cache(maxsize=65536)
def is_organisation(text: str) -> bool:
    """Whether a name is for certain that of an organisation, by a word that no person bears."""
    words = set(re.findall(r"\w+", comparison_form(text).upper().replace(".", "")))
    return not words.isdisjoint(_SURE | _GENERIC | _ABBREVIATED.keys() - _PERSONAL)


def _without_acronym(words: tuple[str, ...]) -> tuple[str, ...]:
    """A name that ends, or begins, with its own initials says nothing new by them."""
    if len(words) > 3 and words[-1] == _initials(words[:-1]):
        return words[:-1]
    return words[1:] if len(words) > 3 and words[0] == _initials(words[1:]) else words


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words)


def compare_organisations(ours: Sequence[str], theirs: Sequence[str], rarity: Rarity) -> Comparison:
    """Compares two names given as `organisation_tokens`; a name may meet its own initials."""
    for one, other in ((ours, theirs), (theirs, ours)):
        if len(one) == 1 and len(other) >= 3 and one[0] == _initials(other):
            rare = min(sum(map(rarity, own)) for own in (ours, theirs))
            part = Part(" ".join(ours), " ".join(theirs), INITIALS, 1.0)
            return Comparison(INITIALS.similarity, rare * INITIALS.similarity, (part,))
    return compare_words(ours, theirs, rarity, _weigh, longer_side=LONGER_SIDE)


@lru_cache(maxsize=65536)
def _counts(word: str) -> float:
    """What a word counts for: numbers tell ships and funds of one owner apart, no more; a country
    tells one house of a group from the other."""
    if word in _ARTICLES:
        return 0.1
    if word.isdigit():
        return 0.6
    if country_named(word):
        return 2.0
    return 0.8 if word in _GENERIC else 1.3


def _weigh(word: str, _: float) -> float:
    return _counts(word)


def match_organisation(
    name: str, country: str | None, listed: ListedOrganisation, rarity: Rarity
) -> OrganisationMatch | None:
    """Compares an organisation with the most alike name of a listed one; None if no word is alike.

    `country` is alpha-3. Vessels, by name, are compared in the same way.
    """
    ours = organisation_tokens(name)
    found = [
        (_points(compared, strong), strong, -place, compared)
        for place, words in enumerate(listed.words)
        if (compared := compare_organisations(ours, words, rarity)).alike
        for strong in [place < len(listed.entry.names)]
    ]
    if not found:
        return None
    _, strong, place, compared = max(found, key=lambda own: own[:3])
    theirs = (*listed.entry.names, *listed.entry.weak_names)[-place].full
    evidence = (*_evidence(name, theirs, compared, strong), *_country(country, listed.entry))
    vessel = listed.entry.kind is EntryKind.VESSEL
    template = (
        N_("The vessel {name} resembles {listed} on the list {list}")
        if vessel
        else N_("The organisation {name} resembles {listed} on the list {list}")
    )
    return OrganisationMatch(
        score=min(1.0, max(0.0, sum(item.weight for item in evidence))),
        sentence=phrase(template, name=name, listed=theirs, list=listed.watchlist.name),
        evidence=evidence,
    )


def _points(compared: Comparison, strong: bool) -> float:
    weak = 0.0 if strong else WEIGHTS["name.weak"]
    return _alike(compared) + _rare(compared) + weak


def _alike(compared: Comparison) -> float:
    return WEIGHTS["name.alike"] * max(0.0, (compared.alike - LEAST_ALIKE) / (1 - LEAST_ALIKE))


def _rare(compared: Comparison) -> float:
    return WEIGHTS["name.rare"] * min(1.0, compared.rarity / RARE)


def _evidence(ours: str, theirs: str, compared: Comparison, strong: bool) -> list[Evidence]:
    equal = compared.alike > 1 - 1e-9
    lost = WEIGHTS["name.alike"] / (1 - LEAST_ALIKE)
    counts = compared.alike > LEAST_ALIKE
    words = [
        Evidence(
            attribute="name.word",
            ours=part.ours,
            theirs=part.theirs,
            agreement=_agreement(part.met.similarity),
            weight=(WEIGHTS["name.alike"] - lost * (1 - part.met.similarity)) * part.share * counts,
            note=phrase(RULES[part.met.rule], letters=part.met.letters, of=part.met.of),
        )
        for part in compared.parts
    ]
    name = Evidence(
        attribute="name",
        ours=ours,
        theirs=theirs,
        agreement=Agreement.AGREES if equal else Agreement.SIMILAR,
        weight=0.0,
        note=phrase(_name_note(ours, theirs, equal=equal)),
    )
    rare = Evidence(
        attribute="name_rarity",
        ours=f"{compared.rarity:.1f}",
        theirs="",
        agreement=Agreement.AGREES,
        weight=_rare(compared),
        note=phrase(N_("How rare the words are that agree: {rare} is rare"), rare=RARE),
    )
    weak = Evidence(
        attribute="weak_alias",
        ours="",
        theirs=theirs,
        agreement=Agreement.DIFFERS,
        weight=WEIGHTS["name.weak"],
        note=phrase(N_("The list itself calls this alias weak")),
    )
    return [name, *words, rare, *([] if strong else [weak])]


def _name_note(ours: str, theirs: str, *, equal: bool) -> str:
    if comparison_form(ours) == comparison_form(theirs):
        return N_("The names are equal")
    if equal:
        return N_("The names are equal but for the legal form")
    return N_("The names are written differently but may be the same")


def _agreement(similarity: float) -> Agreement:
    if similarity == 1:
        return Agreement.AGREES
    return Agreement.SIMILAR if similarity else Agreement.DIFFERS


def _country(country: str | None, entry: WatchlistEntry) -> list[Evidence]:
    if country is None or not entry.nationalities:
        return []
    equal = country in entry.nationalities
    return [
        Evidence(
            attribute="country",
            ours=country,
            theirs=", ".join(entry.nationalities),
            agreement=Agreement.AGREES if equal else Agreement.DIFFERS,
            weight=WEIGHTS["country.equal" if equal else "country.differs"],
            note=phrase(N_("The countries are equal") if equal else N_("The countries differ")),
        )
    ]
