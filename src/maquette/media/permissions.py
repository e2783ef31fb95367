"""What may be done with media, and the dependencies that ask for it."""

from typing import Annotated

from fastapi import Depends

from maquette.accounts.actor import Actor
from maquette.accounts.permissions import requires
from maquette.accounts.roles import Permission


class MediaPermission(Permission):
    """Permissions about media and tags."""

    READ = "media.read", "See and download media, search them, see tags"
    UPLOAD = "media.upload", "Upload media"
    WRITE = "media.write", "Change media and tags, move media to the trash and back"
    DELETE = "media.delete", "Remove media for good"


ReaderOf = Annotated[Actor, Depends(requires(MediaPermission.READ))]
UploaderOf = Annotated[Actor, Depends(requires(MediaPermission.UPLOAD))]
WriterOf = Annotated[Actor, Depends(requires(MediaPermission.WRITE))]
DeleterOf = Annotated[Actor, Depends(requires(MediaPermission.DELETE))]
