"""A request that cannot be read is told what to change, and is no error of ours."""

from io import RawIOBase

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

ENGLISH = {"Accept-Language": "en"}
MULTIPART = "multipart/form-data; boundary=bb"
BEGINNING = b'--bb\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\nphone\n'


class BrokenOff(RawIOBase):
    """A body whose sender hangs up after the beginning."""

    def __init__(self):
        super().__init__()
        self._left = [BEGINNING]

    def read(self, size=-1):
        if not self._left:
            raise OSError("the body did not arrive")
        return self._left.pop()


@pytest.mark.parametrize("path", ["/data/imports/new", "/account/login/", "/audiences/new"])
def test_a_body_that_breaks_off_is_told_so_and_noted_nowhere(path, books, caplog):
    browser = Client(raise_request_exception=False, headers=ENGLISH)

    answer = browser.generic(
        "POST", path, **{"wsgi.input": BrokenOff(), "CONTENT_LENGTH": "1000", "CONTENT_TYPE": MULTIPART}
    )

    assert answer.status_code == 400
    assert "What was sent did not arrive whole" in answer.content.decode()
    assert "Reference to quote" not in answer.content.decode()
    assert not [one for one in caplog.records if one.getMessage().startswith("reference ")]


def test_a_file_name_that_is_far_too_long_is_told_so(sign_in):
    body = BEGINNING.replace(b"people", b"a" * 3_000) + b"1\r\n--bb--\r\n"

    answer = sign_in("marketer").generic("POST", "/data/imports/new", body, MULTIPART, headers=ENGLISH)

    assert answer.status_code == 400
    assert "give it a name of at most 200 letters" in answer.content.decode()


def test_a_picture_that_is_far_too_large_is_told_so_by_its_page(sign_in):
    browser = sign_in("brand_manager")
    address = browser.get("/content/look/").headers["Location"]

    answer = browser.post(
        address,
        {"color": "#112233", "logo": SimpleUploadedFile("logo.png", bytes(3_000_000))},
        headers=ENGLISH,
    )

    assert answer.status_code == 422
    assert "100 KB" in answer.content.decode()


def test_a_name_that_is_not_ours_is_told_where_to_add_it(books):
    answer = Client(headers=ENGLISH).get("/account/login/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "YINGTAI_HOSTS" in answer.content.decode()
    assert "evil" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/no-such-page", "/account/login/"])
def test_what_anybody_can_send_fills_no_log(path, books, caplog):
    browser = Client(enforce_csrf_checks=True)

    answers = [browser.post(path), browser.get("/account/login/", headers={"Host": "evil.example"})]

    assert {answer.status_code for answer in answers} <= {400, 403, 404}
    assert caplog.records == []
