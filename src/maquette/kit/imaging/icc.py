"""Whether an ICC profile is just sRGB: then pixels are right as they are, and a transform of 25 ms is saved."""

import struct

_SRGB_COLORANTS = {
    b"rXYZ": (0.4360, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_MIDDLE = 0.2140
"""What sRGB makes of one half: enough to tell its curve from any pure gamma in use."""
_TOLERANCE = 0.003
_MAX_TAGS = 100


def is_srgb(profile: bytes) -> bool:
    """True for a matrix profile with sRGB's primaries and curve, told by its numbers: descriptions are only text.

    Never raises: anything unreadable is not sRGB, and lcms decides about it.
    """
    try:
        if profile[16:20] != b"RGB " or profile[12:16] not in (b"mntr", b"spac"):
            return False
        tags = _tags(profile)
        if b"A2B0" in tags:
            return False
        for name, expected in _SRGB_COLORANTS.items():
            found = (value / 65536 for value in struct.unpack_from(">3i", profile, tags[name][0] + 8))
            if any(abs(one - other) > _TOLERANCE for one, other in zip(found, expected, strict=True)):
                return False
        return all(
            abs(_curve_at_half(profile, *tags[name]) - _MIDDLE) < _TOLERANCE for name in (b"rTRC", b"gTRC", b"bTRC")
        )
    except (struct.error, KeyError, IndexError, OverflowError, ValueError, ZeroDivisionError):
        return False


def _tags(profile: bytes) -> dict[bytes, tuple[int, int]]:
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * at) for at in range(min(count, _MAX_TAGS)))
    return {name: (offset, size) for name, offset, size in entries}


def _curve_at_half(profile: bytes, offset: int, size: int) -> float:
    kind = profile[offset : offset + 4]
    if kind == b"para":
        (function,) = struct.unpack_from(">H", profile, offset + 8)
        numbers = [value / 65536 for value in struct.unpack_from(f">{(size - 12) // 4}i", profile, offset + 12)]
        if function == 0:
            return float(0.5 ** numbers[0])
        gamma, a, b = numbers[:3]
        return float((a * 0.5 + b) ** gamma)
    if kind == b"curv":
        (count,) = struct.unpack_from(">I", profile, offset + 8)
        if count == 0:
            return 0.5
        values = struct.unpack_from(f">{min(count, 65_536)}H", profile, offset + 12)
        if count == 1:
            return float(0.5 ** (values[0] / 256))
        return float((values[(count - 1) // 2] + values[count // 2]) / 2 / 65535)
    raise ValueError("a curve of an unknown kind")
