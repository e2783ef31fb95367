"""Only the loaders that are needed can be reached, by any way into libvips."""

import subprocess
import sys
from pathlib import Path

import pytest

from maquette.kit.imaging.drawing import draw_picture
from maquette.kit.imaging.engine import load_vips

PROBED_AT_ONCE = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from maquette.kit.imaging.probe import probe

sys.setswitchinterval(1e-6)
ready = threading.Barrier(16)

def first(path):
    ready.wait()
    return probe(path).width

with ThreadPoolExecutor(16) as pool:
    print(sorted(set(pool.map(first, [Path(sys.argv[1])] * 16))))
"""


@pytest.mark.parametrize(
    "content",
    [b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', b"P6\n1 1\n255\n\0\0\0", b"#?RADIANCE\n"],
    ids=["svg", "ppm", "radiance"],
)
def test_other_formats_are_blocked_in_libvips_itself(content: bytes) -> None:
    vips = load_vips()
    with pytest.raises(vips.Error):
        vips.Image.new_from_buffer(content, "")


def test_a_blocked_loader_cannot_be_called_by_name() -> None:
    vips = load_vips()
    with pytest.raises(vips.Error):
        vips.Image.svgload_buffer(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')


def test_libvips_remembers_nothing_and_is_loaded_once() -> None:
    assert load_vips() is load_vips()
    assert load_vips().cache_get_max() == 0


def test_the_first_pictures_of_a_process_may_come_at_once(tmp_path: Path) -> None:
    picture = tmp_path / "one.jpg"
    picture.write_bytes(draw_picture(1, 120, 80))
    said = subprocess.run(
        [sys.executable, "-c", PROBED_AT_ONCE, str(picture)], capture_output=True, text=True, check=False, timeout=60
    )
    assert said.stdout == "[120]\n", said.stderr
