"""Shared data elements: an element takes the same kind of answer in every form that asks for it."""

from collections.abc import Sequence

from sqlmodel import Session

from models import Form, Unit
from queries.filling.known_values import list_element_uses
from rules.filling.known_values import same_shape, shared_fields
from rules.forms.form_fields import FormField
from rules.sentences.refusal import N_, Refusal


def check_elements(session: Session, form: Form, fields: Sequence[FormField]) -> None:
    """Check that the shared elements of `fields` agree with the forms of the unit and the units
    above.

    Raises `Refusal` where one of those forms asks for an element with another type or with other
    choices, because its answers could not be filled in here.
    """
    shared = {field.reuse: field for field in shared_fields(fields)}
    if not shared:
        return
    owner = session.get_one(Unit, form.unit_id)
    for use in list_element_uses(session, owner, shared):
        own = shared[use.field.reuse]
        if use.form_id != form.id and not same_shape(own, use.field):
            raise Refusal(
                N_(
                    "“%(label)s”的共享数据项“%(element)s”在表单“%(form)s”中已有，"
                    "题型或选项不同。请改成一致，或换一个数据项名称。"
                ),
                label=own.label,
                element=use.field.reuse,
                form=use.title,
            )
