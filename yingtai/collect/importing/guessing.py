"""What a file's columns probably mean, so that the wizard starts with an answer and not with a question."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from yingtai.collect.errors import (
    ConsentTimeAlone,
    ConsentTimeTwice,
    ConsentTwice,
    ConsentWithoutPurpose,
    TraitTwice,
)
from yingtai.collect.importing.fields import Unreadable, number_reader, time_reader
from yingtai.collect.importing.mapping import EVENTS, ORDER_LINES, PROFILES, SHAPES

LEFT_OUT, AS_PROPERTY, AS_TRAIT, AS_CONSENT, AS_CONSENT_TIME = (
    "",
    "property",
    "trait",
    "consent",
    "consent-time",
)
BY_WAY_OF = "|"
"""Between the purpose that people agreed to and the channel: `marketing.email|email`."""
TRAIT_NAMED = f"{AS_TRAIT}:"
"""Before the name of a trait that a column holds; without a name the trait is called like the column."""

WORDS: dict[str, tuple[str, ...]] = {
    "order.id": (
        "invoiceno", "invoice", "invoiceid", "orderid", "orderno", "ordernumber", "order", "bestellnummer", "订单号",
        "订单编号", "单号", "订单id", "交易号", "交易编号", "发票号",
    ),
    "order.occurred_at": (
        "invoicedate", "orderdate", "date", "time", "datetime", "createdat", "paidat", "timestamp", "下单时间",
        "订单时间", "支付时间", "付款时间", "成交时间", "创建时间", "交易时间", "下单日期", "订单日期",
        "购买日期", "成交日期", "日期",
        "时间",
    ),
    "order.currency": ("currency", "币种", "货币"),
    "order.channel": ("channel", "渠道"),
    "line.quantity": ("quantity", "qty", "count", "pieces", "数量", "件数", "购买数量", "商品数量", "menge"),
    "line.unit_price": ("unitprice", "price", "单价", "价格", "商品单价", "售价", "einzelpreis"),
    "line.amount": (
        "amount", "total", "linetotal", "subtotal", "金额", "小计", "总金额", "实付金额", "订单金额",
        "应付金额", "betrag",
    ),
    "line.product_id": (
        "stockcode", "sku", "productid", "productcode", "itemid", "商品编码", "商品编号", "货号", "商品id",
        "产品编号",
    ),
    "line.product_name": (
        "description", "productname", "product", "item", "itemname", "商品名称", "品名", "商品", "产品名称",
        "商品标题",
    ),
    "line.category": ("category", "productcategory", "类目", "分类", "品类", "商品类目", "商品分类"),
    "event.name": ("event", "eventname", "action", "behavior", "behaviour", "eventtype", "事件", "行为"),
    "person.user_id": (
        "userid", "user", "customerid", "customer", "custid", "externalid", "客户编号", "用户编号", "客户id",
        "用户id",
    ),
    "person.email": ("email", "mail", "emailaddress", "邮箱", "电子邮箱", "邮件", "客户邮箱", "邮箱地址", "电子邮件"),
    "person.phone": (
        "phone", "mobile", "phonenumber", "tel", "telephone", "cellphone", "手机", "手机号", "手机号码",
        "电话", "电话号码", "联系电话", "联系方式", "客户手机",
        "客户手机号", "客户电话", "买家手机", "收货人手机", "telefon", "handy",
    ),
    "person.member_no": (
        "memberno", "memberid", "member", "cardno", "会员号", "会员编号", "会员卡号", "会员id", "卡号",
    ),
    "person.anonymous_id": ("anonymousid", "cookie", "cookieid", "visitorid", "访客id"),
    "person.device_id": ("deviceid", "idfa", "oaid", "设备号"),
    "person.openid": ("openid",),
    "person.unionid": ("unionid",),
    "place.code": ("dealer", "dealercode", "store", "storecode", "shop", "经销商", "门店", "门店编码", "经销商代码"),
}  # fmt: skip
TRAITS: dict[str, tuple[str, ...]] = {
    "name": (
        "name", "fullname", "customername", "姓名", "客户姓名", "用户姓名", "会员姓名", "联系人", "收货人",
        "买家姓名", "客户名称",
    ),
    "first_name": ("firstname", "vorname", "名"),
    "last_name": ("lastname", "surname", "nachname", "姓"),
    "city": ("city", "ort", "stadt", "城市", "所在城市", "客户城市"),
    "province": ("province", "state", "省份", "省", "所在省份"),
    "country": ("country", "land", "国家"),
    "gender": ("gender", "sex", "geschlecht", "性别"),
    "birthday": ("birthday", "birthdate", "dateofbirth", "dob", "geburtstag", "生日", "出生日期", "出生年月日"),
    "address": ("address", "adresse", "地址", "收货地址", "联系地址"),
    "language": ("language", "sprache", "语言"),
    "member_level": ("memberlevel", "level", "tier", "会员等级", "等级", "会员级别"),
}  # fmt: skip
"""Standard traits, by what columns that hold them are called."""
CONSENT_WORDS = ("consent", "optin", "subscribed", "newsletter", "同意", "订阅", "授权")
FORMS = (
    "", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y",
    "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d", "%Y%m%d%H%M%S", "unix", "unix-ms",
)  # fmt: skip

Rows = Sequence[Sequence[str | None]]


def guess_shape(header: Sequence[str]) -> str:
    """Return the shape whose fields the column names recall most."""
    names = {_bare(name) for name in header}
    if names & set(WORDS["event.name"]):
        return EVENTS
    has_order = bool(names & set(WORDS["order.id"]))
    of_lines = ("line.quantity", "line.product_id", "line.unit_price", "line.amount")
    has_line = any(names & set(WORDS[name]) for name in of_lines)
    return ORDER_LINES if has_order and has_line else PROFILES


def guess_targets(shape: str, header: Sequence[str], rows: Rows) -> dict[str, str]:
    """Return for each column the field it probably holds; what recalls nothing is left out."""
    targets: dict[str, str] = {}
    taken: set[str] = set()
    for place, column in enumerate(header):
        target = _target(shape, _bare(column))
        if target in taken or not _fits(target, [row[place] for row in rows if place < len(row)]):
            target = LEFT_OUT
        if not target:
            names = (TRAIT_NAMED + name for name, words in TRAITS.items() if _bare(column) in words)
            target = next((name for name in names if name not in taken), LEFT_OUT)
        if not target and shape == PROFILES and _is_about_consent(_bare(column)):
            target = AS_CONSENT_TIME if _is_time(_bare(column)) else AS_CONSENT
            target = LEFT_OUT if target in taken else target
        targets[column] = target
        taken |= {target} - {LEFT_OUT, AS_TRAIT}
    if AS_CONSENT not in targets.values():
        # A time says nothing without what was answered then.
        targets = {
            column: LEFT_OUT if target == AS_CONSENT_TIME else target for column, target in targets.items()
        }
    if {"line.unit_price", "line.amount"} <= taken:
        amount = next(column for column, target in targets.items() if target == "line.amount")
        targets[amount] = LEFT_OUT
    return targets


def guess_time_form(cells: Sequence[str | None]) -> str:
    """Return how times are written: empty when they explain themselves, or when nothing fits."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    now, zone = datetime(2100, 1, 1, tzinfo=UTC), ZoneInfo("UTC")
    for form in FORMS:
        read = time_reader(zone, form, now)
        try:
            for text in texts:
                read(text)
        except Unreadable:
            continue
        return form
    return ""


def guess_cleaners(cells: Sequence[str | None]) -> list[str]:
    """Return what to clean of an identifier: numbers that a spreadsheet gave a point."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    return ["whole-number"] if texts and all(re.fullmatch(r"\d+\.0+", text) for text in texts) else []


def document_of(
    *,
    shape: str,
    general: Mapping[str, str],
    targets: Mapping[str, str],
    header: Sequence[str],
    rows: Rows,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the mapping document for what somebody chose in the wizard."""
    document: dict[str, Any] = {
        "shape": shape,
        "source": general["source"],
        "time_zone": general["time_zone"],
    }
    document |= {name: general[name] for name in ("currency", "region") if general.get(name)}
    if options:
        document["file"] = dict(options)
    if shape == ORDER_LINES and general.get("refund_prefix"):
        document["refunds"] = {"prefix": general["refund_prefix"]}
    answers = [column for column, target in targets.items() if target == AS_CONSENT]
    if len(answers) > 1:
        raise ConsentTwice(columns=", ".join(answers))
    for column, target in targets.items():
        if target and target != AS_CONSENT_TIME:
            _add(document, column, target, _cells(column, header, rows), general)
    if shape == ORDER_LINES and {"amount", "unit_price"} & document.get("line", {}).keys():
        # One line for each order, as shops give out, says no number of pieces.
        document["line"].setdefault("quantity", {"value": "1"})
    _date_answers(document, targets, header, rows, general)
    if general.get("channel"):
        section = "order" if shape == ORDER_LINES else "event"
        document.setdefault(section, {}).setdefault("channel", {"value": general["channel"]})
    return document


def _date_answers(
    document: dict[str, Any],
    targets: Mapping[str, str],
    header: Sequence[str],
    rows: Rows,
    general: Mapping[str, str],
) -> None:
    """Say in which column it stands when people agreed or refused.

    Raises: ConsentTimeAlone, ConsentTimeTwice
    """
    times = [column for column, target in targets.items() if target == AS_CONSENT_TIME]
    if not times:
        return
    if len(times) > 1:
        raise ConsentTimeTwice(columns=", ".join(times))
    if not document.get("consent"):
        raise ConsentTimeAlone(column=times[0])
    at = _time_field(times[0], _cells(times[0], header, rows), general)
    document["consent"] = [answer | {"at": at} for answer in document["consent"]]


def _cells(column: str, header: Sequence[str], rows: Rows) -> list[str | None]:
    place = list(header).index(column)
    return [row[place] for row in rows if place < len(row)]


def _time_field(column: str, cells: Sequence[str | None], general: Mapping[str, str]) -> str | dict[str, Any]:
    form = general.get("time_form") or guess_time_form(cells)
    return {"column": column, "format": form} if form else column


def _add(
    document: dict[str, Any],
    column: str,
    target: str,
    cells: Sequence[str | None],
    general: Mapping[str, str],
) -> None:
    if target.startswith(TRAIT_NAMED):
        traits, name = document.setdefault("traits", {}), target.removeprefix(TRAIT_NAMED)
        if name in traits:
            raise TraitTwice(columns=f"{traits[name]}, {column}")
        traits[name] = column
        return
    if target in {AS_PROPERTY, AS_TRAIT}:
        named = document.setdefault("properties" if target == AS_PROPERTY else "traits", {})
        named[_free_name(property_name(column), named)] = column
        return
    if target == AS_CONSENT:
        purpose, _, channel = general.get("purpose", "").partition(BY_WAY_OF)
        if not channel:
            raise ConsentWithoutPurpose(column=column)
        answer = {"purpose": purpose, "column": column, "channel": channel}
        document.setdefault("consent", []).append(answer)
        return
    section, _, name = target.partition(".")
    field: str | dict[str, Any] = column
    if name == "occurred_at":
        field = _time_field(column, cells, general)
    elif section == "person" and (cleaners := guess_cleaners(cells)):
        field = {"column": column, "clean": cleaners}
    document.setdefault(section, {})[name] = field


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that nothing has yet: `City` and `city` are two columns."""
    others = (f"{name}_{number}" for number in count(2))
    return name if name not in taken else next(other for other in others if other not in taken)


def property_name(column: str) -> str:
    """Return what a column is called as a property: small letters and underscores."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return re.sub(r"[^\w]+", "_", words.strip().lower()).strip("_")[:100] or "column"


def _target(shape: str, bare: str) -> str:
    for target, words in WORDS.items():
        if bare in words:
            section, _, name = target.partition(".")
            if section in SHAPES[shape] and name in SHAPES[shape][section]:
                return target
            other = {"unit_price": "amount", "amount": "amount"}.get(name, name)
            for there in ("event", "profile"):
                if there in SHAPES[shape] and other in SHAPES[shape][there] and section in {"order", "line"}:
                    return f"{there}.{other}"
    return LEFT_OUT


def _is_about_consent(bare: str) -> bool:
    return any(word in bare for word in CONSENT_WORDS)


def _is_time(bare: str) -> bool:
    return bare.endswith(("时间", "日期", "date", "time", "at", "datum"))


def _fits(target: str, cells: Sequence[str | None]) -> bool:
    """Say whether a column could hold it: of numbers, at least half of the cells must be numbers."""
    texts = [cell.strip() for cell in cells if cell and cell.strip()]
    if target.rpartition(".")[2] in {"quantity", "unit_price", "amount"}:
        return 2 * sum(_is_number(text) for text in texts) >= len(texts)
    return True


def _is_number(text: str) -> bool:
    try:
        number_reader(".")(text)
    except Unreadable:
        return False
    return True


def _bare(name: str) -> str:
    return re.sub(r"[\s_\-.()（）]+", "", name).casefold()
