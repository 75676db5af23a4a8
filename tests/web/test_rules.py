"""Rules in the console: written without script, tried, reviewed, compared; and over the API."""

import re
from datetime import timedelta
from typing import Any

import pytest

from parakh.access import Purpose, system_actor
from parakh.act.rules import Draft
from parakh.domain.backtest import BacktestState, Day, Findings, Overlap, Precision
from parakh.domain.rule import RuleVersion
from parakh.services import backtests, rule_review, rules, value_lists
from parakh.services.centre import Centre
from parakh.store import backtests as tests

FORM = {
    "name": "Young men of the coast",
    "text": "traveller.age < 25",
    "reason": "Couriers are young",
    "ports": "khi, lhe",
    "directions": "entry",
    "first_day": "2031-01-01",
    "last_day": "2031-01-31",
}
V1 = "/api/v1"


def made(browser: Any, who: str = "targeting", **values: str) -> str:
    """A draft by the form; gives the path of its version."""
    answer = browser(who).post("/rules?then=save", data=FORM | values)
    assert answer.status_code == 303, answer.text
    path: str = answer.headers["location"]
    return path


def version_of(stage: Any, path: str) -> RuleVersion:
    return rules.version(stage.centre, stage.actor("supervisor"), path.rpartition("/")[2])


def finish(centre: Centre, own: RuleVersion, **daily: float) -> None:
    """A back-test of a version that is done."""
    today = centre.clock().date()
    findings = Findings(
        subjects=1000,
        hits=20,
        undecided=100,
        not_kept=("traveller.father_name",),
        days=tuple(
            Day(day=today - timedelta(days=back), subjects=10, hits=back % 4)
            for back in reversed(range(200))
        ),
        ports={"KHI": 20},
        alerts_a_day=daily,
        overlaps=(Overlap(rule_id=own.rule_id, shared=5, of=10),),
        precision=Precision(decided=10, found=3, low=0.1, high=0.6),
        examples=(),
    )
    value = backtests.Backtest(
        id=own.id,
        text=own.text,
        subject=own.subject,
        scope=own.scope,
        digest=backtests.digest(own.text, own.subject, own.scope),
        since=today - timedelta(days=200),
        until=today,
        by="somebody",
        asked_at=centre.clock(),
    )
    with centre.db.write(system_actor("test"), Purpose.RULES) as tx:
        tests.add(tx, value)
        tests.end(tx, value.id, BacktestState.DONE, findings=findings)
        tx.audit("test", "backtest", value.id)


def test_a_rule_is_written_with_its_scope_and_days(browser: Any, stage: Any) -> None:
    path = made(browser)
    own = version_of(stage, path)
    zone = stage.centre.settings.zone
    assert own.scope.ports == {"KHI", "LHE"}
    assert own.active_from is not None
    assert own.active_until is not None
    assert own.active_from.astimezone(zone).isoformat()[:16] == "2031-01-01T00:00"
    assert own.active_until.astimezone(zone).isoformat()[:16] == "2031-02-01T00:00"
    form = browser("targeting").get(f"/rules/{own.rule_id}/edit").text
    for told in ("traveller.age &lt; 25", "KHI, LHE", "2031-01-01", "2031-01-31"):
        assert told in form


@pytest.mark.parametrize("then", ["check", "save", "try"])
def test_errors_stand_under_the_text_with_their_places(browser: Any, then: str) -> None:
    text = "traveller.age < 25 &&\n  traveller.agee > 3"
    answer = browser("targeting").post(f"/rules?then={then}", data=FORM | {"text": text})
    assert answer.status_code == (200 if then == "check" else 422)
    assert "Line 2, column " in answer.text
    assert "<mark>" in answer.text
    assert "Couriers are young" in answer.text, "nothing that was typed is lost"
    assert browser("targeting").get("/rules").text.count("Young men") == 0


def test_a_text_that_may_stand_is_told_so(browser: Any) -> None:
    mine = browser("targeting")
    assert "traveller.age" in mine.post("/rules/problems", data=FORM).text
    assert "It can be used" in mine.post("/rules?then=check", data=FORM).text
    assert "It can be used" in mine.post("/rules?then=check", data=FORM | {"text": "true"}).text


def test_a_draft_changed_meanwhile_is_not_overwritten(browser: Any, stage: Any) -> None:
    own = version_of(stage, made(browser))
    page = browser("targeting").get(f"/rules/{own.rule_id}/edit").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen
    stale = FORM | {"seen": seen[1]}
    path = f"/rules/{own.rule_id}?then=save"
    assert browser("supervisor").post(path, data=stale).status_code == 303
    assert browser("targeting").post(path, data=stale).status_code == 409
    assert browser("targeting").post(path, data=FORM | {"seen": "x"}).status_code == 422


def test_from_draft_to_force_to_the_end(browser: Any, stage: Any) -> None:
    writer, boss = browser("targeting"), browser("supervisor")
    path = made(browser, first_day="", last_day="")
    own = version_of(stage, path)
    assert "must be tried on the history" in writer.get(path).text or "no history" in (
        writer.get(path).text
    )
    finish(stage.centre, own, khi=12.0)
    rule_review.set_budgets(stage.centre, stage.actor("supervisor"), {"khi": 10})
    page = writer.get(path).text
    for told in ("Over the budget of Karachi airport", "12.0", "30%", "traveller.father_name"):
        assert told in page
    assert writer.post(f"{path}/submit").status_code == 303
    assert "another person must approve" in writer.get(path).text
    assert "Young men of the coast" in boss.get("/rules/budgets").text
    decision = {"decision": "approve", "reason": "looked at it"}
    assert writer.post(f"{path}/decision", data=decision).status_code == 403
    assert boss.post(f"{path}/decision", data=decision).status_code == 422
    over = decision | {"over_budget": "a tip of the neighbours"}
    assert boss.post(f"{path}/decision", data=over).status_code == 303
    page = boss.get(f"/rules/{own.rule_id}").text
    assert "a tip of the neighbours" in page
    assert "In force" in page
    again = {"text": "traveller.age < 20", "reason": "Younger still"}
    next_path = writer.post(f"/rules/{own.rule_id}?then=save", data=again).headers["location"]
    shown = boss.get(next_path).text
    assert "traveller.age &lt; <del>25</del>" in shown
    assert "traveller.age &lt; <ins>20</ins>" in shown
    compare = f"/rules/{own.rule_id}/compare?old={own.id}&new={next_path.rpartition('/')[2]}"
    assert "Couriers are young" in boss.get(compare).text
    newest = boss.get(f"/rules/{own.rule_id}/compare").text
    assert "traveller.age &lt; <ins>20</ins>" in newest
    same = boss.get(f"/rules/{own.rule_id}/compare?new={own.id}&old={own.id}").text
    assert "Choose two different versions" in same
    retired = boss.post(f"/rules/{own.rule_id}/retire", data={"reason": "worn out"})
    assert retired.status_code == 303
    assert "Retired by supervisor" in boss.get(path).text


def test_a_back_test_is_shown_while_it_runs_and_when_it_is_over(browser: Any, stage: Any) -> None:
    mine = browser("targeting")
    path = made(browser)
    begun = mine.post(f"{path}/backtest", data={})
    assert begun.status_code == 303
    stage.centre.backtesting.wait()
    assert "no history for these days" in mine.get(path).text
    own = version_of(stage, path)
    assert mine.post("/rules/backtests/nothing/stop").status_code == 409
    finish(stage.centre, own)
    answer = mine.get(f"/rules/backtests/{own.id}")
    assert answer.headers["hx-refresh"] == "true", "what may be done next has changed"
    page = answer.text
    assert "every 1s" not in page
    assert page.count('class="all"') == 67, "three days a bar"
    assert "5</td>" in page


def test_named_lists(browser: Any) -> None:
    mine = browser("analyst")
    form = {"name": "plates", "kind": "plate", "note": "Of seizures"}
    path = mine.post("/rules/lists", data=form).headers["location"]
    values = {"values": "ABC 123\n\nXYZ 9", "note": "Case 7", "last_day": "2031-01-01"}
    assert mine.post(f"{path}/items", data=values).status_code == 303
    page = mine.get(path).text
    assert "ABC 123" in page
    assert "Case 7" in page
    assert mine.post(f"{path}/remove", data={"value": "XYZ 9"}).status_code == 303
    assert "XYZ 9" not in mine.get(path).text
    assert browser("auditor").post(f"{path}/items", data=values).status_code == 403
    assert mine.post(f"{path}/delete").status_code == 303
    assert mine.get(path).status_code == 404


def test_values_that_wait_are_decided_on_by_another_person(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(value_lists, "_binds", lambda *_: True)
    mine, boss = browser("analyst"), browser("supervisor")
    form = {"name": "plates", "kind": "plate", "note": "Of seizures"}
    path = mine.post("/rules/lists", data=form).headers["location"]
    assert mine.post(f"{path}/items", data={"values": "A 1\nB 2", "note": "it"}).status_code == 303
    assert 'name="values" value=' not in mine.get(path).text
    assert 'name="values" value="A 1"' in boss.get(path).text
    told = {"values": ["A 1", "B 2"], "approve": "true"}
    assert mine.post(f"{path}/decide", data=told).status_code == 403
    assert boss.post(f"{path}/decide", data=told).status_code == 303
    assert 'id="waiting"' not in boss.get(path).text


def test_budgets_are_whole_numbers(browser: Any, stage: Any) -> None:
    boss = browser("supervisor")
    for told, status in (("12", 303), ("", 303), ("many", 422), ("-1", 422), ("0", 422)):
        assert boss.post("/rules/budgets", data={"unit": "khi", "budget": told}).status_code == (
            status
        )
    assert "readonly" in browser("targeting").get("/rules/budgets").text


# --- over the API -----------------------------------------------------------------------------


def test_the_editor_is_told_problems_candidates_and_help(browser: Any) -> None:
    mine = browser("targeting")
    found = mine.post(f"{V1}/rules/check", json={"text": "traveller.agee < 3"}).json()
    (problem,) = found["problems"]
    assert (problem["line"], problem["column"], problem["end_column"]) == (1, 11, 15)
    found = mine.post(f"{V1}/rules/check", json={"text": "traveller.age < 3"}).json()
    assert found == {"problems": [], "needs": ["traveller.age"], "lists": []}
    text = "traveller.ag"
    told = mine.post(f"{V1}/rules/complete", json={"text": text, "offset": len(text)}).json()
    assert "age" in {own["label"] for own in told}
    assert told[0]["meaning"]
    help_ = mine.post(f"{V1}/rules/describe", json={"text": "traveller.age", "offset": 11}).json()
    assert help_["title"] == "traveller.age"
    nothing = mine.post(f"{V1}/rules/describe", json={"text": "1 < 2", "offset": 3}).json()
    assert nothing is None


def test_the_same_life_over_the_api(browser: Any, stage: Any) -> None:
    writer, boss = browser("targeting"), browser("supervisor")
    body = {"name": "Young", "text": "traveller.age < 25", "reason": "Couriers are young"}
    own = writer.post(f"{V1}/rules", json=body).json()
    wrong = writer.post(f"{V1}/rules", json=body | {"name": "X", "text": "traveller.agee < 1"})
    assert wrong.status_code == 422
    assert "line 1, column 11" in wrong.json()["detail"]
    path = f"{V1}/rules/versions/{own['id']}"
    assert writer.post(f"{path}/submission").json()["state"] == "in_review"
    back = boss.post(f"{path}/return", json={"reason": "say why"}).json()
    assert (back["state"], back["review"]) == ("draft", "say why")
    headers = {"x-csrf-token": writer.csrf}
    changed = writer.client.put(
        f"{V1}/rules/{own['rule_id']}",
        json=body | {"scope": {"ports": ["khi"]}, "seen": own["written_at"]},
        headers=headers,
    )
    assert changed.json()["scope"]["ports"] == ["KHI"]
    writer.post(f"{path}/submission")
    finish(stage.centre, version_of(stage, path))
    view = boss.client.get(path).json()
    assert (view["own"], view["readiness"]["ready"], view["readiness"]["exceeds"]) == (
        False,
        True,
        True,
    )
    approval = {"reason": "looked at it", "over_budget": "one man is sought"}
    assert boss.post(f"{path}/approval", json=approval).json()["state"] == "approved"
    (rule,) = boss.client.get(f"{V1}/rules?standing=in_force").json()["rules"]
    assert (rule["standing"], rule["record"]["whole"]["hits"]) == ("in_force", 0)
    whole = boss.client.get(f"{V1}/rules/{own['rule_id']}").json()
    assert whole["backtest_id"] == own["id"]
    found = boss.client.get(f"{V1}/rules/backtests/{own['id']}").json()["findings"]
    assert (found["hits"], found["precision"], found["overlaps"][0]["name"]) == (20, 0.3, "Young")
    retired = boss.post(f"{V1}/rules/{own['rule_id']}/retirement", json={"reason": "worn out"})
    assert [one["state"] for one in retired.json()] == ["retired"]


def test_a_list_over_the_api(browser: Any) -> None:
    mine = browser("targeting")
    body = {"name": "plates", "kind": "plate", "note": "Of seizures"}
    own = mine.post(f"{V1}/value-lists", json=body).json()["value_list"]
    path = f"{V1}/value-lists/{own['id']}"
    told = mine.post(f"{path}/items", json={"values": ["A 1", "A&2"], "note": "Case 7"}).json()
    assert [one["value"] for one in told["items"]] == ["A 1", "A&2"]
    headers = {"x-csrf-token": mine.csrf}
    gone = mine.client.delete(f"{path}/items", params={"value": "A&2"}, headers=headers)
    assert gone.status_code == 204
    assert mine.client.get(path).json()["total"] == 1
    assert mine.client.delete(path, headers=headers).status_code == 204
    assert mine.client.get(f"{V1}/value-lists").json() == []


def test_a_draft_written_by_a_person_by_hand_is_his(stage: Any) -> None:
    made = rules.write(
        stage.centre,
        stage.actor("targeting"),
        Draft(name="Young", text="traveller.age < 25", reason="Couriers are young"),
    )
    assert rule_review.view(stage.centre, stage.actor("targeting"), made.id).own
    assert not rule_review.view(stage.centre, stage.actor("supervisor"), made.id).own
