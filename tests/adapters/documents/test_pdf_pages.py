"""Pages of a PDF: what repeats on them is no part of the notice, and garbage is refused."""

from collections.abc import Sequence

import pytest

from adapters.documents.documents import extracted_text
from rules.sentences.refusal import Refusal

Words = tuple[int, int, str]
"""From the left and from the bottom in points, and the text."""
Rule = tuple[int, int, int, int]
"""A line from one place to another."""
PLAIN = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
UNMAPPED = (
    b"<</Type/Font/Subtype/Type0/BaseFont/None/Encoding/Identity-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType2/BaseFont/None/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
    b"/Supplement 0>>/DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/None/Flags 4"
    b"/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent 0/CapHeight 800/StemV 80>>>>]>>"
)


def pdf(*pages: list[Words], font: bytes = PLAIN, rules: Sequence[Rule] = ()) -> bytes:
    """A PDF by hand. Texts are ASCII, or hexadecimal between < and >. `rules` are drawn on every
    page."""
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
            f"{left} {bottom} m {right} {top} l S\n" for left, bottom, right, top in rules
        ) + "".join(
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


def grid(columns: Sequence[int], rows: Sequence[int]) -> list[Rule]:
    """The lines of a table, by the places of its columns and rows."""
    across = [(columns[0], row, columns[-1], row) for row in rows]
    down = [(column, rows[-1], column, rows[0]) for column in columns]
    return [*across, *down]


COLUMNS, ROWS = (60, 160, 360, 500), (600, 570, 520, 490)
HEAD: list[Words] = [(70, 580, "No"), (170, 580, "Task"), (370, 580, "Due")]
TASKS: list[Words] = [
    (70, 550, "1"), (170, 550, "Check the"), (170, 530, "stoves"), (370, 550, "May 5"),
    (70, 500, "2"), (170, 500, "Report"), (370, 500, "May 9"),
]  # fmt: skip
BEFORE, AFTER = (60, 700, "The tasks stand in the table below."), (60, 400, "That is all of it.")


def test_a_ruled_table_is_read_row_by_row_between_the_paragraphs() -> None:
    content = pdf([BEFORE, *HEAD, *TASKS, AFTER], rules=grid(COLUMNS, ROWS))
    assert extracted_text(content, "a.pdf").split("\n") == [
        BEFORE[2], "No\tTask\tDue", "1\tCheck thestoves\tMay 5", "2\tReport\tMay 9", AFTER[2],
    ]  # fmt: skip


def test_a_cell_merged_over_rows_is_repeated_and_one_merged_over_columns_is_not() -> None:
    rules = [rule for rule in grid(COLUMNS, ROWS) if rule != (60, 520, 500, 520)]
    rules += [(160, 520, 500, 520)]
    content = pdf([BEFORE, *HEAD, *(word for word in TASKS if word[2] != "2")], rules=rules)
    rows = [line for line in extracted_text(content, "a.pdf").split("\n") if "\t" in line]
    assert rows[1:] == ["1\tCheck thestoves\tMay 5", "1\tReport\tMay 9"]
    rules = [rule for rule in grid(COLUMNS, ROWS) if rule != (360, 490, 360, 600)]
    rules += [(360, 490, 360, 570)]
    content = pdf([BEFORE, (70, 580, "No"), (170, 580, "Task and due"), *TASKS], rules=rules)
    rows = [line for line in extracted_text(content, "a.pdf").split("\n") if "\t" in line]
    assert rows[0] == "No\tTask and due\t"


def test_the_head_of_a_table_is_there_once_however_many_pages_it_takes() -> None:
    more: list[Words] = [(70, 550, "3"), (170, 550, "Clean"), (370, 550, "May 20")]
    content = pdf([*HEAD, *TASKS], [*HEAD, *more], rules=grid(COLUMNS, ROWS))
    text = extracted_text(content, "a.pdf")
    assert text.count("No\tTask\tDue") == 1
    assert "3\tClean\tMay 20" in text


def test_a_frame_around_a_paragraph_is_no_table() -> None:
    words = [(70, 650, "A paragraph in a frame, as papers have it.")]
    content = pdf(words, rules=grid((60, 500), (700, 600)))
    assert "\t" not in extracted_text(content, "a.pdf")
