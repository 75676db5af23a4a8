"""The HTTP API: keys, wire forms, and that it can do all that the console can."""

from typing import Any

import pytest

from parakh.access import Permission, system_actor
from parakh.services import api_keys, trail

REFUSED = trail.TrailFilter(action="request.refused")
V1 = "/api/v1"
ACTIONS = {
    "list_agencies",
    "save_agency",
    "place_unit",
    "list_shared",
    "ask_for_share",
    "refuse_request",
    "shares_of_record",
    "share_record",
    "shared_record",
    "acknowledge_share",
    "pass_share_on",
    "decide_share",
    "end_share",
    "list_regions",
    "take_events",
    "take_event_again",
    "list_asides",
    "send_aside_again",
    "drop_aside",
    "copy_for_region",
    "get_trends",
    "list_findings",
    "decide_finding",
    "draft_rule_of_finding",
    "list_reports",
    "make_report",
    "get_report",
    "plan_reports",
    "list_examinations",
    "order_examination",
    "get_examination",
    "call_off_examination",
    "ground_examination",
    "ground_next_examinations",
    "reassign_examination",
    "refuse_examination",
    "begin_examination",
    "report_examination",
    "get_examination_picture",
    "list_terminals",
    "add_terminal",
    "save_terminal",
    "list_grounding_policies",
    "propose_grounding_policy",
    "decide_grounding_policy",
    "list_examiners",
    "add_examiner",
    "save_examiner",
    "add_examiner_leave",
    "remove_examiner_leave",
    "wish_to_be_free",
    "list_rosters",
    "make_roster",
    "get_roster",
    "change_roster",
    "publish_roster",
    "discard_roster",
    "list_rules",
    "write_rule",
    "list_waiting_rules",
    "check_rule",
    "complete_rule",
    "describe_rule",
    "set_budgets",
    "get_rule_version",
    "compare_rule_versions",
    "submit_rule",
    "send_rule_back",
    "reject_rule",
    "approve_rule",
    "discard_rule_draft",
    "get_rule",
    "revise_rule",
    "retire_rule",
    "start_backtest",
    "get_backtest",
    "stop_backtest",
    "list_value_lists",
    "add_value_list",
    "get_value_list",
    "save_value_list",
    "delete_value_list",
    "add_list_values",
    "decide_list_values",
    "remove_list_value",
    "list_cargo_models",
    "train_cargo_model",
    "get_cargo_model",
    "get_cargo_drift",
    "decide_cargo_model",
    "list_currency_declarations",
    "get_currency_declaration",
    "list_enforcement_records",
    "get_enforcement_record",
    "list_redress",
    "get_redress",
    "add_to_redress",
    "withdraw_redress",
    "undo_clearing",
    "list_sweeps",
    "get_sweep",
    "list_voyages",
    "get_voyage",
    "list_expected",
    "clear_hits",
    "settle_travellers",
    "unsettle_travellers",
    "list_vetting_views",
    "save_vetting_view",
    "begin_with_vetting_view",
    "remove_vetting_view",
    "search_everything",
    "get_traveller",
    "get_history",
    "ask_to_unmask",
    "list_unmasking",
    "decide_unmasking",
    "split_traveller",
    "merge_travellers",
    "withdraw_decision",
    "list_alerts",
    "list_events",
    "get_alert",
    "acknowledge_alert",
    "decide_hit",
    "close_alert",
    "list_cases",
    "get_case",
    "get_case_report",
    "get_attachment",
    "open_case",
    "change_case",
    "move_case",
    "close_case",
    "reopen_case",
    "add_case_note",
    "add_case_task",
    "finish_case_task",
    "add_case_party",
    "remove_case_party",
    "add_case_alert",
    "attach_to_case",
    "relate_case",
    "share_case",
    "end_case_share",
    "restrict_case",
    "hand_over_case",
    "acknowledge_handover",
    "take_handover_back",
    "list_labels",
    "correct_outcome",
    "get_alert_path",
    "list_lookouts",
    "add_lookout",
    "get_lookout",
    "decide_lookout",
    "extend_lookout",
    "cancel_lookout",
    "list_routes",
    "add_route",
    "save_route",
    "move_route",
    "remove_route",
    "try_routes",
    "list_levels",
    "add_level",
    "save_level",
    "remove_level",
    "list_channels",
    "add_channel",
    "save_channel",
    "renew_channel_key",
    "list_deliveries",
    "send_again",
    "list_shifts",
    "add_shift",
    "remove_shift",
    "import_roster",
    "get_desk",
    "hand_over",
    "take_over",
    "take_alert",
    "capture_face",
    "draw_challenge",
    "get_capture",
    "list_connectors",
    "get_connector",
    "switch_connector",
    "test_connector",
    "hasten_connector",
    "set_connector_secret",
    "list_verifications",
    "verify_identity",
    "get_control_board",
    "get_control_day",
    "get_post_performance",
    "acknowledge_trouble",
    "list_posts",
    "save_post",
    "remove_post",
    "save_post_limits",
    "list_stations",
    "register_station",
    "hear_station",
    "rekey_station",
    "revoke_station",
    "list_watchlists",
    "add_watchlist",
    "list_entries",
    "propose_entry",
    "get_entry",
    "decide_entry",
    "retire_entry",
    "add_entry_picture",
    "get_picture",
    "list_messages",
    "send_message",
    "get_message",
    "get_answer",
    "get_raw_message",
    "rerun_message",
    "correct_message",
    "list_carriers",
    "get_links",
    "get_link",
    "list_missing",
    "get_carrier",
    "cancel_voyage",
    "put_voyage_back",
    "import_timetable",
    "get_calibration",
    "measure_calibration",
    "search_audit",
    "verify_audit",
    "save_watchlist",
    "decide_entry_picture",
    "list_due",
    "list_changes",
    "propose_change",
    "keep_entry",
    "decide_change",
    "prepare_version",
    "list_versions",
    "get_version",
    "list_differences",
    "apply_version",
    "discard_version",
    "screen_by_hand",
    "list_galleries",
    "list_profiles",
    "open_profile",
    "get_profile",
    "edit_profile",
    "decide_profile",
    "keep_profile",
    "close_profile",
    "reopen_profile",
    "set_profile_alert",
    "follow_profile",
    "add_profile_fact",
    "add_profile_picture",
    "check_profile_fact",
    "withdraw_profile_fact",
    "merge_profiles",
    "unmerge_profile",
    "split_profile",
    "list_notices",
    "read_notices",
    "add_gallery",
    "get_gallery",
    "save_gallery",
    "get_rotation",
    "rotate_gallery_key",
    "erase_gallery",
    "list_twins",
    "seek_twins",
    "decide_twin",
    "list_unfit",
    "get_reenrolment",
    "begin_reenrolment",
    "search_faces",
    "compare_faces",
    "look_for_person",
    "enrol_person",
    "list_enrolled",
    "get_enrolled",
    "release_person",
    "stage_face",
    "stage_faces",
    "get_selectivity",
    "propose_lane_policy",
    "decide_lane_policy",
    "list_draws",
    "verify_draws",
    "get_lane_figures",
    "list_lanes",
    "get_lanes",
    "reroute_consignment",
    "list_consignments",
    "get_consignment",
    "list_conveyances",
    "get_conveyance",
    "list_trusted_traders",
    "propose_trusted_trader",
    "decide_trusted_trader",
    "ask_to_suspend_trader",
    "decide_trader_suspension",
}


def key_for(stage: Any, *permissions: Permission, units: frozenset[str] = frozenset()) -> Any:
    secret = api_keys.add(
        stage.centre,
        system_actor("test"),
        name=f"carrier-{len(permissions)}",
        permissions=frozenset(permissions),
        units=units,
    )
    return {"authorization": f"Bearer {secret}"}


def operations(client: Any) -> list[dict[str, Any]]:
    paths = client.get(f"{V1}/openapi.json").json()["paths"]
    return [operation for methods in paths.values() for operation in methods.values()]


def test_openapi_has_every_action_of_the_console(client: Any) -> None:
    found = {one["operationId"].partition("_api_v1")[0] for one in operations(client)}
    assert found == ACTIONS


def test_every_operation_is_described_and_names_its_errors(client: Any) -> None:
    for one in operations(client):
        assert one["description"]
        assert one["tags"]
        assert {"401", "403", "404", "409", "413", "422"} <= one["responses"].keys()
        problem = one["responses"]["422"]["content"]["application/problem+json"]
        assert problem["schema"]["$ref"].endswith("/Problem")
        assert one["security"]


def test_a_key_sends_a_message_without_token_or_cookie(
    client: Any, stage: Any, flight: bytes
) -> None:
    key = key_for(stage, Permission.SEND_MESSAGES, Permission.SEE_MESSAGES)
    sent = client.post(f"{V1}/messages", files={"file": ("pk306.edi", flight)}, headers=key)
    assert sent.status_code == 202
    assert sent.json()["new"] is True
    message = sent.json()["message"]
    assert (message["channel"], message["source"]) == ("http", "pk306.edi")
    again = client.get(f"{V1}/messages/{message['id']}", headers=key).json()
    assert again["message"]["digest"] == message["digest"]


def test_a_program_never_decides(client: Any, stage: Any, ids: dict[str, str]) -> None:
    key = key_for(stage, Permission.SEE_ALERTS, units=frozenset({"ntc", "khi"}))
    assert client.get(f"{V1}/alerts", headers=key).status_code == 200
    refused = client.post(f"{V1}/alerts/{ids['alert']}/acknowledge", headers=key)
    assert refused.status_code == 403


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer parakh_guessed"}])
def test_without_a_good_key_nothing_is_told(client: Any, header: dict[str, str]) -> None:
    answer = client.get(f"{V1}/alerts", headers=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_bad_key_does_not_fall_back_to_the_cookie(browser: Any) -> None:
    header = {"authorization": "Bearer parakh_guessed"}
    assert browser("targeting").get(f"{V1}/alerts", headers=header).status_code == 401


def test_a_revoked_key_is_refused(client: Any, stage: Any) -> None:
    key = key_for(stage, Permission.SEE_MESSAGES)
    assert client.get(f"{V1}/messages", headers=key).status_code == 200
    api_keys.revoke(stage.centre, system_actor("test"), "carrier-1")
    assert client.get(f"{V1}/messages", headers=key).status_code == 401


def test_a_cookie_needs_the_token_too(browser: Any, ids: dict[str, str]) -> None:
    mine, path = browser("targeting"), f"{V1}/alerts/{ids['alert']}/acknowledge"
    assert mine.client.post(path).status_code == 403
    assert mine.post(path).status_code == 200


def test_an_alert_is_handled_to_its_end(browser: Any, ids: dict[str, str]) -> None:
    mine, path = browser("targeting"), f"{V1}/alerts/{ids['alert']}"
    assert mine.post(f"{path}/acknowledge").json()["state"] == "acknowledged"
    body = {"confirmed": False, "reason": "Another man"}
    hit = mine.post(f"{path}/hits/{ids['hit']}", json=body).json()
    assert (hit["state"], hit["decided_by"]) == ("cleared", "targeting")
    closed = mine.post(f"{path}/close", json={"kind": "false_match"}).json()
    assert closed["outcome"]["kind"] == "false_match"
    kinds = [event["kind"] for event in mine.get(f"{V1}/alerts/events").json()]
    assert kinds[-2:] == ["acknowledged", "closed"]


def test_a_traveller_is_told_with_the_source_of_each_value(
    browser: Any, ids: dict[str, str]
) -> None:
    view = browser("targeting").get(f"{V1}/travellers/{ids['traveller']}").json()
    assert view["traveller"]["birth_date"] == "1980-05-05"
    born = next(value for value in view["values"] if value["attribute"] == "birth_date")
    assert born["told"][0]["text"] == "800505"
    assert born["told"][0]["line"] > 1
    assert view["hits"][0]["sentence"]["text"].startswith("MAZARI, ZULFIQAR")


def test_four_eyes_on_a_proposal(browser: Any, ids: dict[str, str], portrait: bytes) -> None:
    mine, other = browser("supervisor"), browser("targeting")
    body = {
        "watchlist_id": ids["list"],
        "family_name": "ALI",
        "given_names": "SAJID",
        "reason": "x",
    }
    made = other.post(f"{V1}/watchlists/entries", json=body).json()
    path = f"{V1}/watchlists/entries/{made['id']}"
    files = {"picture": ("a.png", portrait)}
    assert other.post(f"{path}/pictures", files=files).status_code == 204
    assert len(mine.get(path).json()["row"]["pictures"]) == 1
    assert (
        mine.post(f"{path}/decision", json={"approve": True, "reason": "seen"}).json()["state"]
        == "approved"
    )
    assert mine.post(f"{path}/retire", json={"reason": "over"}).json()["state"] == "retired"


def test_a_face_is_captured(browser: Any, portrait: bytes) -> None:
    answer = browser("gate").post(
        f"{V1}/gate/captures",
        data={"port": "KHI", "direction": "entry"},
        files={"frames": ("a.png", portrait)},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert told["quality"]["acceptable"] is True
    assert told["pad"]["state"] == "not_evaluated"
    assert told["advice"] == "proceed"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/alerts/nothing", 404),
        ("/voyages/nothing", 404),
        ("/travellers/nothing", 404),
        ("/voyages", 422),
        ("/voyages?since=2026-01-01T00:00:00&until=2026-01-02T00:00:00", 422),
        ("/voyages?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
        ("/alerts?state=asleep", 422),
        ("/nowhere", 404),
    ],
)
def test_errors_are_problem_details(browser: Any, path: str, status: int) -> None:
    answer = browser("targeting").get(f"{V1}{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["instance"] == f"{V1}{path}".partition("?")[0]
    assert "input" not in answer.text


def test_the_audit_is_searched_and_verified(browser: Any, ids: dict[str, str]) -> None:
    browser("targeting").get(f"{V1}/travellers/{ids['traveller']}")
    mine = browser("auditor")
    found = mine.get(f"{V1}/audit?actor=targeting&action=traveller").json()
    assert found["rows"][0]["subject_id"] == ids["traveller"]
    assert mine.post(f"{V1}/audit/verify").json()["findings"] == []


def test_a_list_is_changed_and_an_unknown_one_is_not_made(browser: Any, ids: Any) -> None:
    mine = browser("supervisor")
    body = {
        "name": "Couriers",
        "source": "Directorate of intelligence",
        "legal_basis": "Act 1, section 3",
        "handling": "refer",
    }
    headers = {"x-csrf-token": mine.csrf}

    def put(list_id: str) -> int:
        path = f"{V1}/watchlists/{list_id}"
        return int(mine.client.put(path, json=body, headers=headers).status_code)

    assert put(ids["list"]) == 204
    assert put("nothing") == 404
    (shown,) = mine.get(f"{V1}/watchlists").json()
    assert shown == shown | {"id": ids["list"], **body, "entries": 2}


def test_a_picture_needs_two_persons(browser: Any, ids: dict[str, str], portrait: bytes) -> None:
    adder, decider = browser("targeting"), browser("supervisor")
    path = f"{V1}/watchlists/entries/{ids['entry']}"
    adder.post(f"{path}/pictures", files={"picture": ("a.png", portrait)})
    view = decider.get(path).json()
    assert view["waiting"] == view["row"]["pictures"]
    assert view["may_decide_waiting"]
    assert not adder.get(path).json()["may_decide_waiting"]
    decision = f"{path}/pictures/{view['waiting'][0]}/decision"
    assert adder.post(decision, json={"approve": True}).status_code == 403
    assert decider.post(decision, json={"approve": True}).status_code == 204
    assert decider.get(path).json()["waiting"] == []


@pytest.mark.parametrize(
    ("key", "status", "actor"), [("good", 403, "carrier-1"), ("guessed", 401, "unknown-caller")]
)
def test_a_refused_program_leaves_an_audit_row(
    client: Any, stage: Any, key: str, status: int, actor: str
) -> None:
    header = {"authorization": "Bearer parakh_guessed"}
    if key == "good":
        header = key_for(stage, Permission.SEE_MESSAGES)
    assert client.get(f"{V1}/audit", headers=header).status_code == status
    rows = trail.search(stage.centre, stage.actor("auditor"), REFUSED).rows
    assert [row.subject_id for row in rows] == ["GET /api/v1/audit"]
    assert rows[0].actor.endswith(actor)


def test_a_row_of_the_wall_says_whether_the_person_was_seen(browser: Any, ids: Any) -> None:
    rows = browser("gate").get(f"{V1}/alerts").json()
    assert {(row["crossing"]["state"], row["lane"]) for row in rows} == {("expected", "")}
