import gzip
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from yingtai.ui import front_end


@pytest.fixture
def collected() -> Path:
    front_end.collect()
    return Path(settings.STATIC_ROOT)


@pytest.mark.parametrize("name", front_end.FILES)
def test_every_served_file_was_installed(name):
    assert Path(front_end.PackageStorage().path(name)).is_file()


def test_files_are_served_under_the_hash_of_their_content_with_a_compressed_twin(collected):
    name = staticfiles_storage.stored_name("htmx/htmx.min.js")

    assert name != "htmx/htmx.min.js"
    assert gzip.decompress((collected / f"{name}.gz").read_bytes()) == (collected / name).read_bytes()


def test_nothing_else_of_the_packages_is_served(collected):
    names = {path.name.partition(".")[0] for path in (collected / "echarts").iterdir()}

    assert names == {"echarts"}
    assert not list((collected / "echarts").glob("*.map*"))


def test_collecting_again_does_nothing_and_costs_nothing(collected):
    began = time.perf_counter()

    assert front_end.collect() is False
    assert time.perf_counter() - began < 0.1
