"""Short ways past FastAPI's machinery, which takes longer than the answers of the hottest addresses do."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from maquette.accounts.actor import Actor
from maquette.accounts.authentication import authenticate
from maquette.media.permissions import MediaPermission
from maquette.platform.runtime import Platform

Answer = Callable[[Request], Awaitable[Response | None]]
E = TypeVar("E", bound=Callable[..., Any])
_ATTRIBUTE = "answer_at_once"


def at_once(answer: Answer) -> Callable[[E], E]:
    """Mark an endpoint: `answer` is tried first, and gives None for whatever is not plain. The endpoint then does the
    same thoroughly, with every parameter checked and every error named.
    """

    def mark(endpoint: E) -> E:
        setattr(endpoint, _ATTRIBUTE, answer)
        return endpoint

    return mark


class QuickRoute(APIRoute):
    """A route whose endpoint may have a short way."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that tries the short way first."""
        thorough = super().get_route_handler()
        quick: Answer | None = getattr(self.endpoint, _ATTRIBUTE, None)
        if quick is None:
            return thorough

        async def handler(request: Request) -> Response:
            return await quick(request) or await thorough(request)

        return handler


async def reader(request: Request, platform: Platform) -> Actor | None:
    """The caller, if he may look at media; None leaves the refusal to the thorough way."""
    actor = await authenticate(request, platform)
    return actor if actor is not None and actor.may(MediaPermission.READ) else None


def parameters(request: Request) -> dict[str, str] | None:
    """The query, if each parameter stands once and means what it says; None if it has to be decoded."""
    query: bytes = request.scope["query_string"]
    if not query:
        return {}
    found: dict[str, str] = {}
    for pair in query.decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        if name in found or "%" in pair or "+" in pair:
            return None
        found[name] = value
    return found
