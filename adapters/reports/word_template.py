"""Writes the Word templates of the summary report: `python -m adapters.reports.word_template`.

The templates are shipped (`templates/reports/summary.docx`, `summary.en.docx`), and an office may
change their wording in Word. This module makes their first edition, and the next edition after a
change of the shape of snapshots. docs/reports.md lists what may be printed.
"""

from pathlib import Path

from adapters.reports import word_layout as layout
from adapters.reports.held_days import write_word
from adapters.reports.word_layout import CENTRE, LEFT, RIGHT
from adapters.reports.word_writing import Template
from adapters.root import ROOT

FOLDER = ROOT / "templates" / "reports"
PATHS = {"zh": FOLDER / "summary.docx", "en": FOLDER / "summary.en.docx"}


def write(language: str, path: Path) -> None:
    """Write the template of one language."""
    template = Template(language)
    for part in (
        _title,
        _overview,
        _timely,
        _complaints,
        _measures,
        _handed_down,
        _progress,
        write_word,
        _figures,
        _named,
        _words,
        _notes,
    ):
        part(template)
    template.document.save(str(path))


def _title(template: Template) -> None:
    template.add(layout.TITLE, "{{ data.unit.name }}", "{{ data.unit.name }}")
    template.add(
        layout.TITLE,
        "“{{ data.campaign.title }}”落实情况报告",
        "Report on “{{ data.campaign.title }}”",
    )
    template.add(layout.SUBTITLE, "（截至{{ as_of }}）", "(as of {{ as_of }})")
    template.add(layout.BODY, "", "")


def _overview(template: Template) -> None:
    template.add(layout.HEADING, "一、总体情况", "1. Overview")
    template.command("{%p if not data.measures %}")
    template.say(
        "截至{{ as_of }}，{{ data.unit.name }}在这项工作中没有收到措施，也没有向下级交办任务。",
        "As of {{ as_of }} no measure of this campaign has reached {{ data.unit.name }}, "
        "and it has handed nothing down.",
    )
    template.command("{%p elif not data.below.asked %}")
    template.say(
        "{{ data.unit.name }}收到措施{{ data.measures|length }}项。"
        "截至{{ as_of }}，下级单位没有任务。",
        "{{ data.unit.name }} has received {{ data.measures|length }} measures. As of {{ as_of }} "
        "there are no assignments below it.",
    )
    template.command("{%p else %}")
    template.say(
        "{% if data.campaign.number %}根据{{ data.campaign.number }}文件，{% endif %}"
        "{{ data.unit.name }}共有措施{{ data.measures|length }}项，"
        "下级单位应报{{ data.below.asked|number }}份，已交办{{ data.below.answering|number }}份。"
        "截至{{ as_of }}，已报{{ data.below.reported|number }}份"
        "（占{{ data.below.reported_share }}），"
        "已审{{ data.below.reviewed|number }}份（占{{ data.below.reviewed_share }}），"
        "退回待重报{{ data.below.returned|number }}份，逾期未报{{ data.below.overdue|number }}份，"
        "逾期后补报{{ data.below.late|number }}份。",
        "{{ data.unit.name }} has {{ data.measures|length }} measures"
        "{% if data.campaign.number %} under {{ data.campaign.number }}{% endif %}; "
        "{{ data.below.asked|number }} answers are asked below it, of which "
        "{{ data.below.answering|number }} were issued. As of {{ as_of }}, "
        "{{ data.below.reported|number }} are reported ({{ data.below.reported_share }}), "
        "{{ data.below.reviewed|number }} reviewed ({{ data.below.reviewed_share }}), "
        "{{ data.below.returned|number }} returned, {{ data.below.overdue|number }} overdue and "
        "{{ data.below.late|number }} were sent late.",
    )
    template.say(
        "应填报表单的单位{{ data.coverage.units|number }}个，"
        "全部报齐的{{ data.coverage.units_complete|number }}个"
        "（占{{ data.coverage.units_share }}）。",
        "{{ data.coverage.units|number }} units are to fill in forms; "
        "{{ data.coverage.units_complete|number }} "
        "({{ data.coverage.units_share }}) have answered everything.",
    )
    template.command("{%p endif %}")


def _timely(template: Template) -> None:
    template.command("{%p if data.timely and data.timely.sent %}")
    template.say(
        "报送过的{{ data.timely.sent|number }}份中，"
        "按原定时限{{ data.timely.on_time|number }}份（{{ data.timely.on_time_share }}），"
        "按延期后的时限{{ data.timely.extended|number }}份（{{ data.timely.extended_share }}），"
        "迟报{{ data.timely.late|number }}份（{{ data.timely.late_share }}）。",
        "Of {{ data.timely.sent|number }} answers sent, {{ data.timely.on_time|number }} came by "
        "the first due date ({{ data.timely.on_time_share }}), "
        "{{ data.timely.extended|number }} by an extended one "
        "({{ data.timely.extended_share }}) and {{ data.timely.late|number }} late "
        "({{ data.timely.late_share }}).",
    )
    template.command("{%p endif %}")
    template.command("{%p if data.timely and data.timely.excused %}")
    template.say(
        "裁定免予办理{{ data.timely.excused|number }}份，不计入应报；单位和理由见下面的名单。",
        "{{ data.timely.excused|number }} were excused by a ruling and are not asked; the list "
        "below names them with the reasons.",
    )
    template.command("{%p endif %}")


def _complaints(template: Template) -> None:
    template.command("{%p if complaints %}")
    template.say(
        "下级单位反映负担问题{{ complaints.count }}条（{{ complaints.kinds }}），"
        "已答复{{ complaints.answered }}条，其中{{ complaints.helped }}条反映单位认为已解决。",
        "Units below sent {{ complaints.count }} workload complaints ({{ complaints.kinds }}); "
        "{{ complaints.answered }} are answered, and {{ complaints.helped }} of them are solved "
        "in the view of the complaining unit.",
    )
    template.command("{%p endif %}")


def _measures(template: Template) -> None:
    template.command("{%p if data.measures %}")
    template.table(
        [
            (template.words("序号", "No."), 9, "{{ r.number }}", CENTRE),
            (template.words("措施", "Measure"), 28, "{{ r.title }}{{ r.period|period }}", LEFT),
            *[
                (heading, width, shown.replace("r.", "r.below."), align)
                for heading, width, shown, align in template.answer_columns(13)
            ],
        ],
        "r in data.measures",
        template.answers_total("", template.words("合计", "Total")),
    )
    template.command("{%p endif %}")


def _handed_down(template: Template) -> None:
    template.command("{%p if data.measures %}")
    template.add(layout.HEADING, "二、交办情况", "2. How it was handed down")
    template.table(
        [
            (template.words("序号", "No."), 9, "{{ r.number }}", CENTRE),
            (template.words("出处", "In the notice"), 20, "{{ r.path }}", LEFT),
            (template.words("交办单位", "Issued by"), 28, "{{ r.own.issued_by or '—' }}", LEFT),
            (template.words("交办日期", "Issued on"), 25, "{{ r.own.issued_on or '—' }}", CENTRE),
            (template.words("本级截止", "Due"), 25, "{{ r.own.due_on or '—' }}", CENTRE),
            (
                template.words("向下级下发", "Passed on"),
                30,
                "{{ r.own.released_on or '—' }}"
                + template.words(
                    "{% if r.own.passed_on %}（自动）{% endif %}",
                    "{% if r.own.passed_on %} (by itself){% endif %}",
                ),
                CENTRE,
            ),
            (template.words("本级状态", "Status"), 19, "{{ r.own.status|status }}", CENTRE),
        ],
        "r in data.measures",
    )
    template.command("{%p for r in data.measures if r.short %}")
    template.say(
        "第{{ r.number }}项下发时，最低一级只有{{ r.short.days }}个完整工作日，"
        "少于{{ r.short.floor }}个：{% if r.short.account %}"
        "{{ r.short.account }}签字，理由：{{ r.short.reason }}"
        "{% else %}由定时安排下发，没有人签字。{% endif %}",
        "Measure {{ r.number }} left the lowest level {{ r.short.days }} whole working days, "
        "fewer than {{ r.short.floor }}. {% if r.short.account %}Signed by {{ r.short.account }}, "
        "because: {{ r.short.reason }}"
        "{% else %}A schedule released it; nobody has signed.{% endif %}",
    )
    template.command("{%p endfor %}")
    template.command("{%p for r in data.measures if r.own and r.own.detail %}")
    template.say(
        "第{{ r.number }}项，本单位的细化要求：{{ r.own.detail.text }}"
        "{% if r.own.detail.due_on %}（下级截止提前到{{ r.own.detail.due_on|day }}）{% endif %}"
        "{% if r.own.detail.contact %}（联系：{{ r.own.detail.contact }}）{% endif %}",
        "Measure {{ r.number }}, added by this unit: {{ r.own.detail.text }}"
        "{% if r.own.detail.due_on %} (due earlier, {{ r.own.detail.due_on|day }}){% endif %}"
        "{% if r.own.detail.contact %} (contact: {{ r.own.detail.contact }}){% endif %}",
    )
    template.command("{%p endfor %}")
    template.command("{%p endif %}")


def _progress(template: Template) -> None:
    template.command("{%p if data.below.asked %}")
    template.add(layout.HEADING, "三、进展情况", "3. Progress")
    template.add(layout.SUBHEADING, "（一）按层级", "3.1 By level")
    template.table(
        [
            (template.words("层级", "Level"), 37, "{{ r|level }}", LEFT),
            *template.level_columns(13),
        ],
        "r in data.levels",
    )
    template.add(layout.SUBHEADING, "（二）按下级单位", "3.2 By lower unit")
    template.table(
        [
            (template.words("单位", "Unit"), 37, "{{ r.name }}", LEFT),
            *template.answer_columns(13),
        ],
        "r in data.lower",
        template.answers_total(template.words("合计", "Total")),
    )
    template.add(
        layout.NOTE,
        "注：按层级的各行只算这一层级的单位，层级之间不相加；"
        "下级单位各行含该单位本身及其全部下级；各项措施在各下级单位的进展见台账。",
        "Each level counts its own units only. "
        "Each lower unit includes itself and everything below it; the ledger has each measure.",
    )
    template.command("{%p endif %}")


def _figures(template: Template) -> None:
    template.command("{%p if data.measures %}")
    template.add(layout.HEADING, "四、数据汇总", "4. Figures")
    template.command("{%p if not with_figures %}")
    template.say("各项措施没有需要汇总的数据。", "The measures ask for no figures.")
    template.command("{%p endif %}")
    template.command("{%p for m in with_figures %}")
    template.add(
        layout.SUBHEADING,
        "（{{ loop.index|numeral }}）{{ m.title }}{{ m.period|period }}",
        "4.{{ loop.index }} {{ m.title }}{{ m.period|period }}",
    )
    template.command("{%p if m.target %}")
    template.say(
        "目标：每个单位{{ m.target.label }}，{{ m.target.units|number }}个单位"
        "共{{ m.target.whole|number }}；已报完成{{ m.target.reported|number }}"
        "（{{ m.target.reported_share }}），"
        "已审完成{{ m.target.reviewed|number }}（{{ m.target.reviewed_share }}）。"
        "{% if m.target.reported_met is not none %}每个单位最多按目标计，"
        "已报达到目标的单位{{ m.target.reported_met|number }}个；"
        "超出目标的部分{{ m.target.reported_surplus|number }}，没有计入。{% endif %}",
        "Target: {{ m.target.label }} for each of {{ m.target.units|number }} units, "
        "{{ m.target.whole|number }} in all; reported {{ m.target.reported|number }} "
        "({{ m.target.reported_share }}), reviewed {{ m.target.reviewed|number }} "
        "({{ m.target.reviewed_share }})."
        "{% if m.target.reported_met is not none %} Each unit counts at most up to its target; "
        "{{ m.target.reported_met|number }} units have reached it; the surplus of "
        "{{ m.target.reported_surplus|number }} is not counted.{% endif %}",
    )
    template.command("{%p endif %}")
    template.table(
        [
            (template.words("指标", "Figure"), 46, "{{ f|figure }}", LEFT),
            (template.words("已报", "Reported"), 26, "{{ f|reported }}", RIGHT),
            (template.words("已报单位", "Units"), 19, "{{ f.reported_units|number }}", RIGHT),
            (template.words("已审", "Reviewed"), 26, "{{ f|reviewed }}", RIGHT),
            (template.words("已审单位", "Units"), 19, "{{ f.reviewed_units|number }}", RIGHT),
            (template.words("应报单位", "Of units"), 20, "{{ f.of|number }}", RIGHT),
        ],
        "f in m.figures",
    )
    template.command("{%p endfor %}")
    template.command("{%p endif %}")


def _named(template: Template) -> None:
    template.command("{%p if data.below.asked %}")
    template.add(
        layout.HEADING, "五、退回、逾期、迟报和未报", "5. Returned, overdue, late and missing"
    )
    template.command("{%p for list in lists %}")
    template.add(
        layout.SUBHEADING,
        "（{{ loop.index|numeral }}）{{ list.title }}：{{ list.count|number }}个任务"
        "{% if list.by_level %}（{{ list.by_level }}）{% endif %}",
        "5.{{ loop.index }} {{ list.title }}: {{ list.count|number }} assignments"
        "{% if list.by_level %} ({{ list.by_level }}){% endif %}",
    )
    template.command("{%p if list.rows %}")
    template.table(
        [
            (template.words("单位", "Unit"), 36, "{{ r.name }}", LEFT),
            (template.words("上级单位", "Unit above"), 28, "{{ r.above }}", LEFT),
            (template.words("措施", "No."), 10, "{{ r.measure }}", CENTRE),
            (template.words("截止", "Due"), 25, "{{ r.due_on }}", CENTRE),
            (template.words("状态", "Status"), 17, "{{ r.status|status }}", CENTRE),
            (
                template.words("说明", "Remark"),
                40,
                template.words(
                    "{% if list.kind == 'returned' %}{{ r.reason }}"
                    "{% elif list.kind == 'late' %}{{ r.sent_on }}报送"
                    "{% elif r.days %}逾期 {{ r.days }} 个工作日{% endif %}",
                    "{% if list.kind == 'returned' %}{{ r.reason }}"
                    "{% elif list.kind == 'late' %}sent {{ r.sent_on }}"
                    "{% elif r.days %}{{ r.days }} working days overdue{% endif %}",
                ),
                LEFT,
            ),
        ],
        "r in list.rows",
    )
    template.command("{%p endif %}")
    template.command("{%p if list.more %}")
    template.add(
        layout.NOTE,
        "另有{{ list.more|number }}个任务未列出，见台账。",
        "{{ list.more|number }} more are not listed here; see the ledger.",
    )
    template.command("{%p endif %}")
    template.command("{%p if list.beyond %}")
    template.add(
        layout.NOTE,
        "台账也未列出的还有{{ list.beyond|number }}个任务，请在措施的进度页查看、导出。",
        "{{ list.beyond|number }} more are not in the ledger either; see and export them on the "
        "progress page of the measure.",
    )
    template.command("{%p endif %}")
    template.command("{%p endfor %}")
    template.command("{%p endif %}")


def _words(template: Template) -> None:
    template.command("{%p if data.measures %}")
    template.add(layout.HEADING, "六、工作情况", "6. In their own words")
    template.command("{%p if not with_words %}")
    template.say("本单位和直接下级单位尚未报送文字情况。", "Nothing has been written yet.")
    template.command("{%p endif %}")
    template.command("{%p for m in with_words %}")
    template.add(
        layout.SUBHEADING,
        "（{{ loop.index|numeral }}）{{ m.title }}{{ m.period|period }}",
        "6.{{ loop.index }} {{ m.title }}{{ m.period|period }}",
    )
    template.command("{%p for w in m.words %}")
    template.say(
        "{{ w.name }}（{{ w.label }}）：{{ w.text }}{% if w.cut %}……（全文见系统）{% endif %}",
        "{{ w.name }} ({{ w.label }}): {{ w.text }}{% if w.cut %}… (cut){% endif %}",
    )
    template.command("{%p endfor %}")
    template.command("{%p if m.words_more %}")
    template.add(
        layout.NOTE,
        "另有{{ m.words_more }}段文字见台账。",
        "{{ m.words_more }} more texts are in the ledger.",
    )
    template.command("{%p endif %}")
    template.command("{%p endfor %}")
    template.command("{%p endif %}")


def _notes(template: Template) -> None:
    template.add(layout.NOTE, "", "")
    template.add(
        layout.NOTE,
        "数据说明：截至日期{{ as_of }}；生成时间{{ made_at }}；"
        "已报{{ data.coverage.units_complete|number }}/{{ data.coverage.units|number }}个单位"
        "（{{ data.coverage.answers_reported|number }}/{{ data.coverage.answers|number }}份）；"
        "校验码{{ checksum }}。"
        "“已报”为下级已提交且未被退回，“已审”为上一级已审核通过。"
        "本报告与同一校验码的网页、台账出自同一份数据。",
        "As of {{ as_of }}; made at {{ made_at }}; reported by "
        "{{ data.coverage.units_complete|number }}/"
        "{{ data.coverage.units|number }} units ({{ data.coverage.answers_reported|number }}/"
        "{{ data.coverage.answers|number }} answers); checksum {{ checksum }}. Reported: "
        "sent and not returned. Reviewed: approved by the unit above. The page and the ledger with "
        "the same checksum come from the same data.",
    )


if __name__ == "__main__":
    for language, target in PATHS.items():
        write(language, target)
