"""Whether the process lives, and whether it can do its work; for supervisors and proxies."""

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from parakh.web.viewer import centre_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """The database answers too; 503 otherwise."""
    try:
        with centre_of(request).db.read() as connection:
            connection.execute(sa.select(1))
    except sa.exc.SQLAlchemyError:
        return JSONResponse({"status": "database unreachable"}, 503)
    return JSONResponse({"status": "ok"})
