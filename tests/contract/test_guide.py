"""What the guide shows is done here as it stands there."""

import re
from pathlib import Path

import httpx
import pytest
from tests.contract.conftest import Served
from tests.factories.media import jpeg

from maquette.accounts.actor import Role

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
ADDRESS = "http://127.0.0.1:8000"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (GUIDE / page).read_text(encoding="utf-8"), re.DOTALL)


def searches() -> list[str]:
    rows = re.findall(r"^\| (`.*`) \|", (GUIDE / "library.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [shown for row in rows for shown in re.findall(r"`([^`]+)`", row)]


def test_the_program_of_the_guide_lists_the_whole_library(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    person = served.person(Role.MEMBER)
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=person.headers) as client:
        for number in range(3):
            client.post("/media", files={"file": (f"{number}.jpg", jpeg(number))})
        key = client.post("/api-keys", json={"name": "guide", "scopes": ["media.read"]}).json()["key"]
    (program,) = blocks("api.md", "python")
    assert ADDRESS in program
    exec(program.replace(ADDRESS, served.url), {"key": key})
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["2.jpg", "1.jpg", "0.jpg"]


@pytest.mark.parametrize("search", searches())
def test_every_search_of_the_guide_is_understood(search: str, administrator: httpx.Client) -> None:
    assert administrator.get("/api/v1/media", params={"q": search}).status_code == 200


def test_every_search_is_in_the_guide() -> None:
    from maquette.media.search.query import _OPERATORS

    shown = {search.partition(":")[0] for search in searches() if ":" in search}
    assert shown == set(_OPERATORS)
