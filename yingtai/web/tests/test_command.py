"""The command line tells what is wrong in words."""

import psycopg
import pytest
from django.db import connection

from yingtai.kernel.env import dsn, env
from yingtai.web import migrating
from yingtai.web.command import main, on_prepared_databases
from yingtai.web.errors import BooksAreNewer, DatabasesNotPrepared


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


def test_books_of_a_newer_release_are_left_alone(books):
    tomorrow = ("organization", "9999_tomorrow")
    with psycopg.connect(dsn("migrator"), autocommit=True) as other:
        other.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", tomorrow)
        try:
            with pytest.raises(BooksAreNewer) as refused:
                migrating.migrate(verbosity=0)
        finally:
            other.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", tomorrow)

    assert "organization 9999_tomorrow" in str(refused.value)
    migrating.refuse_newer_books()


@pytest.mark.parametrize("folder", ["lake", "logs", "locks", "secrets"])
def test_other_accounts_of_the_machine_look_into_nothing(books, folder):
    assert (env().home / folder).stat().st_mode & 0o077 == 0
