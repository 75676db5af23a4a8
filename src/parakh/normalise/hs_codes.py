"""Codes of the Harmonized System (WCO, HS 2022): their form, and the chapters by short names.

Chapters 1 to 97 are the world's, without 77, which is kept for future use; 98 and 99 are left to
each country for its own purposes.
"""

import re

from parakh.domain.phrase import N_
from parakh.errors import Unreadable

CHAPTERS = {
    "01": N_("Live animals"),
    "02": N_("Meat"),
    "03": N_("Fish and seafood"),
    "04": N_("Milk, eggs, honey"),
    "05": N_("Other products of animals"),
    "06": N_("Live plants and flowers"),
    "07": N_("Vegetables"),
    "08": N_("Fruit and nuts"),
    "09": N_("Coffee, tea, spices"),
    "10": N_("Cereals"),
    "11": N_("Flour, malt, starch"),
    "12": N_("Oil seeds, medicinal plants, straw"),
    "13": N_("Gums, resins, plant extracts"),
    "14": N_("Plaiting materials"),
    "15": N_("Fats and oils"),
    "16": N_("Preparations of meat or fish"),
    "17": N_("Sugar and sweets"),
    "18": N_("Cocoa and chocolate"),
    "19": N_("Bakery goods, pasta"),
    "20": N_("Preserved vegetables and fruit"),
    "21": N_("Other food preparations"),
    "22": N_("Beverages, spirits, vinegar"),
    "23": N_("Animal feed, food residues"),
    "24": N_("Tobacco"),
    "25": N_("Salt, stone, cement"),
    "26": N_("Ores, slag, ash"),
    "27": N_("Mineral fuels and oils"),
    "28": N_("Inorganic chemicals"),
    "29": N_("Organic chemicals"),
    "30": N_("Medicines"),
    "31": N_("Fertilisers"),
    "32": N_("Dyes, paints, inks"),
    "33": N_("Perfumes and cosmetics"),
    "34": N_("Soap, waxes, detergents"),
    "35": N_("Proteins, glues, enzymes"),
    "36": N_("Explosives, fireworks, matches"),
    "37": N_("Photographic goods"),
    "38": N_("Other chemical products"),
    "39": N_("Plastics"),
    "40": N_("Rubber"),
    "41": N_("Raw hides and leather"),
    "42": N_("Leather goods, bags"),
    "43": N_("Furs"),
    "44": N_("Wood"),
    "45": N_("Cork"),
    "46": N_("Basketware"),
    "47": N_("Wood pulp, waste paper"),
    "48": N_("Paper and board"),
    "49": N_("Books, printed matter"),
    "50": N_("Silk"),
    "51": N_("Wool and animal hair"),
    "52": N_("Cotton"),
    "53": N_("Other vegetable fibres"),
    "54": N_("Man-made filaments"),
    "55": N_("Man-made staple fibres"),
    "56": N_("Wadding, felt, ropes"),
    "57": N_("Carpets"),
    "58": N_("Special fabrics, lace"),
    "59": N_("Coated fabrics"),
    "60": N_("Knitted fabrics"),
    "61": N_("Knitted clothing"),
    "62": N_("Woven clothing"),
    "63": N_("Other textiles, worn clothing"),
    "64": N_("Footwear"),
    "65": N_("Headgear"),
    "66": N_("Umbrellas and sticks"),
    "67": N_("Feathers, artificial flowers"),
    "68": N_("Goods of stone or cement"),
    "69": N_("Ceramics"),
    "70": N_("Glass"),
    "71": N_("Pearls, gems, precious metals"),
    "72": N_("Iron and steel"),
    "73": N_("Goods of iron or steel"),
    "74": N_("Copper"),
    "75": N_("Nickel"),
    "76": N_("Aluminium"),
    "78": N_("Lead"),
    "79": N_("Zinc"),
    "80": N_("Tin"),
    "81": N_("Other base metals"),
    "82": N_("Tools and cutlery"),
    "83": N_("Fittings of base metal"),
    "84": N_("Machinery"),
    "85": N_("Electrical and electronic goods"),
    "86": N_("Railway vehicles"),
    "87": N_("Road vehicles and parts"),
    "88": N_("Aircraft and spacecraft"),
    "89": N_("Ships and boats"),
    "90": N_("Optical, measuring, medical instruments"),
    "91": N_("Clocks and watches"),
    "92": N_("Musical instruments"),
    "93": N_("Arms and ammunition"),
    "94": N_("Furniture, lamps, prefabricated buildings"),
    "95": N_("Toys, games, sports goods"),
    "96": N_("Other manufactured goods"),
    "97": N_("Works of art, antiques"),
}
"""Two figures of a chapter to what it holds, in short words of our own."""

LONGEST = 10
"""Figures of the longest national code."""

_SIGNS = re.compile(r"[\s.\-]+")
_LENGTHS = (6, 8, LONGEST)
_NATIONAL = frozenset({"98", "99"})


def tariff_code(text: str) -> str:
    """A code as it is kept: figures and letters without points and blanks, at most ten."""
    return _SIGNS.sub("", text).upper()[:LONGEST]


def check_tariff_code(text: str) -> None:
    """Raises Unreadable if a code is none of six figures, or national of eight or ten, or if its
    chapter is neither of the Harmonized System nor left to countries."""
    value = _SIGNS.sub("", text)
    if not (value.isascii() and value.isdigit() and len(value) in _LENGTHS):
        raise Unreadable("a tariff code has six, eight or ten figures")
    if value[:2] not in CHAPTERS and value[:2] not in _NATIONAL:
        raise Unreadable("there is no such chapter of the tariff")
