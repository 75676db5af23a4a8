"""Consignments as the cargo model sees them: lines of goods in columns, their fields as tokens.

A token is 64 bits of HMAC-SHA256 (RFC 2104) under a secret of the centre: equal values have equal
tokens, and nobody without the secret can tell or try out what stands behind one. So what is kept to
learn from holds no name and no number of anybody. What must never weigh is not among the fields:
nothing of a natural person's nationality, birth, sex or belief is.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from parakh.domain.consignment import Consignment, Item, Party, PartyRole
from parakh.screen.screener import ConsignmentSubject

Tokens = NDArray[np.uint64]
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

FIELDS = (
    "importer",
    "exporter",
    "agent",
    "carrier",
    "hs10",
    "hs6",
    "hs4",
    "hs2",
    "origin",
    "departure",
    "loading",
    "office",
    "procedure",
    "kind",
    "use",
    "payment",
    "mode",
    "regime",
    "proof",
    "rate_step",
    "mass",
)
"""What of a line may be looked at, as tokens; `mass` and `rate_step` are the declared figures as
text, `regime` by which the duty is set and `proof` how the origin is shown, where they are told."""

NUMBERS = ("day", "rate", "kg", "value", "duty", "price", "transit", "rest")
"""Day (since 1970), rate of duty in per cent, net kilograms, customs value and duty in the centre's
currency, what was invoiced where no customs value is told, 1 where goods were sent from another
country than that of their origin and else 0, and how far the tariff code is one for the rest of its
heading (see `rest_of`); NaN where nothing is told."""

EPOCH = date(1970, 1, 1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NONE: Tokens = np.empty(0, dtype=np.uint64)
_WIDTH = len(FIELDS) + len(NUMBERS)
_UNTOLD = np.float64("nan").view(np.uint64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """Lines of goods, in columns of equal length.

    Attributes:
        tokens: by field, 0 where nothing is told.
        numbers: by name.
        owner: place of the consignment that each line belongs to, in order from 0.
        words, word_line: words of the descriptions as tokens, and the line of each.
    """

    tokens: Mapping[str, Tokens]
    numbers: Mapping[str, Numbers]
    owner: Places
    words: Tokens
    word_line: Places

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def consignments(self) -> int:
        """How many consignments they belong to."""
        return int(self.owner[-1]) + 1 if len(self.owner) else 0

    def take(self, consignments: NDArray[np.bool_]) -> "Lines":
        """The lines of some of the consignments, numbered anew."""
        kept = consignments[self.owner]
        place = np.cumsum(consignments) - 1
        line = np.cumsum(kept) - 1
        words = kept[self.word_line]
        return Lines(
            tokens={name: own[kept] for name, own in self.tokens.items()},
            numbers={name: own[kept] for name, own in self.numbers.items()},
            owner=place[self.owner[kept]],
            words=self.words[words],
            word_line=line[self.word_line[words]],
        )

    def by_consignment(self, values: Numbers) -> Numbers:
        """The largest value among the lines of each consignment."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        return np.maximum.reduceat(values, starts) if len(starts) else values[:0]


class Tokeniser:
    """Makes tokens under one secret; remembers the newest, for most come again."""

    def __init__(self, key: bytes, most: int = 200_000) -> None:
        self._key = key
        self._most = most
        self._known: dict[tuple[str, str], int] = {}

    def token(self, field: str, text: str) -> int:
        """What stands for a value of a field; 0 for no value."""
        if not text:
            return 0
        found = self._known.get((field, text))
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            digest = hmac.digest(self._key, f"{field}\0{text}".encode(), "sha256")
            found = int.from_bytes(digest[:8], "big") or 1
            self._known[field, text] = found
        return found

    def column(self, field: str, values: Iterable[str]) -> Tokens:
        """The tokens of many values."""
        return np.fromiter((self.token(field, own) for own in values), dtype=np.uint64)


# --- from consignments ------------------------------------------------------------------------


def lines_of(subjects: Sequence[ConsignmentSubject], tokeniser: Tokeniser, at: datetime) -> Lines:
    """The lines of some consignments; one without items counts as one line that tells nothing.

    `at` stands for the day of those that tell none themselves.
    """
    return joined([pack(own.consignment, tokeniser, at) for own in subjects])


def pack(own: Consignment, tokeniser: Tokeniser, at: datetime) -> bytes:
    """One consignment as it is kept: tokens and numbers only (see `joined`)."""
    whole = _of_whole(own)
    day = float((day_of(own, at) - EPOCH).days)
    items = own.items or (Item(ordinal=1, gross_kg=own.gross_kg, description=own.description),)
    return packed(
        [_tokens(whole | _of_item(own), tokeniser) for own in items],
        [[day, *_numbers(item, own.export_country or "")] for item in items],
        [[tokeniser.token("word", word) for word in words_of(own.description)] for own in items],
    )


def day_of(own: Consignment, at: datetime) -> date:
    """The day that a consignment counts for: of its declaration, else of its arrival."""
    moment = own.declaration.lodged_at if own.declaration else own.due_at or at
    return moment.astimezone(UTC).date()


def party_text(party: Party | None) -> str:
    """Equal for one party: its number, else the words of its name in order, and its country."""
    if party is None:
        return ""
    return party.identifier or " ".join([*sorted(party.name.split()), party.country or ""])


def words_of(description: str) -> list[str]:
    """The words of a description, each once, without those of one or two signs and numbers."""
    words = "".join(sign if sign.isalnum() else " " for sign in description.upper()).split()
    return sorted({own for own in words if len(own) > 2 and not own.isdigit()})


def _of_whole(own: Consignment) -> dict[str, str]:
    told = own.declaration
    return {
        "importer": party_text(own.party(PartyRole.IMPORTER, PartyRole.CONSIGNEE)),
        "exporter": party_text(own.party(PartyRole.EXPORTER)),
        "agent": party_text(own.party(PartyRole.AGENT)),
        "carrier": party_text(own.party(PartyRole.CARRIER)),
        "departure": own.export_country or "",
        "loading": own.loading_port,
        "office": told.office if told else own.port,
        "procedure": told.procedure if told else "",
        "kind": own.kind.value if own.kind else "",
        "use": told.import_use if told else "",
        "payment": told.payment if told else "",
        "mode": own.mode.value if own.mode else "",
        "regime": _preference(told.preference_claimed if told else None),
        "proof": "",
    }


def _preference(claimed: bool | None) -> str:
    return "" if claimed is None else "preference" if claimed else "ordinary"


def _of_item(item: Item) -> dict[str, str]:
    mass = item.net_kg if item.net_kg is not None else item.gross_kg
    return {
        **code_levels(item.hs_code),
        "origin": item.origin or "",
        "rate_step": "" if item.rate is None else f"{item.rate:g}",
        "mass": "" if mass is None else f"{mass:g}",
    }


def code_levels(code: str) -> dict[str, str]:
    """A tariff code, and the heading, subheading and chapter over it; "" where it is shorter."""
    return {
        "hs10": code,
        "hs6": code[:6] if len(code) >= 6 else "",
        "hs4": code[:4] if len(code) >= 4 else "",
        "hs2": code[:2],
    }


def transit(origin: str, departure: str) -> float:
    """1 where goods come from elsewhere than they were made, else 0; NaN where one is untold."""
    return float(origin != departure) if origin and departure else float("nan")


def rest_of(code: str) -> float:
    """How far a tariff code is one for what has no code of its own: "other" is numbered 9 at each
    level under the heading. The number of nines there, and one more where the last level is one;
    NaN for a heading alone."""
    if len(code) <= len("0000"):
        return float("nan")
    levels = code[4:].rstrip("0")
    return float(levels.count("9") + levels.endswith("9"))


def _numbers(item: Item, departure: str) -> list[float]:
    mass = item.net_kg if item.net_kg is not None else item.gross_kg
    price = item.price.amount if item.price else None
    return [
        *(_number(own) for own in (item.rate, mass, item.value, item.duty, price)),
        transit(item.origin or "", departure),
        rest_of(item.hs_code),
    ]


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _tokens(texts: Mapping[str, str], tokeniser: Tokeniser) -> list[int]:
    return [tokeniser.token(name, texts[name]) for name in FIELDS]


# --- as they are kept -------------------------------------------------------------------------


def packed(
    tokens: Sequence[Sequence[int]],
    numbers: Sequence[Sequence[float]],
    words: Sequence[Sequence[int]],
) -> bytes:
    """One consignment's lines as bytes: how many, words in each, fields, numbers, and the words."""
    counts = [len(tokens), *(len(own) for own in words)]
    fixed = np.empty((len(tokens), _WIDTH), dtype="<u8")
    fixed[:, : len(FIELDS)] = tokens
    fixed[:, len(FIELDS) :] = np.asarray(numbers, dtype="<f8").view("<u8")
    told = [word for own in words for word in own]
    return b"".join(
        [
            np.asarray(counts, dtype="<u8").tobytes(),
            fixed.tobytes(),
            np.asarray(told, "<u8").tobytes(),
        ]
    )


def joined(consignments: Sequence[bytes]) -> Lines:
    """The lines of consignments that were packed, in their order."""
    fixed, words, owner, lengths = [], [], [], []
    for place, own in enumerate(consignments):
        values = np.frombuffer(own, dtype="<u8")
        count = int(values[0])
        start, end = 1 + count, len(values) - int(values[1 : 1 + count].sum())
        fixed.append(_filled(values[start:end], count))
        lengths.append(values[1:start])
        words.append(values[end:])
        owner.append(np.full(count, place, dtype=np.int64))
    table = np.concatenate(fixed or [_NONE]).reshape(-1, _WIDTH)
    numbers = table[:, len(FIELDS) :].copy().view(np.float64)
    per_line = np.concatenate(lengths or [_NONE]).astype(np.int64)
    return Lines(
        tokens={name: table[:, own].copy() for own, name in enumerate(FIELDS)},
        numbers={name: numbers[:, own].copy() for own, name in enumerate(NUMBERS)},
        owner=np.concatenate(owner or [_NONE.astype(np.int64)]),
        words=np.concatenate(words or [_NONE]),
        word_line=np.repeat(np.arange(len(per_line)), per_line),
    )


def _filled(fixed: Tokens, count: int) -> Tokens:
    """Lines as wide as they are now: what was packed before a number was added lacks the last."""
    if len(fixed) == count * _WIDTH:
        return fixed
    table = np.full((count, _WIDTH), _UNTOLD)
    table[:, : len(fixed) // count] = fixed.reshape(count, -1)
    return table.ravel()


def distinct(*values: Tokens, salt: int) -> Tokens:
    """One token for several values together (the finaliser of SplitMix64; Steele 2014)."""
    mixed = np.full(len(values[0]), salt, dtype=np.uint64)
    for own in values:
        mixed = _finish((mixed ^ own) + _GOLDEN)
    return mixed


def _finish(value: Tokens) -> Tokens:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
