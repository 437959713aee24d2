"""Fields a form may not have: data on persons (rule 7 of the product: "no persons").

The product tracks offices and measures. The list is data. Each entry says what it forbids, how the
forbidden is recognised (in a field's name, its words and its choices, in every language), and the
sentence an author is told. English patterns leave out what an office's work is called in English.

Counting is different from collecting: how many identity cards a village helped to renew is a count
of work. An entry with `counts_allowed` lets a numeric field pass whose label counts something.
Ethnicity, religion and opinion may not be counted either.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rules.forms.form_fields import FormField
from rules.sentences.refusal import N_

_NATIONALITIES = (
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 "
    "哈萨克族 傣族 黎族 傈僳族 佤族 畲族 高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族 怒族 "
    "乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 "
    "门巴族 珞巴族 基诺族"
)
NATIONALITIES = frozenset(_NATIONALITIES.split())
"""The 56 nationalities of GB/T 3304. `十家满族乡` is a place and no nationality."""

_COLLOQUIAL = ("蒙族", "维族", "哈族", "朝族", "鲜族", "达族", "鄂族")
_ENGLISH_NATIONALITIES = (
    "han", "han chinese", "mongol", "mongols", "mongolian", "mongolians", "hui", "manchu", "daur",
    "ewenki", "evenki", "oroqen", "zhuang",
)  # fmt: skip
"""English names of nationalities, without names that are also the name of a written language."""
NAMED_AS_NATIONALITY = NATIONALITIES | {
    *_COLLOQUIAL, "少数民族", "其他少数民族", *_ENGLISH_NATIONALITIES,
}  # fmt: skip

RELIGIONS = frozenset(
    ("佛教", "藏传佛教", "道教", "伊斯兰教", "天主教", "基督教", "东正教", "萨满教", "无宗教信仰")
)
NAMED_AS_RELIGION = RELIGIONS | {
    "buddhism", "buddhist", "taoism", "taoist", "islam", "muslim", "christianity", "christian",
    "catholicism", "catholic", "protestant", "orthodox",
}  # fmt: skip

_PEOPLE = "(?:人|户|群众|居民|村民|党员|团员|干部|职工|教师|学生|儿童|妇女|家庭|占比|比例)"
_ENDS = r"(?=$|[:：（()）、/，,;；]|信息|情况|类别)"
_WHO = "责任|负责|填报|填表|经办|承办|联络|联系|包联|包保|当事|申请|举报|上访|信访|反映|户主|本"
_RESIDENT = (
    "户主|住户|用户|农户|牧户|租户|低保户|贫困户|脱贫户|监测户|村民|居民|牧民|农牧民|群众|个人|本人|家庭|家长"
    "|学生|党员|干部|职工|教师|患者|老人|每户|各户"
)
_BY_TELEPHONE = "(?:联系|手机|办公|移动)?(?:电话|方式|手机)"
_OFFICE = (
    "办公室?|值班室?|科室|部门|单位|机构|政府|街道|村委会|居委会|服务|热线|监督|举报|咨询|投诉|受理"
    "|公开|传真|窗口|中心|总机"
)


@dataclass(frozen=True)
class Forbidden:
    """One kind of data that is not collected."""

    reason: str
    """The msgid that an author is told. `%(found)s` stands for the words that gave the field
    away."""
    chinese: str
    english: str
    """A pattern for whole words: it matches only between characters that are not letters."""
    allowed: str = ""
    """A pattern for harmless phrases that look like the forbidden. They are taken out first."""
    counts_allowed: bool = False
    choices: frozenset[str] = frozenset()
    """Two choices out of these give a field away, whatever its name."""


FORBIDDEN = (
    Forbidden(
        reason=N_("不收集个人证件号码（“%(found)s”）：本系统只管单位和工作，不管个人。"),
        chinese="身份证|身份号码|证件号|证件照|护照号|社保卡号|社会保障号|银行卡|银行账号|户口簿|户籍号",
        english=(
            r"(id|identity) ?(card|no|number)s?|idcard|passport|bank (card|account)"
            r"|shen ?fen ?zheng( ?hao ?(ma)?)?|sfz(h|hm|hao)?|zheng ?jian ?hao( ?ma)?"
        ),
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集任何人的民族成分（“%(found)s”），也不按民族给人计数。"),
        chinese=(
            f"民族(?:成分|成份|身份|类别)|族别|族籍|族裔|种族|(?<!中华)(?<!各)民族{_ENDS}"
            f"|(?:少数|蒙古)民族{_PEOPLE}"
            f"|(?:{'|'.join(sorted(NATIONALITIES, key=len, reverse=True))}){_PEOPLE}"
            f"|(?:{'|'.join(_COLLOQUIAL)})(?:{_PEOPLE}|{_ENDS})"
        ),
        english=r"ethnic(ity|ities)?( groups?| minorit(y|ies))?|nationalit(y|ies)",
        allowed=(
            r"(?:all|various|different) ethnic groups|(?:inter)?ethnic (?:minority )?(?:unity|"
            r"solidarity|harmony|affairs|polic(?:y|ies)|work|regions?|areas?|townships?|schools?|"
            r"cultur\w+|songs?|dances?|languages?|villages?|exchanges?|issues?)"
        ),
        choices=NAMED_AS_NATIONALITY,
    ),
    Forbidden(
        reason=N_("不收集任何人的宗教信仰（“%(found)s”），也不按信仰给人计数。"),
        chinese=f"宗教信仰|信教|信仰宗教|信徒|教徒|教民|教派|(?<!非)宗教{_ENDS}",
        english=r"religions?|religious (belief|affiliation)|faith|believers?",
        allowed=(
            "宗教信仰自由(?:政策|宣[传讲])?"
            "|freedom of religious belief|good faith|religion polic(?:y|ies)"
        ),
        choices=NAMED_AS_RELIGION,
    ),
    Forbidden(
        reason=N_("不收集任何人的思想、观点和政治表现（“%(found)s”），也不监测舆情。"),
        chinese=(
            "政治面貌|政治倾向|政治观点|政治立场|政治态度|政治表现|现实表现|思想动态|思想状况|思想表现"
            f"|思想倾向|(?:个人|群众|职工|学生|师生|干部|党员)(?:的)?(?:态度|观点|言论|言行)|网上言论"
            f"|网络言论|不当言论|舆情|舆论动向|信仰{_ENDS}"
        ),
        english=r"political (views?|opinions?|affiliation)|public opinion|beliefs?",
        allowed=(
            "理想信仰|信仰教育|ideals and beliefs"
            "|(?:soliciting|solicited|collecting|seeking|hearing) public opinion"
        ),
    ),
    Forbidden(
        reason=N_("不收集个人姓名和名单（“%(found)s”）：请填单位、科室或数量。"),
        chinese=(
            "姓名|花名册|(?:(?<!商)户|(?<!法)人|员|干部|群众|职工|学生|儿童|老人|妇女|村民|居民|牧民|家庭|教师"
            "|户主|名师|参[会训加]者?)名单"
            f"|(?:{_WHO})人(?:员)?(?:{_ENDS}|[及和与或、]?[其的]?(?:{_BY_TELEPHONE}|姓名))"
        ),
        english=(
            r"(full|first|last|family|person'?s?) ?names?|xing ?ming"
            r"|names? of (the |each )?(persons?|people|householders?|heads? of (the )?households?"
            r"|household heads?|residents?|villagers?|students?|contacts?)"
            r"|(householder|household head|resident|villager|student)('?s)? names?"
            r"|contact person|responsible person|person in charge"
        ),
        allowed="企业法人名称|项目名称",
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集个人的电话和住址（“%(found)s”）：单位的联系方式写在细化说明里。"),
        chinese=(
            f"手机(?:号|电话)|手机{_ENDS}|电话号|联系电话|联系方式|微信号|qq号|家庭住址|家庭地址|现住址|住址"
            f"|户籍地|邮箱地址|(?:{_RESIDENT})的?{_BY_TELEPHONE}(?:号码?)?{_ENDS}"
        ),
        english=(
            r"mobile ?(phone|no|number)s?|mobile(?=$)|(cell ?phone|phone|telephone) ?(no|number)?s?"
            r"|home address|e-?mail address|shou ?ji ?hao( ?ma)?|lian ?xi ?dian ?hua"
        ),
        allowed=(
            f"(?:联系)?(?:{_OFFICE})的?(?:联系|办公|值班|服务|监督|举报|咨询|投诉|固定|热线)*电话(?:号码?)?"
            r"|(?:联系|咨询)?电话(?:号码?)?[:是为 ]*\d[\d -]{5,}"
            r"|by (?:tele)?phone|(?:tele)?phone (?:calls?|consultations?|hotlines?|signal|coverage)"
            r"|(?:office|duty|unit|department|section|hotline|service|switchboard) (?:tele)?phone"
            r"(?: (?:no|number))?"
        ),
        counts_allowed=True,
    ),
    Forbidden(
        reason=N_("不收集个人情况（“%(found)s”）：本系统只管单位和工作，不管个人。"),
        chinese=(
            f"出生日期|出生年月|出生地|年龄{_ENDS}|性别{_ENDS}|婚姻状况|生育状况|健康状况{_ENDS}|病史|残疾证"
            "|家庭成员|社会关系|人脸|指纹|个人照片|行踪|活动轨迹"
        ),
        allowed="gender equality",
        english=r"date of birth|birth ?date|birthday|age|gender|sex|marital status|fingerprints?",
        counts_allowed=True,
    ),
)

_COUNTING = re.compile(
    r"(数|数量|总数|次数|人次|户次|场次|次|率|比例|占比|份|件|张|部|条|场|个)"
    r"(?=$|[\s:：（(])"
    r"|^(?:total )?numbers? of (?:[a-z-]+ )*?[a-z]+s(?![a-z])"
)
_DISCLAIMER = re.compile(
    "(?:不要|不得)(?!为空|空|漏|错|有误|填错|少于|低于|超过|重复)|请勿|不填|勿填|不写|勿写|不含|不涉及"
    "|不出现|不需|无需|不必|不用|不收集|不采集|不登记|禁止|严禁|do not|don't|must not|without"
)
_CLAUSE = re.compile(r"[，,。；;！!？?（()）\n]|\.(?=\s)")
_BLANKS = re.compile(
    r"(?<=[\u3400-\u9fff])[^\S\n]+(?=[\u3400-\u9fff])|[\u00ad\u200b-\u200f\u2060\ufeff]"
)
"""Blanks between Chinese characters, which part no words, and invisible characters, which part
nothing anywhere."""
_BETWEEN = "、"


def find_person_data(
    texts: Iterable[str], choices: Iterable[str] = (), *, numeric: bool = False
) -> tuple[str, str] | None:
    """What in a field collects data on persons: the reason's msgid and the words found; None:
    nothing.

    `texts`: what the field says, such as its name and its label. `choices`: the labels of its
    choices in one language. `numeric`: the field may be a count. A clause that tells people to
    leave such data out (“请勿填写姓名”) collects nothing.
    """
    clauses = [clause for text in texts for clause in _collecting(text)]
    offered = {_plain(choice) for choice in choices}
    counting = numeric and any(_COUNTING.search(clause) for clause in clauses)
    return _found([*clauses, *offered], offered, counting=counting)


def find_in_field(field: FormField) -> Iterator[tuple[str, str, str]]:
    """The property that collects data on persons, the reason's msgid and the words found.

    Everything that a person reads counts, in every language, because the question below a note
    answers what the note asks. The same thing is told once, where it is said first.
    """
    titles = [field.label, *(words.label for words in field.words.values()), field.name]
    counting = field.numeric and any(
        _COUNTING.search(clause) for title in titles for clause in _collecting(title)
    )
    told = set()
    for where, text in _said(field):
        reason_and_words = _in_text(text, counting=counting, asked=field.answered)
        if reason_and_words and reason_and_words not in told:
            told.add(reason_and_words)
            yield where, *reason_and_words
    for labels in _offered(field):
        reason_and_words = _found(labels, labels, counting=counting)
        if reason_and_words and reason_and_words not in told:
            told.add(reason_and_words)
            yield "choices", *reason_and_words


def find_in_choices(labels: Iterable[str]) -> tuple[str, str, str] | None:
    """The first label with which choices in one language collect data on persons, the reason's
    msgid and the words found; None: nothing."""
    plain = {label: _plain(label) for label in labels}
    found = _found(plain.values(), frozenset(plain.values()), counting=False)
    if not found:
        return None
    alone = (label for label, text in plain.items() if _found([text], counting=False) == found)
    among = (label for label, text in plain.items() if text in words_in(found[1]))
    return next(alone, None) or next(among), *found


def words_in(found: str) -> list[str]:
    """The words that were found, one by one: several choices are found together."""
    return found.split(_BETWEEN)


def _said(field: FormField) -> Iterator[tuple[str, str]]:
    """Property → text. The property is named as a fault names it."""
    for name in ("label", "hint", "constraint_message"):
        yield name, getattr(field, name)
        for language, words in field.words.items():
            yield f"words::{name}::{language}", getattr(words, name)
    yield "name", field.name


def _offered(field: FormField) -> Iterator[set[str]]:
    """The labels of the choices, one set for each language."""
    yield {_plain(choice.label) for choice in field.choices}
    for language in dict.fromkeys(code for choice in field.choices for code in choice.labels):
        yield {_plain(choice.labels.get(language, "")) for choice in field.choices}


def _in_text(text: str, *, counting: bool, asked: bool) -> tuple[str, str] | None:
    """What a text collects. A heading or a note that counts is about numbers, whatever questions
    follow."""
    for clause in _collecting(text):
        counts = counting or (not asked and bool(_COUNTING.search(clause)))
        found = _found([clause], counting=counts)
        if found:
            return found
    return None


def _found(
    clauses: Iterable[str], offered: AbstractSet[str] = frozenset(), *, counting: bool
) -> tuple[str, str] | None:
    every = list(clauses)
    for entry in FORBIDDEN:
        if counting and entry.counts_allowed:
            continue
        found = _in_clauses(entry, every) or _in_choices(entry, offered)
        if found:
            return entry.reason, found
    return None


def _collecting(text: str) -> list[str]:
    clauses = _CLAUSE.split(_plain(text))
    return [clause.strip() for clause in clauses if not _DISCLAIMER.search(clause)]


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("_", " ").strip().lower()
    return _BLANKS.sub("", plain)


def _in_clauses(entry: Forbidden, clauses: Iterable[str]) -> str:
    for clause in clauses:
        rest = re.sub(entry.allowed, "", clause) if entry.allowed else clause
        found = re.search(entry.chinese, rest) or re.search(
            rf"(?<![a-z])({entry.english})(?![a-z])", rest
        )
        if found:
            return found.group()
    return ""


def _in_choices(entry: Forbidden, choices: AbstractSet[str]) -> str:
    named = sorted(choices & entry.choices)
    return _BETWEEN.join(named[:3]) if len(named) > 1 else ""
