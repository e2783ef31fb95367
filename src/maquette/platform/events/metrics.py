"""What is counted of events."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("maquette_events_published", "Events that this process sent.")
DROPPED = Counter("maquette_events_dropped", "Events dropped because Valkey was down for long.")
LISTENERS = Gauge("maquette_event_listeners", "Listeners in this process, such as open WebSockets.")
