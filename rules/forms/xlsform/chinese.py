"""The Chinese words of an XLSForm: heads of columns, types and fixed values. English words stay
understood, also in the same sheet."""

from collections.abc import Mapping

from rules.forms.rolled_figures import ROLLUP_NAMES

HEADS: dict[str, dict[str, str]] = {
    "survey": {
        "type": "题型", "name": "名称", "label": "题目", "hint": "提示", "required": "必填",
        "relevant": "显示条件", "constraint": "校验条件", "constraint_message": "不符合时的提示",
        "calculation": "计算公式", "default": "默认值", "readonly": "只读",
        "choice_filter": "选项筛选", "appearance": "外观", "rollup": "汇总方式",
        "reuse": "共享数据项", "each_period": "下一期",
    },
    "choices": {"list_name": "选项表", "name": "选项代码", "label": "选项文字"},
    "settings": {
        "form_title": "表单名称", "form_id": "表单编号", "version": "版本",
        "default_language": "语言",
    },
}  # fmt: skip
"""Sheet → column of XLSForm → the Chinese head that is written."""
OTHER_HEADS: dict[str, dict[str, str]] = {
    "survey": {
        "类型": "type", "标题": "label", "填写说明": "hint", "是否必填": "required",
        "汇总": "rollup", "逐级汇总": "rollup",
    },
    "choices": {"选项表名": "list_name", "选项名称": "label"},
    "settings": {"版本号": "version"},
}  # fmt: skip
"""Sheet → Chinese head that is understood besides → column of XLSForm."""
TYPE_WORDS: dict[str, str] = {
    "整数": "integer", "小数": "decimal", "文字": "text", "日期": "date",
    "单选": "select_one", "多选": "select_multiple", "照片": "image", "附件": "file",
    "说明": "note", "计算": "calculate", "开始组": "begin_group", "结束组": "end_group",
    "开始重复组": "begin_repeat", "结束重复组": "end_repeat",
}  # fmt: skip
"""Chinese word that is written → type of XLSForm."""
_READ_TYPES = TYPE_WORDS | {
    "文本": "text", "图片": "image", "文件": "file", "单选题": "select_one",
    "多选题": "select_multiple", "组开始": "begin_group", "组结束": "end_group",
    "重复组开始": "begin_repeat", "重复组结束": "end_repeat",
}  # fmt: skip
_YES_NO = {"是": "yes", "否": "no"}
VALUES: dict[str, dict[str, str]] = {
    "required": _YES_NO,
    "readonly": _YES_NO,
    "appearance": {"多行": "multiline"},
    "rollup": {name: str(kind) for kind, name in ROLLUP_NAMES.items()},
    "each_period": {"照填": "keep", "核对": "look", "重填": "new"},
}
"""Column of `survey` → Chinese word → word of XLSForm."""


def english_head(kind: str, head: str) -> str:
    """The column of XLSForm that a Chinese head of a sheet names; every other head as it is."""
    return _ENGLISH[kind].get(head, head)


_ENGLISH = {
    kind: OTHER_HEADS[kind] | {chinese: name for name, chinese in heads.items()}
    for kind, heads in HEADS.items()
}


def english_type(typed: str) -> str:
    """A type with its Chinese word replaced: `单选 有无` is `select_one 有无`."""
    return _first_replaced(typed, _READ_TYPES)


def english_value(name: str, typed: str) -> str:
    """The word of XLSForm for a Chinese word in a column; every other text as it is."""
    return VALUES.get(name, {}).get(typed, typed)


def chinese_tables(tables: Mapping[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """The rows of an XLSForm with Chinese heads, types and fixed values."""
    return {
        kind: [{_head(kind, head): _value(kind, head, row[head]) for head in row} for row in rows]
        for kind, rows in tables.items()
    }


def _head(kind: str, head: str) -> str:
    name, mark, language = head.partition("::")
    return HEADS[kind].get(name, name) + mark + language


def _value(kind: str, head: str, text: str) -> str:
    if kind != "survey":
        return text
    if head == "type":
        return _first_replaced(text, _turned(TYPE_WORDS))
    return _turned(VALUES.get(head, {})).get(text, text)


def _first_replaced(text: str, words: Mapping[str, str]) -> str:
    first, blank, rest = text.partition(" ")
    return words.get(first, first) + blank + rest


def _turned(words: Mapping[str, str]) -> dict[str, str]:
    return {english: chinese for chinese, english in words.items()}
