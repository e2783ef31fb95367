"""Uploads over HTTP."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from maquette.accounts.permissions import optional_actor
from maquette.kit.http.openapi import errors
from maquette.media.permissions import ReaderOf, UploaderOf
from maquette.media.schemas import Check, CheckResult, MediaUploaded
from maquette.media.uploads.service import UploadService
from maquette.platform.dependencies import PlatformOf
from maquette.platform.limiting import limited
from maquette.platform.limits.limiter import Group

router = APIRouter(tags=["media"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "title": {"type": "string", "maxLength": 500},
                        "caption": {"type": "string", "maxLength": 10_000},
                        "tags": {"type": "array", "items": {"type": "string", "maxLength": 100}},
                        "visibility": {"type": "string", "enum": ["private", "unlisted", "public"]},
                        "expires_at": {"type": "string", "format": "date-time"},
                        "delete_token": {"type": "boolean"},
                        "last_modified": {"type": "string", "format": "date-time"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/media",
    response_model=MediaUploaded,
    status_code=201,
    summary="Upload a media",
    openapi_extra=_BODY,
    dependencies=[Depends(limited(Group.UPLOAD, after=optional_actor))],
    responses={200: {"model": MediaUploaded, "description": "The caller has these bytes already"}, **errors(507)},
)
async def upload(request: Request, platform: PlatformOf, actor: UploaderOf) -> Response:
    """Store one picture. The bytes decide what it is; the same bytes again answer with the media that there is."""
    stored = await UploadService(platform, actor).upload(request)
    return Response(
        stored.answer(),
        status_code=200 if stored.is_duplicate else 201,
        media_type="application/json",
        headers={"Location": f"/api/v1/media/{stored.media_id}", "Cache-Control": "no-store"},
    )


@router.post("/media/check", summary="Ask which hashes exist")
async def check(body: Check, platform: PlatformOf, actor: ReaderOf) -> CheckResult:
    """Which of these SHA-256 hashes the caller has, so that they need not be uploaded. What lies in the trash is not
    told: uploading it brings it back.
    """
    return CheckResult(existing=await UploadService(platform, actor).check(body.checksums, with_trash=False))
