"""Names of events that nobody outside may use: what only the product records, and what it shows its own events as.

Pure: no Django, no database. Names are compared as the eye reads them.
"""

from functools import lru_cache
from unicodedata import category, normalize

RESERVED_EVENTS = (
    "Email Sent", "Email Delivered", "Email Opened", "Email Bounced", "Email Link Clicked", "Unsubscribed",
    "Consent Updated", "Email Confirmed",
)  # fmt: skip
"""Events that only the product records, of what it did and saw itself: no key and no file may say them."""
_DEEDS = {
    ("Email", "Mail"): (
        "Send", "Sent", "Delivery", "Delivered", "Received", "Open", "Opened", "Bounce", "Bounced", "Click", "Clicked",
        "Link Click", "Link Clicked", "Unsubscribe", "Unsubscribed", "Marked as Spam",
    ),
    ("Email", "Mail", "Email Address", "Mail Address", "Newsletter", "Newsletter Subscription", "Email Subscription",
     "Mail Subscription", "Mailing List Subscription", "Marketing Subscription", "DOI"): (
        "Confirm", "Confirmed", "Confirmation", "Verify", "Verified", "Verification", "Validate", "Validated",
        "Activate", "Activated", "Double Opt In", "Double Opted In",
    ),
    # Of an e-mail and a newsletter, as far as a timeline shows. A shop says "Shipping Address Confirmed", and a paid
    # subscription is activated.
    ("Address", "Subscription"): ("Confirm", "Confirmed", "Confirmation", "Double Opt In", "Double Opted In"),
    ("Consent", "Opt In", "Opt Out", "Email Consent", "Marketing Consent", "Email Opt In", "Marketing Opt In",
     "Email Opt Out", "Marketing Opt Out", "Double Opt In"): (
        "Grant", "Granted", "Give", "Given", "Gave", "Accept", "Accepted", "Confirm", "Confirmed", "Deny", "Denied",
        "Refuse", "Refused", "Decline", "Declined", "Reject", "Rejected", "Withdraw", "Withdrawn", "Withdrew", "Revoke",
        "Revoked", "Change", "Changed", "Update", "Updated", "Expired",
    ),
    ("Newsletter", "Email", "Mail", "Mailing List", "Marketing", "Email Marketing"): (
        "Subscribed", "Unsubscribe", "Unsubscribed", "Opted In", "Opted Out",
    ),
}  # fmt: skip
_ALONE = (
    "Subscribed", "Resubscribed", "Unsubscribe", "Opted In", "Opted Out", "Opt In", "Opt Out", "Double Opt In",
    "Email Opt In", "Email Opt Out", "Marketing Opt In", "Marketing Opt Out", "Opened an Email", "Clicked an Email",
    "Received an Email", "Marked Email as Spam", "Clicked Link in Email",
    *(f"Subscribed to {list_}" for list_ in ("Newsletter", "Email", "Emails", "List", "Email Marketing")),
    *(f"Unsubscribed from {list_}" for list_ in ("Newsletter", "Email", "Emails", "List", "Email Marketing")),
    "同意", "已同意", "给予同意", "授予同意", "拒绝同意", "已拒绝同意", "撤回同意", "已撤回同意", "更改同意", "订阅",
    "已订阅", "取消订阅", "已取消订阅", "已退订", "邮件打开", "邮件已打开", "已打开邮件", "邮件点击", "邮件已点击",
    "点击邮件", "同意营销", "已同意营销", "营销同意", "同意邮件营销", "同意接收邮件", "同意接收营销邮件",
    "邮件已发送", "邮件已送达", "邮件已退回",
)  # fmt: skip
_ARTICLES = ("", "a", "an", "the", "their", "your", "my")
_CONFIRMED = (
    "邮箱",
    "邮箱地址",
    "邮件",
    "邮件地址",
    "电子邮箱",
    "电子邮件",
    "电子邮件地址",
    "邮件订阅",
    "订阅",
)
ANSWERS = (
    *_ALONE,
    *(
        name
        for thing in _CONFIRMED
        for deed in ("确认", "确认了", "已确认", "验证", "验证了", "已验证")
        for name in (f"{deed}{thing}", f"{thing}{deed}")
    ),
    *(name for deed in ("确认", "确认了", "已确认") for name in (f"{deed}地址", f"地址{deed}")),
    *(
        name
        for things, deeds in _DEEDS.items()
        for thing in things
        for deed in deeds
        for name in (f"{thing} {deed}", *(f"{deed} {article} {thing}" for article in _ARTICLES))
    ),
)
"""What reads in somebody's timeline like a deed of ours or an answer that we recorded; answers come from our forms
and from files that say for which purpose and address. "Subscribe" alone is what a paid subscription is called."""
TITLES = {
    "Page Viewed": ("Viewed a page", "浏览页面"),
    "Screen Viewed": ("Opened an app screen", "打开 App 页面"),
    "Identified": ("Told us who they are", "识别身份"),
    "Group Joined": ("Joined a group", "加入群组"),
    "Products Searched": ("Searched for products", "搜索商品"),
    "Product List Viewed": ("Viewed a list of products", "浏览商品列表"),
    "Product Clicked": ("Clicked a product", "点击商品"),
    "Product Viewed": ("Viewed a product", "浏览商品"),
    "Product Added": ("Put a product into the cart", "加入购物车"),
    "Product Removed": ("Took a product out of the cart", "移出购物车"),
    "Product Added to Wishlist": ("Put a product on the wish list", "加入心愿单"),
    "Cart Viewed": ("Looked at the cart", "查看购物车"),
    "Checkout Started": ("Began to check out", "开始结算"),
    "Checkout Step Completed": ("Completed a step of the checkout", "完成结算步骤"),
    "Payment Info Entered": ("Entered how to pay", "填写支付信息"),
    "Order Completed": ("Completed an order", "完成订单"),
    "Order Updated": ("Changed an order", "修改订单"),
    "Order Refunded": ("Returned an order", "订单退款"),
    "Order Cancelled": ("Cancelled an order", "取消订单"),
    "Coupon Applied": ("Used a coupon", "使用优惠券"),
    "Promotion Viewed": ("Saw a promotion", "看到促销"),
    "Promotion Clicked": ("Clicked a promotion", "点击促销"),
    "Product Reviewed": ("Reviewed a product", "评价商品"),
    "Signed Up": ("Signed up", "注册"),
    "Signed In": ("Signed in", "登录"),
    "Lead Submitted": ("Became a lead", "提交线索"),
    "Brochure Downloaded": ("Downloaded a brochure", "下载车型手册"),
    "Configuration Saved": ("Saved a configuration", "保存车辆配置"),
    "Test Drive Booked": ("Booked a test drive", "预约试驾"),
    "Test Drive Completed": ("Made a test drive", "完成试驾"),
    "Quote Requested": ("Asked for a quote", "索取报价"),
    "Showroom Visited": ("Visited a showroom", "到店"),
    "Vehicle Delivered": ("Received a vehicle", "交车"),
    "Service Booked": ("Booked a service", "预约保养维修"),
    "Service Completed": ("Had a service", "完成保养维修"),
    "Email Sent": ("Was sent an e-mail", "向客户发送邮件"),
    "Email Delivered": ("Received an e-mail", "邮件送达"),
    "Email Opened": ("Opened an e-mail", "打开邮件"),
    "Email Bounced": ("An e-mail came back", "邮件退回"),
    "Email Link Clicked": ("Clicked a link in an e-mail", "点击邮件链接"),
    "Aliased": ("Was recognized by a second identifier", "关联新标识"),
    "Email Confirmed": ("Confirmed an e-mail address", "确认了邮箱地址"),
    "Unsubscribed": ("Unsubscribed", "退订"),
    "Consent Updated": ("Changed their consent", "更改同意设置"),
}
"""What each standard event is shown as, in the product's languages, in their order in the settings. They stand here and
not among the translations, for the collector knows them too and runs without Django; pages read them by `naming`."""

LETTERS_READ = 200
# Blanks that Unicode counts among the letters and signs: Hangul fillers, the empty Braille cell.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
# What looks like a Latin letter in Unicode's list of confusable characters (TR39), of scripts that have such.
_LOOKING_LIKE = {
    "a": "ɑΑαАаᎪᴀꓮ", "b": "ƄʙΒВЬвᏏᏴꓐꞴ", "c": "ΣςСсᏟᴄⲤⲥꓚꮯ", "d": "đԁᎠᏧᴅꓒꓓꭰ", "e": "ΕεЕеѐҽᎬᴇꓰꬲ", "f": "ϜքẝꓝꞘꞙꬵ",
    "g": "ƍɡɢԌցᏀᏳᶃꓖ", "h": "ħʜΗНнһհᎻᏂⲎꓧ", "j": "ͿϳЈјᎫꓙꞲ", "k": "ΚκКкᏦᴋⲔꓗ", "m": "ΜϺМмᎷᴍⲘꓟ", "n": "ɴΝηոռⲚꓠ",
    "l": "Ii1|ıłƖǀɩɪʟΙιІіӀӏᎥᏞⲒⳐꓡꓲꙇꭵ", "o": "0øΟοσОоՕօᴏᴑⲞⲟꓳꬽ", "p": "ΡρРрᏢᴘⲢⲣꓑ", "q": "ԛգզ", "r": "ƦгᎡᏒᴦⲅꓣꭇꭈꮁ",
    "s": "ƽЅѕՏᏕᏚꓢꜱꮪ", "t": "ŧΤτТтᎢᴛⲦꓔ", "u": "ʋυՍսᴜꓴꞟꭎꭒ", "v": "νѴѵᏙᴠꓦꮩ", "w": "ɯѡԜԝաᎳᏔᴡꓪꮃ", "x": "ΧХхⲬꓫꞳ",
    "y": "ɣʏΥγУуҮүᎩᎽᶌỿⲨꓬꭚ", "z": "ΖᏃᴢꓜꮓ", " ": _BLANKS,
}  # fmt: skip
_LATIN = str.maketrans({sign: letter for letter, signs in _LOOKING_LIKE.items() for sign in signs})


def skeleton(name: str) -> str:
    """Return what the eye reads of a name, as one word: two names with one skeleton cannot be told apart.

    `Email Opened`, `email_opened`, `emailOpened` and `EMAIL-OPENED` have one.

    Cost: one step per letter of the first 200
    """
    # One sign may come apart into eighteen.
    signs = normalize("NFKD", name[:LETTERS_READ])[: 2 * LETTERS_READ].translate(_LATIN)
    if not signs.isascii():
        # Half a pair of surrogates may already have been replaced on its way.
        signs = "".join(
            sign for sign in signs if (category(sign)[0] not in "MC" and sign != "\ufffd") or sign.isspace()
        )
    shown = "".join(sign for sign in signs if sign.isprintable() or sign.isspace()).casefold()
    return "".join(filter(str.isalnum, shown.translate(_LATIN))).replace("rn", "m")


_RESERVED = frozenset(map(skeleton, (*RESERVED_EVENTS, *ANSWERS)))
_OWN_OF_TITLE = {skeleton(title): name for name, titles in TITLES.items() for title in titles}


@lru_cache(maxsize=4_096)
def is_free(event: str) -> bool:
    """Say whether anybody may send events of this name: neither of the two below. Asked of every event."""
    return not is_reserved(event) and not shown_instead_of(event)


@lru_cache(maxsize=4_096)
def is_reserved(event: str) -> bool:
    """Say whether only the product may record events of this name, or of one that reads like it or like an answer."""
    return skeleton(event) in _RESERVED


@lru_cache(maxsize=4_096)
def shown_instead_of(event: str) -> str:
    """Return the standard event that is shown under this name, or nothing when none is or it is that event's own."""
    read = skeleton(event)
    own = _OWN_OF_TITLE.get(read, "")
    return "" if read == skeleton(own) else own
