"""Operations: health, metrics, and what administrators and operators ask of the machine."""

from maquette.operations.endpoints import root, router
from maquette.operations.settings import OperationsSettings
from maquette.platform.slice import Slice

slice = Slice(  # noqa: A001  # every slice calls it so
    "operations",
    routers=(router,),
    root_routers=(root,),
    settings=(OperationsSettings,),
)
