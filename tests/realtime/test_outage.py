"""The WebSocket while the database refuses every connection."""

from tests.conftest import Servers
from tests.factories.users import make_person
from tests.outage import database_shut
from tests.realtime.conftest import Web

from maquette.accounts.authentication import recognition_of
from maquette.kit.ids import new_id


async def test_who_is_connected_stays_and_is_told(web: Web, servers: Servers) -> None:
    ann = await make_person(web.platform)
    async with web.talk(ann.headers) as talk:
        await talk.subscribe(f"user:{ann.id}")
        async with database_shut(servers, web.platform):
            await talk.say("subscribe", topics=[f"job:{new_id()}"])
            refused = await talk.hear("error")
            assert (refused["code"], "database is down" in refused["message"]) == ("service_unavailable", True)
            recognition_of(web.platform).forget_user(ann.id)
            for _ in range(3):  # nobody can look whether the login is over
                assert (await talk.hear("ping", "error"))["type"] == "ping"
                await talk.say("pong")
        await web.platform.database.engine.dispose()  # dead connections, each of which costs a question
        await talk.say("subscribe", topics=[f"job:{new_id()}"])
        assert (await talk.hear("error"))["code"] == "not_found"
        assert (await talk.subscribe(f"user:{ann.id}"))["topics"] == [f"user:{ann.id}"]


async def test_who_comes_meanwhile_is_told_to_come_again(web: Web, servers: Servers) -> None:
    ann = await make_person(web.platform)
    async with database_shut(servers, web.platform), web.talk(ann.headers, ready=False) as talk:
        error, code = await talk.closed()
    assert (error["code"], "Reconnect" in error["message"]) == ("service_unavailable", True)
    assert code == 1011
