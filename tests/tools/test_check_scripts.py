"""What the check of the scripts finds, and that what is served is the program that was written."""

import pytest
from calmjs.parse import es5

from tools.check_scripts import FOLDER, faults_of
from web.edge.pages.static_files import JOINED, lightened, static_files


@pytest.mark.parametrize(
    "script",
    [
        "let a = 1;",
        "const a = 1;",
        "var f = () => 1;",
        "var a = `b`;",
        "class A {}",
        "var {a} = b;",
        "var c = a?.b;",
        "f(...x);",
        "async function f() {}",
        "var a = {b() {}};",
        "for (var x of y) {}",
        "function f(a = 1) {}",
        "f(1,);",
    ],
)
def test_what_an_old_phone_does_not_understand_is_found(script: str) -> None:
    assert [fault[:8] for fault in faults_of(script)] == ["not ES5:"]


def test_a_text_over_two_lines_is_found() -> None:
    assert len(list(faults_of("var a = 'b\\\nc';"))) == 1


def test_plain_scripts_pass() -> None:
    assert (
        list(faults_of("(function () {\n  'use strict';\n  window.a = {default: [1]};\n})();"))
        == []
    )


def test_a_served_script_is_the_one_that_was_written_without_what_nobody_runs() -> None:
    script = (
        "/* Why. */\nvar a = {\n  /* over\n     two lines */\n  b: '/* kept */' /* kept */\n};\n"
    )
    assert lightened(script) == "var a = {\nb: '/* kept */' /* kept */\n};\n"


@pytest.mark.parametrize("name", sorted(name for name in JOINED if name.endswith(".js")))
def test_what_is_joined_is_the_program_of_its_parts(name: str) -> None:
    written = "".join((FOLDER / part).read_text(encoding="utf-8") for part in JOINED[name])
    assert str(es5(static_files()[name].content.decode())) == str(es5(written))
