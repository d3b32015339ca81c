"""The command line tells what is wrong in words."""

import pytest
from django.db import connection

from yingtai.web.command import main, on_prepared_databases
from yingtai.web.errors import DatabasesNotPrepared


def test_databases_of_another_shape_are_said_to_be(books):
    def ask(arguments):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM organization_of_tomorrow")

    with pytest.raises(DatabasesNotPrepared) as refused:
        on_prepared_databases(ask, [])

    assert "yingtai migrate" in refused.value.remedy


def test_a_mistyped_command_is_told_the_one_that_was_meant(capsys):
    assert main(["smaple"]) == 2
    assert "Did you mean `yingtai sample`?" in capsys.readouterr().err
