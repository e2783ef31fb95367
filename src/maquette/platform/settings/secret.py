"""The key that signs tokens: given by the environment, or made once and kept 0600 in the data folder."""

import os
import secrets
from contextlib import suppress

from maquette.platform.settings.general import GeneralSettings

FILE = "secret-key"


def secret_key(settings: GeneralSettings) -> bytes:
    """The installation's key, at least 32 bytes. Two processes that start at once agree on one."""
    if settings.secret_key is not None:
        return settings.secret_key.encode()
    path = settings.data_dir / FILE
    with suppress(FileNotFoundError):
        return path.read_bytes()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_urlsafe(48).encode())
        file.flush()
        os.fsync(file.fileno())
    # A link fails where the file is already there, so that the first process wins and all read the same key.
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_bytes()
