"""Which role may do what: the whole table, for every page and every action."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from tests.conftest import Stage, copied, ids_of
from tests.web.conftest import browsers

from parakh.access import Purpose, system_actor
from parakh.act.rules import Draft
from parakh.act.sharing import Terms
from parakh.domain.agency import AgencyKind
from parakh.domain.alert import OutcomeKind
from parakh.domain.cargo import ModelCard, ModelState
from parakh.domain.case import Section
from parakh.domain.consignment import Consignment
from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.currency import CurrencyDeclaration
from parakh.domain.enforcement import Place, SeizureRecord
from parakh.domain.examination import First
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.ids import new_id
from parakh.domain.outcome import Commodity, OutcomeRecord, Seizure
from parakh.domain.profile import ProfileKind
from parakh.domain.roster import Roster, RosterState
from parakh.domain.selectivity import Lane
from parakh.domain.sharing import Part, RecordKind
from parakh.domain.traveller import Document, DocumentType, PersonName
from parakh.domain.trend import ReportKind
from parakh.domain.value_list import ValueKind
from parakh.domain.voyage import Direction
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.services import (
    alerts,
    cases,
    cases_sharing,
    cases_work,
    examination_places,
    examinations,
    galleries,
    lookouts,
    profiles,
    redress,
    reports,
    rule_review,
    rules,
    selectivity,
    sharing,
    sweeps,
    value_lists,
    versions,
    watchlists,
)
from parakh.services.profiles import NewProfile
from parakh.store import (
    cargo,
    consignments,
    conveyances,
    currency,
    enforcement,
    outcomes,
    rosters,
)
from parakh.store.tables import link_end
from parakh.web.pages import routes

ROLES = (
    "targeting",
    "gate",
    "supervisor",
    "analyst",
    "auditor",
    "integrator",
    "custody",
    "examiner",
    "liaison",
)
EVERYBODY = set(ROLES)
WATCHING = EVERYBODY - {"custody", "liaison"}
SEES = {
    "/account": EVERYBODY,
    "/account/totp": EVERYBODY,
    "/inbox": EVERYBODY,
    "/people": {"supervisor", "integrator"},
    "/reference": EVERYBODY,
    "/arrivals": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/voyages/{voyage}": {"targeting", "gate", "supervisor"},
    "/travellers/{traveller}": {"targeting", "gate", "supervisor"},
    "/links/{traveller}": {"targeting", "supervisor"},
    "/links/{traveller}/web": {"targeting", "supervisor"},
    "/links/{traveller}/values/{link}": {"targeting", "supervisor"},
    "/unmasking": {"supervisor"},
    "/vetting": {"targeting", "supervisor"},
    "/vetting/pulse": {"targeting", "supervisor"},
    "/vetting/export.csv": {"supervisor"},
    "/search": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/vetting": {"targeting", "supervisor"},
    "/api/v1/vetting/views": {"targeting", "supervisor"},
    "/api/v1/search?q=noon": {"targeting", "gate", "supervisor", "examiner"},
    "/alerts": {"targeting", "gate", "supervisor", "examiner"},
    "/alerts/{alert}": {"targeting", "gate", "supervisor", "examiner"},
    "/alerts/{alert}/row": {"targeting", "gate", "supervisor", "examiner"},
    "/cases": {"targeting", "supervisor"},
    "/cases/new": {"targeting", "supervisor"},
    "/cases/alerts/{alert}": {"targeting", "supervisor"},
    "/cases/travellers/{traveller}": {"targeting", "supervisor"},
    "/cases/profiles/nothing": {"targeting", "supervisor"},
    "/cases/{case}": {"targeting", "supervisor"},
    "/cases/{case}/report.pdf": {"targeting", "supervisor"},
    "/cases/{case}/attachments/{file}": {"targeting", "supervisor"},
    "/shared": {"targeting", "gate", "supervisor", "examiner", "liaison"},
    "/shared/records/alert/{alert}": {"targeting", "supervisor"},
    "/shared/records/case/{case}": {"targeting", "supervisor"},
    "/shared/records/profile/{profile}": {"targeting", "supervisor"},
    "/api/v1/shared": {"targeting", "gate", "supervisor", "examiner", "liaison"},
    "/api/v1/shared/records/alert/{alert}": {"targeting", "supervisor"},
    "/agencies": {"supervisor", "auditor", "integrator"},
    "/api/v1/agencies": {"supervisor", "auditor", "integrator"},
    "/api/v1/regions/asides": {"supervisor", "auditor", "integrator"},
    "/api/v1/cases": {"targeting", "supervisor"},
    "/api/v1/cases/{case}": {"targeting", "supervisor"},
    "/api/v1/cases/{case}/report.pdf": {"targeting", "supervisor"},
    "/api/v1/cases/{case}/attachments/{file}": {"targeting", "supervisor"},
    "/api/v1/outcomes/labels?since=2026-01-01T00:00:00Z": {"supervisor", "analyst"},
    "/duty": {"targeting", "gate", "supervisor", "examiner"},
    "/duty/roster": {"targeting", "gate", "supervisor", "examiner"},
    "/lookouts": {"targeting", "gate", "supervisor", "examiner"},
    "/lookouts/new": {"targeting", "gate", "supervisor", "examiner"},
    "/lookouts/{lookout}": {"targeting", "gate", "supervisor", "examiner"},
    "/routing": {"supervisor"},
    "/routing/channels": {"supervisor"},
    "/gate": {"gate", "supervisor"},
    "/connectors": {"supervisor", "auditor", "integrator"},
    "/connectors/rows": {"supervisor", "auditor", "integrator"},
    "/connectors/{connector}": {"supervisor", "auditor", "integrator"},
    "/api/v1/connectors": {"supervisor", "auditor", "integrator"},
    "/api/v1/connectors/{connector}": {"supervisor", "auditor", "integrator"},
    "/api/v1/travellers/{traveller}/verifications": {"targeting", "gate", "supervisor"},
    "/control": WATCHING,
    "/control/board": WATCHING,
    "/control/day": WATCHING,
    "/control/officers": WATCHING,
    "/control/posts/{port}": WATCHING,
    "/control/posts/{port}/lanes?name=A1": WATCHING,
    "/posts": WATCHING,
    "/api/v1/control": WATCHING,
    "/api/v1/control/day": WATCHING,
    "/api/v1/control/posts/{port}": WATCHING,
    "/api/v1/posts": WATCHING,
    "/stations": {"supervisor", "auditor", "integrator"},
    "/stations/rows": {"supervisor", "auditor", "integrator"},
    "/faces": {"targeting", "supervisor", "custody"},
    "/galleries": {"targeting", "supervisor", "auditor", "custody"},
    "/galleries/working": {"targeting", "supervisor", "auditor", "custody"},
    "/galleries/{gallery}": {"targeting", "supervisor", "auditor", "custody"},
    "/custody": {"custody"},
    "/custody/enrol": {"custody"},
    "/custody/{detainee}": {"custody"},
    "/watchlist": {"targeting", "supervisor", "auditor"},
    "/watchlist/propose": {"targeting", "supervisor"},
    "/watchlist/review": {"targeting", "supervisor", "auditor"},
    "/watchlist/lists/{list}": {"targeting", "supervisor", "auditor"},
    "/watchlist/versions/{version}": {"targeting", "supervisor", "auditor"},
    "/watchlist/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/watchlist/entries/{entry}/change": {"targeting", "supervisor"},
    "/screen": {"targeting", "supervisor"},
    "/watchlist/calibration": {"supervisor", "analyst"},
    "/watchlist/calibration/progress": {"supervisor", "analyst"},
    "/watchlist/sweeps": {"targeting", "supervisor", "auditor"},
    "/watchlist/sweeps/now": {"targeting", "supervisor", "auditor"},
    "/watchlist/sweeps/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/redress": {"targeting", "supervisor", "auditor"},
    "/redress/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/redress/{redress}": {"targeting", "supervisor", "auditor"},
    "/messages": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/messages/{message}": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/messages/{message}/raw": {"supervisor", "integrator"},
    "/carriers": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/carriers/missing/rows": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/carriers/{carrier}": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/audit": {"auditor"},
    "/cargo-models": {"targeting", "supervisor", "analyst", "auditor"},
    "/cargo-models/progress": {"targeting", "supervisor", "analyst", "auditor"},
    "/cargo-models/{model}": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/cargo-models": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/cargo-models/{model}": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/cargo-models/{model}/drift": {"targeting", "supervisor", "analyst", "auditor"},
    "/consignments": {"targeting", "supervisor"},
    "/consignments/pulse": {"targeting", "supervisor"},
    "/consignments/{consignment}": {"targeting", "supervisor", "analyst", "examiner"},
    "/conveyances": {"targeting", "supervisor", "analyst", "examiner"},
    "/conveyances/{conveyance}": {"targeting", "supervisor", "analyst", "examiner"},
    "/api/v1/consignments": {"targeting", "supervisor"},
    "/api/v1/consignments/{consignment}": {"targeting", "supervisor", "analyst", "examiner"},
    "/api/v1/conveyances": {"targeting", "supervisor", "analyst", "examiner"},
    "/api/v1/conveyances/{conveyance}": {"targeting", "supervisor", "analyst", "examiner"},
    "/currency": {"targeting", "gate", "supervisor"},
    "/currency/{declaration}": {"targeting", "gate", "supervisor"},
    "/seizures": {"targeting", "supervisor", "analyst"},
    "/seizures?kind=suspect": {"targeting", "supervisor", "analyst"},
    "/seizures/{seizure}": {"targeting", "supervisor", "analyst"},
    "/api/v1/currency": {"targeting", "gate", "supervisor"},
    "/api/v1/currency/{declaration}": {"targeting", "gate", "supervisor"},
    "/api/v1/enforcement": {"targeting", "supervisor", "analyst"},
    "/api/v1/enforcement/{seizure}": {"targeting", "supervisor", "analyst"},
    "/profiles": {"targeting", "supervisor"},
    "/profiles/new": {"targeting", "supervisor"},
    "/profiles/of/travellers/{traveller}": {"targeting", "supervisor"},
    "/profiles/{profile}": {"targeting", "supervisor"},
    "/profiles/{profile}/merge": {"targeting", "supervisor"},
    "/notices": {"targeting", "supervisor"},
    "/notices/bell": {"targeting", "supervisor"},
    "/api/v1/profiles": {"targeting", "supervisor"},
    "/api/v1/profiles/{profile}": {"targeting", "supervisor"},
    "/api/v1/notices": {"targeting", "supervisor"},
    "/rules": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/{rule}": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/{rule}/compare?old={rule_version}&new={rule_version}": {
        "targeting",
        "supervisor",
        "analyst",
        "auditor",
    },
    "/rules/versions/{rule_version}": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/backtests/{backtest}": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/lists": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/lists/{value_list}": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/budgets": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/rules": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/rules/waiting": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/rules/{rule}": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/rules/versions/{rule_version}": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/rules/backtests/{backtest}": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/value-lists": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/value-lists/{value_list}": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/new": {"targeting", "supervisor", "analyst"},
    "/rules/{rule}/edit": {"targeting", "supervisor", "analyst"},
    "/api/v1/voyages?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z": {
        "targeting",
        "gate",
        "supervisor",
        "analyst",
        "integrator",
    },
    "/api/v1/voyages/{voyage}": {"targeting", "gate", "supervisor"},
    "/api/v1/travellers/{traveller}": {"targeting", "gate", "supervisor"},
    "/api/v1/links/{traveller}?hops=3": {"targeting", "supervisor"},
    "/api/v1/links/{traveller}/values/{link}": {"targeting", "supervisor"},
    "/api/v1/travellers/{traveller}/history": {"targeting", "gate", "supervisor"},
    "/api/v1/schemas/crossings.json": EVERYBODY,
    "/api/v1/unmasking": {"supervisor"},
    "/api/v1/alerts": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/alerts/events": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/alerts/{alert}": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/alerts/{alert}/path": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/lookouts": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/lookouts/{lookout}": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/routing/routes": {"supervisor"},
    "/api/v1/routing/levels": {"supervisor"},
    "/api/v1/routing/channels": {"supervisor"},
    "/api/v1/routing/deliveries": {"supervisor"},
    "/api/v1/duty/desk": {"targeting", "gate", "supervisor", "examiner"},
    "/api/v1/watchlists": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries/{entry}": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/entries/{entry}/changes": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/review": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/{list}/versions": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/versions/{version}": {"targeting", "supervisor", "auditor"},
    "/api/v1/watchlists/versions/{version}/differences": {"targeting", "supervisor", "auditor"},
    "/api/v1/sweeps": {"targeting", "supervisor", "auditor"},
    "/api/v1/sweeps/{sweep}": {"targeting", "supervisor", "auditor"},
    "/api/v1/redress": {"targeting", "supervisor", "auditor"},
    "/api/v1/redress/{redress}": {"targeting", "supervisor", "auditor"},
    "/api/v1/messages": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/api/v1/messages/{message}": {"targeting", "supervisor", "analyst", "auditor", "integrator"},
    "/api/v1/messages/{message}/raw": {"supervisor", "integrator"},
    "/api/v1/carriers": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/carriers/missing": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/carriers/{carrier}": {"targeting", "gate", "supervisor", "analyst", "integrator"},
    "/api/v1/calibration": {"supervisor", "analyst"},
    "/api/v1/audit": {"auditor"},
    "/api/v1/galleries": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/rotation": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/twins": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/{gallery}/unfit": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/galleries/reenrolment": {"targeting", "supervisor", "auditor", "custody"},
    "/api/v1/custody/entries": {"custody"},
    "/api/v1/custody/entries/{detainee}": {"custody"},
    "/api/v1/stations": {"supervisor", "auditor", "integrator"},
    "/trends": {"targeting", "supervisor", "analyst", "auditor"},
    "/trends?stream=goods&by=chapter": {"targeting", "supervisor", "analyst", "auditor"},
    "/trends/export.csv": {"targeting", "supervisor", "analyst", "auditor"},
    "/reports": {"targeting", "supervisor", "analyst", "auditor"},
    "/reports/{report}.pdf": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/trends": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/trends/findings": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/reports": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/reports/{report}/pdf": {"targeting", "supervisor", "analyst", "auditor"},
    "/selectivity": {"targeting", "supervisor", "analyst", "auditor"},
    "/selectivity/figures": {"targeting", "supervisor", "analyst", "auditor"},
    "/selectivity/traders": {"targeting", "supervisor", "analyst", "auditor"},
    "/selectivity/draws?policy={lane_policy}": {"targeting", "supervisor", "analyst", "auditor"},
    "/selectivity/lanes/{consignment}": {"targeting", "supervisor", "analyst", "examiner"},
    "/api/v1/selectivity": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/selectivity/figures": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/selectivity/policies/{lane_policy}/draws": {
        "targeting",
        "supervisor",
        "analyst",
        "auditor",
    },
    "/api/v1/trusted-traders": {"targeting", "supervisor", "analyst", "auditor"},
    "/api/v1/consignments/lanes?since=2026-01-01T00:00:00Z": {
        "targeting",
        "supervisor",
        "integrator",
    },
    "/api/v1/consignments/{consignment}/lanes": {"targeting", "supervisor", "analyst", "examiner"},
    "/examinations": {"targeting", "supervisor", "examiner"},
    "/examinations/orders/{order}": {"targeting", "supervisor", "examiner"},
    "/examinations/orders/{order}/report": set(),
    "/examinations/worker.js": EVERYBODY,
    "/examinations/terminals": {"targeting", "supervisor", "examiner"},
    "/examinations/terminals/{terminal}": {"targeting", "supervisor", "examiner"},
    "/examinations/examiners": {"supervisor"},
    "/examinations/roster": {"targeting", "supervisor", "examiner"},
    "/examinations/roster/working": {"targeting", "supervisor", "examiner"},
    "/examinations/roster/{roster}": {"supervisor"},
    "/api/v1/examinations": {"targeting", "supervisor", "examiner"},
    "/api/v1/examinations/orders/{order}": {"targeting", "supervisor", "examiner"},
    "/api/v1/examinations/terminals": {"targeting", "supervisor", "examiner"},
    "/api/v1/examinations/terminals/{terminal}/policies": {"targeting", "supervisor", "examiner"},
    "/api/v1/examinations/examiners": {"supervisor"},
    "/api/v1/examinations/rosters": {"targeting", "supervisor", "examiner"},
    "/api/v1/examinations/rosters/{roster}": {"supervisor"},
}
DOES = {
    "/inbox/entry/nothing": {"supervisor"},
    "/people/nothing/sessions/end": {"supervisor", "integrator"},
    "/people/nothing/reset": {"integrator"},
    "/cargo-models": {"analyst"},
    "/cargo-models/{model}": {"supervisor"},
    "/api/v1/cargo-models": {"analyst"},
    "/api/v1/cargo-models/{model}/decision": {"supervisor"},
    "/examinations/orders": {"targeting", "supervisor"},
    "/examinations/orders/{order}/calling-off": {"targeting", "supervisor"},
    "/examinations/orders/{order}/grounding": {"supervisor"},
    "/examinations/orders/{order}/assignment": {"supervisor"},
    "/examinations/orders/{order}/refusal": set(),
    "/examinations/orders/{order}/beginning": set(),
    "/examinations/terminals": {"supervisor"},
    "/examinations/terminals/{terminal}": {"supervisor"},
    "/examinations/terminals/{terminal}/grounding": {"supervisor"},
    "/examinations/terminals/{terminal}/policies": {"supervisor"},
    "/examinations/policies/{exam_policy}/decision": {"supervisor"},
    "/examinations/examiners": {"supervisor"},
    "/examinations/examiners/nothing": {"supervisor"},
    "/examinations/examiners/nothing/leave": {"supervisor"},
    "/examinations/leave/nothing/removal": {"supervisor"},
    "/examinations/wishes": set(),
    "/examinations/roster": {"supervisor"},
    "/examinations/roster/{roster}/duties": {"supervisor"},
    "/examinations/roster/{roster}/publication": {"supervisor"},
    "/examinations/roster/{roster}/discarding": {"supervisor"},
    "/travellers/{traveller}/unmasking": {"targeting", "supervisor"},
    "/unmasking/nothing": {"supervisor"},
    "/redress/{redress}/additions": {"targeting", "supervisor"},
    "/redress/{redress}/withdraw": {"supervisor"},
    "/vetting/clear": {"targeting", "supervisor"},
    "/vetting/settle": {"targeting", "supervisor"},
    "/vetting/undo": {"targeting", "supervisor"},
    "/vetting/unsettle": {"targeting", "supervisor"},
    "/vetting/views": {"targeting", "supervisor"},
    "/vetting/views/begin": {"targeting", "supervisor"},
    "/vetting/views/nothing/remove": {"targeting", "supervisor"},
    "/alerts/{alert}/acknowledge": {"targeting", "gate", "supervisor", "examiner"},
    "/alerts/{alert}/hits/{hit}": {"targeting", "gate", "supervisor", "examiner"},
    "/alerts/{alert}/close": {"targeting", "gate", "supervisor", "examiner"},
    "/cases": {"targeting", "supervisor"},
    "/cases/{case}/change": {"targeting", "supervisor"},
    "/cases/{case}/state": {"targeting", "supervisor"},
    "/cases/{case}/close": {"targeting", "supervisor"},
    "/cases/{case}/reopen": {"targeting", "supervisor"},
    "/cases/{case}/notes": {"targeting", "supervisor"},
    "/cases/{case}/tasks": {"targeting", "supervisor"},
    "/cases/{case}/tasks/nothing/done": {"targeting", "supervisor"},
    "/cases/{case}/parties": {"targeting", "supervisor"},
    "/cases/{case}/parties/nothing/remove": {"targeting", "supervisor"},
    "/cases/{case}/alerts": {"targeting", "supervisor"},
    "/cases/{case}/attachments": {"targeting", "supervisor"},
    "/cases/{case}/relations": {"targeting", "supervisor"},
    "/cases/{case}/shares": {"targeting", "supervisor"},
    "/cases/{case}/shares/nothing/end": {"targeting", "supervisor"},
    "/cases/{case}/restriction": {"targeting", "supervisor"},
    "/cases/{case}/handovers": {"supervisor"},
    "/cases/{case}/handovers/{handover}/take-back": {"supervisor"},
    "/cases/{case}/handovers/{handover}/acknowledge": {"supervisor"},
    "/shared/requests": {"targeting", "supervisor", "liaison"},
    "/shared/requests/nothing/refuse": {"targeting", "supervisor"},
    "/shared/records/alert/{alert}": {"targeting", "supervisor"},
    "/shared/{share}/acknowledge": {"targeting", "gate", "supervisor", "examiner", "liaison"},
    "/shared/{share}/pass-on": set(),
    "/shared/{share}/decision": {"supervisor"},
    "/shared/{share}/end": {"targeting", "supervisor"},
    "/agencies": {"integrator"},
    "/agencies/units/nothing": {"integrator"},
    "/agencies/asides/7/again": {"integrator"},
    "/agencies/asides/7/drop": {"integrator"},
    "/outcomes/{outcome}/corrections": {"targeting", "gate", "supervisor", "examiner"},
    "/travellers/{traveller}/split": {"targeting", "supervisor"},
    "/travellers/{traveller}/merge": {"targeting", "supervisor"},
    "/travellers/decisions/nothing/withdraw": {"targeting", "supervisor"},
    "/duty/handovers": {"targeting", "gate", "supervisor", "examiner"},
    "/duty/handovers/nothing/taking": {"targeting", "gate", "supervisor", "examiner"},
    "/duty/alerts/{alert}/taking": {"targeting", "gate", "supervisor", "examiner"},
    "/duty/shifts": {"supervisor"},
    "/duty/shifts/nothing/removal": {"supervisor"},
    "/duty/roster": {"supervisor"},
    "/lookouts": {"targeting", "gate", "supervisor", "examiner"},
    "/lookouts/{lookout}/decision": {"supervisor"},
    "/lookouts/{lookout}/extension": {"targeting", "gate", "supervisor", "examiner"},
    "/lookouts/{lookout}/cancellation": {"targeting", "gate", "supervisor", "examiner"},
    "/routing/routes": {"supervisor"},
    "/routing/routes/nothing": {"supervisor"},
    "/routing/routes/nothing/move": {"supervisor"},
    "/routing/routes/nothing/removal": {"supervisor"},
    "/routing/levels": {"supervisor"},
    "/routing/levels/nothing/removal": {"supervisor"},
    "/routing/channels": {"supervisor"},
    "/routing/channels/nothing": {"supervisor"},
    "/routing/channels/nothing/key": {"supervisor"},
    "/routing/deliveries/nothing/again": {"supervisor"},
    "/gate/captures": {"gate", "supervisor"},
    "/gate/challenges": {"gate", "supervisor"},
    "/api/v1/gate/challenges": {"gate", "supervisor"},
    "/connectors/nothing/switch": {"integrator"},
    "/connectors/nothing/test": {"integrator"},
    "/connectors/nothing/turn": {"integrator"},
    "/connectors/nothing/secret": {"integrator"},
    "/travellers/{traveller}/verifications": {"targeting", "gate", "supervisor"},
    "/control/troubles/nothing/acknowledgement": {"supervisor", "integrator"},
    "/posts": {"supervisor", "integrator"},
    "/posts/limits": {"supervisor", "integrator"},
    "/posts/file": {"supervisor", "integrator"},
    "/posts/nothing/removal": {"supervisor", "integrator"},
    "/stations": {"supervisor", "integrator"},
    "/stations/nothing/key": {"supervisor", "integrator"},
    "/stations/nothing/revocation": {"supervisor", "integrator"},
    "/faces": {"targeting", "supervisor", "custody"},
    "/galleries": {"supervisor"},
    "/galleries/reenrolment": {"supervisor"},
    "/galleries/twins/nothing": {"supervisor"},
    "/galleries/{gallery}": {"supervisor"},
    "/galleries/{gallery}/rotate": {"supervisor"},
    "/galleries/{gallery}/twins": {"supervisor"},
    "/galleries/{gallery}/erase": {"supervisor"},
    "/custody/search": {"custody"},
    "/custody/entries": {"custody"},
    "/custody/{detainee}/release": {"custody"},
    "/api/v1/faces/search": {"targeting", "supervisor", "custody"},
    "/api/v1/faces/verify": {"targeting", "supervisor", "custody"},
    "/api/v1/custody/search": {"custody"},
    "/api/v1/custody/entries": {"custody"},
    "/api/v1/voyages/{voyage}/faces": {"supervisor"},
    "/api/v1/voyages/{voyage}/travellers/{traveller}/faces": {"supervisor"},
    "/api/v1/galleries/reenrolment": {"supervisor"},
    "/api/v1/galleries/{gallery}/rotation": {"supervisor"},
    "/api/v1/galleries/{gallery}/twins": {"supervisor"},
    "/watchlist/lists": {"supervisor"},
    "/watchlist/entries": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/decision": {"supervisor"},
    "/watchlist/entries/{entry}/retire": {"supervisor"},
    "/watchlist/lists/{list}": {"supervisor"},
    "/watchlist/check": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/change": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/keep": {"targeting", "supervisor"},
    "/watchlist/changes/nothing/decision": {"supervisor"},
    "/watchlist/lists/{list}/versions": {"targeting", "supervisor"},
    "/watchlist/versions/{version}/decision": {"supervisor"},
    "/screen": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/pictures": {"targeting", "supervisor"},
    "/watchlist/entries/{entry}/pictures/nothing/decision": {"supervisor"},
    "/messages": {"targeting", "supervisor", "integrator"},
    "/messages/{message}/rerun": {"supervisor", "integrator"},
    "/messages/{message}/corrections": {"supervisor", "integrator"},
    "/carriers/voyages/{voyage}/cancellation": {"supervisor", "integrator"},
    "/carriers/voyages/{voyage}/cancellation/undo": {"supervisor", "integrator"},
    "/api/v1/voyages/{voyage}/cancellation": {"supervisor", "integrator"},
    "/watchlist/calibration": {"supervisor"},
    "/watchlist/calibration/{list}": {"supervisor"},
    "/api/v1/calibration": {"supervisor"},
    "/audit/verify": {"auditor"},
    "/profiles": {"targeting", "supervisor"},
    "/profiles/{profile}": {"targeting", "supervisor"},
    "/profiles/{profile}/decision": {"supervisor"},
    "/profiles/{profile}/keep": {"supervisor"},
    "/profiles/{profile}/close": {"targeting", "supervisor"},
    "/profiles/{profile}/reopen": {"targeting", "supervisor"},
    "/profiles/{profile}/alert": {"targeting", "supervisor"},
    "/profiles/{profile}/follow": {"targeting", "supervisor"},
    "/profiles/{profile}/facts": {"targeting", "supervisor"},
    "/profiles/{profile}/pictures": {"targeting", "supervisor"},
    "/profiles/{profile}/facts/nothing/check": {"supervisor"},
    "/profiles/{profile}/facts/nothing/withdraw": {"targeting", "supervisor"},
    "/profiles/{profile}/merge": {"targeting", "supervisor"},
    "/profiles/{profile}/unmerge": {"targeting", "supervisor"},
    "/profiles/{profile}/split": {"targeting", "supervisor"},
    "/notices/read": {"targeting", "supervisor"},
    "/rules": {"targeting", "supervisor", "analyst"},
    "/rules/{rule}": {"targeting", "supervisor", "analyst"},
    "/rules/problems": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/builder": {"targeting", "supervisor", "analyst"},
    "/rules/{rule}/retire": {"supervisor"},
    "/rules/versions/{rule_version}/submit": {"targeting", "supervisor", "analyst"},
    "/rules/versions/{rule_version}/decision": {"supervisor"},
    "/rules/versions/{rule_version}/discard": {"targeting", "supervisor", "analyst"},
    "/rules/versions/{rule_version}/backtest": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/backtests/{backtest}/stop": {"targeting", "supervisor", "analyst", "auditor"},
    "/rules/budgets": {"supervisor"},
    "/rules/lists": {"targeting", "supervisor", "analyst"},
    "/rules/lists/{value_list}": {"targeting", "supervisor", "analyst"},
    "/rules/lists/{value_list}/items": {"targeting", "supervisor", "analyst"},
    "/rules/lists/{value_list}/decide": {"supervisor"},
    "/rules/lists/{value_list}/remove": {"targeting", "supervisor", "analyst"},
    "/rules/lists/{value_list}/delete": {"targeting", "supervisor", "analyst"},
    "/trends/findings/nothing/decision": {"targeting", "supervisor", "analyst", "auditor"},
    "/trends/findings/nothing/rule": {"targeting", "supervisor", "analyst"},
    "/reports": {"supervisor", "analyst"},
    "/reports/plans/weekly": {"supervisor", "analyst"},
    "/selectivity/policies": {"supervisor"},
    "/selectivity/policies/nothing/decision": {"supervisor"},
    "/selectivity/traders": {"supervisor"},
    "/selectivity/traders/nothing/decision": {"supervisor"},
    "/selectivity/traders/nothing/suspension": {"supervisor"},
    "/selectivity/traders/nothing/suspension/decision": {"supervisor"},
    "/selectivity/draws/verify": {"auditor"},
    "/selectivity/lanes/{consignment}": {"targeting", "supervisor"},
}
_BACK = {"reason": "seen side by side", "back": "0" * 32, "other": "0" * 32}
_PICTURE = ("a.jpg", b"no picture")
_GALLERY = {"name": "n", "purpose": "p", "legal_basis": "l"}
_WHY = {"reason": "a letter"}
_TERMS = {
    "to": "police/desk",
    "section": ["outcomes"],
    "legal_basis": "Act 1, section 2",
    "conditions": "For the inquiry only",
    "until": "2030-01-01",
}
_PROFILE = {"title": "t", "suspicion": "carries gold", "legal_basis": "l"}
FORMS: dict[str, dict[str, Any]] = {
    "/inbox/entry/nothing": {"data": {"approve": "true", "reason": "agreed with all"}},
    "/people/nothing/sessions/end": {"data": {"reason": "he left his desk"}},
    "/people/nothing/reset": {"data": {"reason": "he lost his phone"}},
    "/examinations/orders": {"data": {"consignment": "nothing", "reason": "the seal is new"}},
    "/examinations/orders/{order}/grounding": {"data": {"reason": "it is urgent"}},
    "/examinations/orders/{order}/refusal": {"data": {"reason": "a cousin imports it"}},
    "/examinations/policies/{exam_policy}/decision": {
        "data": {"decision": "approve", "reason": "agreed with all"}
    },
    "/examinations/examiners/nothing/leave": {
        "data": {"since": "2026-12-01", "until": "2026-12-02"}
    },
    "/examinations/wishes": {"data": {"day": "2026-12-01"}},
    "/examinations/roster": {"data": {"since": "2026-12-01"}},
    "/examinations/roster/{roster}/duties": {"data": {"examiner": "nothing", "day": "2026-12-01"}},
    "/profiles": {"data": _PROFILE},
    "/profiles/{profile}": {"data": _PROFILE},
    "/profiles/{profile}/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/profiles/{profile}/alert": {"data": {"on": "false"}},
    "/profiles/{profile}/follow": {"data": {"on": "true"}},
    "/profiles/{profile}/facts": {"data": {"kind": "note", "value": "gold", "source": "him"}},
    "/profiles/{profile}/pictures": {"files": {"picture": _PICTURE}},
    "/profiles/{profile}/merge": {"data": {"other": "nothing", "reason": "seen often"}},
    "/cases": {"data": {"title": "Couriers"}},
    "/cases/{case}/change": {
        "data": {"title": "Couriers", "priority": "high", "owner": "targeting"}
    },
    "/cases/{case}/state": {"data": {"state": "in_progress"}},
    "/cases/{case}/close": {"data": {"outcome": "nothing_found"}},
    "/cases/{case}/reopen": {"data": _WHY},
    "/cases/{case}/notes": {"data": {"text": "seen"}},
    "/cases/{case}/tasks": {"data": {"title": "Ask the bank"}},
    "/cases/{case}/parties": {
        "data": {"kind": "vehicle", "label": "LEA 123", "role": "thing", "source": "a letter"}
    },
    "/cases/{case}/parties/nothing/remove": {"data": _WHY},
    "/cases/{case}/alerts": {"data": {"alert": "{alert}"}},
    "/cases/{case}/attachments": {"files": {"file": ("a.txt", b"another text")}},
    "/cases/{case}/relations": {"data": {"number": "2026-999999", **_WHY}},
    "/cases/{case}/shares": {"data": {"unit": "lhe", **_WHY}},
    "/cases/{case}/shares/nothing/end": {"data": _WHY},
    "/cases/{case}/restriction": {"data": {"restricted": "true", **_WHY}},
    "/cases/{case}/handovers": {
        "data": {"agency": "Police", "section": ["notes"], "legal_basis": "Act 1, section 2"}
    },
    "/cases/{case}/handovers/{handover}/take-back": {"data": _WHY},
    "/shared/requests": {"data": {"agency": "-", "kind": "case", "about": "the couriers", **_WHY}},
    "/shared/requests/nothing/refuse": {"data": _WHY},
    "/shared/records/alert/{alert}": {"data": _TERMS},
    "/shared/{share}/pass-on": {"data": _TERMS},
    "/shared/{share}/decision": {"data": {"approve": "true", **_WHY}},
    "/shared/{share}/end": {"data": _WHY},
    "/agencies": {"data": {"code": "anf", "name": "Narcotics", "kind": "anti_narcotics"}},
    "/agencies/asides/7/drop": {"data": {"reason": "it is told by telephone"}},
    "/outcomes/{outcome}/corrections": {"data": {"outcome": "arrest", **_WHY}},
    "/rules": {"data": {"name": "Old", "text": "traveller.age > 80", "reason": "seen often"}},
    "/rules/{rule}": {"data": {"text": "traveller.age > 80", "reason": "seen often"}},
    "/rules/{rule}/retire": {"data": {"reason": "worn out"}},
    "/rules/versions/{rule_version}/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/rules/versions/{rule_version}/discard": {"data": {"reason": "never mind"}},
    "/rules/budgets": {"data": {"unit": "khi", "budget": "9"}},
    "/rules/lists": {"data": {"name": "phones", "kind": "phone", "note": "Of seizures"}},
    "/rules/lists/{value_list}": {"data": {"kind": "phone", "note": "Of seizures"}},
    "/rules/lists/{value_list}/items": {"data": {"values": "1", "note": "Of seizures"}},
    "/rules/lists/{value_list}/decide": {"data": {"values": "1", "approve": "true"}},
    "/rules/lists/{value_list}/remove": {"data": {"value": "1"}},
    "/travellers/{traveller}/unmasking": {"data": {"reason": "a letter"}},
    "/unmasking/nothing": {"data": {"granted": "true", "reason": "a letter"}},
    "/faces": {"data": {"reason": "a letter"}, "files": {"picture": _PICTURE}},
    "/galleries": {"data": _GALLERY},
    "/galleries/{gallery}": {"data": _GALLERY},
    "/galleries/twins/nothing": {"data": {"decision": "same", "reason": "a letter"}},
    "/galleries/{gallery}/erase": {
        "data": {"reason": "over", "second": "auditor", "password": "guessed"}
    },
    "/custody/search": {"files": {"pictures": _PICTURE}},
    "/custody/entries": {"files": {"pictures": _PICTURE}},
    "/custody/{detainee}/release": {"data": {"reason": "court order"}},
    "/api/v1/faces/search": {"data": {"reason": "a letter"}, "files": {"picture": _PICTURE}},
    "/api/v1/faces/verify": {
        "data": {"reason": "a letter"},
        "files": {"one": _PICTURE, "other": _PICTURE},
    },
    "/api/v1/custody/search": {"files": {"pictures": _PICTURE}},
    "/api/v1/custody/entries": {"files": {"pictures": _PICTURE}},
    "/api/v1/voyages/{voyage}/faces": {
        "data": {"documents": "A1"},
        "files": {"pictures": _PICTURE},
    },
    "/api/v1/voyages/{voyage}/travellers/{traveller}/faces": {"files": {"picture": _PICTURE}},
    "/redress/{redress}/additions": {
        "data": {"document_number": "QA1112223", "document_issuer": "PAK", "reason": "renewed"}
    },
    "/redress/{redress}/withdraw": {"data": {"reason": "it was he after all"}},
    "/travellers/{traveller}/split": {"data": _BACK},
    "/travellers/{traveller}/merge": {"data": _BACK},
    "/travellers/decisions/nothing/withdraw": {"data": _BACK},
    "/alerts/{alert}/hits/{hit}": {"data": {"decision": "clear", "reason": "not the same man"}},
    "/alerts/{alert}/close": {"data": {"outcome": "nothing_found"}},
    "/duty/shifts": {
        "data": {
            "unit": "khi",
            "officer": "gate",
            "day": "2030-01-01",
            "since": "06:00",
            "until": "14:00",
        }
    },
    "/duty/roster": {"files": {"file": ("roster.csv", b"unit,officer,day,from,to\n")}},
    "/duty/handovers": {"data": {"alerts": "{alert}"}},
    "/lookouts": {
        "data": {"kind": "document", "document_number": "PA1234567", "reason": "a letter"}
    },
    "/lookouts/{lookout}/decision": {"data": {"decision": "agree", "reason": "a letter"}},
    "/lookouts/{lookout}/extension": {"data": {"until": "2030-01-01", "reason": "a letter"}},
    "/lookouts/{lookout}/cancellation": {"data": {"reason": "a letter"}},
    "/routing/routes": {"data": {"name": "n", "units": "khi"}},
    "/routing/routes/nothing": {"data": {"name": "n", "units": "khi"}},
    "/routing/routes/nothing/move": {"data": {"to": "up"}},
    "/routing/levels": {"data": {"close": "60"}},
    "/routing/channels": {
        "data": {"name": "n", "kind": "email", "address": "a@example.org", "tells": "raised"}
    },
    "/routing/channels/nothing": {
        "data": {"name": "n", "kind": "email", "address": "a@example.org", "tells": "raised"}
    },
    "/gate/captures": {
        "data": {"port": "KHI", "direction": "entry"},
        "files": {"frames": ("a.jpg", b"no picture")},
    },
    "/connectors/nothing/switch": {"data": {"on": "yes"}},
    "/connectors/nothing/secret": {"data": {"secret": "a key"}},
    "/travellers/{traveller}/verifications": {
        "data": {"number": "4210112345671", "reason": "a letter"}
    },
    "/posts": {"data": {"code": "KHI", "name": "Karachi", "kind": "airport"}},
    "/posts/file": {"files": {"file": ("posts.csv", b"code,name,kind\nKHI,Karachi,airport\n")}},
    "/stations": {"data": {"name": "e-gate 1", "kind": "gate", "port": "KHI", "lane": "A1"}},
    "/watchlist/lists": {
        "data": {"name": "n", "source": "s", "legal_basis": "l", "handling": "inform"}
    },
    "/watchlist/calibration/{list}": {"data": {"one_in": "1000"}},
    "/watchlist/lists/{list}": {
        "data": {"name": "n", "source": "s", "legal_basis": "l", "handling": "inform"}
    },
    "/watchlist/entries/{entry}/pictures/nothing/decision": {"data": {"decision": "approve"}},
    "/watchlist/entries": {
        "data": {"watchlist": "{list}", "family_name": "ALI", "reason": "a letter"}
    },
    "/watchlist/check": {"data": {"kind": "vessel", "imo": "9074729"}},
    "/watchlist/entries/{entry}/change": {
        "data": {"family_name": "ALI", "reason": "a letter", "why": "a letter"}
    },
    "/watchlist/entries/{entry}/keep": {"data": {"until": "2028-01-01", "reason": "still"}},
    "/watchlist/changes/nothing/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/watchlist/lists/{list}/versions": {
        "data": {"form": "csv"},
        "files": {"file": ("list.csv", b"list,family_name,reason\nCouriers,OMAR,x\n")},
    },
    "/watchlist/versions/{version}/decision": {"data": {"decision": "discard", "reason": "x"}},
    "/screen": {"data": {"name": "ALI", "reason": "a letter"}},
    "/watchlist/entries/{entry}/decision": {"data": {"decision": "approve", "reason": "seen"}},
    "/watchlist/entries/{entry}/retire": {"data": {"reason": "over"}},
    "/watchlist/entries/{entry}/pictures": {"files": {"picture": ("a.jpg", b"no picture")}},
    "/messages": {"files": {"file": ("a.edi", b"UNA:+.? '")}},
    "/messages/{message}/corrections": {"files": {"file": ("a.edi", b"UNA:+.? '\n")}},
    "/cargo-models/{model}": {"data": {"decision": "rejected", **_WHY}},
    "/api/v1/cargo-models": {"json": {"note": ""}},
    "/api/v1/cargo-models/{model}/decision": {"json": {"decision": "rejected", **_WHY}},
    "/trends/findings/nothing/decision": {"data": {"decision": "dismissed", **_WHY}},
    "/reports": {"data": {"kind": "weekly"}},
    "/selectivity/policies": {"data": {"red_a_day": "20", **_WHY}},
    "/selectivity/policies/nothing/decision": {"data": {"decision": "approve", **_WHY}},
    "/selectivity/traders": {
        "data": {
            "identifier": "1234567-8",
            "name": "Sohrab",
            "authorisation": "AEO-1",
            "expires": "2028-01-01",
            **_WHY,
        }
    },
    "/selectivity/traders/nothing/decision": {"data": {"decision": "approve", **_WHY}},
    "/selectivity/traders/nothing/suspension": {"data": _WHY},
    "/selectivity/traders/nothing/suspension/decision": {"data": {"decision": "keep", **_WHY}},
    "/selectivity/lanes/{consignment}": {"data": {"lane": "red", **_WHY}},
}
LIST = b"list,family_name,reason\nCouriers,ALI,a letter\n"


@pytest.fixture(scope="module")
def shown(
    house: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Any]]:
    """Browsers before one copy of it, at which everybody looks."""
    with copied(house[0], tmp_path_factory.mktemp("shown") / "data") as stage:
        yield browsers(stage)


@pytest.fixture
def stage(house: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Stage]:
    """A copy of the test's own, in which things change."""
    with copied(house[0], tmp_path / "data") as own:
        yield own


@pytest.fixture
def ids(house: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """Identifiers of one thing of each kind."""
    return house[1]


def one_of_each(stage: Stage, file: Path) -> dict[str, str]:
    """One thing of each kind, and a version of a list that waits, and a record of redress."""
    ids = ids_of(stage)
    file.write_bytes(LIST)
    done = versions.prepare(stage.centre, system_actor("test"), "csv", file, list_id=ids["list"])
    return (
        ids
        | {"version": done.version.id}
        | _cleared(stage)
        | _detained(stage)
        | _linked(stage)
        | _cased(stage)
        | _suspected(stage)
        | _ruled(stage)
        | _sought(stage)
        | _laned(stage)
        | _modelled(stage)
        | _examined(stage)
        | _reported(stage)
        | _shared(stage, ids["alert"])
        | _connected(stage)
        | _told(stage)
    )


def _told(stage: Any) -> dict[str, str]:
    """A report of last week."""
    made = reports.make(stage.centre, system_actor("test"), ReportKind.WEEKLY)
    return {"report": made.id}


def _connected(stage: Any) -> dict[str, str]:
    """A folder that is linked, and that nobody put in force."""
    path = stage.centre.settings.connectors_path
    path.write_text('[exchange]\nkind = "folder"\nfolder = "exchange"\n')
    stage.centre.linked.declare()
    return {"connector": "exchange"}


def _shared(stage: Any, alert_id: str) -> dict[str, str]:
    """An alert that is shared with the police's desk, which accepted the conditions."""
    terms = Terms(
        agency="police", unit_id="desk", sections=frozenset({Part.REASONS}),
        legal_basis="Act 1, section 2", conditions="For the inquiry only",
        expires_at=stage.centre.clock() + timedelta(days=1),
    )  # fmt: skip
    officer = stage.actor("targeting")
    made = sharing.give(stage.centre, officer, RecordKind.ALERT, alert_id, terms)
    police = replace(
        officer, id="p", name="police", units=frozenset({"desk"}), central=False,
        agency="police", kind=AgencyKind.POLICE,
    )  # fmt: skip
    sharing.acknowledge(stage.centre, police, made.id)
    return {"share": made.id}


def _sought(stage: Any) -> dict[str, str]:
    """A lookout of Karachi's gate."""
    entry = WatchlistEntry(
        id="",
        watchlist_id="",
        kind=EntryKind.DOCUMENT,
        names=(),
        documents=(Document(type=DocumentType.PASSPORT, number="PA7654399"),),
        reason="Left a bag behind",
    )
    return {"lookout": lookouts.place(stage.centre, stage.actor("gate"), entry).id}


def _reported(stage: Any) -> dict[str, str]:
    """A currency declaration at Karachi, a seizure of another post, and a vehicle."""
    now, maker = stage.centre.clock(), system_actor("test")
    declared = CurrencyDeclaration(
        id=new_id(),
        source="WEBOC",
        reference="C1",
        port="KHI",
        direction=Direction.EXIT,
        at=now,
        name=PersonName(family="NOON", given="GULAB"),
    )
    seized = SeizureRecord(
        id=new_id(),
        source="ANF",
        reference="S1",
        at=now,
        place=Place(name="Port Qasim", country="PAK", latitude=24.78, longitude=67.35),
        seizures=(Seizure(commodity=Commodity.HEROIN),),
        route=("AFG", "PAK"),
    )
    with stage.centre.db.write(maker, Purpose.GOODS) as tx:
        currency.put(tx, "WEBOC/C1", declared, "name::GULAB NOON")
        enforcement.put(tx, "seizure/ANF/S1", seized)
        unit = conveyances.find_or_add(tx, ConveyanceKind.VEHICLE, "TKP4417", "AFG")
        tx.audit("test", "currency", declared.id)
    return {"declaration": declared.id, "seizure": seized.id, "conveyance": unit.id}


def _modelled(stage: Any) -> dict[str, str]:
    """A model of the goods' risk that waits to be decided on."""
    card = ModelCard(
        id=new_id(), version="cargo@1", state=ModelState.TRAINED, since=date(2025, 1, 1),
        until=date(2025, 12, 31), rows=900, found=90, features=(), trained_by="another",
        digest=sha256(b"").hexdigest(), trained_at=stage.centre.clock(),
    )  # fmt: skip
    with stage.centre.db.write(system_actor("test"), Purpose.GOODS) as tx:
        cargo.add_model(tx, card, 1, b"", {"score": {"edges": [], "shares": [1, 0]}})
        tx.audit("test", "model", card.id)
    return {"model": card.id}


def _laned(stage: Any) -> dict[str, str]:
    """A consignment at Karachi with a lane, and the policy by which it was given."""
    own, maker = Consignment(id=new_id(), reference="MAEU1", port="KHI"), system_actor("test")
    with stage.centre.db.write(maker, Purpose.GOODS) as tx:
        consignments.put_all(tx, [(own, "bl1")], due_for=None)
        (given,) = selectivity.give_lanes(tx, stage.centre, [own], {}, {})
    return {"consignment": own.id, "lane_policy": given.policy}


def _examined(stage: Any) -> dict[str, str]:
    """An examination at Karachi, its terminal with a policy that waits, and a roster's draft."""
    centre, actor = stage.centre, stage.actor("supervisor")
    own = Consignment(id=new_id(), reference="BL9", port="KHI")
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        consignments.put(tx, own, "bl9", due_for=None)
        draft = Roster(
            id=new_id(), since=tx.at.date(), until=tx.at.date(), state=RosterState.DRAFT,
            made_by=actor.name, made_at=tx.at, penalty=0, bound=0, greedy=0, seconds=0,
        )  # fmt: skip
        rosters.save(tx, draft)
        tx.audit("test", "roster", draft.id)
    order = examinations.order_by_hand(centre, actor, own.id, Lane.RED, "the seal looks new")
    policy = examination_places.propose_policy(
        centre, replace(actor, name="another"), order.terminal_id, order=[First.RISK],
        perishable=frozenset(), waiting_step=4, longest_wait=48, reason="risk alone counts",
    )  # fmt: skip
    return {
        "order": order.id,
        "terminal": order.terminal_id,
        "exam_policy": policy.id,
        "roster": draft.id,
    }


def _ruled(stage: Any) -> dict[str, str]:
    """A draft of a rule, a back-test of it, and a named list."""
    centre, maker = stage.centre, system_actor("test")
    draft = Draft(name="Young", text="traveller.age < 25", reason="Couriers are young")
    own = rules.write(centre, maker, draft)
    today = centre.clock().date()
    tried = rule_review.try_out(centre, maker, own.id, today - timedelta(days=1), today)
    made = value_lists.add(centre, maker, "plates", ValueKind.PLATE, "Of seizures")
    return {
        "rule": own.rule_id,
        "rule_version": own.id,
        "backtest": tried,
        "value_list": made.id,
    }


def _suspected(stage: Any) -> dict[str, str]:
    """A profile that waits for a second person."""
    new = NewProfile(
        kind=ProfileKind.PERSON, title="Gulab", suspicion="carries gold", legal_basis="Act 1"
    )
    made = profiles.open_profile(stage.centre, stage.actor("targeting"), new)
    return {"profile": made.id}


def _linked(stage: Any) -> dict[str, str]:
    """By what somebody may be linked with others."""
    with stage.centre.db.read() as connection:
        token = connection.execute(link_end.select()).first().token
    return {"link": token.hex()}


def _cased(stage: Any) -> dict[str, str]:
    """A case with a file that was handed over, and the outcome of an alert."""
    centre, actor = stage.centre, stage.actor("supervisor")
    case = cases.open_case(centre, actor, cases.Opening(title="Couriers", unit_id="khi"))
    file = cases_work.attach(centre, actor, case.id, "a.txt", b"what was seen")
    giving = cases_sharing.Giving(
        agency="Police", sections=frozenset({Section.NOTES}), legal_basis="Act 1, section 2"
    )
    given = cases_sharing.hand_over(centre, actor, case.id, giving)
    found = next(row for row in alerts.list_alerts(centre, actor) if row.unit.id == "khi")
    told = OutcomeRecord(
        id=new_id(), kind=OutcomeKind.NOTHING_FOUND, note="", by="x", at=centre.clock(),
        alert_id=found.alert.id,
    )  # fmt: skip
    with centre.db.write(actor, Purpose.CASE) as tx:
        outcomes.add(tx, told)
        tx.audit("test", "outcome", told.id)
    return {"case": case.id, "file": file.id, "handover": given.id, "outcome": told.id}


def _detained(stage: Any) -> dict[str, str]:
    """A gallery of custody, and somebody who stands on its list."""
    maker = system_actor("second")
    gallery = galleries.add(
        stage.centre,
        maker,
        Gallery(
            id="",
            name="Prisoners",
            kind=GalleryKind.CUSTODY,
            purpose="Knowing who is held",
            legal_basis="Prisons Act",
        ),
    )
    own = Watchlist(
        id="prisoners",
        name="Prisoners",
        source="Prisons",
        legal_basis="Prisons Act",
        handling=Handling.REFER,
        gallery_id=gallery.id,
        by_name=False,
    )
    watchlists.add_list(stage.centre, maker, own)
    entry = WatchlistEntry(
        id="",
        watchlist_id=own.id,
        kind=EntryKind.PERSON,
        names=(PersonName(family="NOON", given="GULAB"),),
        reason="FIR 12/26",
    )
    made = watchlists.propose(stage.centre, system_actor("first"), entry)
    return {"gallery": gallery.id, "detainee": made.id}


def _cleared(stage: Any) -> dict[str, str]:
    """The record of a clearing by the targeting officer, and a sweep that is over."""
    centre, officer = stage.centre, stage.actor("targeting")
    rows = alerts.list_alerts(centre, officer)
    row = next(one for one in rows if one.hits[0].screener.startswith("document"))
    alerts.acknowledge(centre, officer, row.alert.id)
    alerts.decide(
        centre, officer, row.alert.id, row.hits[0].id, confirmed=False, reason="another person"
    )
    return {
        "redress": redress.records(centre, officer).rows[0].record.id,
        "sweep": sweeps.history(centre, officer).rows[0].id,
        "port": "KHI",
    }


PLAINLY = {"accept": "application/json"}
"""Refusals are told in a line: to write a page a thousand times takes most of a minute."""

_HEADING = re.compile(r"<h1\b[^>]*>.*?[A-Za-z]{3}.*?</h1>", re.S)


PARTS_OF_PAGES = (
    "row",
    "progress",
    "working",
    "sweeps/",
    "/bell",
    "/profiles/of",
    "redress/entries",
    "cases/alerts",
    "cases/travellers",
    "cases/profiles",
    "cases/{case}/",
    "backtests/",
    "/web",
    "/values/",
    "selectivity/lanes",
    "roster/working",
    "/board",
    "control/day",
)
"""Of such paths the answers are parts of pages."""


@pytest.mark.parametrize("role", ROLES)
def test_looking(shown: Any, ids: dict[str, str], role: str) -> None:
    mine, links = shown(role), dict[str, tuple[str, str]]()
    faults = [fault for path in SEES for fault in _seen(mine, path, ids, role in SEES[path], links)]
    for address, page in links.values():
        code = mine.get(address).status_code
        faults += [f"{page} leads to {address}: {code}"] if code >= 400 else []
    assert faults == []


def _seen(
    mine: Any, path: str, ids: dict[str, str], allowed: bool, links: dict[str, tuple[str, str]]
) -> list[str]:
    """What is wrong with the answer to a look; adds where it leads, an address of each shape."""
    answer = mine.get(path.format(**ids), headers=None if allowed else PLAINLY)
    if allowed and "nothing" in path and answer.status_code == 404:
        return []
    if answer.status_code != (200 if allowed else 403):
        return [f"{path}: {answer.status_code} {answer.text[-200:]}"]
    for own in re.findall(r'href="(/(?!static)[^"#]*)"', answer.text if allowed else ""):
        links.setdefault(re.sub("[0-9a-f]{32}", "", _shape(own)), (html.unescape(own), path))
    page = not any(part in path for part in PARTS_OF_PAGES)
    if not (allowed and page and answer.headers["content-type"].startswith("text/html")):
        return []
    wrong = {
        "a page needs one name": len(_HEADING.findall(answer.text)) == 1,
        "no title": bool(re.search(r"<title>[^·<]+ · Parakh</title>", answer.text)),
        "no language": 'lang="en"' in answer.text,
        "one main part": answer.text.count("<main") == 1,
    }
    return [f"{path}: {fault}" for fault, right in wrong.items() if not right]


@pytest.mark.parametrize("role", ROLES)
def test_changing(browser: Any, ids: dict[str, str], role: str) -> None:
    """What is refused changes nothing, so it is tried first; then decisions, for nobody decides on
    what he had a hand in."""
    mine, faults = browser(role), []
    for path in sorted(DOES, key=lambda path: (role in DOES[path], "decision" not in path)):
        form = {kind: dict(values) for kind, values in FORMS.get(path, {}).items()}
        if "watchlist" in form.get("data", {}):
            form["data"]["watchlist"] = ids["list"]
        answer = mine.post(path.format(**ids), headers=PLAINLY, **form)
        right = (answer.status_code != 403) == (role in DOES[path])
        if not right or answer.status_code == 500:
            faults.append(f"{path}: {answer.status_code} {answer.text[-200:]}")
    assert faults == []


ACCOUNT_STEPS = (
    "sessions/end",
    "sessions/{}/end",
    "totp/confirm",
    "totp/codes",
    "totp/remove",
    "passkeys",
    "passkeys/agreement",
    "passkeys/options",
    "passkeys/{}/remove",
)
SIGN_IN_STEPS = (
    "second",
    "enrol",
    "enrol/passkey",
    "enrol/passkey/options",
    "passkey",
    "passkey/options",
    "provider",
    "provider/back",
    "provider/end",
    "provider/logout",
)
"""What everybody does with an account of his own, and before he is known."""


def test_every_page_is_in_the_table() -> None:
    bare = FastAPI()
    for page in routes.PAGES:
        bare.include_router(page.router)
    open_to_all = {"/", "/language/{}", "/sign-in", "/sign-out", "/wall/events"}
    open_to_all |= {"/control/events"}
    own = {"/account/password", "/account/language", "/pictures/{}"}
    own |= {f"/account/{step}" for step in ACCOUNT_STEPS} | {"/inbox/{}/{}"}
    open_to_all |= {f"/sign-in/{step}" for step in SIGN_IN_STEPS}
    own |= {"/examinations/orders/{}/pictures/{}", "/shared/{}", "/shared/records/{}/{}"}
    own |= {"/reports/plans/{}", "/agencies/asides/{}/again", "/agencies/asides/{}/drop"}
    listed = {_shape(path.replace("nothing", "{}")) for path in (*SEES, *DOES)} | open_to_all | own
    assert {_shape(path) for path in bare.openapi()["paths"]} - listed == set()


@pytest.mark.parametrize("role", ROLES)
def test_the_navigation_shows_what_the_role_may_see(shown: Any, role: str) -> None:
    text = shown(role).get("/account").text
    shown = set(re.findall(r'<a href="(/[a-z-]+)"', text.partition("</nav>")[0]))
    places = (
        "/arrivals",
        "/vetting",
        "/alerts",
        "/gate",
        "/stations",
        "/watchlist",
        "/screen",
        "/rules",
        "/cases",
        "/shared",
        "/agencies",
        "/control",
        "/trends",
        "/people",
        "/profiles",
        "/consignments",
        "/conveyances",
        "/selectivity",
        "/cargo-models",
        "/currency",
        "/seizures",
        "/examinations",
        "/messages",
        "/connectors",
        "/carriers",
        "/audit",
        "/unmasking",
    )
    elsewhere = {"/custody", "/faces", "/galleries"} if role == "custody" else set()
    assert shown == {path for path in places if role in SEES[path]} | elsewhere


@pytest.mark.parametrize("role", ROLES)
def test_the_start_page_is_the_first_place_of_the_role(shown: Any, role: str) -> None:
    answer = shown(role).get("/", follow_redirects=True)
    assert answer.status_code == 200


def test_a_unit_sees_no_other_units_alerts(shown: Any, ids: dict[str, str]) -> None:
    lahore = shown("lahore")
    assert "No alert is open" in lahore.get("/alerts").text
    assert lahore.get(f"/alerts/{ids['alert']}").status_code == 403
    assert lahore.get(f"/voyages/{ids['voyage']}").status_code == 403
    assert lahore.get(f"/travellers/{ids['traveller']}").status_code == 403
    assert lahore.post(f"/alerts/{ids['alert']}/acknowledge").status_code == 403


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0])
