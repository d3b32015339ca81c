"""What Home shows of what waits: things with the same sentence are one line that says how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass

from yingtai.ui.panels import Todo


@dataclass(frozen=True)
class Waiting:
    """One line of Home: alone it leads to its page; several lead each to its own by what tells them apart."""

    title: str
    todos: tuple[Todo, ...]

    @property
    def is_urgent(self) -> bool:
        return any(one.is_urgent for one in self.todos)


def gathered(todos: Iterable[Todo]) -> list[Waiting]:
    """Return the lines of Home, each where the first of its kind stood."""
    alike: dict[str, list[Todo]] = {}
    for todo in todos:
        alike.setdefault(str(todo.title), []).append(todo)
    return [Waiting(title, tuple(same)) for title, same in alike.items()]
