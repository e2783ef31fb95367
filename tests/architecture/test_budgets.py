"""The budgets hold, and would be noticed if they did not."""

from pathlib import Path
from types import ModuleType

import pytest


def test_everything_is_within_its_budget(budgets: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert budgets.main() == 0, capsys.readouterr().out


def test_a_long_file_and_a_long_function_are_over_budget(budgets: ModuleType, tmp_path: Path) -> None:
    module = tmp_path / "src" / "long.py"
    module.parent.mkdir()
    module.write_text("def verbose():\n" + "    pass\n" * 60 + "x = 1\n" * 400)
    over = {each.what for each in budgets.measure(tmp_path, [module]) if each.share > 1}
    assert over == {"src/long.py", "src/long.py:1 verbose()"}


def test_a_service_with_too_many_verbs_is_over_budget(budgets: ModuleType, tmp_path: Path) -> None:
    module = tmp_path / "service.py"
    module.write_text("class Media:\n" + "".join(f"    def verb_{number}(self): ...\n" for number in range(13)))
    over = [each for each in budgets.measure(tmp_path, [module]) if each.share > 1]
    assert [each.size for each in over] == [13]


@pytest.mark.parametrize(
    "line",
    [
        "# TO" + "DO later",
        "raise NotImplemented" + "Error",
        "@pytest.mark.x" + "fail",
        "x = 1  # no" + "qa",
        "x = 1  # no" + "qa: E501",
        "x = 1  # type" + ": ignore",
        "x = 1  # type" + ": ignore[arg-type]",
    ],
)
def test_left_over_work_and_unexplained_silence_are_found(budgets: ModuleType, tmp_path: Path, line: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(line + "\n")
    assert len(list(budgets.left_overs(tmp_path, [module]))) == 1


def test_silence_with_a_reason_is_accepted(budgets: ModuleType, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "x = 1  # no" + "qa: S603  # the command is ours\ny = 2  # type" + ": ignore[call-arg]  # untyped\n"
    )
    assert list(budgets.left_overs(tmp_path, [module])) == []
