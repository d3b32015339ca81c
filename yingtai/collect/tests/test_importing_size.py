"""A real file's size stays within a real machine."""

import gzip
import subprocess
import sys

import pytest

READ = """
import re, sys
from pathlib import Path
from yingtai.collect.importing.building import FileImport
from yingtai.collect.importing.opening import Origin
from yingtai.collect.tests.files import ORDERS, open_bytes
opened = open_bytes(b"no,at,code,qty,price,who,country,note\\n1,2025-07-01,A,1,1,1,,\\n", ORDERS)
opened = FileImport(Origin.of_path(Path(sys.argv[1])), opened.setting)
lines = sum(len(made.lines) for made in opened.sets())
print(lines, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the highest mark is read from /proc")
def test_a_quarter_of_a_million_lines_take_less_than_half_a_gigabyte(tmp_path):
    """Slow, because it reads as many lines as the data set the importer is promised for."""
    path = tmp_path / "orders.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("no,at,code,qty,price,who,country,note\n")
        file.writelines(
            f"{line // 20},2025-07-{line % 28 + 1:02} 10:{line % 60:02},P{line % 4000},{line % 12 + 1},{line % 900}.45,"
            f"{line // 80}.0,France,note {line}\n"
            for line in range(250_000)
        )

    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)

    lines, megabytes = map(int, done.stdout.split())
    assert lines == 250_000
    assert megabytes < 512
