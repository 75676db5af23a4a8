"""The OpenAPI document: FastAPI's own, with problem details under their own media type."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def document(app: FastAPI) -> dict[str, Any]:
    """The document of the application's routes; made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        for path in made["paths"].values():
            for method in _METHODS & path.keys():
                _mark_problems(path[method]["responses"])
        app.openapi_schema = made
    return app.openapi_schema


def _mark_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400":
            content = response["content"]
            content["application/problem+json"] = content.pop("application/json")
