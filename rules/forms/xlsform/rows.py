"""A form as the rows of an XLSForm: the reverse of `rules.forms.xlsform.form`."""

from collections.abc import Iterator, Sequence

from rules.forms.form_fields import Choice, FieldWords, FormField, RollUp
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.columns import CHOICES, SETTINGS, SURVEY
from rules.forms.xlsform.constraints import written_constraint
from rules.forms.xlsform.defaults import written_default
from rules.forms.xlsform.survey import OWN_LIST
from rules.forms.xlsform.types import written_type

Rows = list[dict[str, str]]
"""Heading → text. The first row has every heading of the sheet."""
_NO_WORDS = FieldWords()
Lists = dict[str, tuple[Choice, ...]]


def written_tables(
    title: str, settings: FormSettings, fields: Sequence[FormField]
) -> dict[str, Rows]:
    """Sheet → its rows. Words of no language stand in columns without a language."""
    languages = _languages(settings, fields)
    lists, list_names = _lists(fields)
    return {
        SURVEY: list(_survey(settings.default_language, languages, fields, list_names)),
        CHOICES: list(_choices(settings.default_language, languages, lists)),
        SETTINGS: [_settings(title, settings)],
    }


def _settings(title: str, settings: FormSettings) -> dict[str, str]:
    return {
        "form_title": title,
        "form_id": settings.form_id,
        "version": settings.version,
        "default_language": settings.default_language,
    }


def _languages(settings: FormSettings, fields: Sequence[FormField]) -> list[str]:
    """The languages of the settings, then every other language in which the form has words."""
    languages = dict.fromkeys(settings.languages)
    for field in fields:
        languages |= dict.fromkeys(field.words)
        for choice in field.choices:
            languages |= dict.fromkeys(choice.labels)
    return list(languages)


def _lists(fields: Sequence[FormField]) -> tuple[Lists, dict[str, str]]:
    """The lists by name, and field → the name of its list. Equal lists of one name are written
    once."""
    lists: Lists = {}
    names: dict[str, str] = {}
    for field in fields:
        if not field.choices:
            continue
        wanted = field.choice_list or OWN_LIST.format(field.name)
        name, number = wanted, 1
        while lists.setdefault(name, field.choices) != field.choices:
            number += 1
            name = f"{wanted}_{number}"
        names[field.name] = name
    return lists, names


def _survey(
    own: str, languages: Sequence[str], fields: Sequence[FormField], lists: dict[str, str]
) -> Iterator[dict[str, str]]:
    opened: list[FormField] = []
    for field in fields:
        while opened and opened[-1].name != field.within:
            yield {"type": written_type(opened.pop().type, ends=True)}
        yield _question(own, languages, field, lists.get(field.name, ""))
        if field.container:
            opened.append(field)
    while opened:
        yield {"type": written_type(opened.pop().type, ends=True)}


def _question(
    own: str, languages: Sequence[str], field: FormField, list_name: str
) -> dict[str, str]:
    return {
        "type": written_type(field.type, list_name),
        "name": field.name,
        **_words("label", own, languages, field),
        **_words("hint", own, languages, field),
        "required": "yes" if field.required else "",
        "relevant": field.relevant,
        "constraint": written_constraint(field),
        **_words("constraint_message", own, languages, field),
        "calculation": field.calculation,
        "default": written_default(field.type, field.default),
        "readonly": "yes" if field.readonly else "",
        "choice_filter": field.choice_filter,
        "appearance": "multiline" if field.multiline else "",
        "rollup": "" if field.rollup is RollUp.NONE else field.rollup.value,
        "reuse": field.reuse,
        "each_period": field.each_period.value,
    }


def _words(name: str, own: str, languages: Sequence[str], field: FormField) -> dict[str, str]:
    others = {
        _heading(name, language): getattr(field.words.get(language, _NO_WORDS), name)
        for language in languages
    }
    return {_heading(name, own): getattr(field, name), **others}


def _choices(own: str, languages: Sequence[str], lists: Lists) -> Iterator[dict[str, str]]:
    columns = dict.fromkeys(
        name for choices in lists.values() for choice in choices for name in choice.columns
    )
    if not lists:
        yield dict.fromkeys(("list_name", "name", _heading("label", own)), "")
    for list_name, choices in lists.items():
        for choice in choices:
            yield {
                "list_name": list_name,
                "name": choice.value,
                _heading("label", own): choice.label,
                **{
                    _heading("label", language): choice.labels.get(language, "")
                    for language in languages
                },
                **{name: choice.columns.get(name, "") for name in columns},
            }


def _heading(name: str, language: str) -> str:
    return f"{name}::{language}" if language else name
