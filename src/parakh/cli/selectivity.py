"""Verbs for selectivity: policies, draws made again, and reasons held against chance."""

import sys

import click

from parakh.cli.centre import as_json, opened, operator, print_json
from parakh.domain.selectivity import Policy
from parakh.learn.lane_quality import Tally
from parakh.services import selectivity_draws, selectivity_figures, selectivity_policies
from parakh.services.selectivity_draws import Checked, Verification

_TERMS = (
    "red_a_day",
    "yellow_a_day",
    "random_share",
    "trusted_random_share",
    "red_from",
    "yellow_from",
    "blue_from",
)


@click.group()
def selectivity() -> None:
    """Lanes of goods: policies, draws by chance, hit rates."""


@selectivity.command()
@as_json
def policies(as_json: bool) -> None:
    """Show all policies by which lanes are given, the newest first."""
    with opened() as centre:
        found = selectivity_policies.overview(centre, operator()).policies
    if as_json:
        print_json({"policies": [_policy(own) for own in found]})
        return
    for own in found:
        where = own.port or "all other ports"
        click.echo(f"{own.id}  {own.state.value:<9}  {where}, {own.random_share:.1%} by chance")
    if not found:
        click.echo("no policies")


@selectivity.command()
@as_json
def verify(as_json: bool) -> None:
    """Make every draw by chance again, and compare.

    Each number must follow from the policy's secret, that secret from the commitment which stands
    in the audit trail, every lane must have been drawn for, and whoever was drawn must be red. Ends
    with 1 where something is not so.
    """
    with opened() as centre:
        found = selectivity_draws.verify(centre, operator())
    if as_json:
        print_json(_verification(found))
    else:
        for own in found.policies:
            click.echo(_checked(own))
        if found.left_out:
            click.echo(f"lanes without a draw: {found.left_out}")
        if found.overridden:
            click.echo(f"drawn and not red: {', '.join(found.overridden)}")
        click.echo("all draws are right" if found.good else "the draws are NOT right")
    if not found.good:
        sys.exit(1)


@selectivity.command()
@click.option(
    "--days",
    type=click.Choice([str(own) for own in selectivity_figures.SPANS]),
    default="90",
    show_default=True,
    help="Lanes given in the last so many days.",
)
@click.option("--port", default="", help="At one port only.")
@as_json
def figures(days: str, port: str, as_json: bool) -> None:
    """Show what came of each reason for a closer look, against chance."""
    with opened() as centre:
        where = port.strip().upper() or None
        found = selectivity_figures.figures(centre, operator(), days=int(days), port=where)
    if as_json:
        print_json(
            {
                "days": found.days,
                "lanes": {lane.value: _tally(own) for lane, own in found.lanes.items()},
                "chance": _tally(found.chance),
                "chance_trusted": _tally(found.chance_trusted),
                "reasons": [
                    {
                        "basis": own.basis.value,
                        "id": own.basis_id,
                        "name": own.name,
                        "verdict": own.verdict.value,
                        **_tally(own.tally),
                    }
                    for own in found.reasons
                ],
            }
        )
        return
    click.echo(f"by chance: {found.chance.found} of {found.chance.examined}")
    for own in found.reasons:
        name = own.name or own.basis_id or own.basis.value
        click.echo(f"{name}: {own.sentence}")


def _policy(value: Policy) -> dict[str, object]:
    return {
        "id": value.id,
        "port": value.port,
        "state": value.state.value,
        "seed": value.seed,
        "revealed": value.revealed,
        **{name: getattr(value, name) for name in _TERMS},
    }


def _checked(own: Checked) -> str:
    state = "right" if own.good else "WRONG"
    committed = "" if own.committed else ", not the secret that was committed to"
    faults = f", {own.faults} wrong" if own.faults else ""
    told = f"{own.policy.id}  {state}  {own.draws} draws, {own.drawn} chosen"
    return f"{told}{faults}{committed}"


def _verification(found: Verification) -> dict[str, object]:
    return {
        "good": found.good,
        "left_out": found.left_out,
        "overridden": list(found.overridden),
        "policies": [
            {
                "id": own.policy.id,
                "committed": own.committed,
                "draws": own.draws,
                "drawn": own.drawn,
                "faults": own.faults,
                "wrong": list(own.wrong),
            }
            for own in found.policies
        ],
    }


def _tally(own: Tally) -> dict[str, object]:
    rate = own.rate
    return {
        "given": own.given,
        "examined": own.examined,
        "found": own.found,
        "rate": rate and rate.value,
        "low": rate and rate.low,
        "high": rate and rate.high,
    }
