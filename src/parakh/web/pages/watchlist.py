"""Watchlist: lists, entries with pictures, and the four-eyes steps."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.ids import new_id
from parakh.domain.watchlist import EntryKind, EntryState, Handling
from parakh.ingest.lists.csv import DeclaredEntry
from parakh.services import watchlists
from parakh.web.proposals import ListFields, lines_of, proposed
from parakh.web.queries import PageNumber
from parakh.web.uploads import content, optional
from parakh.web.viewer import Here

router = APIRouter(prefix="/watchlist")

_Text = Annotated[str, Field(max_length=4000)]


class ProposalForm(BaseModel):
    """The fields of the proposal page, as text."""

    model_config = ConfigDict(str_strip_whitespace=True)

    watchlist: _Text
    kind: EntryKind = EntryKind.PERSON
    family_name: _Text = ""
    given_names: _Text = ""
    aliases: _Text = ""
    birth_date: _Text = ""
    sex: _Text = ""
    nationality: _Text = ""
    document_type: _Text = "P"
    document_number: _Text = ""
    document_issuer: _Text = ""
    reason: _Text = ""
    expires: _Text = ""
    picture: UploadFile | None = None

    def declared(self) -> DeclaredEntry:
        """The same as a row of a list."""
        return DeclaredEntry(
            line=1,
            list=self.watchlist,
            kind=self.kind.value,
            family_name=self.family_name,
            given_names=self.given_names,
            aliases=lines_of(self.aliases),
            birth_dates=lines_of(self.birth_date),
            sex=self.sex,
            nationalities=tuple(self.nationality.replace(",", " ").split()),
            document_type=self.document_type,
            document_number=self.document_number,
            document_issuer=self.document_issuer,
            reason=self.reason,
            expires=self.expires,
        )


@router.get("")
def entries(here: Here, state: str = "", q: str = "", page: PageNumber = 1) -> HTMLResponse:
    """Entries in order of name, by state and part of the name or of a document number."""
    wanted = EntryState(state) if state in list(EntryState) else None
    return here.page(
        "watchlist.html",
        page=watchlists.entries(here.centre, here.actor, state=wanted, text=q, page=page),
        lists=watchlists.lists(here.centre, here.actor),
        states=list(EntryState),
        state=wanted,
        q=q,
        handlings=list(Handling),
    )


@router.post("/lists")
def add_list(here: Here, form: Annotated[ListFields, Form()]) -> RedirectResponse:
    """Adds a list."""
    watchlists.add_list(here.centre, here.actor, form.watchlist(new_id()))
    return here.done("/watchlist", "list-added")


@router.get("/lists/{list_id}")
def edit_list(here: Here, list_id: str) -> HTMLResponse:
    """The page on which a list is changed."""
    here.actor.require(Permission.DECIDE_ENTRIES)
    value = watchlists.get_list(here.centre, here.actor, list_id)
    return here.page("list.html", list=value, handlings=list(Handling))


@router.post("/lists/{list_id}")
def save_list(here: Here, list_id: str, form: Annotated[ListFields, Form()]) -> RedirectResponse:
    """Changes a list; its entries keep theirs."""
    watchlists.get_list(here.centre, here.actor, list_id)
    watchlists.add_list(here.centre, here.actor, form.watchlist(list_id))
    return here.done("/watchlist", "list-saved")


@router.get("/propose")
def proposal(here: Here) -> HTMLResponse:
    """The page on which an entry is proposed."""
    here.actor.require(Permission.PROPOSE_ENTRIES)
    lists = [own for own, _ in watchlists.lists(here.centre, here.actor)]
    return here.page("propose.html", lists=lists)


@router.post("/entries")
def propose(
    here: Here, form: Annotated[ProposalForm, Form(media_type="multipart/form-data")]
) -> RedirectResponse:
    """Proposes an entry."""
    now = here.centre.clock()
    value = proposed(form.declared(), form.watchlist, here.actor.name, now)
    made = watchlists.propose(here.centre, here.actor, value, optional(form.picture))
    return here.done(f"/watchlist/entries/{made.id}", "entry-proposed")


@router.get("/entries/{entry_id}")
def entry(here: Here, entry_id: str) -> HTMLResponse:
    """One entry."""
    view = watchlists.entry(here.centre, here.actor, entry_id)
    return here.page("entry.html", view=view, entry=view.row.entry, list=view.row.watchlist)


@router.post("/entries/{entry_id}/decision")
def decide(
    here: Here,
    entry_id: str,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> RedirectResponse:
    """Approves or rejects a proposal."""
    approve = decision == "approve"
    watchlists.decide(here.centre, here.actor, entry_id, approve=approve, reason=reason)
    notice = "entry-approved" if approve else "entry-rejected"
    return here.done(f"/watchlist/entries/{entry_id}", notice)


@router.post("/entries/{entry_id}/retire")
def retire(
    here: Here, entry_id: str, reason: Annotated[str, Form(max_length=4000)] = ""
) -> RedirectResponse:
    """Takes an entry out of screening."""
    watchlists.retire(here.centre, here.actor, entry_id, reason)
    return here.done(f"/watchlist/entries/{entry_id}", "entry-retired")


@router.post("/entries/{entry_id}/pictures")
def add_picture(
    here: Here, entry_id: str, picture: Annotated[UploadFile | None, File()] = None
) -> RedirectResponse:
    """Adds one more picture, which another person has to approve."""
    portrait = content(picture, "a portrait")
    watchlists.add_portrait(here.centre, here.actor, entry_id, portrait)
    return here.done(f"/watchlist/entries/{entry_id}", "picture-added")


@router.post("/entries/{entry_id}/pictures/{picture_id}/decision")
def decide_picture(
    here: Here,
    entry_id: str,
    picture_id: str,
    decision: Annotated[str, Form(pattern="^(approve|reject)$")],
) -> RedirectResponse:
    """Approves or rejects a picture that waits."""
    approve = decision == "approve"
    watchlists.decide_portrait(here.centre, here.actor, entry_id, picture_id, approve=approve)
    notice = "picture-approved" if approve else "picture-rejected"
    return here.done(f"/watchlist/entries/{entry_id}", notice)
