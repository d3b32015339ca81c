"""Which values that could not be used may be shown as they are: those that can be of nobody. Pure.

"yesterday" or "2026-13-45" where a time should stand tells nothing of a person, and masked nobody would find it. A name
or a number that slipped into the wrong column must stay masked, so only known words and short numbers are shown. A long
number stays one whatever stands between its digits, so they are counted together, but for those of a date and a time.
"""

import re

LONGEST = 40
_WORDS = """
    yesterday today tomorrow now last next week month year day morning noon afternoon evening night
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sept sep oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    am pm utc gmt cet cest cst q1 q2 q3 q4 t z
    yes no true false null none nil nan n/a na unknown tbd pending free maybe perhaps unsure ask again later not
    pcs piece pieces each eur usd gbp cny rmb jpy
    昨天 今天 明天 前天 后天 昨日 今日 明日 现在 刚才 上午 下午 中午 晚上 凌晨 早上
    上周 本周 下周 上月 本月 下月 去年 今年 明年 星期 周 一 二 三 四 五 六 日 天 年 月 时 点 分 秒 号 季度
    是 否 同意 不同意 拒绝 未知 待定 无 空 没有 暂无 未填 不详 也许 可能 不确定 不清楚 再说 考虑
    元 角 万 件 个 台 套 次 免费 赠品
"""
_WORD = re.compile("|".join(sorted(map(re.escape, _WORDS.split()), key=len, reverse=True)), re.IGNORECASE)
_LATIN_WORD = re.compile(r"[A-Za-z/]+")
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d+")
_DIGIT = re.compile(r"[\d一二三四五六]")
# Years of data and of mistakes in it, but for those that phone numbers begin like.
_CENTURY = "(?:0[0-9]|1[01289]|2[01]|99)"
_DATE = re.compile(
    rf"(?<![\d/.-])(?:{_CENTURY}\d\d\s?[-/.年]\s?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_CENTURY}\d\d)"
    r"(?![\d/.-])"
)
_TIME = re.compile(
    r"(?<![\d:.])(?:[01]?\d|2[0-5])\s?[:时点]\s?[0-6]?\d(?:\s?[:分]\s?[0-6]?\d)?(?!\s?[\d:时点分])"
)
DAY, YEAR, ALONE = 2, 4, 6


def is_plain(text: str) -> bool:
    """Say whether a value holds nothing but words of time, amount and answer, and numbers as dates have them."""
    if len(text) > LONGEST:
        return False
    # A Latin word is known as a whole: "Monday" is, "Monica" is not because it begins alike.
    rest = _LATIN_WORD.sub(lambda word: "" if _WORD.fullmatch(word[0]) else word[0], text)
    if re.search("[A-Za-z]", rest) or _LETTER.search(_WORD.sub("", rest)):
        return False
    besides = _TIME.sub("", _DATE.sub("", text, count=1), count=1)
    # Beside a date or a time stands its zone at most: more are digits that a date was cut out of.
    if len(_DIGIT.findall(besides)) > (ALONE if besides == text else YEAR):
        return False
    numbers = _DIGITS.findall(text)
    longer = [len(one) for one in numbers if len(one) > DAY]
    return not longer or longer == [YEAR] or (len(numbers) == 1 and longer[0] <= ALONE)
