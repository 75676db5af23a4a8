"""Names for measuring with a crowd: many people, few common words, many rare ones."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from parakh.domain.traveller import PersonName
from parakh.simulate.names import STOCKS

_PARTS = """
BA DA FA GHU HA JA KA KHU LA MA NO PA QA RA SA SHA TA WA YU ZA
BI DRA FRA GA JU KHA LI MAN NO RI SHAM TI WAZ YA ZU
BAD DIN GAR HI JANI KANI LAI MANI NAI PUR RANI SARI TAN WALI YAR ZAI
"""
_STARTS, _MIDDLES, _ENDS = (line.split() for line in _PARTS.strip().splitlines())
"""Of which family names are made up."""

SHARE_OF_STOCK = 0.6
"""So many bear a family name that many others bear too."""


def crowd(seed: int, count: int, families: int = 60_000) -> Iterator[PersonName]:
    """Names of so many people, the same for the same seed.

    Given names are of all nations' stocks; of family names SHARE_OF_STOCK are too, the others are
    of `families` invented ones, of which some are far more frequent than others (Zipf).
    """
    random = Random(seed)  # noqa: S311  (invented people, no secrets)
    stocks = list(STOCKS.values())
    invented = [
        random.choice(_STARTS) + "".join(random.choices(_MIDDLES, k=1 + place % 2))
        + random.choice(_ENDS)
        for place in range(families)
    ]  # fmt: skip
    weights = list(accumulate(1 / (place + 10) for place in range(families)))
    for _ in range(count):
        stock = random.choice(stocks)
        given = random.choice(stock.men if random.random() < 0.6 else stock.women)
        if stock.first_parts and random.random() < 0.4:
            given = f"{random.choice(stock.first_parts)} {given}"
        own = stock.families and random.random() < SHARE_OF_STOCK
        family = (
            random.choice(stock.families)
            if own
            else random.choices(invented, cum_weights=weights)[0]
        )
        yield PersonName(family=family, given=given)
