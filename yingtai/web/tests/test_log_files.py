"""Logs stay within their size, whoever writes them."""

import contextlib
import os
import shutil

import pytest

from yingtai.web import log_files


def test_the_log_of_another_program_is_cut_and_its_latest_part_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(log_files, "MAX_BYTES", 10)
    path = tmp_path / "postgres-books.log"
    with path.open("ab") as writer:
        writer.write(b"0123456789")
        writer.flush()
        log_files.trim(path)
        assert path.read_bytes() == b"0123456789"

        writer.write(b"abcde")
        writer.flush()
        log_files.trim(path)
        writer.write(b"next")
        writer.flush()

    assert path.read_bytes() == b"next"
    assert (tmp_path / "postgres-books.log.1").read_bytes() == b"56789abcde"
    log_files.trim(tmp_path / "none.log")


@pytest.fixture
def said(tmp_path):
    """Say something as a child does, and return what its log holds then."""
    reading, writing = os.pipe()
    log = log_files.LogFile(tmp_path / "logs", "web")

    def say(text):
        os.write(writing, text)
        troubles = log.copy(reading)
        return log.path.read_bytes() if log.path.exists() and not log.path.is_symlink() else b"", troubles

    yield say
    log.close()
    os.close(reading)
    os.close(writing)


def test_a_full_disk_loses_lines_and_stops_nobody(said, tmp_path):
    path = tmp_path / "logs" / "web.log"
    path.unlink()
    path.symlink_to("/dev/full")

    _, troubles = said(b"Error: lost\n")
    path.unlink()
    found, _ = said(b"next\n")

    assert troubles == ["Error: lost"]
    assert found == b"\n[12 bytes of this log could not be written]\nnext\n"


def test_a_folder_that_was_cleaned_is_made_again(said, tmp_path):
    said(b"first\n")
    shutil.rmtree(tmp_path / "logs")

    assert said(b"second\n")[0] == b"second\n"


def test_a_log_that_is_taken_away_can_still_be_rotated(said, tmp_path, monkeypatch):
    monkeypatch.setattr(log_files, "MAX_BYTES", 10)
    said(b"123456789\n")
    (tmp_path / "logs" / "web.log").unlink()

    assert said(b"abc\n")[0] == b"abc\n"
    assert said(b"defghijk\n")[0] == b"defghijk\n"
    assert (tmp_path / "logs" / "web.log.1").read_bytes() == b"abc\n"


def test_a_terminal_that_is_closed_stops_nobody():
    full = open("/dev/full", "w")  # noqa: SIM115 - closing it fails, as everything on a full disk does
    log_files.tell("gone", to=full)
    with contextlib.suppress(OSError):
        full.close()

    log_files.tell("gone", to=full)
