"""CPU seconds of all variants of a photograph, beside the fastest libvips pipelines written by hand.

    python bench/variants.py [PHOTOGRAPHS] [ROUNDS]

Every photograph goes through every pipeline in turn, in another order each round, in one process with one libvips
thread: drift of the machine hits all alike. The limit writes the same files (1536 JPEG, 768 and 256 WebP at effort 2)
and nothing else; ours also turns, checks colours, and makes thumbhash, dHash and dominant colour.
"""

import random
import resource
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus import draw_corpus

from maquette.kit.imaging.engine import load_vips
from maquette.kit.imaging.probe import probe
from maquette.kit.imaging.variants import make_variants

Pipeline = Callable[[Path], Any]


def hand_shrink_on_load(path: Path) -> list[bytes]:
    """The fastest found: JPEG decodes at a half, then each size from the one before."""
    vips = load_vips()
    source = vips.Image.jpegload(str(path), access="sequential", fail_on="truncated", shrink=2)
    return _write(source.resize(1536 / source.width).copy_memory())


def hand_thumbnail(path: Path) -> list[bytes]:
    """What most people write: vips_thumbnail, then each size from the one before."""
    image = load_vips().Image.thumbnail(str(path), 1536, height=1536, size="down", fail_on="truncated")
    return _write(image.copy_memory())


def _write(large: Any) -> list[bytes]:
    medium = large.resize(0.5).copy_memory()
    small = medium.resize(1 / 3)
    return [
        large.jpegsave_buffer(Q=80, keep="none"),
        medium.webpsave_buffer(Q=80, effort=2, keep="none"),
        small.webpsave_buffer(Q=80, effort=2, keep="none"),
    ]


def ours(path: Path) -> Any:
    return make_variants(path, probe(path))


def measure(pipeline: Pipeline, path: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    pipeline(path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main(count: int = 30, rounds: int = 3) -> None:
    paths = draw_corpus(count)
    pipelines: dict[str, Pipeline] = {
        "hand, shrink on load": hand_shrink_on_load,
        "hand, vips_thumbnail": hand_thumbnail,
        "maquette": ours,
    }
    spent: dict[str, list[float]] = {name: [] for name in pipelines}
    for pipeline in pipelines.values():
        pipeline(paths[0])
    order = list(pipelines)
    for _ in range(rounds):
        for path in paths:
            random.shuffle(order)
            for name in order:
                spent[name].append(measure(pipelines[name], path))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    fastest = min(value for name, value in medians.items() if name != "maquette")
    print(f"{count} photographs × {rounds} rounds, CPU ms each")
    for name, times in spent.items():
        print(f"  {name:22} median {medians[name]:6.1f}   mean {statistics.fmean(times):6.1f}")
    means = {name: statistics.fmean(times) for name, times in spent.items()}
    mean_ratio = means["maquette"] / min(value for name, value in means.items() if name != "maquette")
    print(f"  maquette : fastest by hand = {medians['maquette'] / fastest:.3f} (medians), {mean_ratio:.3f} (means)")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
