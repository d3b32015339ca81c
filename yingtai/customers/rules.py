"""What counts as an identifier, how strong it is, how many a person may have, and which values mean nobody.

The wording and the numbers are those that users of the Segment specification know; docs/algorithms/identity.md
says what each one is for.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final

EVER: Final = timedelta(days=36_500)
YEAR, WEEK = timedelta(days=365), timedelta(days=7)


@dataclass(frozen=True)
class Kind:
    """A kind of identifier.

    number    how the books write it
    name      the column `id_<name>` of an event set, and the kind of its blind index
    priority  a lower one is stronger; an event's alias is that of its strongest identifier
    limit     at most so many per profile within `period`
    is_kept   its value is kept, sealed; others are kept as a blind index only

    What is kept names a person; what is not is a browser's or a device's.
    """

    number: int
    name: str
    priority: int
    limit: int
    period: timedelta
    is_kept: bool

    @property
    def names_a_person(self) -> bool:
        return self.is_kept


class Standing(IntEnum):
    """How sure it is that an identifier is somebody's."""

    CLAIMED = 0
    """A page or an app added it to somebody who was known already: nothing is sent there."""
    GIVEN = 1
    """A page or an app brought it with somebody new, or as the first address of somebody only pages and apps know."""
    PROVEN = 2
    """A server with a secret key, a file or a colleague said so."""


KINDS: Final = (
    Kind(1, "user", 1, 1, EVER, True),
    Kind(2, "email", 2, 5, YEAR, True),
    Kind(3, "phone", 3, 5, EVER, True),
    Kind(4, "member", 4, 5, EVER, True),
    Kind(5, "device", 5, 5, YEAR, False),
    Kind(6, "openid", 6, 5, EVER, True),
    Kind(7, "unionid", 7, 5, EVER, True),
    Kind(9, "anonymous", 99, 5, WEEK, False),
)
"""By priority: user first, e-mail second, then alphabetical among what a person gives and what a device says."""

CONTACTS: Final = frozenset({"email", "phone"})
"""Kinds that messages go to."""

BY_NAME: Final = {kind.name: kind for kind in KINDS}
BY_NUMBER: Final = {kind.number: kind for kind in KINDS}
BY_PRIORITY: Final = tuple(sorted(KINDS, key=lambda kind: kind.priority))

_NOBODY = frozenset(
    """
    null none nil undefined nan n/a na n.a. n.v. #n/a #na #null! #ref! #value! #name? #div/0! inf infinity -inf
    anonymous anon unknown guest test tester testing empty blank missing notset no yes tbd tba todo placeholder dummy
    true false object {} [] () (null) (none) (empty) <null> <none> \\n id uuid guid user_id userid distinct_id
    distinctid anonymous_id anonymousid device_id deviceid visitor_id unbekannt keine leer gast inconnu aucun
    desconocido
    无 未知 没有 暂无 不详 空 匿名 游客 测试 未填写 未填 无效 未登录 默认 用户 会员 客户 不知道 保密 略 同上 其他
    其它 待定 待补 缺失 未提供 没填 無 沒有 暫無 不詳 遊客 測試 不明 なし 없음
    """.split()  # noqa: SIM905 - words are read as words
) | {"not set", "(not set)", "not available", "not applicable", "[object object]", "[object null]"}
"""What forms, spreadsheets and programs write when nobody is meant."""
_BLOCKED = re.compile(
    r"[0-]*|-1|[\W_]+"  # only signs, or only zeros
    r"|([^\W\d_])\1+"  # the same letter again and again: xxx
    r"|[f-]{8,}"  # a number of all ones, as a UUID
    r"|\d(?:[.,]\d+)?e\+?\d{1,3}",  # a long number that a spreadsheet has rounded: 1.39E+10
    re.IGNORECASE,
)
_COUNTING = "12345678901234567890"
_NO_MAILBOX = frozenset(
    """noreply donotreply none null test unknown na no nomail noemail nobody email mail sample dummy abc asd asdf qwe
    qwerty undefined nil fake""".split()  # noqa: SIM905 - words are read as words
)
_BLOCKED_PHONE = re.compile(r"\+\d{0,5}?(\d)\1{6,}|\+\d+?(?:12345678|87654321|23456789)|\+86138001380\d\d")


def is_blocked(kind: str, value: str) -> bool:
    """Say whether a value stands for nobody: a placeholder that many people would share."""
    if _BLOCKED.fullmatch(value) or value.casefold() in _NOBODY:
        return True
    if kind == "email":
        return _is_no_mailbox(value)
    return kind == "phone" and _BLOCKED_PHONE.fullmatch(value) is not None


def _is_no_mailbox(email: str) -> bool:
    local, _, domain = email.partition("@")
    bare = re.sub(r"[\W_]", "", local)
    if bare in _NO_MAILBOX or re.fullmatch(r"([^\W_])\1*", bare) or local == domain.partition(".")[0]:
        return True
    if not bare.isdigit():
        return False
    # Numbers of QQ have at least five digits, and nobody's begins 12345.
    return _COUNTING.startswith(bare) or (domain == "qq.com" and len(bare) < 5)
