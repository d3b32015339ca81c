"""The generated pages of the documentation say what the code says."""

import pytest

from yingtai.web.documenting import FOLDER, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_current(name):
    written = FOLDER / name

    assert written.exists(), "run `yingtai docs`"
    assert written.read_text() == pages()[name], "run `yingtai docs`"
