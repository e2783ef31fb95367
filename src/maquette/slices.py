"""The one list to edit when a slice is added."""

from maquette.accounts.slice import slice as accounts
from maquette.jobs.slice import slice as jobs
from maquette.media.slice import slice as media
from maquette.operations.slice import slice as operations
from maquette.platform.slice import Slice
from maquette.realtime.slice import slice as realtime

# Media come first because their addresses are asked for most: the router tries one after the other, and with them
# last, finding the route took half of the time of a thumbnail.
SLICES: tuple[Slice, ...] = (media, accounts, jobs, realtime, operations)
