"""Which worker processes are alive: each says so every few seconds, in Valkey, and is forgotten when it stops."""

import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

if TYPE_CHECKING:
    from redis.asyncio import Redis

KEY = "maquette:workers"
WAITING_KEY = "maquette:workers:waiting"
ALIVE_SECONDS = 40.0
"""Longer than the longest pause between two sweeps, which is when a worker speaks."""


async def say_alive(valkey: "Redis") -> None:
    """Say that this process is a worker and alive; a Valkey that is down does not hear it."""
    moment = time.time()
    try:
        async with valkey.pipeline(transaction=False) as pipe:
            pipe.zadd(KEY, {f"{socket.gethostname()}:{os.getpid()}": moment})
            pipe.zremrangebyscore(KEY, "-inf", moment - ALIVE_SECONDS)
            await pipe.execute()
    except (RedisError, OSError):
        return


async def say_waiting(valkey: "Redis", reason: str) -> None:
    """Say that a worker is there and takes no jobs for `reason`, which anyone may read."""
    with suppress(RedisError, OSError):
        await valkey.set(WAITING_KEY, reason, ex=int(ALIVE_SECONDS))


async def waiting_reason(valkey: "Redis") -> str | None:
    """Why the last worker that said so waits. Raises RedisError."""
    found = await valkey.get(WAITING_KEY)
    return found.decode() if isinstance(found, bytes) else found


async def alive_workers(valkey: "Redis") -> int:
    """How many worker processes spoke lately. Raises RedisError when Valkey does not answer."""
    return int(await valkey.zcount(KEY, time.time() - ALIVE_SECONDS, "+inf"))


async def forget_workers(valkey: "Redis") -> None:
    """Forget every worker that spoke before; those that live speak again. Raises RedisError."""
    await valkey.delete(KEY)
