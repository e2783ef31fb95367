"""Argon2id hashes, made and checked beside the event loop: each takes tens of milliseconds and 19 MiB."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from maquette.accounts.metrics import PASSWORD_CHECKS

R = TypeVar("R")

# OWASP's first choice for Argon2id; two at a time keep a burst of logins from taking all memory and processors.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hash_password(password: str) -> str:
    """The hash to keep."""
    return await _beside(lambda: _hasher.hash(_spelled(password)))


async def verify_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password is right, and a new hash where the old one was made with weaker parameters.

    Without a hash (there is no such user) the same work is done against a hash that nothing matches.
    """
    return await _beside(lambda: _verify(_spelled(password), password_hash))


def _verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    nobody = _nobody()
    PASSWORD_CHECKS.inc()
    try:
        matches, better = _hasher.verify_and_update(password, password_hash or nobody)
    except PwdlibError:
        # A hash of another program: nobody gets in by it.
        return False, None
    return matches and password_hash is not None, better


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


def _spelled(password: str) -> str:
    # The same letters are typed as different code points on different systems.
    return unicodedata.normalize("NFKC", password)


async def _beside(work: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
