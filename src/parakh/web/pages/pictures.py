"""Pictures: decrypted for those who may see them, and kept by no cache."""

from fastapi import APIRouter
from starlette.responses import Response

from parakh.services import listed_pictures
from parakh.web.viewer import Here

router = APIRouter()


@router.get("/pictures/{picture_id}")
def picture(here: Here, picture_id: str) -> Response:
    """One picture as it was uploaded."""
    data, media_type = listed_pictures.picture(here.centre, here.actor, picture_id)
    return Response(data, media_type=media_type)
