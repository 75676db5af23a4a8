"""Selectivity on the command line."""

from typing import Any

from parakh.access import Purpose, system_actor
from parakh.cli.centre import opened
from parakh.domain.consignment import Consignment
from parakh.domain.ids import new_id
from parakh.domain.selectivity import BUILT_IN
from parakh.services import selectivity
from parakh.store import consignments
from parakh.store.tables import lane_draw


def test_draws_are_verified(parakh: Any) -> None:
    parakh("db", "upgrade")
    assert parakh("selectivity", "policies").stdout == "no policies\n"
    with opened() as centre, centre.db.write(system_actor("test"), Purpose.GOODS) as tx:
        own = Consignment(id=new_id(), reference="BL1", port="KHI")
        consignments.put_all(tx, [(own, "bl1")], due_for=None)
        selectivity.give_lanes(tx, centre, [own], {}, {})
    (policy,) = parakh.json("selectivity", "policies")["policies"]
    assert (policy["id"], policy["state"], policy["random_share"]) == (BUILT_IN, "in_force", 0.01)
    assert "all other ports, 1.0% by chance" in parakh("selectivity", "policies").stdout
    found = parakh.json("selectivity", "verify")
    assert (found["good"], found["policies"][0]["draws"]) == (True, 1)
    assert parakh("selectivity", "verify").stdout.endswith("all draws are right\n")
    figures = parakh.json("selectivity", "figures", "--port", "khi")
    assert (figures["days"], figures["chance"]["rate"]) == (90, None)
    assert parakh("selectivity", "figures").stdout == "by chance: 0 of 0\n"
    with opened() as centre, centre.db.maintain() as connection:
        connection.execute(lane_draw.update().values(number=0.25, drawn=False))
    told = parakh("selectivity", "verify", code=1).stdout
    assert "1 wrong" in told
    assert "the draws are NOT right" in told
