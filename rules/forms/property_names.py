"""The names of a field's properties, wherever a person reads about them."""

from rules.forms.form_fields import EachPeriod
from rules.sentences.refusal import N_

PROPERTY_NAMES: dict[str, str] = {
    "name": N_("名称"), "label": N_("标题"), "type": N_("类型"), "hint": N_("填写说明"),
    "min": N_("最小"), "max": N_("最大"), "choices": N_("选项"), "rollup": N_("汇总方式"),
    "required": N_("必填"), "multiline": N_("多行"), "readonly": N_("只读"),
    "default": N_("默认值"), "relevant": N_("显示条件"), "constraint": N_("校验条件"),
    "constraint_message": N_("不符合时的提示"), "calculation": N_("计算公式"),
    "choice_filter": N_("选项筛选"), "reuse": N_("共享数据项"), "within": N_("所在的组"),
    "words": N_("其他语言"), "choice_list": N_("选项表"), "each_period": N_("下一期"),
}  # fmt: skip
EACH_PERIOD_NAMES: dict[EachPeriod, str] = {
    EachPeriod.KEEP: N_("照上期填好"),
    EachPeriod.LOOK: N_("照上期填好，要核对"),
    EachPeriod.NEW: N_("每期重填"),
}
