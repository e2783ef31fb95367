"""Which route a request came to."""

from starlette.requests import Request
from starlette.types import Scope


def route_template(scope: Scope) -> str | None:
    """The path of the matched route with its places open, such as `/media/{media_id}`; None before a match."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(context, "path_format", None) or getattr(scope.get("route"), "path_format", None)


def allowed_methods(request: Request) -> str | None:
    """Allow of a 405: every method of the path, of which the framework knows only its first route's."""
    operations = request.app.openapi()["paths"].get(route_template(request.scope))
    if operations is None:
        return None
    methods = {method.upper() for method in operations}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
