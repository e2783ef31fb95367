"""Every resource that belongs to a user, and every list that is nobody's in particular. New routes must be entered."""

from hashlib import sha256
from typing import ClassVar

from tests.factories.media import jpeg, upload
from tests.isolation.resource import Ask, Made, Owner, Resource

from maquette.platform.jobs.enqueue import enqueue
from maquette.platform.jobs.task import JobRequest

API = "/api/v1"
WORD = "quillwort"
"""In no other test, no name and no program text."""


class Paint(JobRequest):
    """A job of one user."""

    kind: ClassVar[str] = "isolation.paint"


async def make_key(owner: Owner) -> Made:
    answer = await owner.client.post(f"{API}/api-keys", json={"name": WORD, "scopes": ["media.read"]})
    return Made(answer.json()["id"], (answer.json()["id"], WORD))


async def make_session(owner: Owner) -> Made:
    listed = await owner.client.get(f"{API}/auth/sessions")
    session_id = str(listed.json()["items"][0]["id"])
    return Made(session_id, (session_id,))


async def make_job(owner: Owner) -> Made:
    async with owner.platform.database.transaction() as session:
        job = await enqueue(session, Paint(), owner_id=owner.person.id)
    return Made(str(job.id), (str(job.id), Paint.kind))


async def make_media(owner: Owner) -> Made:
    picture = jpeg(seed=20260731)
    made = await upload(owner.client, picture, f"{WORD}.jpg", title=f"A {WORD}", tags=f"{WORD}-tag")
    day = made["sort_at"][:10] if "sort_at" in made else made["created_at"][:10]
    checksum = sha256(picture).hexdigest()
    return Made(made["id"], (made["id"], WORD), {"checksum": checksum, "day": day})


async def make_tag(owner: Owner) -> Made:
    answer = await owner.client.post(f"{API}/tags", json={"name": WORD})
    return Made(answer.json()["id"], (answer.json()["id"], WORD))


RESOURCES = (
    Resource("API key", "key_id", make_key, asks=(Ask("GET", f"{API}/api-keys", {"total": "true"}),)),
    Resource("login", "session_id", make_session, asks=(Ask("GET", f"{API}/auth/sessions"),)),
    Resource(
        "job",
        "job_id",
        make_job,
        asks=(Ask("GET", f"{API}/jobs", {"total": "true"}), Ask("GET", f"{API}/jobs", {"kind": Paint.kind})),
        topic="job",
        still_there=f"{API}/jobs/{{job_id}}",
    ),
    Resource(
        "media",
        "media_id",
        make_media,
        asks=(
            Ask("GET", f"{API}/media", {"total": "true"}),
            Ask("GET", f"{API}/media", {"q": WORD}),
            Ask("GET", f"{API}/media", {"tag": f"{WORD}-tag"}),
            Ask("GET", f"{API}/media/facets"),
            Ask("GET", f"{API}/media/suggest", {"q": WORD[:5]}),
            Ask("GET", f"{API}/media/timeline/page", {"start": "{day}", "end": "{day}"}),
            Ask("POST", f"{API}/media/check", body={"checksums": ["{checksum}"]}),
            Ask("GET", f"{API}/tags"),
        ),
        bodies={("PATCH", f"{API}/media/{{media_id}}"): {"title": "taken"}},
        queries={
            ("DELETE", f"{API}/media/{{media_id}}"): {"permanent": "true"},
            ("GET", f"{API}/media/{{media_id}}/data"): {"download": "1"},
            ("GET", f"{API}/media/{{media_id}}/thumbnail"): {"size": "large"},
        },
        topic="media",
        still_there=f"{API}/media/{{media_id}}",
    ),
    Resource(
        "tag",
        "tag_id",
        make_tag,
        asks=(Ask("GET", f"{API}/tags"), Ask("GET", f"{API}/tags", {"total": "true"})),
        bodies={("PATCH", f"{API}/tags/{{tag_id}}"): {"name": "taken"}},
    ),
)

ADMINISTRATIVE = frozenset({"user_id", "kind"})
"""Ids of what belongs to the installation: others are told 403, whether or not there is such a thing."""

NOT_LISTS = {
    f"{API}/setup": "says whether there is any user",
    f"{API}/auth/me": "the caller",
    f"{API}/api-keys/scopes": "permissions of the program",
    f"{API}/users": "administrators only, see accounts",
    f"{API}/jobs/kinds": "administrators only, and no user's",
    f"{API}/media/timeline": "counts only: see the test of the timeline below",
    f"{API}/database/health": "administrators only",
    f"{API}/admin/cache/stats": "administrators only",
    "/health": "of the process",
    "/health/live": "of the process",
    "/health/ready": "of the process",
    "/metrics": "of the process",
}
"""GET routes without an id that tell of no user's things, and why."""

OPEN = frozenset(
    {
        ("GET", "/health"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", f"{API}/setup"),
        ("POST", f"{API}/setup"),
        ("POST", f"{API}/auth/register"),
        ("POST", f"{API}/auth/login"),
        ("POST", f"{API}/auth/refresh"),
    }
)
"""What strangers may ask; all else answers 401."""
