"""What a package points to: links are taken, what loads or runs by itself is not, and why."""

from collections.abc import Mapping

import pytest

from models import AttachmentKind
from rules.filling.attachments import content as rules
from rules.filling.attachments.content import type_of
from rules.filling.attachments.relationships import LARGEST_IN_ALL
from rules.sentences.refusal import Refusal
from tests.attachments import TYPES_PART, package

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"


def related(kind: str, target: str, mode: str = "", space: str = OFFICE) -> str:
    external = f' TargetMode="{mode}"' if mode else ""
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{SPACE}"><Relationship Id="rId1" '
        f'Type="{space}/{kind}" Target="{target}"{external}/></Relationships>'
    )


def document(
    path: str = "word___rels__settings.xml.rels",
    relations: str | bytes = "",
    parts: Mapping[str, bytes | str] = {},
) -> bytes:
    return package(_T=TYPES_PART, word__document_x="<w/>", **{path: relations, **parts})


@pytest.mark.parametrize(
    "content",
    [
        document(relations=related("hyperlink", "https://a.example/?a=1&amp;b=2", "External")),
        document(relations=related("image", "media/image1.png")),
        document(relations=related("attachedTemplate", "file:///C:\\a\\公文.dotx", "External")),
        document(relations=related("image", "C:/照片/一.png", "External")),
        document("xl__externalLinks___rels__externalLink1.xml.rels",
                 related("externalLinkPath", "上月%20台账.xlsx", "External")),
        document(relations=related("package", "embeddings/Microsoft_Excel_Sheet1.xlsx"),
                 parts={"word__embeddings__Microsoft_Excel_Sheet1.xlsx": b"PK"}),
        document(relations=f'<?xml version="1.0"?><Relationships xmlns="{SPACE}"/>'),
        document(relations=related("hyperlink", "https://a.example", "External").encode("utf-16")),
    ],
)  # fmt: skip
def test_links_and_what_lies_in_the_package_are_taken(content: bytes) -> None:
    assert type_of(content, "a.docx", AttachmentKind.FILE).endswith("wordprocessingml.document")


@pytest.mark.parametrize(
    "content",
    [
        document(relations=related("attachedTemplate", "http://a.example/x.dotm", "External")),
        document(relations=related("attachedTemplate", "//server/x.dotm", "External", STRICT)),
        document(relations=related("image", "http://a.example/x.png", " external ")),
        document("xl__externalLinks___rels__externalLink1.xml.rels",
                 related("externalLinkPath", "file://server/x.xlsx", "External")),
        document(relations=related("attachedTemplate", "&#104;ttp://a.example", "&#69;xternal")),
        document(relations=related("attachedTemplate", "ftp://x", "External").encode("utf-16")),
        document("WORD___RELS__any.RELS", related("attachedTemplate", r"\\server\x", "External")),
        document(relations=related("frame", "file:////server/x", "External")),
        document(relations=related("image", "%5C%5Cserver/x.png", "External")),
    ],
)  # fmt: skip
def test_what_is_fetched_from_elsewhere_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        type_of(content, "a.docx", AttachmentKind.FILE)
    assert refused.value.sentence.msgid == rules.OUTSIDE


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (document(relations=related("oleObject", "other/part.xml")), rules.OBJECTS),
        (document(relations=related("control", "other/part.xml")), rules.OBJECTS),
        (document(parts={"word__embeddings__oleObject1.bin": b"MZ"}), rules.OBJECTS),
        (document(parts={"ppt__embeddings__Any.BIN": b"MZ"}), rules.OBJECTS),
        (document(relations=related("vbaProject", "other/part.xml")), rules.MACROS),
        (document("a.rels", related("image", "http://a.example/x.png", "External"),
                  parts={"b.rels": related("oleObject", "other/part.xml")}), rules.OBJECTS),
    ],
)  # fmt: skip
def test_what_another_program_runs_is_refused_with_its_sentence(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        type_of(content, "a.docx", AttachmentKind.FILE)
    assert refused.value.sentence.msgid == sentence


@pytest.mark.parametrize(
    "relations",
    [
        "<Relationships", '<!DOCTYPE a [<!ENTITY b "c">]><Relationships/>',
        b" " * (LARGEST_IN_ALL + 1),
    ],
)  # fmt: skip
def test_relationships_that_cannot_be_read_are_no_document(relations: str | bytes) -> None:
    with pytest.raises(Refusal):
        type_of(document(relations=relations), "a.docx", AttachmentKind.FILE)
