"""The cookies that carry a browser's tokens: out of reach of scripts, and not sent along from other sites."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from maquette.accounts.credentials import ACCESS_COOKIE, REFRESH_COOKIE
from maquette.accounts.schemas import Tokens
from maquette.accounts.settings import AccountSettings, CookieSecure
from maquette.platform.runtime import Platform
from maquette.platform.settings.general import GeneralSettings

REFRESH_PATH = "/api/v1/auth"
"""The refresh token goes nowhere else."""


def set_cookies(response: Response, tokens: Tokens, connection: HTTPConnection, platform: Platform) -> None:
    """Give the browser these tokens."""
    settings = platform.settings[AccountSettings]
    secure = is_secure(connection, platform)
    response.set_cookie(
        ACCESS_COOKIE,
        tokens.access_token,
        max_age=tokens.expires_in,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    response.set_cookie(
        REFRESH_COOKIE,
        tokens.refresh_token,
        max_age=int(settings.refresh_lifetime.total_seconds()),
        path=REFRESH_PATH,
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def clear_cookies(response: Response, connection: HTTPConnection, platform: Platform) -> None:
    """Take the tokens from the browser."""
    secure = is_secure(connection, platform)
    response.delete_cookie(ACCESS_COOKIE, httponly=True, samesite="lax", secure=secure)
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, httponly=True, samesite="lax", secure=secure)


def is_secure(connection: HTTPConnection, platform: Platform) -> bool:
    """Whether the cookies of this browser are to be sent over https only."""
    match platform.settings[AccountSettings].cookie_secure:
        case CookieSecure.ALWAYS:
            return True
        case CookieSecure.NEVER:
            return False
        case CookieSecure.AUTO:
            if connection.scope.get("scheme") == "https":
                return True
            # Behind a proxy that ends TLS only the public address tells; by any other name it may be plain http.
            public = urlsplit(platform.settings[GeneralSettings].public_url or "")
            return public.scheme == "https" and public.netloc == connection.headers.get("host")
