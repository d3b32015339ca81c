"""Words that make a mail an offer: what a service mail, sent without consent to marketing, may not hold. Pure.

Words are no proof: the list is short and plain, so that an order with its discount passes and a sale does not.
"""

import re
import unicodedata

from yingtai.content.holding import LIQUID
from yingtai.content.text import text_of

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
ADDRESS = re.compile(r"https?://[^\s)]*")
QUOTED = re.compile(r"""(?<=["'])[^"']*(?=["'])""")
OFFERS = re.compile(
    r"""
    (?<!\d)\d{1,3}\s?%\s?(?:off|discount|rabatt|sparen|cheaper|günstiger)
    | \bsave\s+(?:up\s+to\s+)?(?:\d|[€$£¥])
    | \b(?:special|exclusive|limited|new|latest|best)[ -](?:time[ -])?(?:offers?|deals?)\b
    | \b(?:promo|voucher|coupon|discount)[ -]?codes?\b | \b(?:sale|clearance|promotion|sonderangebote?|aktionspreis)\b
    | \bblack\s?friday\b | \bbuy\s(?:now|one)\b | \bshop\s(?:now|the)\b | \bjetzt\s(?:kaufen|sichern)\b
    | \bgutschein(?:code)?\b | \brabatt(?:code|aktion)\b | \bfree\sgift\b | \bgratisgeschenk\b
    | (?<!已)优惠(?!金额|合计) | [\d一二三四五六七八九半]\s?折 | 折扣(?!金额|合计) | 促销 | 特价 | 立减 | 满减
    | 满\s?\d{1,6}\s?减
    | 秒杀 | 抢购 | 大促 | 限时 | 赠品 | 领券 | 领取.{0,4}券 | 买一送一 | 清仓 | 甩卖 | 双\s?(?:十一|11) | 返现
    | 立即购买
    | 新品(?:上市|推荐) | 为您推荐 | 猜您喜欢
    """,
    re.IGNORECASE | re.VERBOSE,
)


def offer_in(subject: str, html: str) -> str:
    """Return the first words of a mail that make it an offer, or nothing.

    The words in quotes of a Liquid tag count too: they may be printed.
    """
    quoted = " ".join(part for tag in LIQUID.findall(f"{subject}\n{html}") for part in QUOTED.findall(tag))
    said = unicodedata.normalize("NFKC", f"{subject}\n{text_of(html)}\n{quoted}")
    found = OFFERS.search(re.sub(r"\s+", " ", INVISIBLE.sub("", ADDRESS.sub(" ", said))))
    return found.group().strip() if found else ""
