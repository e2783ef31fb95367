"""Memory that nothing uses any more goes back to the system: glibc keeps it, 60 MB after an hour of pictures."""

import asyncio
import ctypes
import sys

_GIVE_BACK = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
EVERY_SECONDS = 5.0
"""It takes about a millisecond, with other threads running."""


async def give_back_for_ever() -> None:
    """Return what is free every few seconds; does nothing where the C library has no call for it (macOS, musl)."""
    while _GIVE_BACK is not None:
        await asyncio.sleep(EVERY_SECONDS)
        await asyncio.to_thread(_GIVE_BACK, 0)
