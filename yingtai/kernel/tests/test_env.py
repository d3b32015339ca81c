"""Settings are read once; what cannot be read is named, all at once."""

import pytest

from yingtai.kernel.env import read_env


def test_every_malformed_variable_is_named_at_once():
    with pytest.raises(SystemExit) as stop:
        read_env({"YINGTAI_PORT": "eighty", "YINGTAI_DEBUG": "perhaps"})

    assert "YINGTAI_PORT='eighty'" in str(stop.value)
    assert "YINGTAI_DEBUG='perhaps'" in str(stop.value)


def test_people_are_sent_to_the_public_address_when_there_is_one():
    assert read_env({"YINGTAI_PORT": "8100"}).web_url == "http://127.0.0.1:8100"
    assert read_env({"YINGTAI_PUBLIC_URL": "https://m.example.com/"}).web_url == "https://m.example.com"


@pytest.mark.parametrize(
    ("name", "value"),
    [("HANG_SECONDS", "0"), ("HANG_SECONDS", "-5"), ("ENGINE_THREADS", "-1"), ("HOME", ""), ("HOME", " ")],
)
def test_what_would_kill_every_process_or_take_the_folder_we_are_in_is_refused(name, value):
    with pytest.raises(SystemExit) as stop:
        read_env({f"YINGTAI_{name}": value})

    assert f"YINGTAI_{name}={value!r}" in str(stop.value)
    assert len(str(stop.value).splitlines()) == 2


def test_the_least_that_is_allowed_is_taken():
    assert read_env({"YINGTAI_HANG_SECONDS": "3"}).hang_seconds == 3
