"""Fails when the English catalogue does not fit the texts of the product.

`--write` collects the texts into the catalogue. A new text gets an empty translation, and a text
that is gone is dropped.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\)[-#0 +.\d]*[a-zA-Z]|%)")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def main(arguments: list[str]) -> int:
    stored = read_stored()
    texts = collected()
    if arguments == ["--write"]:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_bytes(written(texts, stored))
        return 0
    faults = list(faults_of(texts, stored))
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        print(f"Run `make messages`, then translate in {CATALOGUE.relative_to(ROOT)}")
    return 1 if faults else 0


def collected() -> Catalog:
    """All texts of the code and the templates, untranslated."""
    texts = Catalog(locale="en")
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for _file, _line, msgid, _comments, _context in extract_from_dir(ROOT, methods, options):
        texts.add(msgid)
    return texts


def read_stored() -> Catalog:
    """The stored catalogue; an empty one where no file is there."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def written(texts: Catalog, stored: Catalog) -> bytes:
    """The content of the catalogue's file: texts in their order, with stored translations."""
    whole = Catalog(locale="en")
    for message in _messages(texts):
        known = stored.get(message.id)
        whole.add(message.id, known.string if known and known.id == message.id else "")
    out = BytesIO()
    write_po(out, whole, width=0, no_location=True, omit_header=True, sort_output=True)
    return out.getvalue()


def faults_of(texts: Catalog, stored: Catalog) -> Iterator[str]:
    """One line for each fault of the catalogue."""
    for message in _messages(texts):
        known = stored.get(message.id)
        if known is None or known.id != message.id:
            yield f"missing: {message.id}"
        else:
            yield from _faults_of_one(known)
    for message in _messages(stored):
        if texts.get(message.id) is None:
            yield f"nowhere used: {message.id}"
    for message in stored.obsolete.values():
        yield f"obsolete: {message.id}"
    written_again = written(texts, stored)
    if CATALOGUE.exists() and CATALOGUE.read_bytes() != written_again:
        yield "the catalogue is not as `make messages` writes it"


def _forms(text: object) -> tuple[str, ...]:
    """The singular and the plural of a message, or its only form."""
    forms = text if isinstance(text, list | tuple) else (text,)
    return tuple(str(form or "") for form in forms)


def _faults_of_one(message: Message) -> Iterator[str]:
    english, chinese = _forms(message.string), _forms(message.id)
    if not all(english) or (isinstance(message.id, tuple) and len(english) != 2):
        yield f"untranslated: {message.id}"
    elif message.fuzzy:
        yield f"fuzzy: {message.id}"
    elif any(placeholders(text) != placeholders(chinese[0]) for text in english):
        yield f"placeholders differ: {message.id}"
    elif any("%" in PLACEHOLDER.sub("", text) for text in english):
        yield f"a lone % is taken for a placeholder: {message.id}"
    elif any(CHINESE.search(text) for text in english):
        yield f"Chinese in the English: {message.id}"


def placeholders(text: str) -> set[str]:
    """The placeholders of a text, such as `%(name)s`."""
    return set(PLACEHOLDER.findall(text))


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
