"""Which values of identifiers mean nobody, and which a crowd shares: both would make one person of strangers. Pure."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

NOBODY: Final = -1
FEW, MANY = 3, 5
SHARED_BY: Final = (
    *(
        (kind, ("user", "email"), FEW)
        for kind in ("phone", "member", "device", "openid", "unionid", "anonymous")
    ),
    ("email", ("phone", "member"), MANY),
    ("phone", ("member",), MANY),
)
"""A kind, what one person has few of, and from how many on, in one set of events, a value stands for a crowd."""
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
    if bare in _NO_MAILBOX or re.fullmatch(r"([^\W_])\1+", bare) or local == domain.partition(".")[0]:
        return True
    if not bare.isdigit():
        return False
    # Numbers of QQ have at least five digits, and nobody's begins 12345.
    return _COUNTING.startswith(bare) or (domain == "qq.com" and len(bare) < 5)


def hold_back(rows: np.ndarray, kinds: Sequence[str]) -> np.ndarray:
    """Leave out what suspiciously many people share, wherever an event names its person better: a placeholder that
    no list knows, the phone of a hotline, a tablet in a showroom. Changes `rows`, and says which of them it changed.

    In: rows   the numbers of each event's identifiers, a column per kind; NOBODY where there is none
        kinds  the names of the columns
    """
    places = {kind: place for place, kind in enumerate(kinds)}
    changed = np.zeros(len(rows), dtype=bool)
    named = (rows != NOBODY).sum(axis=1) > 1
    for kind, others, most in SHARED_BY:
        for other in others:
            if kind not in places or other not in places:
                continue
            place = places[kind]
            both = named & (rows[:, place] != NOBODY) & (rows[:, places[other]] != NOBODY)
            if not both.any():
                continue
            # Numbers of a set fit in half a word, and a hash tells whole words apart ten times faster than sorting.
            pairs = rows[both, place].astype(np.int64) << 32 | rows[both, places[other]]
            values, counts = np.unique(pa.array(pairs).unique().to_numpy() >> 32, return_counts=True)
            shared = values[counts >= most]
            if len(shared):
                here = named & np.isin(rows[:, place], shared)
                rows[here, place] = NOBODY
                changed |= here
                named = (rows != NOBODY).sum(axis=1) > 1
    return changed
