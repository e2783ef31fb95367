"""The headers that keep a browser from doing what our page never asks for."""

from urllib.parse import urlsplit

from maquette.platform.settings.general import GeneralSettings

Headers = list[tuple[bytes, bytes]]

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    # The virtualised timeline places its pictures by style attributes.
    "style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""No request ever leaves to another host."""


def security_headers(settings: GeneralSettings) -> Headers:
    """The headers of every answer but its content policy."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
    ]
    if settings.public_url is not None and urlsplit(settings.public_url).scheme == "https":
        headers.append((b"strict-transport-security", b"max-age=31536000"))
    return headers
