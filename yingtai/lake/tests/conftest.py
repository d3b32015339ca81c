"""A lake of its own for every test."""

from pathlib import Path

import pytest

from yingtai.lake.store import Lake


@pytest.fixture
def own_lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")
