"""What is wrong with a form is kept as sentences with places, and told in the words of a page."""

from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.sentences.refusal import Refusal
from web.edge.viewer.language import Words
from web.forms.editor_faults import EditorFaults, editor_faults
from web.forms.typed_form import TypedField

ROWS = (
    TypedField(name="a", label="户数", type="integer", min="x", max="y"),
    TypedField(name="b", label="", type="integer"),
)


def found() -> EditorFaults:
    try:
        check_form([row.raw(row.name) for row in ROWS])
    except FormFaults as refused:
        return editor_faults(refused, ROWS)
    raise AssertionError("the form is not right")


def test_a_fault_stands_at_its_input_and_in_the_summary_in_the_words_of_the_page() -> None:
    faults = found()
    chinese, english = faults.said(Words("zh")), faults.said(Words("en"))
    assert {"min", "max"} <= chinese.by_row[0].keys()
    assert chinese.summary["min-0"] == f"第 1 项“户数”：{chinese.by_row[0]['min']}"
    assert chinese.by_row.keys() == english.by_row.keys()
    assert chinese.summary.keys() == english.summary.keys()
    assert english.summary["min-0"].startswith("Item 1")
    assert all(chinese.summary[key] != english.summary[key] for key in chinese.summary)


def test_an_item_without_a_title_is_called_by_its_number() -> None:
    assert found().said(Words("zh")).summary["label-1"].startswith("第 2 项：")


def test_the_title_comes_first_in_the_summary() -> None:
    told = found().with_title(Refusal("请填写标题。").sentence).said(Words("zh"))
    assert told.title == "请填写标题。"
    assert next(iter(told.summary)) == "form_title"


def test_a_fault_of_the_whole_form_is_one_too() -> None:
    faults = EditorFaults(refusal=Refusal("表单里没有填报项。").sentence)
    assert faults
    assert not EditorFaults()
    assert faults.said(Words("zh")).refusal == "表单里没有填报项。"
