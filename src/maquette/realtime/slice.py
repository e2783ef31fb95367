"""Realtime: the WebSocket, and who may listen to what."""

from maquette.platform.slice import Slice
from maquette.realtime.endpoints import router
from maquette.realtime.permissions import RealtimePermission
from maquette.realtime.settings import RealtimeSettings
from maquette.realtime.topics import is_own

slice = Slice(  # noqa: A001  # every slice calls it so
    "realtime",
    routers=(router,),
    settings=(RealtimeSettings,),
    permissions=(RealtimePermission,),
    topics={"user": is_own},
)
