"""A form to begin with in Excel: some questions as examples, and a sheet that says how to go on."""

from collections.abc import Callable

from rules.forms.form_check import check_form
from rules.forms.form_fields import FieldType, FormField, RollUp
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.chinese import chinese_tables
from rules.forms.xlsform.rows import Rows, written_tables
from rules.sentences.refusal import N_

Say = Callable[[str], str]
"""Msgid → the words in one language."""

INSTRUCTIONS = (
    N_("survey 工作表一行一题。几行样例仅供参考，改成自己的题，或者删去。"),
    N_("题型从下拉框里选。单选、多选后面空一格写选项表名，选项写在 choices 工作表里，一行一个。"),
    N_("名称由汉字、字母、数字和下划线组成，不以数字开头，不能重复；发布以后不要改，汇总才接得上。"),
    N_("提示、条件、公式、默认值等各列用不到的可以空着，也可以整列删去。"),
    N_("条件和公式里用 ${名称} 引用别的题，本题的值写一个点，符号用半角，如 ${户数} > 0、. >= 1。"),
    N_("几道题放在一组里的：前面一行题型选开始组，后面一行题型选结束组。重复组可以填多次。"),
    N_("没有一道题用到的选项表要删去。不要合并单元格，不要写 Excel 公式。"),
    N_("settings 工作表写表单名称，可以空着，空着就用措施的名称。"),
    N_("名称以 # 开头的工作表（如这一张）和列是说明，上传时不读。"),
)  # fmt: skip
_NAMES = {"checked": "排查户数", "found": "有无隐患", "count": "隐患处数", "measures": "采取措施",
          "yes_no": "有无", "yes": "有", "no": "无", "ways": "方式", "spot": "当场整改",
          "later": "限期整改"}  # fmt: skip
"""Name or code in the English workbook → name or code in the Chinese workbook."""


def blank_tables(say: Say, *, chinese: bool) -> dict[str, Rows]:
    """Sheet → rows of the form to begin with. `chinese`: its heads and its types are Chinese."""
    tables = written_tables("", FormSettings(), example_fields(say, chinese=chinese))
    return chinese_tables(tables) if chinese else tables


def example_fields(say: Say, *, chinese: bool) -> tuple[FormField, ...]:
    """The questions that stand in the form as examples."""

    def named(name: str) -> str:
        return _NAMES[name] if chinese else name

    def listed(*choices: tuple[str, str]) -> list[dict[str, str]]:
        return [{"value": named(code), "label": say(label)} for code, label in choices]

    return check_form([
        {"name": named("checked"), "type": FieldType.INTEGER, "label": say(N_("排查了多少户")),
         "hint": say(N_("按户数填，没有的填 0。")), "required": True, "min": 0,
         "rollup": RollUp.SUM},
        {"name": named("found"), "type": FieldType.SELECT_ONE, "label": say(N_("有没有发现隐患")),
         "required": True, "rollup": RollUp.SHARE, "choice_list": named("yes_no"),
         "choices": listed(("yes", N_("有")), ("no", N_("没有")))},
        {"name": named("count"), "type": FieldType.INTEGER, "label": say(N_("隐患有几处")),
         "relevant": f"${{{named('found')}}} = '{named('yes')}'", "constraint": ". >= 1",
         "constraint_message": say(N_("有隐患的，至少一处。")), "rollup": RollUp.SUM},
        {"name": named("measures"), "type": FieldType.SELECT_MULTIPLE,
         "label": say(N_("怎样整改")), "rollup": RollUp.SHARE, "choice_list": named("ways"),
         "choices": listed(("spot", N_("当场整改")), ("later", N_("限期整改")))},
    ])  # fmt: skip
