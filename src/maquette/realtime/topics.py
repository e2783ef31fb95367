"""Who may listen to what: the rules that the slices registered, by kind of topic."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from maquette.accounts.actor import Actor
from maquette.platform.runtime import Platform
from maquette.platform.slice import TopicRule


async def is_own(_session: AsyncSession, actor: Actor, user_id: UUID) -> bool:
    """What is told to a user is for that user alone."""
    return actor.user_id == user_id


class TopicRules:
    """The rules of this installation."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._rules: dict[str, TopicRule] = {}
        for each in platform.slices:
            self._rules.update(each.topics)

    async def allowed(self, actor: Actor, topics: list[str]) -> set[str]:
        """Those of `topics` that exist and that `actor` may listen to, in their canonical form."""
        parsed = [(topic, self._parse(topic)) for topic in dict.fromkeys(topics)]
        allowed: set[str] = set()
        async with self._platform.database.reading() as session:
            for topic, found in parsed:
                if found is not None and await found[0](session, actor, found[1]):
                    allowed.add(topic)
        return allowed

    def _parse(self, topic: str) -> tuple[TopicRule, UUID] | None:
        kind, _, text = topic.partition(":")
        rule = self._rules.get(kind)
        try:
            topic_id = UUID(text)
        except ValueError:
            return None
        # Only the form that events carry: another spelling of the same id would never hear anything.
        return None if rule is None or str(topic_id) != text else (rule, topic_id)
