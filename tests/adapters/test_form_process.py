"""Reading an XLSForm workbook in a process of its own."""

import pytest

from adapters.form_process import xlsform_apart
from adapters.xlsform.reading import XlsFormFaults, read_xlsform
from adapters.xlsform.writing import write_xlsform
from rules.forms.form_check import check_form
from rules.forms.form_settings import FormSettings
from rules.sentences.refusal import Refusal
from tests.web.forms.test_form_import import RICH, faulty, workbook


def test_it_reads_what_reading_here_would_read() -> None:
    content = write_xlsform(
        "表", FormSettings(version="3", form_id="a"), check_form([*RICH, {
            "name": "photo", "label": "照片", "type": "image"}])
    )  # fmt: skip
    assert xlsform_apart(content) == read_xlsform(content)


def test_faults_come_back_with_their_cells() -> None:
    with pytest.raises(XlsFormFaults) as apart:
        xlsform_apart(faulty())
    with pytest.raises(XlsFormFaults) as here:
        read_xlsform(faulty())
    assert apart.value.faults == here.value.faults
    assert apart.value.faults[0].place.cell == "A3"


def test_a_file_that_takes_too_long_costs_its_own_process_only() -> None:
    with pytest.raises(Refusal, match="太大或太复杂"):
        xlsform_apart(workbook(), seconds=0)
