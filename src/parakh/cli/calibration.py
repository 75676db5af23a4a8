"""`parakh watchlist calibrate`: how many travellers each list raises by name."""

import click

from parakh.cli.centre import as_json, note, opened, operator, print_json
from parakh.services import calibration
from parakh.services.calibration import ListRow, Overview

_NOTED_EVERY = 2_000


@click.command()
@as_json
def calibrate(as_json: bool) -> None:
    """Measure on the centre's own traffic how many travellers each list raises by name.

    Counts how often names are borne, screens the newest travellers against all lists, and puts the
    thresholds in force that keep each list to the rate it is allowed. Takes minutes; screening goes
    on beside it.
    """

    def report(done: int, total: int) -> None:
        if done % _NOTED_EVERY == 0 or done == total:
            note(f"{done} of {total} travellers")

    with opened() as centre:
        calibration.calibrate(centre, operator(), report)
        view = calibration.overview(centre, operator())
    if as_json:
        print_json(_json(view))
    else:
        _print(view)


def _print(view: Overview) -> None:
    width = max((len(row.watchlist.name) for row in view.rows), default=4)
    click.echo(f"{'list':{width}}  allowed      raised    alerts a day  thresholds")
    for row in view.rows:
        effect = row.now
        allowed = f"1 in {effect.one_in:,}" if effect.one_in else "standard"
        share = "-" if effect.share is None else f"{effect.share:.4%}"
        daily = "-" if effect.daily is None else f"{effect.daily:.1f}"
        thresholds = ", ".join(
            f"{band.value} {own.threshold:.3f} ({own.basis.value})"
            for band, own in effect.settings.items()
        )
        click.echo(
            f"{row.watchlist.name:{width}}  {allowed:11}  {share:>8}  {daily:>12}  {thresholds}"
        )


def _json(view: Overview) -> dict[str, object]:
    last = view.last
    return {
        "measured_at": last and last.at,
        "travellers": last.travellers if last else 0,
        "population": last.population if last else 0,
        "travellers_a_day": view.daily,
        "lists": [_list_json(row) for row in view.rows],
    }


def _list_json(row: ListRow) -> dict[str, object]:
    return {
        "name": row.watchlist.name,
        "one_in": row.now.one_in,
        "share": row.now.share,
        "alerts_a_day": row.now.daily,
        "bands": {
            band.value: {
                "threshold": own.threshold,
                "basis": own.basis.value,
                "travellers": own.travellers,
                "raised": own.raised,
                "certain": own.certain,
                "interval": [own.rate.low, own.rate.high] if own.rate else None,
            }
            for band, own in row.now.settings.items()
        },
    }
