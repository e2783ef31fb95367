"""Whether a store does what stores are for."""

import secrets

from maquette.kit.errors import StorageFailed
from maquette.platform.storage.store import Store


async def try_store(store: Store) -> None:
    """Write, read and delete a small file. Raises what the store raises."""
    key, data = f"health/{secrets.token_hex(8)}", secrets.token_bytes(16)
    await store.put(key, data)
    try:
        found = await store.get(key)
    finally:
        await store.delete(key)
    if found != data:
        raise StorageFailed(f"The store {store.name!r} gave back other bytes than it was given.")
