"""Advice on types and columns of XLSForm that are not supported: what to use instead."""

import re
from difflib import get_close_matches

from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Term

_OURSELVES = N_("填报单位和时间由系统记下，请删去这一行")
_PLACE = N_("不收集位置；要写地点的，请改用 text")
_AS_FILE = N_("请改用 file")
_LISTED = N_("请把选项写进 choices，用 select_one 加选项表名")
TYPES: dict[str, str] = {
    "range": N_("请改用 integer，在 constraint 里写 . >= 1 and . <= 5 这样的范围"),
    "rank": N_("请改用 select_multiple，或者每项一道 integer"),
    "acknowledge": N_("请改用 select_one，选项写“知道了”"),
    "time": N_("请改用 text"),
    "datetime": N_("请改用 date；还要时间的，另加一道 text"),
    "barcode": N_("请改用 text"),
    "hidden": N_("请改用 calculate"),
    **dict.fromkeys(("geopoint", "geotrace", "geoshape"), _PLACE),
    **dict.fromkeys(("audio", "video", "background-audio"), _AS_FILE),
    **dict.fromkeys(
        ("start", "end", "today", "deviceid", "username", "email", "phonenumber", "audit",
         "simserial", "subscriberid", "start-geopoint"), _OURSELVES),
    **dict.fromkeys(
        ("select_one_from_file", "select_multiple_from_file", "select_one_external",
         "csv-external", "xml-external"), _LISTED),
}  # fmt: skip
"""First word of a type → what to use instead."""
_COLUMNS: dict[str, str] = {
    "repeat_count": N_("填几条由填报单位自己添加，请删去这一列"),
    "required_message": N_("漏填的提示由系统写，请删去这一列"),
    "trigger": N_("计算随填写自动更新，请删去这一列"),
    "guidance_hint": N_("说明请写在 hint 里"),
    "parameters": N_("请删去这一列；数的范围写在 constraint 里"),
    **dict.fromkeys(("media", "image", "big-image", "audio", "video"),
                    N_("题目和选项不带图片、声音，请删去这一列")),
}  # fmt: skip
_OTHERWISE = N_("用不到的请删去；自己的说明请在列名前加 #")


def type_fault(typed: str, known: list[str]) -> Fault:
    """The fault that a type is not supported, with the type to use instead."""
    advice = TYPES.get(typed.lower().partition(" ")[0])
    near = get_close_matches(typed.lower(), known, 1, 0.75)
    if advice:
        return Fault(_TYPE, {"type": typed, "advice": Term(advice)})
    if near:
        return Fault(
            N_("不支持类型“%(type)s”，是不是想写 %(near)s？"), {"type": typed, "near": near}
        )
    return Fault(N_("不支持类型“%(type)s”，可以用的有 %(known)s"), {"type": typed, "known": known})


_TYPE = N_("不支持类型“%(type)s”：%(advice)s")


def column_fault(heading: str, known: list[str]) -> Fault:
    """The fault that a column is not supported, with what to do about it."""
    name = heading.lower().replace(" ", "_")
    advice = _COLUMNS.get(re.split(":+", name)[0].strip("_"))
    near = get_close_matches(name.partition("::")[0], known, 1, 0.75)
    if not advice and re.fullmatch("[^:]+:[^:]+", heading):
        advice = N_("语言前面要用两个冒号，如 label::English (en)")
    if not advice and near:
        told = {"heading": heading, "near": near}
        return Fault(N_("不支持“%(heading)s”这一列，是不是想写 %(near)s？"), told)
    return Fault(_COLUMN, {"heading": heading, "advice": Term(advice or _OTHERWISE)})


_COLUMN = N_("不支持“%(heading)s”这一列：%(advice)s")
