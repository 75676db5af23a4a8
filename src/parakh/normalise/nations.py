"""Countries by the names that watchlists give them, and by the names of their people."""

import re
from functools import cache

from parakh.normalise.codes import country
from parakh.normalise.names import comparison_form

_NAMES = {
    "BOL": "Bolivia", "BRN": "Brunei", "CIV": "Cote d'Ivoire,Cote d Ivoire,Ivory Coast",
    "CPV": "Cape Verde",
    "COD": "DRC,Congo Kinshasa,Congo (DRC),Congo Democratic Republic of the,Zaire,"
           "Democratic Republic of the Congo,Congo (Democratic Republic of)",
    "COG": "Congo,Congo Brazzaville,Republic of the Congo,Congo Republic of the",
    "CZE": "Czech Republic", "FSM": "Micronesia", "GBR": "United Kingdom,Great Britain,England,"
           "Scotland,Wales,Northern Ireland,U.K.", "GMB": "The Gambia,Gambia The",
    "IRN": "Iran,Islamic Republic of Iran,Iran (Islamic Republic of)",
    "KOR": "South Korea,Korea South,Republic of Korea", "LAO": "Laos",
    "MDA": "Moldova,Republic of Moldova", "MKD": "Macedonia,North Macedonia",
    "MMR": "Burma,Myanmar/Burma,Burma (Myanmar)",
    "PRK": "North Korea,Korea North,DPRK,Democratic People's Republic of Korea,"
           "Democratic People's Republic of Korea (DPRK),DPR Korea",
    "PSE": "Palestine,State of Palestine,Palestinian,Palestinian Territories,Gaza,West Bank,"
           "Palestinian Territory Occupied,Region Gaza,Gaza Strip",
    "RUS": "Russia,USSR,Soviet Union,former Soviet Union,former USSR",
    "SRB": "Serbia,Yugoslavia,Former Yugoslavia,Serbia and Montenegro",
    "BIH": "Bosnia-Herzegovina,Bosnia,Bosnia Herzegovina",
    "STP": "Sao Tome and Principe", "SWZ": "Swaziland", "SYR": "Syria", "TLS": "East Timor",
    "TUR": "Turkey,Turkiye", "TWN": "Taiwan", "TZA": "Tanzania,United Republic of Tanzania",
    "USA": "USA,U.S.,U.S.A.,United States,United States of America,America",
    "VAT": "Vatican,Holy See", "VEN": "Venezuela", "VGB": "British Virgin Islands,"
           "Virgin Islands British", "VIR": "Virgin Islands U.S.", "VNM": "Vietnam,Viet Nam",
    "RKS": "Kosovo", "BHS": "The Bahamas,Bahamas The", "CHN": "PRC,People's Republic of China,"
           "Mainland China", "HKG": "Hong Kong", "MAC": "Macau", "XXA": "Stateless,none",
    "CUW": "Curacao", "TCA": "Turks and Caicos Islands", "BES": "Bonaire",
    "ARE": "UAE,U.A.E.", "UKR": "Crimea,Crimea Region,Region Crimea",
    "KNA": "St. Kitts and Nevis", "VCT": "St. Vincent and the Grenadines",
    "LCA": "St. Lucia", "SXM": "Sint Maarten,St. Maarten", "CAF": "CAR", "BLR": "Byelorussia",
}  # fmt: skip
"""Names that the tables of ISO 3166-1 lack, parted by commas."""

_PEOPLES = {
    "AFG": "Afghan,Afgan", "ALB": "Albanian", "DZA": "Algerian", "AGO": "Angolan",
    "ARG": "Argentine,Argentinian,Argentinean", "ARM": "Armenian", "AUS": "Australian",
    "AUT": "Austrian", "AZE": "Azerbaijani,Azeri", "BHR": "Bahraini", "BGD": "Bangladeshi",
    "BLR": "Belarusian,Belarussian,Byelorussian", "BEL": "Belgian", "BEN": "Beninese",
    "BOL": "Bolivian", "BIH": "Bosnian", "BRA": "Brazilian", "BGR": "Bulgarian",
    "BFA": "Burkinabe", "BDI": "Burundian", "MMR": "Burmese", "KHM": "Cambodian",
    "CMR": "Cameroonian", "CAN": "Canadian", "CAF": "Central African", "TCD": "Chadian",
    "CHL": "Chilean", "CHN": "Chinese", "COL": "Colombian", "CRI": "Costa Rican",
    "HRV": "Croatian,Croat", "CUB": "Cuban", "CYP": "Cypriot", "CZE": "Czech",
    "DNK": "Danish", "DJI": "Djiboutian", "DOM": "Dominican Republic", "NLD": "Dutch",
    "ECU": "Ecuadorian,Ecuadorean", "EGY": "Egyptian", "SLV": "Salvadoran,Salvadorean",
    "ERI": "Eritrean", "EST": "Estonian", "ETH": "Ethiopian", "PHL": "Filipino,Philippine",
    "FIN": "Finnish", "FRA": "French", "GAB": "Gabonese", "GMB": "Gambian",
    "GEO": "Georgian", "DEU": "German", "GHA": "Ghanaian", "GRC": "Greek",
    "GTM": "Guatemalan", "GIN": "Guinean", "HTI": "Haitian", "HND": "Honduran",
    "HUN": "Hungarian", "IND": "Indian", "IDN": "Indonesian", "IRN": "Iranian",
    "IRQ": "Iraqi", "IRL": "Irish", "ISR": "Israeli", "ITA": "Italian", "CIV": "Ivorian",
    "JAM": "Jamaican", "JPN": "Japanese", "JOR": "Jordanian", "KAZ": "Kazakh,Kazakhstani",
    "KEN": "Kenyan", "RKS": "Kosovar", "KWT": "Kuwaiti", "KGZ": "Kyrgyz,Kyrgyzstani",
    "LAO": "Laotian,Lao", "LVA": "Latvian", "LBN": "Lebanese", "LBR": "Liberian",
    "LBY": "Libyan", "LTU": "Lithuanian", "LUX": "Luxembourgish", "MKD": "Macedonian",
    "MYS": "Malaysian", "MDV": "Maldivian", "MLI": "Malian", "MLT": "Maltese",
    "MRT": "Mauritanian", "MEX": "Mexican", "MDA": "Moldovan", "MNG": "Mongolian",
    "MNE": "Montenegrin", "MAR": "Moroccan", "MOZ": "Mozambican", "NAM": "Namibian",
    "NPL": "Nepalese,Nepali", "NZL": "New Zealander", "NIC": "Nicaraguan", "NGA": "Nigerian",
    "NER": "Nigerien", "PRK": "North Korean", "NOR": "Norwegian", "OMN": "Omani",
    "PAK": "Pakistani", "PSE": "Palestinian", "PAN": "Panamanian", "PRY": "Paraguayan",
    "PER": "Peruvian", "POL": "Polish", "PRT": "Portuguese", "QAT": "Qatari",
    "ROU": "Romanian", "RUS": "Russian,Soviet", "RWA": "Rwandan", "SAU": "Saudi,Saudi Arabian",
    "SEN": "Senegalese", "SRB": "Serbian,Serb", "SLE": "Sierra Leonean", "SGP": "Singaporean",
    "SVK": "Slovak", "SVN": "Slovenian", "SOM": "Somali,Somalian", "ZAF": "South African",
    "KOR": "South Korean,Korean", "SSD": "South Sudanese", "ESP": "Spanish",
    "LKA": "Sri Lankan", "SDN": "Sudanese", "SWE": "Swedish", "CHE": "Swiss",
    "SYR": "Syrian", "TWN": "Taiwanese", "TJK": "Tajik,Tajikistani", "TZA": "Tanzanian",
    "THA": "Thai", "TGO": "Togolese", "TTO": "Trinidadian", "TUN": "Tunisian",
    "TUR": "Turkish", "TKM": "Turkmen", "UGA": "Ugandan", "UKR": "Ukrainian",
    "ARE": "Emirati", "GBR": "British,English,Scottish", "USA": "American,US",
    "URY": "Uruguayan", "UZB": "Uzbek,Uzbekistani", "VEN": "Venezuelan",
    "VNM": "Vietnamese", "YEM": "Yemeni,Yemenite", "ZMB": "Zambian", "ZWE": "Zimbabwean",
    "COD": "Congolese",
}  # fmt: skip
"""Adjectives and names of peoples, parted by commas."""

_MOST_WORDS = 8
_PARTS = re.compile(r"[;,/]|\band/or\b|\band\b|\bor\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)")


def country_named(text: str) -> str | None:
    """The alpha-3 code for a code, an English name of a country or of its people; None if it is
    neither. Case, signs and accents do not matter."""
    return country(text) or _named().get(_form(text))


def countries_named(text: str) -> tuple[str, ...]:
    """All countries that a text names, such as `Syrian/Turkish` or `Sudanese by birth`."""
    whole = country_named(text)
    if whole is not None:
        return (whole,)
    plain = _ASIDE.sub(" ", text)
    parts = [country_named(part) or _within(part) for part in (plain, *_PARTS.split(plain))]
    # The whole first: `Bosnia and Herzegovina` is one country, and a part of it is none.
    known = [parts[0]] if country_named(plain) else parts[1:]
    return tuple(dict.fromkeys(own for own in known if own is not None))


def _within(text: str) -> str | None:
    """The country that some words next to each other name; the most words count."""
    words = _form(text).split()[: _MOST_WORDS * 2]
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            found = _named().get(" ".join(words[start : start + length]))
            if found is not None:
                return found
    return None


def _form(text: str) -> str:
    return comparison_form(text.replace("’", "'").replace("&", " and "))


@cache
def _named() -> dict[str, str]:
    import pycountry

    names = {_form(old.name): old.alpha_3 for old in pycountry.historic_countries}
    for nation in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            if told := getattr(nation, attribute, ""):
                names[_form(told)] = nation.alpha_3
                first, _, rest = told.partition(",")
                if rest:
                    names[_form(f"{rest} {first}")] = nation.alpha_3
    for table in (_PEOPLES, _NAMES):
        for code, told in table.items():
            names.update({_form(own): code for own in told.split(",")})
    return names
