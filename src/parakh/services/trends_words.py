"""Findings in one sentence each, with the numbers that they rest on."""

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.domain.trend import Facet, Finding, Measure, Stream
from parakh.normalise.codes import country_name

_WEEK: dict[tuple[Stream, Measure], str] = {
    (Stream.TRAVELLERS, Measure.TRAFFIC): N_(
        "{about}: {observed} travellers this week where {low} to {high} are usual"
    ),
    (Stream.TRAVELLERS, Measure.HITS): N_(
        "{about}: {observed} travellers with a hit this week where {low} to {high} are usual"
    ),
    (Stream.TRAVELLERS, Measure.FOUND): N_(
        "{about}: {observed} travellers with a finding this week where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.TRAFFIC): N_(
        "{about}: {observed} consignments this week where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.HITS): N_(
        "{about}: {observed} consignments with a hit this week where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.FOUND): N_(
        "{about}: {observed} consignments with a finding this week where {low} to {high} are usual"
    ),
    (Stream.SEIZURES, Measure.TRAFFIC): N_(
        "{about}: {observed} seizures this week where {low} to {high} are usual"
    ),
}
_DAY: dict[tuple[Stream, Measure], str] = {
    (Stream.TRAVELLERS, Measure.TRAFFIC): N_(
        "{about}: {observed} travellers on one day where {low} to {high} are usual"
    ),
    (Stream.TRAVELLERS, Measure.HITS): N_(
        "{about}: {observed} travellers with a hit on one day where {low} to {high} are usual"
    ),
    (Stream.TRAVELLERS, Measure.FOUND): N_(
        "{about}: {observed} travellers with a finding on one day where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.TRAFFIC): N_(
        "{about}: {observed} consignments on one day where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.HITS): N_(
        "{about}: {observed} consignments with a hit on one day where {low} to {high} are usual"
    ),
    (Stream.GOODS, Measure.FOUND): N_(
        "{about}: {observed} consignments with a finding on one day where {low} to {high} are usual"
    ),
    (Stream.SEIZURES, Measure.TRAFFIC): N_(
        "{about}: {observed} seizures on one day where {low} to {high} are usual"
    ),
}
_EXAMINED = N_("{found} of {examined} examined found")
_NONE_EXAMINED = N_("none examined yet")


def sentence(own: Finding, about: str) -> Phrase:
    """What was counted and what is usual; `about` says of what, in the reader's language."""
    template = (_DAY if own.span_days == 1 else _WEEK)[own.key.stream, own.key.measure]
    return phrase(template, about=about, observed=own.observed, low=own.low, high=own.high)


def outcome(own: Finding) -> Phrase | None:
    """What examinations found; None for seizures, which are findings themselves."""
    if own.key.stream is Stream.SEIZURES:
        return None
    if own.examined:
        return phrase(_EXAMINED, found=own.found, examined=own.examined)
    return phrase(_NONE_EXAMINED)


def plain_about(own: Finding, names: dict[str, str]) -> str:
    """Of what a finding is, without a language: codes and names."""
    key = own.key
    country = key.value and key.facet in (Facet.ISSUER, Facet.ORIGIN)
    value = country_name(key.value) if country else names.get(key.value, key.value)
    if key.facet is Facet.CHAPTER:
        value = f"HS {value}"
    parts = [value] if value else []
    if key.port and key.port not in value.split("–"):
        parts.append(names.get(key.port, key.port))
    return ", ".join(parts) or "–"
