"""Both languages from the first page: no text without its Chinese."""

import pytest

from yingtai.ui import translation

PROBLEMS = translation.missing()


@pytest.mark.parametrize("module", translation.modules(), ids=lambda module: module.name)
def test_every_text_of_a_module_is_translated(module):
    found = [str(problem) for problem in PROBLEMS if problem.module == module.name]

    assert found == [], "run `yingtai translate` and write the msgstr lines it names"
