"""A slice has a door: what stands behind it is nobody else's business."""

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

from maquette.slices import SLICES

PRIVATE = {"repository", "endpoints", "tasks"}


@pytest.fixture(scope="module")
def contracts(root: Path) -> list[dict[str, Any]]:
    """The import contracts of pyproject.toml."""
    configuration = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    found: list[dict[str, Any]] = configuration["contracts"]
    return found


def slices_in(product: dict[str, ast.Module]) -> set[str]:
    """Folders that hold a slice."""
    return {name.split("/")[0] for name in product if name.endswith("/slice.py") and name.count("/") == 1} - {
        "platform"
    }


def imported_by(tree: ast.Module) -> set[str]:
    """Every module or name that is imported, dotted."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def test_every_slice_is_registered_once(product: dict[str, ast.Module]) -> None:
    names = [each.name for each in SLICES]
    assert sorted(names) == sorted(set(names))
    assert set(names) == slices_in(product)


def test_private_modules_are_imported_only_inside_their_slice(product: dict[str, ast.Module]) -> None:
    slices = slices_in(product)
    reached = []
    for name, tree in product.items():
        own = name.split("/")[0]
        for target in imported_by(tree):
            parts = target.split(".")
            if len(parts) > 2 and parts[0] == "maquette" and parts[1] in slices - {own} and PRIVATE & set(parts[2:]):
                reached.append(f"{name} imports {target}")
    assert reached == [], "other slices are asked through their service"


def test_every_slice_has_a_contract_that_protects_what_is_private(
    product: dict[str, ast.Module], contracts: list[dict[str, Any]]
) -> None:
    protected = {module for each in contracts if each["type"] == "protected" for module in each["protected_modules"]}
    private = {
        "maquette." + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in product
        if name.split("/")[0] in slices_in(product) and Path(name).stem in PRIVATE
    }
    unprotected = {
        module
        for module in private
        if module not in protected and f"maquette.{module.split('.')[1]}.**.{module.rsplit('.', 1)[1]}" not in protected
    }
    assert unprotected == set()


def test_no_import_is_ignored_and_the_layers_leave_nothing_out(contracts: list[dict[str, Any]]) -> None:
    assert [each["name"] for each in contracts if each.get("ignore_imports")] == []
    layers = next(each for each in contracts if each["type"] == "layers")
    assert layers["exhaustive"] is True
    assert {"layers", "protected", "acyclic_siblings"} <= {each["type"] for each in contracts}


def test_the_kit_knows_no_settings_and_no_domain(product: dict[str, ast.Module]) -> None:
    reached = [
        f"{name} imports {target}"
        for name, tree in product.items()
        if name.startswith(("kit/", "stack/"))
        for target in imported_by(tree)
        if target.startswith("maquette.") and target.split(".")[1] not in {"kit", name.split("/")[0]}
    ]
    assert reached == []


def test_the_app_and_the_worker_name_no_slice(product: dict[str, ast.Module]) -> None:
    slices = slices_in(product)
    named = [
        f"{name} imports {target}"
        for name in ("app.py", "worker.py")
        for target in imported_by(product[name])
        if target.startswith("maquette.") and target.split(".")[1] in slices
    ]
    assert named == [], "app.py and worker.py loop over SLICES; slices.py is the one list to edit"
