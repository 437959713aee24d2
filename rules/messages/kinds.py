"""What kinds of messages are called."""

from collections.abc import Mapping

from models import MessageKind
from rules.sentences.sentence import N_

MESSAGE_KIND_NAMES: Mapping[MessageKind, str] = {
    MessageKind.DIGEST: N_("每日汇总"),
    MessageKind.REMIND: N_("催办"),
    MessageKind.DUE_MOVED: N_("截止日期变动"),
    MessageKind.RETURNED: N_("退回"),
    MessageKind.CHANGED: N_("措施变动"),
    MessageKind.PASSED_ON: N_("自动下发"),
    MessageKind.DECLINE: N_("退单"),
    MessageKind.RULING: N_("裁定"),
    MessageKind.EXTENSION: N_("延期"),
    MessageKind.COMPLAINT: N_("减负反映"),
    MessageKind.SCHEDULE: N_("定时安排"),
    MessageKind.BOARD: N_("进展看板"),
    MessageKind.CHANNEL: N_("通知渠道"),
    MessageKind.TREE: N_("区划变更"),
    MessageKind.PROBLEM: N_("问题整改"),
    MessageKind.VISIT: N_("督导"),
    MessageKind.SAMPLE: N_("抽查"),
    MessageKind.ITEM: N_("事项台账"),
    MessageKind.REPORT: N_("报告"),
    MessageKind.OTHER: N_("其他消息"),
}
