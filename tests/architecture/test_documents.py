"""Documents that would rot are held against the code."""

import re
from pathlib import Path
from types import ModuleType

import pytest

ADR_LINES = 60
ADR_SECTIONS = ("## Context", "## Decision", "## Consequences")


def folders_of(tracked: list[str]) -> set[str]:
    """Every folder that holds a tracked file, and their parents."""
    return {str(parent) for name in tracked for parent in Path(name).parents if str(parent) != "."}


def test_every_folder_has_a_line_on_the_map(root: Path, tracked: list[str]) -> None:
    mapped = re.findall(r"^\| `([^`]+)/` \|", (root / "docs/map.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(mapped) == sorted(set(mapped)), "a folder is on the map twice"
    folders = folders_of(tracked)
    assert folders - set(mapped) == set(), "folders without a line in docs/map.md"
    assert set(mapped) - folders == set(), "docs/map.md names folders that are gone"


def test_generated_pages_are_what_the_code_says(root: Path, generate_docs: ModuleType) -> None:
    stale = [
        name
        for name, text in generate_docs.pages().items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run scripts/fix"


def test_every_setting_is_described(generate_docs: ModuleType) -> None:
    silent = [
        f"{group.__name__}.{name}"
        for group in generate_docs.setting_groups()
        for name, field in group.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_every_error_says_what_it_means(generate_docs: ModuleType) -> None:
    generate_docs.import_everything()
    silent = [
        error.__name__
        for error in generate_docs.errors_below(generate_docs.MaquetteError)
        if not (error.__doc__ or "").strip()
    ]
    assert silent == []


def test_every_command_and_parameter_has_a_help_text(generate_docs: ModuleType) -> None:
    page = generate_docs.commands_page()
    assert [line for line in page.splitlines() if re.match(r"^\| `[^`]+` \|\s*\|", line)] == []


def test_decisions_are_numbered_without_gaps_and_fit_on_a_page(root: Path) -> None:
    records = sorted(path for path in (root / "docs/decisions").glob("[0-9]*.md") if not path.name.startswith("0000"))
    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert len(records) >= 10
    for path in (root / "docs/decisions/0000-template.md", *records):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= ADR_LINES, path.name
        assert [section for section in ADR_SECTIONS if section not in text] == [], path.name


def test_links_between_documents_lead_somewhere(root: Path, tracked: list[str]) -> None:
    broken = [
        f"{name} -> {target}"
        for name in tracked
        if name.endswith(".md")
        for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", (root / name).read_text(encoding="utf-8"))
        if not (root / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_locks_name_no_host(root: Path, tracked: list[str]) -> None:
    locks = [name for name in tracked if name.endswith((".lock", "package-lock.json"))]
    assert {"requirements.lock", "requirements-dev.lock", "web/package-lock.json"} <= set(locks)
    texts = {name: (root / name).read_text(encoding="utf-8") for name in locks}
    assert [name for name, text in texts.items() if "://" in text and not name.endswith("package-lock.json")] == []
    # npm's lock carries the addresses where authors ask for money; where packages come from it must not say.
    assert [name for name, text in texts.items() if '"resolved"' in text or "registry" in text] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_pinned_by_hash(root: Path, lock: str) -> None:
    text = (root / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert len(packages) > 50
    assert [line.split()[0] for line in packages if "==" not in line.split()[0] or "--hash=sha256:" not in line] == []


def test_the_commands_of_the_readme_are_in_the_makefile(root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", (root / "README.md").read_text(encoding="utf-8")))
    assert {"run", "test"} <= named
    assert named - targets == set()
