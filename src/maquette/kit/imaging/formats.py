"""The formats that are accepted, told by content and never by name."""

from enum import StrEnum

SNIFF_BYTES = 1024
"""How much of the beginning of a file `sniff` wants to see."""

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})


class PictureFormat(StrEnum):
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    GIF = "gif"
    TIFF = "tiff"
    AVIF = "avif"
    HEIC = "heic"

    @property
    def mime(self) -> str:
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """Without a dot."""
        return "jpg" if self is PictureFormat.JPEG else self.value


_SIGNATURES = {
    PictureFormat.JPEG: (b"\xff\xd8\xff",),
    PictureFormat.PNG: (b"\x89PNG\r\n\x1a\n",),
    PictureFormat.GIF: (b"GIF87a", b"GIF89a"),
    PictureFormat.TIFF: (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}


def sniff(head: bytes) -> PictureFormat | None:
    """The format that the first `SNIFF_BYTES` of a file announce, None when it is not one of ours."""
    for kind, signatures in _SIGNATURES.items():
        if head.startswith(signatures):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return PictureFormat.WEBP
    return _sniff_brands(head) if head[4:8] == b"ftyp" else None


def _sniff_brands(head: bytes) -> PictureFormat | None:
    """AVIF and HEIC share a container with video: only the brands tell, and `mif1` alone says nothing of the codec."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return PictureFormat.AVIF
        if brand in _HEIC_BRANDS:
            return PictureFormat.HEIC
    return None
