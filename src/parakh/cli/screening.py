"""The verb for screening by hand."""

import sys
from typing import Any

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.domain.watchlist import EntryKind, IdentifierKind
from parakh.services import hand
from parakh.services.hand import Answer, Found, Question

_NUMBERS = {
    "imo": (EntryKind.VESSEL, IdentifierKind.IMO),
    "mmsi": (EntryKind.VESSEL, IdentifierKind.MMSI),
    "call_sign": (EntryKind.VESSEL, IdentifierKind.CALL_SIGN),
    "aircraft": (EntryKind.AIRCRAFT, IdentifierKind.AIRCRAFT_REGISTRATION),
    "plate": (EntryKind.VEHICLE, IdentifierKind.PLATE),
    "chassis": (EntryKind.VEHICLE, IdentifierKind.CHASSIS),
    "container": (EntryKind.CONTAINER, IdentifierKind.CONTAINER),
}
"""What each option that takes a number asks about."""

_NAMES = {
    "name": EntryKind.PERSON,
    "organisation": EntryKind.ORGANISATION,
    "vessel": EntryKind.VESSEL,
}
"""What each option that takes a name asks about."""

_OF_PERSONS = ("born", "nationality", "sex", "document", "father", "birth_place")


@click.command()
@click.option("--name", default="", help="`FAMILY, GIVEN NAMES`, or the whole name, in any script.")
@click.option("--born", default="", help="YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option("--nationality", default="", help="ISO 3166-1 code.")
@click.option("--sex", default="", help="M, F or X.")
@click.option("--document", default="", help="Number of a travel document.")
@click.option("--father", default="", help="Father's name.")
@click.option("--birth-place", default="", help="Place of birth.")
@click.option("--organisation", default="", help="Name of an organisation.")
@click.option("--vessel", default="", help="Name of a vessel.")
@click.option("--imo", default="", help="IMO number of a vessel.")
@click.option("--mmsi", default="", help="MMSI of a vessel.")
@click.option("--call-sign", default="", help="Call sign of a vessel.")
@click.option("--aircraft", default="", help="Registration of an aircraft.")
@click.option("--plate", default="", help="Number plate of a vehicle.")
@click.option("--chassis", default="", help="Chassis number of a vehicle.")
@click.option("--container", default="", help="Number of a container (ISO 6346).")
@click.option("--country", default="", help="Country of an organisation or conveyance.")
@click.option("--reason", default="asked on the command line", help="Stands in the audit trail.")
@click.option("--near", is_flag=True, help="Also show what came close but is no hit.")
@as_json
def screen(near: bool, as_json: bool, **options: str) -> None:
    """Screen a person, an organisation or a conveyance against the watchlists.

    Nothing is stored but the audit record. Exit code 1 when there is a hit, or a screener failed.
    """
    question = _question(options)
    with opened() as centre:
        answer = hand.ask(centre, operator(), question)
    if as_json:
        shown = {"hits": answer.hits, "near": answer.near} if near else {"hits": answer.hits}
        found = {name: [_json(one) for one in own] for name, own in shown.items()}
        print_json({**found, "failed": list(answer.failed)})
    else:
        _print(answer, near=near)
    if answer.hits or answer.failed:
        sys.exit(1)


def _question(options: dict[str, str]) -> Question:
    kinds = {kind for name, kind in _NAMES.items() if options[name]}
    kinds |= {kind for name, (kind, _) in _NUMBERS.items() if options[name]}
    if any(options[name] for name in _OF_PERSONS):
        kinds.add(EntryKind.PERSON)
    if len(kinds) != 1:
        raise click.UsageError("ask about one: a person, an organisation, or a conveyance")
    kind = kinds.pop()
    names = [options[name] for name, own in _NAMES.items() if own is kind and options[name]]
    return Question(
        kind=kind,
        name=names[0] if names else "",
        born=options["born"],
        nationality=options["nationality"],
        sex=options["sex"],
        document=options["document"],
        father_name=options["father"],
        birth_place=options["birth_place"],
        country=options["country"],
        numbers={own: options[name] for name, (_, own) in _NUMBERS.items() if options[name]},
        reason=options["reason"],
    )


def _print(answer: Answer, *, near: bool) -> None:
    for found in answer.hits:
        _print_found(found, "")
    for found in answer.near if near else ():
        _print_found(found, "no hit: ")
    failed = ", ".join(answer.failed) or "none"
    click.echo(f"hits: {len(answer.hits)}; failed: {failed}")


def _print_found(found: Found, mark: str) -> None:
    hit = found.hit
    click.echo(f"{hit.score:.2f}  {hit.screener}  {mark}{hit.sentence}")
    for own in hit.evidence:
        words = f" {own.ours or '-'} / {own.theirs or '-'}:" if own.ours or own.theirs else ""
        click.echo(f"      {own.weight:+.2f}  {own.attribute}:{words} {own.note}")


def _json(found: Found) -> dict[str, Any]:
    hit = found.hit
    return {
        "screener": hit.screener,
        "entry": hit.target.id,
        "list": found.watchlist.name,
        "score": round(hit.score, 4),
        "threshold": round(hit.threshold, 4),
        "sentence": str(hit.sentence),
        "evidence": [
            {
                "attribute": own.attribute,
                "ours": own.ours,
                "theirs": own.theirs,
                "agreement": own.agreement.value,
                "weight": round(own.weight, 4),
                "note": str(own.note),
            }
            for own in hit.evidence
        ],
    }
