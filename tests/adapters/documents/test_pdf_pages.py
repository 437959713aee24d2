"""Pages of a PDF: what repeats on them is no part of the notice, and garbage is refused."""

import pytest

from adapters.documents.documents import extracted_text
from rules.sentences.refusal import Refusal

Words = tuple[int, int, str]
"""From the left and from the bottom in points, and the text."""
PLAIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
UNMAPPED = (
    b"<</Type/Font/Subtype/Type0/BaseFont/None/Encoding/Identity-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType2/BaseFont/None/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
    b"/Supplement 0>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/None/Flags 4"
    b"/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent 0/CapHeight 800/StemV 80>>>>]>>"
)


def pdf(*pages: list[Words], font: bytes = PLAIN) -> bytes:
    """A PDF by hand. Texts are ASCII, or hexadecimal between < and >."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        font,
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        drawn = "".join(
            f"BT /F 12 Tf {left} {bottom} Td {text if text[0] == '<' else f'({text})'} Tj ET\n"
            for left, bottom, text in page
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}endstream".encode())
    body = b"".join(
        b"%d 0 obj%s endobj\n" % (number, inner) for number, inner in enumerate(objects, 1)
    )
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def body(number: int) -> list[Words]:
    part = "wxyz"[number]
    return [(72, 700 - 20 * at, f"Line {line} of {part}.") for at, line in enumerate("abc")]


def words(*pages: list[Words]) -> str:
    """What is read; lines that could be one paragraph are joined."""
    return extracted_text(pdf(*pages), "a.pdf").replace("\n", "")


def test_running_heads_feet_and_watermarks_are_no_part_of_the_text() -> None:
    pages = [
        [(72, 800, "Office of Samples"), *body(number), (200, 500, "DRAFT"),
         (280, 30, f"page {number + 1} of 3")]
        for number in range(3)
    ]  # fmt: skip
    assert words(*pages) == "".join(f"Line {line} of {part}." for part in "wxy" for line in "abc")


def test_heads_of_odd_and_even_pages_go_too() -> None:
    pages = [
        [(72 if number % 2 else 400, 800, "Odd" if number % 2 else "Even"), *body(number)]
        for number in range(4)
    ]
    read = words(*pages)
    assert "Line a of w." in read
    assert not [head for head in ("Odd", "Even") if head in read]


def test_what_stands_once_at_the_top_or_repeats_elsewhere_stays() -> None:
    pages = [[(72, 800 - 30 * number, "Same words here."), *body(number)] for number in range(3)]
    assert words(*pages).count("Same words here.") == 3
    assert "Only the first." in words([(72, 800, "Only the first."), *body(0)], body(1))
    assert "On the only page." in words([(72, 800, "On the only page."), *body(0)])


def test_a_pdf_that_does_not_say_its_characters_is_refused() -> None:
    """Its fonts have no map: what is read is other signs than those that are seen."""
    shown: list[Words] = [(72, 700 - 20 * line, "<" + "41424344" * 10 + ">") for line in range(4)]
    with pytest.raises(Refusal, match="乱码"):
        extracted_text(pdf(shown, font=UNMAPPED), "a.pdf")
