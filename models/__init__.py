"""What is stored. Importing this package registers every table."""

from models.account import Account, AccountAct, AccountEvent, Role, SignIn
from models.assignment import ONCE, Assignment, Detail, Status
from models.attachment import Attachment, AttachmentKind
from models.calendar_feed import CalendarFeed
from models.campaign import Campaign, Notice, NoticeFile, NoticeFileKind
from models.channel import Channel, ChannelKind, Delivery, DeliveryStatus
from models.comparison import Comparison
from models.complaint import Complaint, ComplaintAnswer, ComplaintKind
from models.coverage_day import CoverageDay
from models.decline import Decline, DeclineKind, Ruling
from models.due_move import DueMove, DueMoveKind
from models.extension import Extension, ExtensionOutcome
from models.flag import Flag, FlagKind
from models.form import FillTime, Form, FormVersion
from models.form_draft import FormDraft
from models.hand_down import HandDown, HandDownStep
from models.history import Act, Event
from models.kept_days import ChangedDay
from models.known_value import KnownValue
from models.measure import (
    ALL_TAGS,
    Addressee,
    Gate,
    Measure,
    MeasureGate,
    MeasureKind,
    MeasureStatus,
)
from models.measure_event import MeasureAct, MeasureEvent
from models.message import Message, MessageKind
from models.reminder import ReminderRound, ReminderRule
from models.report import Snapshot
from models.review_batch import ReviewBatch
from models.roll_up import Tally, Total
from models.schedule import Occurrence, Outcome, Schedule, ScheduledWork, Shift
from models.submission import AnswerNumber, Decision, Draft, Review, Submission
from models.text_print import TextPrint
from models.trouble import LastLook, Trouble, TroubleKind, WorkName
from models.unit import Level, Tag, Unit, UnitTag
from models.unit_event import UnitEvent, UnitFact
from models.unit_group import GroupCount, UnitGroup
from models.work_calendar import CalendarChange, CalendarDay, DayKind, WorkCalendar
from models.workbook_upload import WorkbookUpload

__all__ = [
    "ALL_TAGS",
    "ONCE",
    "Account",
    "AccountAct",
    "AccountEvent",
    "Act",
    "Addressee",
    "AnswerNumber",
    "Assignment",
    "Attachment",
    "AttachmentKind",
    "CalendarChange",
    "CalendarDay",
    "CalendarFeed",
    "Campaign",
    "ChangedDay",
    "Channel",
    "ChannelKind",
    "Comparison",
    "Complaint",
    "ComplaintAnswer",
    "ComplaintKind",
    "CoverageDay",
    "DayKind",
    "Decision",
    "Decline",
    "DeclineKind",
    "Delivery",
    "DeliveryStatus",
    "Detail",
    "Draft",
    "DueMove",
    "DueMoveKind",
    "Event",
    "Extension",
    "ExtensionOutcome",
    "FillTime",
    "Flag",
    "FlagKind",
    "Form",
    "FormDraft",
    "FormVersion",
    "Gate",
    "GroupCount",
    "HandDown",
    "HandDownStep",
    "KnownValue",
    "LastLook",
    "Level",
    "Measure",
    "MeasureAct",
    "MeasureEvent",
    "MeasureGate",
    "MeasureKind",
    "MeasureStatus",
    "Message",
    "MessageKind",
    "Notice",
    "NoticeFile",
    "NoticeFileKind",
    "Occurrence",
    "Outcome",
    "ReminderRound",
    "ReminderRule",
    "Review",
    "ReviewBatch",
    "Role",
    "Ruling",
    "Schedule",
    "ScheduledWork",
    "Shift",
    "SignIn",
    "Snapshot",
    "Status",
    "Submission",
    "Tag",
    "Tally",
    "TextPrint",
    "Total",
    "Trouble",
    "TroubleKind",
    "Unit",
    "UnitEvent",
    "UnitFact",
    "UnitGroup",
    "UnitTag",
    "WorkCalendar",
    "WorkName",
    "WorkbookUpload",
]
