"""Small things stay readable: counts lines and methods, prints the largest, fails above the line.

Budgets of ARCHITECTURE 4.12. A file above its budget becomes a folder by sub-noun; it is not squeezed.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FUNCTION_LINES = 60
SERVICE_METHODS = 12
LARGEST = 10
GENERATED = re.compile(r"^web/src/api/schema\.ts$|^src/maquette/migrations/versions/|\.gen\.tsx?$")
LEFT_OVER = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b|pytest\.(mark\.)?(skip|xfail)\b|@ts-ignore")
EXCUSE = re.compile(r"# (?:noqa(?!: [A-Z]+\d+)|type: ignore(?!\[))|# (?:noqa: [A-Z\d, ]+|type: ignore\[[^\]]+\])\s*$")


@dataclass(frozen=True, slots=True)
class Measure:
    """How large something is and how large it may be."""

    what: str
    size: int
    limit: int

    @property
    def share(self) -> float:
        return self.size / self.limit


def tracked(root: Path) -> list[Path]:
    """Files that git knows or would take: what is ignored is nobody's code."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return [root / name for name in listed if name and (root / name).is_file()]


def file_limit(name: str) -> int | None:
    """The line budget of the file of this name; None where there is none."""
    if GENERATED.search(name):
        return None
    if name.endswith(".py"):
        return 600 if name.startswith("tests/") else 400
    if name.endswith((".test.ts", ".test.tsx")):
        return 600
    if name.endswith(".tsx"):
        return 300
    return 400 if name.endswith((".ts", ".css", ".sh")) or name.startswith("scripts/") else None


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def measure_python(name: str, source: str) -> Iterator[Measure]:
    """The functions and services of one module."""
    tree = ast.parse(source)
    for function in _functions(tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        yield Measure(f"{name}:{function.lineno} {function.name}()", lines, FUNCTION_LINES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and Path(name).stem.endswith("service"):
            public = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            count = sum(not each.name.startswith("_") for each in public)
            yield Measure(f"{name}:{node.lineno} class {node.name}: public methods", count, SERVICE_METHODS)


def measure(root: Path, files: Iterable[Path]) -> Iterator[Measure]:
    """Everything that has a budget."""
    for path in files:
        name = path.relative_to(root).as_posix()
        limit = file_limit(name)
        if limit is None:
            continue
        source = path.read_text(encoding="utf-8")
        yield Measure(name, source.count("\n"), limit)
        if name.endswith(".py"):
            yield from measure_python(name, source)


def left_overs(root: Path, files: Iterable[Path]) -> Iterator[str]:
    """Work that somebody meant to come back to, and silenced checks that give no reason."""
    for path in files:
        name = path.relative_to(root).as_posix()
        if not name.endswith((".py", ".ts", ".tsx", ".sh", ".css")) or name == "scripts/budgets.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if LEFT_OVER.search(line):
                yield f"{name}:{number}: left over: {line.strip()}"
            elif name.endswith(".py") and EXCUSE.search(line):
                yield f"{name}:{number}: a silenced check names its code and its reason: {line.strip()}"


def main() -> int:
    """Print the largest of each, then what is over."""
    root = Path(__file__).resolve().parent.parent
    files = tracked(root)
    measures = sorted(measure(root, files), key=lambda each: each.share, reverse=True)
    kinds = {
        "files": [each for each in measures if " " not in each.what],
        "functions": [each for each in measures if each.what.endswith("()")],
        "services": [each for each in measures if each.what.endswith("public methods")],
    }
    for kind, found in kinds.items():
        print(f"    largest {kind}:")
        for each in found[: LARGEST if kind == "files" else 3]:
            print(f"      {each.size:4} of {each.limit:3}  {each.what}")
    over = [f"over budget: {each.what}: {each.size}, at most {each.limit}" for each in measures if each.share > 1]
    faults = [*over, *left_overs(root, files)]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
