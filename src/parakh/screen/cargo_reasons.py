"""What a score rests on, and what is out of the ordinary, in words.

A reason names what was counted, so that an officer can hold it against the papers: "this importer:
4 of 9 found". What stands here as a signal needs no model: it compares a consignment with those
before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import exp, isnan

import numpy as np

from parakh.domain.cargo import Contribution
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.screen.cargo_features import (
    GROUPS,
    LEAST,
    REPEAT,
    Known,
    Matrix,
    fit_of_words,
    measures,
    way,
)
from parakh.screen.cargo_lines import Lines, Numbers

SHOWN = 5
"""So many reasons are kept with a score."""

LEAST_WEIGHT = 0.02
"""Log odds under which a reason is not worth a word."""

UNDER, OVER = 0.7, 1.5
"""A value a kilogram is out of the ordinary under or over so many times the median."""

RARE, ENOUGH = 0.02, 30
"""A route is rare under this share of so many consignments."""

ILL_FITTING = -1.0
"""A description is told to fit its heading badly from here on (nats; 0 is chance)."""

MUCH = 0.95
"""Duty is high from this share of all consignments on."""

_FOUND: Mapping[str, str] = {
    REPEAT: N_("the same goods, amount and places: {found} of {known} found"),
    "importer": N_("this importer: {found} of {known} found"),
    "exporter": N_("this exporter: {found} of {known} found"),
    "agent": N_("this clearing agent: {found} of {known} found"),
    "carrier": N_("this carrier: {found} of {known} found"),
    "hs2": N_("this chapter of the tariff: {found} of {known} found"),
    "hs4": N_("this heading of the tariff: {found} of {known} found"),
    "hs6": N_("this subheading of the tariff: {found} of {known} found"),
    "hs10": N_("this tariff code: {found} of {known} found"),
    "origin": N_("this country of origin: {found} of {known} found"),
    "departure": N_("sent from this country: {found} of {known} found"),
    "office": N_("at this office: {found} of {known} found"),
    "procedure": N_("this customs procedure: {found} of {known} found"),
    "kind": N_("this kind of import: {found} of {known} found"),
    "use": N_("this use of the goods: {found} of {known} found"),
    "payment": N_("this way of payment: {found} of {known} found"),
    "mode": N_("this mode of transport: {found} of {known} found"),
    "regime": N_("this duty regime: {found} of {known} found"),
    "proof": N_("origin shown in this way: {found} of {known} found"),
    "rate": N_("this rate of duty: {found} of {known} found"),
    "hs2+origin": N_("this chapter and origin: {found} of {known} found"),
    "hs4+origin": N_("this heading and origin: {found} of {known} found"),
    "hs6+origin": N_("this subheading and origin: {found} of {known} found"),
    "hs10+origin": N_("this code and origin: {found} of {known} found"),
    "hs4+origin+departure": N_("this heading by this way: {found} of {known} found"),
    "hs10+origin+departure": N_("this code by this way: {found} of {known} found"),
    "hs6+regime": N_("this subheading under this regime: {found} of {known} found"),
    "hs10+regime": N_("this code under this regime: {found} of {known} found"),
    "hs4+rate": N_("this heading at this rate: {found} of {known} found"),
    "hs10+rate": N_("this code at this rate: {found} of {known} found"),
    "origin+departure": N_("this origin, sent from this country: {found} of {known} found"),
    "origin+regime": N_("this origin under this regime: {found} of {known} found"),
    "importer+hs2": N_("this importer with this chapter: {found} of {known} found"),
    "importer+origin": N_("this importer from this origin: {found} of {known} found"),
    "importer+exporter": N_("this importer with this exporter: {found} of {known} found"),
    "agent+hs4": N_("this agent with this heading: {found} of {known} found"),
    "office+hs4": N_("this heading at this office: {found} of {known} found"),
    "route": N_("this chapter by this route: {found} of {known} found"),
    "rest+hs2": N_("codes of this kind in this chapter: {found} of {known} found"),
    "origin+rate": N_("this origin at this rate of duty: {found} of {known} found"),
    "rate+regime": N_("this rate under this regime: {found} of {known} found"),
    "hs4+regime": N_("this heading under this regime: {found} of {known} found"),
    "hs10+departure": N_("this code, sent from this country: {found} of {known} found"),
    "hs4+origin+departure+regime": N_(
        "this heading by this way under this regime: {found} of {known} found"
    ),
    "hs10+origin+departure+duty": N_(
        "this code by this way at the same duty: {found} of {known} found"
    ),
    "amount": N_("amounts like this: {found} of {known} found"),
    "hs2+amount": N_("this chapter in amounts like this: {found} of {known} found"),
    "origin+amount": N_("this origin in amounts like this: {found} of {known} found"),
    "rate+regime+amount": N_("this rate and regime in amounts like this: {found} of {known} found"),
    "hs4+amount": N_("this heading in just this amount: {found} of {known} found"),
    "hs10+amount": N_("this code in amounts like this: {found} of {known} found"),
    "hs10+origin+amount": N_("this code and origin in amounts like this: {found} of {known} found"),
}
_NEW: Mapping[str, str] = {
    "importer": N_("this importer: nothing looked into before"),
    "exporter": N_("this exporter: nothing looked into before"),
    "hs10": N_("this tariff code: nothing looked into before"),
    "importer+hs2": N_("this importer with this chapter: nothing looked into before"),
}
_NOTHING_KNOWN = N_("nothing like it was looked into before")
_PRICE_UNDER = N_("value a kilogram {percent}% under the median for this code and origin")
_PRICE_OVER = N_("value a kilogram {percent}% over the median for this code and origin")
_PRICE = N_("value a kilogram of {value}")
_MASS_UNDER = N_("mass {percent}% under the median for this code and origin")
_MASS_OVER = N_("mass {percent}% over the median for this code and origin")
_MASS = N_("mass of {kg} kg")
_ROUND = N_("how round the declared mass is: {kg} kg")
_RATE = N_("rate of duty of {rate}%")
_TRANSIT = N_("sent from another country than that of origin")
_STRAIGHT = N_("sent from the country of origin")
_REST = N_("a tariff code for goods that have none of their own")
_NAMED = N_("a tariff code that names the goods")
_DUTY = N_("duties and taxes at stake: {duty}")
_FITS = N_("the description is usual for this heading")
_FITS_NOT = N_("the description is unusual for this heading")
_WAY = N_("route taken by {percent}% of this chapter and origin")
_UNTOLD: Mapping[str, str] = {
    "price": N_("no value a kilogram: the value or the mass is not told"),
    "mass": N_("the mass is not told"),
    "mass_round": N_("the mass is not told"),
    "rate": N_("the rate of duty is not told"),
    "duty": N_("duties and taxes are not told"),
    "transit": N_("the country of origin or of departure is not told"),
    "rest": N_("the tariff code is not told in full"),
    "description": N_("the goods are not described in words that are known"),
}
_FIRST_IMPORTER = N_("first consignment of this importer")
_FIRST_CHAPTER = N_("this importer never brought goods of this chapter: {count} consignments known")
_RARE_WAY = N_("rare route: {route} of {count} consignments of this chapter and origin came so")
_MUCH_DUTY = N_("duties and taxes at stake: {duty}, more than of {percent} in 100 consignments")
_FOUND_BEFORE = N_("this importer: {found} of {known} found before")

_WHOLE_HUNDRED = 100


def topic(feature: str) -> str:
    """What several features are told as together: the key, or the measure."""
    kind, _, rest = feature.partition(":")
    return rest if kind in ("found", "seen", "effect") else kind


def contributions(
    lines: Lines, known: Known, features: Sequence[str], weights: Matrix, rows: Sequence[int]
) -> list[tuple[Contribution, ...]]:
    """The largest reasons of some lines, from what each feature adds to the score in log odds."""
    topics = [topic(own) for own in features]
    names = list(dict.fromkeys(topics))
    place = np.asarray([names.index(own) for own in topics])
    sums = np.zeros((len(rows), len(names)))
    for column, own in enumerate(place):
        sums[:, own] += weights[:, column]
    largest = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :SHOWN]
    shown = np.take_along_axis(sums, largest, axis=1).round(4)
    told = Told(lines, known)
    return [
        _once(
            Contribution(feature=names[own], weight=weight, sentence=told.sentence(names[own], row))
            for own, weight in zip(*both, strict=True)
        )
        for row, *both in zip(rows, largest.tolist(), shown.tolist(), strict=True)
    ]


def _once(found: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """Reasons worth a word, the largest first; those of the same words are one, or the same would
    be told as speaking for a find and against it."""
    own: dict[str, Contribution] = {}
    for one in found:
        words = str(one.sentence)
        before = own.get(words)
        whole = before and replace(before, weight=round(before.weight + one.weight, 4))
        own[words] = whole or one
    kept = (one for one in own.values() if abs(one.weight) >= LEAST_WEIGHT)
    return tuple(sorted(kept, key=lambda one: -abs(one.weight)))


def counted(key: str) -> str:
    """A template that begins with what is counted by a key, before a colon: "this importer: ...";
    to be translated. Raises KeyError for a key that is not counted."""
    return _FOUND[key]


class Told:
    """Puts what is known of lines into words; everything is worked out once for all of them."""

    def __init__(self, lines: Lines, known: Known) -> None:
        self._lines = lines
        self._known = known
        self._measures = measures(lines)
        self._ratios = {name: self._ratio(name) for name in ("price", "mass")}
        self._fit = fit_of_words(lines, known)
        self._way = way(known)

    def sentence(self, name: str, row: int) -> Phrase:
        """What a topic says of one line."""
        if name in _FOUND and name in self._known.counts:
            return self._counted(name, row)
        return self._measured(name, row)

    def ratio(self, measure: str, row: int) -> float:
        """Value or mass over the median of the narrowest group that has one; NaN without."""
        return float(self._ratios[measure][row])

    def fits(self, row: int) -> bool | None:
        """Whether the words of a line are at home in its heading; None while too little is known
        of either to say."""
        if isnan(self._fit[row]) or self._known.counts["hs4"].seen[row] < ENOUGH:
            return None
        return bool(self._fit[row] > ILL_FITTING)

    def signals(self, row: int) -> list[Phrase]:
        """What is out of the ordinary of one line."""
        return [
            own
            for own in (
                self._history(row),
                self._novelty(row),
                self._value(row),
                self._words(row),
                self._rare_way(row),
                self._much_duty(row),
            )
            if own is not None
        ]

    def _ratio(self, measure: str) -> Numbers:
        ratio = np.full(len(self._lines), np.nan)
        for group in GROUPS:
            own = self._measures[measure] - self._known.spreads[measure, group].median
            ratio = np.where(np.isnan(ratio), np.exp(own), ratio)
        return ratio

    # --- reasons of a score -------------------------------------------------------------------

    def _counted(self, name: str, row: int) -> Phrase:
        own = self._known.counts[name]
        known = int(own.known[row])
        if known == 0:
            return phrase(_NEW.get(name, _NOTHING_KNOWN))
        return phrase(_FOUND[name], found=int(own.found[row]), known=known)

    def _measured(self, name: str, row: int) -> Phrase:
        known, sentence = self._of_measure(name, row)
        return sentence if known else phrase(_UNTOLD[name])

    def _of_measure(self, name: str, row: int) -> tuple[bool, Phrase]:
        """Whether a measure is told of a line, and the sentence about it."""
        match name:
            case "price":
                return self._tells(name, row), self._against(row, name, _PRICE_UNDER, _PRICE_OVER)
            case "mass":
                return self._tells(name, row), self._against(row, name, _MASS_UNDER, _MASS_OVER)
            case "mass_round":
                kg = _number(float(self._measures["mass"][row]))
                return self._tells("mass", row), phrase(_ROUND, kg=kg)
            case "rate":
                rate = float(self._lines.numbers["rate"][row])
                return not isnan(rate), phrase(_RATE, rate=f"{rate:g}")
            case "transit" | "rest":
                told = self._of_kind(name, row)
            case "duty":
                duty = _number(float(self._measures["duty"][row]))
                told = self._tells(name, row), phrase(_DUTY, duty=duty)
            case "description":
                fit = float(self._fit[row])
                told = not isnan(fit), phrase(_FITS if fit >= 0 else _FITS_NOT)
            case _:
                told = True, phrase(_WAY, percent=f"{100 * exp(float(self._way[row])):.0f}")
        return told

    def _of_kind(self, name: str, row: int) -> tuple[bool, Phrase]:
        value = float(self._lines.numbers[name][row])
        words = (_TRANSIT, _STRAIGHT) if name == "transit" else (_REST, _NAMED)
        return not isnan(value), phrase(words[0] if value > 0 else words[1])

    def _tells(self, measure: str, row: int) -> bool:
        return not isnan(float(self._measures[measure][row]))

    def _against(self, row: int, measure: str, under: str, over: str) -> Phrase:
        ratio = self.ratio(measure, row)
        value = float(self._measures[measure][row])
        if isnan(ratio):
            if measure == "price":
                return phrase(_PRICE, value=_number(value))
            return phrase(_MASS, kg=_number(value))
        percent = round(abs(1 - ratio) * 100)
        return phrase(under if ratio < 1 else over, percent=percent)

    # --- signals ------------------------------------------------------------------------------

    def _history(self, row: int) -> Phrase | None:
        own = self._known.counts["importer"]
        if not self._has(row, "importer") or own.found[row] < 1:
            return None
        return phrase(_FOUND_BEFORE, found=int(own.found[row]), known=int(own.known[row]))

    def _novelty(self, row: int) -> Phrase | None:
        if not self._has(row, "importer"):
            return None
        seen = int(self._known.counts["importer"].seen[row])
        if seen == 0:
            return phrase(_FIRST_IMPORTER)
        chapter = self._known.counts["importer+hs2"].seen[row]
        if seen >= LEAST and chapter == 0 and self._has(row, "hs2"):
            return phrase(_FIRST_CHAPTER, count=seen)
        return None

    def _value(self, row: int) -> Phrase | None:
        ratio = self.ratio("price", row)
        if isnan(ratio) or UNDER <= ratio <= OVER:
            return None
        return self._against(row, "price", _PRICE_UNDER, _PRICE_OVER)

    def _words(self, row: int) -> Phrase | None:
        return phrase(_FITS_NOT) if self.fits(row) is False else None

    def _rare_way(self, row: int) -> Phrase | None:
        route = int(self._known.counts["route"].seen[row])
        count = int(self._known.counts["hs2+origin"].seen[row])
        if count < ENOUGH or route > RARE * count or not self._has(row, "loading"):
            return None
        return phrase(_RARE_WAY, route=route, count=count)

    def _much_duty(self, row: int) -> Phrase | None:
        spread = self._known.spreads.get(("duty", "all"))
        if spread is None or spread.count[row] < ENOUGH or not spread.below[row] >= MUCH:
            return None
        duty = _number(float(self._measures["duty"][row]))
        return phrase(_MUCH_DUTY, duty=duty, percent=f"{100 * spread.below[row]:.0f}")

    def _has(self, row: int, field: str) -> bool:
        return bool(self._lines.tokens[field][row])


def _number(logarithm: float) -> str:
    """What a logarithm stands for, in three figures that matter."""
    value = 0.0 if isnan(logarithm) else exp(min(logarithm, 700.0))
    return f"{value:,.0f}" if value >= _WHOLE_HUNDRED else f"{value:.3g}"
