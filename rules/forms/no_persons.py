"""Fields a form may not have: data on persons (rule 7 of the product: "no persons").

The product tracks offices and measures. The list is data: each entry says what it forbids, how it
is recognised in a field's name, label, hint and choices, and the sentence an author is told.
Counting is different from collecting: how many identity cards a village helped to renew is a
count of work, so entries with `counts_allowed` let numeric fields pass whose label counts
something. Ethnicity, religion and opinion may not be counted either.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rules.refusal import N_

_NATIONALITIES = (
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 "
    "哈萨克族 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 "
    "乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 "
    "门巴族 珞巴族 基诺族"
)
NATIONALITIES = frozenset(_NATIONALITIES.split())
"""The 56 nationalities of GB/T 3304. `十家满族乡` is a place and none of them."""

RELIGIONS = frozenset(
    ("佛教", "藏传佛教", "道教", "伊斯兰教", "天主教", "基督教", "东正教", "萨满教", "无宗教信仰")
)

_PEOPLE = "(?:人|户|群众|居民|村民|党员|团员|干部|职工|教师|学生|儿童|妇女|家庭|占比|比例)"
_ENDS = r"(?=$|[:：（()）、/，,;；]|信息|情况|类别)"
_WHO = "责任|负责|填报|填表|经办|承办|联络|联系|包联|包保|当事|申请|举报|上访|信访|反映|户主|本"


@dataclass(frozen=True)
class Forbidden:
    """One kind of data that is not collected."""

    reason: str
    """The msgid an author is told; `%(found)s` is what gave the field away."""
    chinese: str
    english: str
    """A pattern over words: it matches between characters that are not letters."""
    allowed: str = ""
    """Phrases that look like it and are not, taken out first."""
    counts_allowed: bool = False
    choices: frozenset[str] = frozenset()
    """Two choices out of these give the field away, whatever it is called."""


FORBIDDEN = (
    Forbidden(
        reason=N_("不收集个人证件号码（“%(found)s”）：本系统只管单位和工作，不管个人。"),
        chinese="身份证|身份号码|证件号|证件照|护照号|社保卡号|社会保障号|银行卡|银行账号|户口簿|户籍号",
        english=r"(id|identity) ?(card|no|number)s?|idcard|passport|bank (card|account)",
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集任何人的民族成分（“%(found)s”），也不按民族给人计数。"),
        chinese=(
            f"民族(?:成分|成份|身份|类别)|族别|族籍|(?<!中华)(?<!各)民族{_ENDS}"
            f"|(?:少数|蒙古)民族{_PEOPLE}"
            f"|(?:{'|'.join(sorted(NATIONALITIES, key=len, reverse=True))}){_PEOPLE}"
        ),
        english=r"ethnic(ity)?( group)?|nationality",
        choices=NATIONALITIES,
    ),
    Forbidden(
        reason=N_("不收集任何人的宗教信仰（“%(found)s”），也不按信仰给人计数。"),
        chinese=f"宗教信仰|信教|信仰宗教|信徒|教徒|教民|教派|(?<!非)宗教{_ENDS}",
        english=r"religions?|religious (belief|affiliation)|faith|believers?",
        allowed="宗教信仰自由(?:政策|宣[传讲])?",
        choices=RELIGIONS,
    ),
    Forbidden(
        reason=N_("不收集任何人的思想、观点和政治表现（“%(found)s”），也不监测舆情。"),
        chinese=(
            "政治面貌|政治倾向|政治观点|政治立场|政治态度|政治表现|现实表现|思想动态|思想状况|思想表现"
            f"|思想倾向|(?:个人|群众|职工|学生|师生|干部|党员)(?:的)?(?:态度|观点|言论|言行)|网上言论"
            f"|网络言论|不当言论|舆情|舆论动向|信仰{_ENDS}"
        ),
        english=r"political (views?|opinions?|affiliation)|public opinion|beliefs?",
        allowed="理想信仰|信仰教育",
    ),
    Forbidden(
        reason=N_("不收集个人姓名和名单（“%(found)s”）：请填单位、科室或数量。"),
        chinese=(
            "姓名|花名册|(?:人员|干部|党员|群众|职工|学生|村民|居民|家庭|户主|名师|参[会训加]者?)名单"
            f"|(?:{_WHO})人(?:员)?{_ENDS}"
        ),
        english=r"(full|first|last|family|person'?s?) name|name of (the )?person|xing ?ming",
        allowed="企业法人名称|项目名称",
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集个人的电话和住址（“%(found)s”）：单位的联系方式写在细化说明里。"),
        chinese=f"手机(?:号|电话)|手机{_ENDS}|电话号|联系电话|联系方式|微信号|qq号|家庭住址|家庭地址|现住址|住址|户籍地|邮箱地址",
        english=r"(mobile|cell ?phone|phone|telephone)( no| number)?|home address|e-?mail address",
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集个人情况（“%(found)s”）：本系统只管单位和工作，不管个人。"),
        chinese=(
            f"出生日期|出生年月|出生地|年龄{_ENDS}|性别{_ENDS}|婚姻状况|生育状况|健康状况{_ENDS}|病史|残疾证"
            "|家庭成员|社会关系|人脸|指纹|个人照片|行踪|活动轨迹"
        ),
        english=r"date of birth|birth ?date|birthday|age|gender|sex|marital status|fingerprints?",
        counts_allowed=True,
    ),
)

_COUNTING = re.compile(
    r"(数|数量|总数|次数|人次|户次|场次|次|率|比例|占比|份|件|张|部|条|场|个)"
    r"(?=$|[\s:：（(])"
)
_DISCLAIMER = re.compile(
    "请勿|不要|不得|不填|勿填|不写|勿写|不含|不涉及|不出现|不需|无需|禁止|严禁|do not"
)
_CLAUSE = re.compile(r"[，,。；;！!？?（()）\n]")


def find_person_data(
    texts: Iterable[str], choices: Iterable[str] = (), *, numeric: bool = False
) -> tuple[str, str] | None:
    """What in a field collects data on persons: the reason's msgid and the words found.

    `texts` are the name, label and hint; `choices` the labels of its choices. A clause that tells
    people to leave such data out (“请勿填写姓名”) collects nothing.
    """
    clauses = [clause for text in texts for clause in _collecting(text)]
    offered = {_plain(choice) for choice in choices}
    counting = numeric and any(_COUNTING.search(clause) for clause in clauses)
    for entry in FORBIDDEN:
        if counting and entry.counts_allowed:
            continue
        found = _in_clauses(entry, [*clauses, *offered]) or _in_choices(entry, offered)
        if found:
            return entry.reason, found
    return None


def _collecting(text: str) -> list[str]:
    clauses = _CLAUSE.split(_plain(text))
    return [clause.strip() for clause in clauses if not _DISCLAIMER.search(clause)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("_", " ").strip().lower()


def _in_clauses(entry: Forbidden, clauses: Iterable[str]) -> str:
    for clause in clauses:
        rest = re.sub(entry.allowed, "", clause) if entry.allowed else clause
        found = re.search(entry.chinese, rest) or re.search(
            rf"(?<![a-z])({entry.english})(?![a-z])", rest
        )
        if found:
            return found.group()
    return ""


def _in_choices(entry: Forbidden, choices: set[str]) -> str:
    named = sorted(choices & entry.choices)
    return "、".join(named[:3]) if len(named) > 1 else ""
