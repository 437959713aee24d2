"""The labels of fields, for pages that show what was typed and could not be kept."""

from collections.abc import Callable

from fastapi import Request

from rules.sentences.refusal import N_
from web.edge.viewer.language import say

LABELS = {
    "active": N_("催办"),
    "at": N_("时间"),
    "contact": N_("联系方式"),
    "cooperating": N_("配合单位"),
    "dated_on": N_("成文日期"),
    "day": N_("日期"),
    "due_day": N_("截止日期"),
    "due_days": N_("天数"),
    "due_on": N_("给下级的截止日期"),
    "f--why": N_("更正说明"),
    "form": N_("表单"),
    "form_title": N_("表单名称"),
    "issuer": N_("发文单位"),
    "kind": N_("类型"),
    "lead": N_("牵头单位"),
    "login": N_("账号"),
    "name": N_("名称"),
    "number": N_("文号"),
    "q": N_("查找"),
    "reason": N_("原因"),
    "review_days": N_("每级审核时间"),
    "role": N_("权限"),
    "show": N_("范围"),
    "subject": N_("专项工作名称"),
    "sum": N_("核对校验码"),
    "target_count": N_("目标次数"),
    "target_label": N_("目标说明"),
    "telephone": N_("单位电话"),
    "email": N_("单位邮箱"),
    "text": N_("内容"),
    "title": N_("标题"),
    "unit": N_("单位代码"),
    "closes_at": N_("到几时为止"),
    "ends_on": N_("到哪一天止"),
    "first": N_("第一天"),
    "known": N_("放假安排已公布到（年）"),
    "last": N_("最后一天"),
    "opens_at": N_("从几时起提醒"),
    "ruling": N_("怎样裁定"),
    "serves": N_("服务的单位代码"),
    "starts_on": N_("开始日期"),
    "tag": N_("用于哪个标签的单位"),
    "whose": N_("应当由哪个单位办理"),
    "words": N_("什么时间（可以用自己的话写）"),
}
"""The fields of our own pages. A field with two labels on two pages has one here that fits both."""


def note_names(request: Request, label_of: Callable[[str], str]) -> None:
    """From here on `label_of` tells the labels of names that this module does not know."""
    request.state.label_of = label_of


def typed_label(request: Request, name: str) -> str:
    """The label by which a person knows the field `name`; without a label, the name."""
    if name in LABELS:
        return say(request, LABELS[name])
    label_of: Callable[[str], str] | None = getattr(request.state, "label_of", None)
    return (label_of(name) if label_of else "") or name
