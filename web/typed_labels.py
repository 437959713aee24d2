"""What fields were called where they were typed, for pages that show what could not be kept."""

from fastapi import Request

from rules.forms.answer_sheet import AnswerSheet
from rules.forms.form_tree import place_of
from rules.refusal import N_
from web.asked import PREFIX, label_of
from web.language import say

LABELS = {
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
    "reason": N_("原因"),
    "review_days": N_("每级审核时间"),
    "role": N_("权限"),
    "subject": N_("专项工作名称"),
    "sum": N_("核对校验码"),
    "target_count": N_("目标次数"),
    "target_label": N_("目标说明"),
    "text": N_("内容"),
    "title": N_("标题"),
    "unit": N_("单位代码"),
}
"""Of our own pages. Where two pages call a field by two names, what fits both."""


def note_questions(request: Request, sheet: AnswerSheet) -> None:
    """From here on the questions of the form are told by their labels."""
    request.state.questions = sheet.tree.by_name


def typed_label(request: Request, name: str) -> str:
    """What a person knows the field `name` as; where nobody has noted that, the name."""
    if name in LABELS:
        return say(request, LABELS[name])
    if not name.startswith(PREFIX):
        return name
    key = name.removeprefix(PREFIX)
    where = place_of(key)
    if where is None:
        return _label(request, key) or name
    repeat, place, inner = where
    labels = [_label(request, repeat), _label(request, inner)]
    return f"{labels[0]} {place + 1} · {labels[1]}" if all(labels) else name


def _label(request: Request, name: str) -> str:
    asked = getattr(request.state, "questions", {}).get(name)
    return label_of(request, asked) if asked else ""
