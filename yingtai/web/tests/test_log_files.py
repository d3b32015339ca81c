"""Logs stay within their size, whoever writes them."""

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
