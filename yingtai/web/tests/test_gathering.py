"""Home says equal things once, and how many there are."""

from yingtai.ui.panels import Todo
from yingtai.web.gathering import gathered


def test_equal_things_are_one_line_where_the_first_of_them_stood():
    waiting = [
        Todo(title="1 import failed", url="/a", note="Nova"),
        Todo(title="1 audience is out of date", url="/b"),
        Todo(title="1 import failed", url="/c", note="Vega", is_urgent=True),
    ]

    lines = gathered(waiting)

    assert [(line.title, [one.url for one in line.todos], line.is_urgent) for line in lines] == [
        ("1 import failed", ["/a", "/c"], True),
        ("1 audience is out of date", ["/b"], False),
    ]
