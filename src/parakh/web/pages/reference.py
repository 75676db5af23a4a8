"""The HTTP API as a page, for those who connect a system to the centre."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from parakh.web.viewer import Here

router = APIRouter()


@router.get("/reference")
def reference(here: Here) -> HTMLResponse:
    """Every operation by its subject, from the OpenAPI document."""
    document: dict[str, Any] = here.request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return here.page("reference.html", tags=document["tags"], operations=operations)
