"""The frame of a notice: header above, signature and attachments below, the body between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rules.campaigns.notice.folding import folded, joined_up
from rules.campaigns.notice.found import Found, Span
from rules.campaigns.notice.notice_dates import DAY, day_in, year_of_number
from rules.campaigns.notice.notice_foot import (
    ANNEX,
    MARK_LINE,
    FootLine,
    Signature,
    annex_start,
    clean_value,
    note_start,
    signature_of,
    without_trailers,
)
from rules.campaigns.notice.unit_names import looks_like_unit

_HEADER_LINES = 30
_NOTE_LENGTH = 600
_KINDS = (
    "通知|方案|意见|办法|决定|公告|通告|通报|通知书|函|要点|计划|规定|细则|规则|批复|安排|指引|"
    "指南|预案|清单|措施|行动|规划|条例|制度|部署|倡议书|提示|督办单|任务书|责任书|工作令"
)
_TITLE_END = re.compile(rf"(?:{_KINDS})(?:（[^）\n]{{1,12}}）)?$")
_NUMBER = re.compile(
    r"(?P<word>[\u4e00-\u9fa5]{1,16}) ?[〔\[（(【〈《［﹝] ?(?P<year>(?:19|"
    r"20)\d{2}) ?年? ?[〕\]）)】〉》］﹞]"
    r" ?(?:第 ?)?(?P<serial>\d{1,5}) ?号"
)
_RED_HEAD = re.compile(r"^(?P<issuer>.{3,60}?)文件$")
_ASIDE = re.compile(
    r"^(?:签发人|密级|特急|加急|平急|急件|明电|机密|秘密|内部|索引号|主题分类|成文日期|发布日期|发文日期|"
    r"发布时间|发布机构|发文机构|发文机关|发文字号|文号|字号|来源|有效性|公开|信息|主题词|"
    r"份号|★|\d{6}$|第 ?\d+ ?[期号])"
)
_DATE_LABEL = re.compile(r"(?:成文日期|发文日期|印发日期|发布日期|发布时间)[：\s]*")
_ISSUER_LABEL = re.compile(
    r"^(?:发文机关|发文机构|发布机构|发文单位|印发单位|来源)[：\s]+(?P<issuer>\S.{2,40})$"
)
_SALUTATION = re.compile(r"^[^。！？]{2,300}：$")
_ADDRESSEE = re.compile(
    r"各|人民政府|公署|办事处|委员会|部门|单位|旗县|企业|[厅局办委]|大学|高校|村|社区|苏木|街道|学校"
)
_INLINE_SALUTATION = re.compile(
    r"(?P<to>(?:自治区)?[各有][^。！？：\n]{2,160})：(?=为|根据|按照|经|现|近|当前|今年|目前|随着|[^。\n]{0,30}通知)"
)
_BODY_OPENING = re.compile(
    r"^(?:为|根据|按照|依据|经|近期|近日|当前|今年|目前|现将|现就|随着|按|请)"
)
_INLINE_TITLE = re.compile(
    rf"[^。！？；：\n]{{3,70}}?的?(?:{_KINDS})(?= |各[^。：\n]{{1,120}}：|自治区各|为|根据|"
    rf"按照|经|[\u4e00-\u9fa5]{{2,12}} ?[〔\[（])"
)
_ISSUED_WITH = re.compile(r"印发|转发|批转")
_SUBTITLE = re.compile(
    rf"(?m)^ *(?P<title>[^。！？；：，\n\t]{{4,60}}(?:{_KINDS})(?:（[^）\n]{{1,12}}）)?) *$"
)


@dataclass(frozen=True)
class Frame:
    """Header and boundaries of a notice. All offsets are those of the whole text.

    `bodies` are the stretches with the notice's own sections: the letter itself, and where the
    letter issues a plan ("印发…方案") that plan too. `annexes` is everything behind the signature,
    which may hold tables of duties.
    """

    title: Found | None
    number: Found | None
    issuer: Found | None
    dated: Found | None
    addressed: Found | None
    bodies: tuple[Span, ...]
    annexes: Span

    @property
    def date(self) -> date | None:
        return date.fromisoformat(self.dated.value) if self.dated else None

    @property
    def number_year(self) -> int | None:
        return year_of_number(self.number.value) if self.number else None


@dataclass(frozen=True)
class _Header:
    title: Found | None
    number: Found | None
    issuer: Found | None
    dated: Found | None
    addressed: Found | None
    body: int


def frame_of(text: str) -> Frame:
    """Read header, signature and attachments, and find where the body lies between them."""
    plain = folded(text)
    header = _header(text, plain)
    annex = annex_start(plain, header.body)
    signature = signature_of(text, plain, header.body, min(annex + _NOTE_LENGTH, len(text)))
    note = min(note_start(plain, header.body, signature.start), annex)
    body_end = without_trailers(plain, header.body, min(note, signature.start))
    body = Span(header.body, body_end)
    rest = Span(_rest_start(plain, signature, body_end, annex), len(text))
    issuer = signature.issuer or header.issuer or _issuer_in(header.title)
    return Frame(
        title=header.title,
        number=header.number,
        issuer=issuer,
        dated=signature.dated or header.dated,
        addressed=header.addressed,
        bodies=(body, *_issued_plan(plain, header.title, rest)),
        annexes=rest,
    )


def _lines(plain: str, start: int, end: int, most: int) -> list[FootLine]:
    """The first `most` lines that are not blank, without their outer blanks."""
    lines: list[FootLine] = []
    at = start
    while at < end and len(lines) < most:
        stop = plain.find("\n", at, end)
        stop = end if stop < 0 else stop
        raw = plain[at:stop]
        inner = raw.strip()
        if inner:
            begin = at + len(raw) - len(raw.lstrip())
            lines.append(FootLine(inner, begin, begin + len(inner)))
        at = stop + 1
    return lines


def _header(text: str, plain: str) -> _Header:
    lines = _lines(plain, 0, len(plain), _HEADER_LINES)
    if not lines:
        return _Header(None, None, None, None, None, 0)
    count = _header_length(lines)
    head = lines[:count]
    if not head or (count == 0):
        return _inline_header(text, plain, lines[0])
    addressed = _addressed(text, head)
    body = lines[count].start if count < len(lines) else head[-1].end
    title_lines = _title_lines(plain, head if addressed is None else head[:-1])
    return _Header(
        title=_title(text, title_lines),
        number=_number(plain, head[0].start, head[-1].end),
        issuer=_header_issuer(text, head, title_lines),
        dated=_header_date(plain, head, title_lines),
        addressed=addressed,
        body=body,
    )


def _header_length(lines: list[FootLine]) -> int:
    """How many of the first lines stand above the body."""
    for count, line in enumerate(lines):
        if _is_salutation(line) and count:
            return count + 1
        if _opens_body(line, count):
            return count
    return len(lines) if len(lines) < 3 else 1


def _is_salutation(line: FootLine) -> bool:
    return bool(
        _SALUTATION.match(line.text)
        and "签发人" not in line.text
        and _ADDRESSEE.search(line.text)
        and not _ASIDE.match(line.text)
        and not MARK_LINE.match(line.text)
        and not _BODY_OPENING.match(line.text)
    )


def _opens_body(line: FootLine, count: int) -> bool:
    if MARK_LINE.match(line.text) or "\t" in line.text:
        return True
    if _ASIDE.match(line.text) or DAY.fullmatch(line.text.strip("（） ")):
        return False
    if count and _BODY_OPENING.match(line.text) and not _TITLE_END.search(line.text):
        return True
    return "。" in line.text or len(line.text) > 160


def _addressed(text: str, head: list[FootLine]) -> Found | None:
    last = head[-1]
    if len(head) < 2 or not _is_salutation(last):
        return None
    return Found(text[last.start : last.end - 1], last.start, last.end - 1)


def _inline_header(text: str, plain: str, first: FootLine) -> _Header:
    """The header of a notice typed as one paragraph, where the title runs into the salutation or
    the body."""
    window = plain[first.start : min(first.end, first.start + 600)]
    title = _INLINE_TITLE.match(window)
    at = first.start + (title.end() if title else 0)
    number = _number(plain, first.start, min(first.end, at + 60)) if title else None
    at = number.end if number and number.start >= at else at
    to = _INLINE_SALUTATION.search(plain, at, min(first.end, at + 200)) if title else None
    named = Found(joined_up(text[first.start : at]), first.start, at) if title else None
    if title and number and number.start >= first.start + title.end():
        named = clean_value(text, first.start, first.start + title.end())
    body = to.end() if to else at
    addressed = (
        Found(text[to.start("to") : to.end("to")], to.start("to"), to.end("to")) if to else None
    )
    return _Header(named, number, None, None, addressed, body)


def _title_lines(plain: str, head: list[FootLine]) -> list[FootLine]:
    """The lines of the title: the last line that ends like a title, and the unbroken lines above
    it."""
    able = [line for line in head if not _not_title(line)]
    ends = [place for place, line in enumerate(able) if _TITLE_END.search(line.text)]
    if not ends:
        return able[:1]
    last = first = ends[0]
    while first and last - first < 4 and _adjoins(plain, able[first - 1], able[first]):
        first -= 1
    return able[first : last + 1]


def _not_title(line: FootLine) -> bool:
    return bool(
        _RED_HEAD.match(line.text)
        or _ASIDE.match(line.text)
        or _NUMBER.fullmatch(line.text.strip("（） "))
        or (_NUMBER.match(line.text) and "签发" in line.text)
        or DAY.fullmatch(line.text.strip("（） "))
        or _is_salutation(line)
    )


def _adjoins(plain: str, above: FootLine, below: FootLine) -> bool:
    return plain.count("\n", above.end, below.start) == 1


def _title(text: str, lines: list[FootLine]) -> Found | None:
    if not lines:
        return None
    start, end = lines[0].start, lines[-1].end
    words = "".join(text[line.start : line.end] for line in lines)
    return Found(joined_up(words), start, end)


def _number(plain: str, start: int, end: int) -> Found | None:
    match = _NUMBER.search(plain, start, end)
    if not match:
        return None
    word = re.sub(r"^(?:发文字号|文号|字号|编号)", "", match["word"])
    begin = match.end("word") - len(word)
    return Found(f"{word}〔{match['year']}〕{int(match['serial'])}号", begin, match.end())


def _header_issuer(text: str, head: list[FootLine], title: list[FootLine]) -> Found | None:
    for line in head:
        labelled = _ISSUER_LABEL.match(line.text)
        if labelled:
            return clean_value(text, line.start + labelled.start("issuer"), line.end)
        red = _RED_HEAD.match(line.text)
        if red:
            return clean_value(text, line.start, line.start + red.end("issuer"))
        if line not in title and looks_like_unit(line.text) and not _not_title(line):
            return clean_value(text, line.start, line.end)
    if len(title) > 1 and looks_like_unit(title[0].text):
        return clean_value(text, title[0].start, title[0].end)
    return None


def _header_date(plain: str, head: list[FootLine], title: list[FootLine]) -> Found | None:
    for line in head:
        alone = DAY.fullmatch(line.text.strip("（） "))
        labelled = _DATE_LABEL.search(line.text)
        if line not in title and (alone or labelled):
            found = day_in(plain, line.start, line.end)
            if found:
                return Found(found[0].isoformat(), found[1], found[2])
    return None


def _issuer_in(title: Found | None) -> Found | None:
    """The issuer with which a title begins: 某某办公室关于…的通知."""
    if title is None:
        return None
    name, about, _ = title.value.partition("关于")
    if about and looks_like_unit(name):
        return Found(name, title.start, title.start + len(name))
    return None


def _rest_start(plain: str, signature: Signature, body_end: int, annex: int) -> int:
    if signature.dated or signature.issuer:
        return max(signature.end, body_end)
    return min(annex, len(plain))


def _issued_plan(plain: str, title: Found | None, rest: Span) -> tuple[Span, ...]:
    """The plan that a letter of issue has behind its signature."""
    if title is None or not _ISSUED_WITH.search(title.value):
        return ()
    heading = _SUBTITLE.search(plain, rest.start, rest.end)
    start = heading.end() if heading else rest.start
    annex = ANNEX.search(plain, start, rest.end)
    end = annex.start() if annex else rest.end
    signature = signature_of(plain, plain, start, end)
    end = note_start(plain, start, min(end, signature.start))
    end = without_trailers(plain, start, end)
    return (Span(start, end),) if end > start else ()
