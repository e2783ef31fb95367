"""Settings that do what they say: one that nobody reads is a promise that nobody keeps."""

import ast
from collections.abc import Mapping

from maquette.platform.groups import PLATFORM_GROUPS
from maquette.platform.limits.limiter import Group
from maquette.slices import SLICES

GROUPS = (*PLATFORM_GROUPS, *(group for each in SLICES for group in each.settings))


def names_read(modules: Mapping[str, ast.Module]) -> set[str]:
    """Every attribute that is read anywhere, and the limit of every group that some route is in."""
    found = set()
    for name, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
                is_group = isinstance(node.value, ast.Name) and node.value.id == "Group"
                if is_group and name != "platform/limits/limiter.py":
                    found.add(f"limit_{Group[node.attr]}")  # asked for by its group
    return found


def test_every_setting_is_read_somewhere(product: dict[str, ast.Module]) -> None:
    read = names_read(product)
    unread = [field for group in GROUPS for field in group.model_fields if field not in read]
    assert unread == [], "take these settings out until something follows them"
