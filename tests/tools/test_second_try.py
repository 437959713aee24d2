"""Only what drives a browser or real processes is tried a second time, and every case is told."""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
DRIVES = ("playwright", "browser()", "phones", "subprocess", "Supervisor", "Processes", "Workers")
"""What a test file imports that drives a browser or processes; a fixture of these, likewise."""
FIXTURES = ("prefect_server", "SyncPrefectClient", "clerks", "each_point")
WRITTEN = """
    import pytest
    from pathlib import Path
    from tests.second_try import REAL

    def fails_once(mark):
        if not mark.exists():
            mark.touch()
            raise AssertionError("the first time")

    @REAL
    def test_of_processes(tmp_path_factory):
        fails_once(tmp_path_factory.getbasetemp().parent / "of-processes")

    @REAL
    def test_of_processes_that_is_broken():
        assert 1 == 2

    def test_of_rules(tmp_path_factory):
        fails_once(tmp_path_factory.getbasetemp().parent / "of-rules")
"""


def files() -> dict[str, str]:
    """Every test file that asks for a second try, with its text."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")}
    here = Path(__file__).name
    return {name: text for name, text in texts.items() if "REAL" in text and name != here}


def test_a_file_that_asks_for_a_second_try_drives_a_browser_or_processes() -> None:
    asking = files()
    assert len(asking) > 10
    idle = [name for name, text in asking.items() if not any(w in text for w in DRIVES + FIXTURES)]
    assert idle == []


def test_no_test_asks_for_more_tries_by_itself() -> None:
    marks = [
        path.name for path in TESTS.rglob("*.py")
        if "mark.flaky" in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert sorted(marks) == ["second_try.py", Path(__file__).name]


def test_a_second_try_is_told_with_both_outcomes_and_others_get_none(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(WRITTEN)
    pytester.makeini("[pytest]\nmarkers = real: tried a second time")
    result = pytester.runpytest_subprocess("-p", "tests.second_try", "-p", "no:xdist")
    result.assert_outcomes(passed=1, failed=2)
    told = [line for line in result.outlines if "; then " in line]
    assert len(told) == 2
    assert "test_of_processes: first failed in call (AssertionError: the first time)" in told[0]
    assert told[0].endswith("; then passed")
    assert "test_of_processes_that_is_broken" in told[1]
    assert told[1].endswith("; then failed")
