"""Write the sample notice: samples/notice.txt and samples/notice.docx, from one text.

The office, its number and the notice are made up. In the Word file the marks of the chapters
and sections are automatic numbering, as offices type them; in the text file they are written
out. Run it again after changing the text: `.venv/bin/python samples/make_notice.py`.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

OFFICE = "内蒙古自治区基层工作统筹办公室"
NUMBER = "内基办发〔2026〕18号"
TITLE = "关于做好冬春季安全防范和便民服务工作的通知"
TO = "各盟市、旗县（市、区）基层工作统筹办公室，苏木乡镇、街道，嘎查村、社区："
OPENING = (
    "为做好今冬明春道路出行、草原防火、供水供暖和便民服务工作，让农村牧区群众平安温暖过冬，"
    "同时不给基层增加不必要的负担，现就有关事项通知如下。"
)
CHAPTER, SECTION, BODY = 1, 2, 0
NOTICE: tuple[tuple[int, str], ...] = (
    (CHAPTER, "充分认识做好冬春季工作的重要意义"),
    (
        BODY,
        "冬春季节气温低、风雪多，道路结冰、草原火险和管网冻损容易同时发生，偏远嘎查村取水、就医、"
        "办事的困难也更突出。早一天排查，就少一分风险；多跑一趟腿，就少一家人为难。做好这项工作，"
        "重在把准备做在前面，把服务送到门口。",
    ),
    (CHAPTER, "重点工作"),
    (
        SECTION,
        "排查乡村道路和桥涵隐患。苏木乡镇、街道要对辖区内乡村道路、桥涵、临水临崖路段开展2次全面排查，"
        "每个嘎查村至少设置3处防滑警示标志。排查出的问题列入清单，能改的马上改，一时改不了的要落实"
        "看护措施。（责任单位：各旗县（市、区）交通运输局、苏木乡镇人民政府；配合单位：公安局、"
        "应急管理局；完成时限：2026年12月20日前）",
    ),
    (
        SECTION,
        "落实边境旗市草原防火联防。边境旗市要与相邻地区建立联防联络机制，12月10日前完成防火隔离带检查，"
        "组建不少于2支扑火队伍，备足风力灭火机和防护装备。（牵头单位：自治区林业和草原局；"
        "配合单位：自治区应急管理厅、自治区气象局）",
    ),
    (
        SECTION,
        "做好牧区饮水和饲草储备。牧区苏木要逐个检查供水点和保温设施，2026年11月底前完成供水井检修，"
        "储备饲草不少于30天用量。取水距离远的牧户较多的，要安排流动送水车。由自治区水利厅牵头，"
        "自治区农牧厅配合。",
    ),
    (
        SECTION,
        "开展便民服务进嘎查村活动。嘎查村、社区要在2027年3月31日前开展4场集中便民服务活动，集中办理"
        "社保、医保、农机年检等事项，为行动不便的群众上门代办不少于10件。活动日期提前7天公布，"
        "避开农牧民出栏、交售的时间。",
    ),
    (
        SECTION,
        "组织一次专题研讨。盟市、旗县要围绕“哪些报表可以不填、哪些事可以替基层办”开展1次专题研讨，"
        "形成3条以上减负措施，2026年12月31日前公布。",
    ),
    (
        SECTION,
        "总结基层好做法。苏木乡镇、街道要总结今冬安全防范和便民服务中的做法、困难和建议，用一段话说明，"
        "2027年第一季度报送。写清做了什么、谁得了方便、还有什么难处，不要求附照片，不规定字数。",
    ),
    (CHAPTER, "组织保障"),
    (
        SECTION,
        "压实工作责任。盟市、旗县要确定1名联络员，收到通知后5个工作日内报送我办。涉及几个部门的事项，"
        "由牵头单位负责到底，不得层层转给嘎查村、社区。",
    ),
    (
        SECTION,
        "按月报送进展。旗县（市、区）每月25日前汇总本地进展并报送盟市，盟市核对后于每月底前报送我办。"
        "已经报过的数据不再重复要求。",
    ),
    (
        SECTION,
        "防止形式主义。各级不得要求基层打卡留痕，不得按报送快慢排名。我办将适时实地了解情况，"
        "对增加基层负担的做法及时纠正。",
    ),
)
ATTACHMENT = "附件：1.便民服务事项参考清单"
DATE = "2026年11月20日"

_NUMERALS = "一二三四五六七八九十"


def text_of() -> str:
    """The notice as plain text, its marks written out."""
    lines = [f"{OFFICE}文件", NUMBER, "", f"{OFFICE}", TITLE, "", TO, f"　　{OPENING}"]
    chapter = section = 0
    for kind, words in NOTICE:
        mark = ""
        if kind == CHAPTER:
            mark, chapter, section = f"{_NUMERALS[chapter]}、", chapter + 1, 0
        elif kind == SECTION:
            mark, section = f"（{_NUMERALS[section]}）", section + 1
        lines.append(f"　　{mark}{words}")
    lines += ["", f"　　{ATTACHMENT}", "", f"{'　' * 16}{OFFICE}", f"{'　' * 20}{DATE}"]
    return "\n".join(lines) + "\n"


def _numbering(document: DocumentType) -> None:
    """One list of two levels: 一、 and （一）."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for level, pattern in enumerate(("%1、", "（%2）"))
    )
    root = document.part.numbering_part.element
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    root.insert(0, abstract)
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )


def _paragraph(
    document: DocumentType, words: str, font: str, size: float, level: int | None = None
) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(words)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    paragraph.paragraph_format.first_line_indent = Pt(32)
    if level is not None:
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>'
            )
        )


def _placed(document: DocumentType, words: str, font: str, size: float, right: bool) -> None:
    _paragraph(document, words, font, size)
    paragraph = document.paragraphs[-1]
    paragraph.paragraph_format.first_line_indent = None
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.CENTER


def document_of() -> DocumentType:
    """The notice as a Word document with automatic numbering."""
    document = Document()
    _numbering(document)
    _placed(document, f"{OFFICE}文件", "方正小标宋简体", 26, right=False)
    _placed(document, NUMBER, "仿宋_GB2312", 16, right=False)
    document.add_paragraph()
    _placed(document, OFFICE, "方正小标宋简体", 22, right=False)
    _placed(document, TITLE, "方正小标宋简体", 22, right=False)
    document.add_paragraph()
    _paragraph(document, TO, "仿宋_GB2312", 16)
    document.paragraphs[-1].paragraph_format.first_line_indent = None
    _paragraph(document, OPENING, "仿宋_GB2312", 16)
    for kind, words in NOTICE:
        font = "黑体" if kind == CHAPTER else "仿宋_GB2312"
        _paragraph(document, words, font, 16, None if kind == BODY else kind - 1)
    document.add_paragraph()
    _paragraph(document, ATTACHMENT, "仿宋_GB2312", 16)
    _placed(document, OFFICE, "仿宋_GB2312", 16, right=True)
    _placed(document, DATE, "仿宋_GB2312", 16, right=True)
    return document


def main() -> None:
    folder = Path(__file__).parent
    (folder / "notice.txt").write_text(text_of(), encoding="utf-8")
    document_of().save(str(folder / "notice.docx"))


if __name__ == "__main__":
    main()
