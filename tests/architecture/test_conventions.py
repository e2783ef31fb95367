"""The conventions of ARCHITECTURE §4 that a parser can check."""

import ast
from collections.abc import Iterator, Mapping

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}

COMMIT_EDGES = ("platform/database/", "platform/jobs/", "migrations/")
"""A request and a command commit in platform.database, a task in platform.jobs, Alembic by itself."""

CATCH_ALL_EDGES = {
    "platform/observability/middleware.py": "the outermost edge of a request: nothing may leave it but an answer",
}
"""Modules that may catch every exception, and why no narrower one will do."""

HTTP_EDGES = {
    "platform/observability/middleware.py": "the framework turns any other error while a body is read into a 400",
}
"""Modules that may raise the framework's own exception, and why a named one would not do."""

REPLACED = {
    "platform/storage/test_local.py": "a disk that refuses fsync cannot be had without a device of its own",
    "stack/test_embedded.py": "a package folder that others may not read, without moving the environment of the run",
}
"""Tests that replace a function, and why the real thing cannot be had."""

TIME = {"now", "time", "monotonic", "sleep", "perf_counter"}
"""What a test may replace: nothing else is pretended."""


def found_in(modules: Mapping[str, ast.Module], *kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    """Every node of these kinds, with `path:line`."""
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield f"{name}:{getattr(node, 'lineno', 0)}", node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute chain; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{dotted(value)}.{attribute}"
        case _:
            return ""


def calls_to(modules: Mapping[str, ast.Module], *names: str) -> list[str]:
    """Where a method of one of these names is called."""
    return [
        where
        for where, node in found_in(modules, ast.Call)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def transactions_begun(modules: Mapping[str, ast.Module]) -> list[str]:
    """Where `begin()` is awaited or entered: leaving such a block commits."""
    begun = []
    for where, node in found_in(modules, ast.Await, ast.AsyncWith, ast.With):
        opened = (
            [node.value] if isinstance(node, ast.Await) else [each.context_expr for each in getattr(node, "items", [])]
        )
        begun += [where for each in opened if isinstance(each, ast.Call) and dotted(each.func).endswith(".begin")]
    return begun


def test_only_the_edges_commit(product: dict[str, ast.Module]) -> None:
    committing = calls_to(product, "commit") + transactions_begun(product)
    elsewhere = [where for where in committing if not where.startswith(COMMIT_EDGES)]
    assert elsewhere == [], "services collect changes on the session; the edge that opened it commits"


def test_the_edges_do_commit(product: dict[str, ast.Module]) -> None:
    assert any(where.startswith("platform/database/") for where in calls_to(product, "commit"))


def test_errors_are_named_and_no_http_exception_is_raised(product: dict[str, ast.Module]) -> None:
    raised = [
        where
        for where, node in found_in(product, ast.Raise)
        if isinstance(node, ast.Raise)
        and node.exc is not None
        and dotted(node.exc.func if isinstance(node.exc, ast.Call) else node.exc).endswith("HTTPException")
        and where.rsplit(":", 1)[0] not in HTTP_EDGES
    ]
    assert raised == [], "raise a named child of MaquetteError, which carries its status and code"


def _catch_alls(modules: Mapping[str, ast.Module]) -> list[str]:
    return [
        where
        for where, node in found_in(modules, ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        # A handler that ends by raising again hides nothing.
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]


def test_only_named_edges_catch_everything(product: dict[str, ast.Module]) -> None:
    elsewhere = [where for where in _catch_alls(product) if where.rsplit(":", 1)[0] not in CATCH_ALL_EDGES]
    assert elsewhere == [], "catch the error that is meant, or name the module as an edge with its reason"


def test_no_edge_is_named_for_nothing(product: dict[str, ast.Module]) -> None:
    catching = {where.rsplit(":", 1)[0] for where in _catch_alls(product)}
    assert set(CATCH_ALL_EDGES) - catching == set()


def test_relations_load_loudly(product: dict[str, ast.Module]) -> None:
    quiet = [
        where
        for where, node in found_in(product, ast.Call)
        if isinstance(node, ast.Call)
        and dotted(node.func).rsplit(".", 1)[-1] == "relationship"
        and not any(
            keyword.arg == "lazy" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "raise"
            for keyword in node.keywords
        )
    ]
    assert quiet == [], 'relationship(..., lazy="raise"): a forgotten load must fail, not query once a row'


def test_modules_are_named_by_what_they_hold(tracked: list[str]) -> None:
    suffixes = (".py", ".ts", ".tsx")
    nameless = [
        name
        for name in tracked
        if name.endswith(suffixes)
        and FORBIDDEN_NAMES & {part.split(".")[0].lstrip("_").lower() for part in name.split("/")}
    ]
    assert nameless == []


def test_tests_pretend_nothing_but_time(tests: dict[str, ast.Module]) -> None:
    pretended = []
    for where, node in found_in(tests, ast.Call, ast.Import, ast.ImportFrom):
        match node:
            case ast.ImportFrom(module="unittest.mock") | ast.ImportFrom(module="unittest", names=[ast.alias("mock")]):
                pretended.append(where)
            case ast.Import(names=names) if any(each.name in {"unittest.mock", "mock"} for each in names):
                pretended.append(where)
            case ast.Call(func=ast.Attribute(attr="setattr" | "delattr", value=ast.Name(id="monkeypatch")), args=args):
                named = next((each.value for each in args if isinstance(each, ast.Constant)), "")
                name = str(named).rsplit(".", 1)[-1]
                # A limit that is made small enough to be reached pretends nothing.
                is_constant = name.isupper()
                if name not in TIME and not is_constant and where.rsplit(":", 1)[0] not in REPLACED:
                    pretended.append(where)
    assert pretended == [], "servers, stores and engines are real or shipped as product code; only time is replaced"


def test_print_is_left_to_the_command_line(product: dict[str, ast.Module]) -> None:
    printed = [
        where
        for where, node in found_in(product, ast.Call)
        if isinstance(node, ast.Call) and dotted(node.func) == "print" and not where.startswith("cli/")
    ]
    assert printed == [], "the program speaks through structlog"
