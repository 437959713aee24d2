"""What is stored. Importing this package registers every table."""

from models.account import Account, Role, SignIn
from models.assignment import ONCE, Assignment, Detail, Status
from models.campaign import Campaign, Notice
from models.complaint import Complaint
from models.form import Form, FormVersion
from models.hand_down import HandDown, HandDownStep
from models.history import Act, Event
from models.measure import (
    ALL_TAGS,
    Addressee,
    Gate,
    Measure,
    MeasureGate,
    MeasureKind,
    MeasureStatus,
)
from models.report import Snapshot
from models.roll_up import Tally, Total
from models.schedule import Schedule, ScheduledWork
from models.submission import AnswerNumber, Decision, Draft, Review, Submission
from models.unit import Level, Tag, Unit, UnitTag

__all__ = [
    "ALL_TAGS",
    "ONCE",
    "Account",
    "Act",
    "Addressee",
    "AnswerNumber",
    "Assignment",
    "Campaign",
    "Complaint",
    "Decision",
    "Detail",
    "Draft",
    "Event",
    "Form",
    "FormVersion",
    "Gate",
    "HandDown",
    "HandDownStep",
    "Level",
    "Measure",
    "MeasureGate",
    "MeasureKind",
    "MeasureStatus",
    "Notice",
    "Review",
    "Role",
    "Schedule",
    "ScheduledWork",
    "SignIn",
    "Snapshot",
    "Status",
    "Submission",
    "Tag",
    "Tally",
    "Total",
    "Unit",
    "UnitTag",
]
