from pathlib import Path

from tools.script_shape import function_lines, script_sizes

SCRIPT = """(function () {
  function sum(a, b) {
    return a + b;
  }
  var twice = function (a) { return sum(a, a); };
  each(function (part) {
    part.run(function () {
      return part;
    });
  });
})();
"""


def test_lines_run_from_the_word_to_the_brace_and_the_wrapper_of_a_file_is_left_out() -> None:
    assert list(function_lines(SCRIPT)) == [3, 1, 5, 3]


def test_a_function_that_is_called_with_a_value_inside_another_counts() -> None:
    assert list(function_lines("var a = (function () {\n  return 1;\n})();\n")) == [3]


def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "long.js").write_text(SCRIPT)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "short.js").write_text("function one() {}\n")
    sizes = script_sizes(tmp_path)
    assert sizes["scripts, their lines"] == "2, 12"
    assert sizes["lines a script, longest"] == "11 (long.js)"
    assert sizes["functions of scripts"] == 5
    assert sizes["lines a script function, longest"] == 5
