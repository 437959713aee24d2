from rules.forms.form_differences import CHOICE, FieldDifference, list_differences
from rules.forms.form_fields import read_form

OLD = read_form(
    [
        {"name": "n", "label": "户数", "type": "integer", "required": True, "rollup": "sum"},
        {"name": "s", "label": "进度", "type": "select_one", "rollup": "share",
         "choices": [{"value": "a", "label": "已完成"}, {"value": "b", "label": "正在整改"}]},
        {"name": "gone", "label": "备注", "type": "text"},
    ]
)  # fmt: skip


def test_a_version_is_not_different_from_itself() -> None:
    assert list_differences(OLD, OLD) == ()


def test_every_part_of_a_question_that_changes_is_told_with_before_and_after() -> None:
    new = read_form(
        [
            {"name": "s", "label": "进度", "type": "select_one", "rollup": "share",
             "choices": [{"value": "a", "label": "全部完成"}, {"value": "c", "label": "未开始"}]},
            {"name": "n", "label": "排查户数", "type": "integer", "max": 9, "rollup": "mean"},
            {"name": "new", "label": "新的", "type": "text"},
        ]
    )  # fmt: skip
    assert list_differences(OLD, new) == (
        FieldDifference("进度", CHOICE, "已完成", "全部完成"),
        FieldDifference("进度", CHOICE, "正在整改", ""),
        FieldDifference("进度", CHOICE, "", "未开始"),
        FieldDifference("排查户数", "标题", "户数", "排查户数"),
        FieldDifference("排查户数", "最大", "", "9"),
        FieldDifference("排查户数", "必填", "是", "否", ours=True),
        FieldDifference("排查户数", "汇总方式", "合计", "平均", ours=True),
    )
    rewording = [
        difference.before for difference in list_differences(OLD, new) if difference.rewords
    ]
    assert rewording == ["已完成", "户数"]
