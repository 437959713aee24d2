"""Photos and documents for tests, and a measure whose form asks for them."""

import io
import zipfile
from datetime import datetime

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlmodel import Session

from adapters.attachment_store import AttachmentStore
from models import Account, Assignment, Attachment, AttachmentKind
from services.filling import attachments
from tests.answering import account_of, released_measure
from tests.building import REGION, VILLAGE, assignment_of, make_form
from tests.scenes import scene

PHOTO_FIELDS = [
    {"name": "checked", "label": "排查户数", "type": "integer"},
    {"name": "photo", "label": "现场照片", "type": "image"},
    {"name": "paper", "label": "佐证材料", "type": "file"},
    *({"name": f"p{n}", "label": f"材料{n}", "type": "file"} for n in range(31)),
]
PLACE, CAMERA, REMARK, PACKET = "四十二度", "Huawei P10 SN-77123", "拍摄人张三", "xmp-secret-place"
"""What a camera writes into a photo and nobody may find in what is stored."""
TYPES_PART = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/{kind}+xml"/></Types>'
)


def open_assignment(session: Session, code: str = VILLAGE) -> Assignment:
    """The village's assignment of a measure that asks for a photo and papers."""
    office = account_of(session, REGION)
    measure = released_measure(session, form=make_form(session, office, PHOTO_FIELDS))
    return assignment_of(session, measure, code)


@scene
def photos_wanted(session: Session) -> int:
    """The id of the village's assignment of a measure that asks for a photo and papers."""
    assignment = open_assignment(session)
    return assignment.id


def receive(
    session: Session, store: AttachmentStore, assignment_id: int, field: str, name: str,
    content: bytes, kind: AttachmentKind, *, actor: Account, now: datetime,
) -> Attachment:  # fmt: skip
    """A file that came whole with the form, stored and with its row."""
    prepared = attachments.prepare(store, name, content, kind)
    return attachments.add(session, assignment_id, field, prepared, kind, actor=actor, now=now)


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """A gradient: not one colour, so that turns and scales show."""
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def photo(width: int = 640, height: int = 480, *, turn: int = 1, noise: bool = False) -> bytes:
    """A JPEG as a phone makes it: with place, camera, a comment, XMP and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F], exif[0x010E] = CAMERA, "place " + PLACE.encode().hex()
    exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 15.0, 7.5), 3: "E", 4: (118.0, 57.0, 1.25)})
    exif.get_ifd(0x8769).update({0x9286: REMARK.encode("utf-8"), 0x927C: b"MakerNote-77"})
    drawn = (
        Image.effect_noise((width, height), 80).convert("RGB") if noise else picture(width, height)
    )
    file = io.BytesIO()
    drawn.save(
        file, "JPEG", quality=90, exif=exif, comment=REMARK.encode(),
        xmp=f"<x:xmpmeta>{PACKET}</x:xmpmeta>".encode(), icc_profile=b"icc-profile-of-" * 10,
    )  # fmt: skip
    return file.getvalue()


def png(width: int = 64, height: int = 48, mode: str = "RGBA") -> bytes:
    """A PNG with a remark and EXIF in it."""
    remarks = PngInfo()
    remarks.add_text("Comment", PACKET)
    remarks.add_itxt("XML:com.adobe.xmp", PACKET)
    exif = Image.Exif()
    exif[0x010F] = CAMERA
    file = io.BytesIO()
    picture(width, height, mode).save(file, "PNG", pnginfo=remarks, exif=exif)
    return file.getvalue()


def package(**parts: str | bytes) -> bytes:
    """A zip; `__` in a name stands for `/`, `_T` for the list of types, a last `_x` for `.xml`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            path = "[Content_Types].xml" if name == "_T" else name.replace("__", "/")
            archive.writestr(path.replace("_x", ".xml"), content)
    return file.getvalue()


def docx(kind: str = "vnd.openxmlformats-officedocument.wordprocessingml.document.main") -> bytes:
    """A Word document, as far as its package says."""
    return package(_T=TYPES_PART.replace("{kind}", kind), word__document_x="<w/>")


def old_office(*streams: str) -> bytes:
    """The head and the directory of an old Office file with these streams."""
    entries = b"".join(stream.encode("utf-16-le").ljust(128, b"\0") for stream in streams)
    return bytes.fromhex("d0cf11e0a1b11ae1").ljust(512, b"\0") + entries
