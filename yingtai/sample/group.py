"""Who the sample group is: companies, brands, regions, 300 dealers, one colleague per role."""

from dataclasses import dataclass

from yingtai.organization.api import (
    Role,
    UnitNotFound,
    add_legal_entity,
    add_staff,
    add_unit,
    add_units,
    assign_role,
    ensure_group,
    get_unit,
)

REGIONS = (
    ("north", "North", "华北"), ("east", "East", "华东"), ("south", "South", "华南"),
    ("central", "Central", "华中"), ("west", "West", "西部"), ("northeast", "Northeast", "东北"),
)  # fmt: skip
DEALERS_PER_REGION = 10


@dataclass(frozen=True)
class BrandPlan:
    """One brand of the sample. `share` is its part of the group's customers."""

    code: str
    name: str
    name_zh: str
    entity: str
    share: float
    price_minor: int
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    language: str = "zh"


ENTITIES = (
    ("xinghe-auto", "Xinghe Automotive Co., Ltd.", "星河汽车有限公司", "CN"),
    ("xinghe-new-energy", "Xinghe New Energy Co., Ltd.", "星河新能源有限公司", "CN"),
    ("aurora-gmbh", "Aurora Motors GmbH", "", "DE"),
)
BRANDS = (
    BrandPlan("linghui", "Linghui", "灵辉", "xinghe-new-energy", 0.30, 26_980_000),
    BrandPlan("yuanshan", "Yuanshan", "远山", "xinghe-auto", 0.26, 18_980_000),
    BrandPlan("haitang", "Haitang", "海棠", "xinghe-auto", 0.22, 9_980_000),
    BrandPlan("jinlu", "Jinlu", "金鹿", "xinghe-auto", 0.12, 13_580_000),
    BrandPlan("aurora", "Aurora", "", "aurora-gmbh", 0.10, 4_290_000, "EUR", "Europe/Berlin", "en"),
)
STAFF = (
    (Role.MARKETER, "林悦", "linghui", "zh-hans"),
    (Role.ANALYST, "赵明", "linghui", "zh-hans"),
    (Role.BRAND_MANAGER, "陈佳", "linghui", "zh-hans"),
    (Role.EXECUTIVE, "王涛", "group", "zh-hans"),
    (Role.DEALER, "李娜", "linghui-east-01", "zh-hans"),
    (Role.SERVICE, "周芳", "linghui", "zh-hans"),
    (Role.COMPLIANCE, "孙磊", "group", "zh-hans"),
    (Role.AUDITOR, "钱伟", "group", "zh-hans"),
    (Role.OPERATOR, "吴刚", "group", "zh-hans"),
    (Role.INTEGRATOR, "郑凯", "linghui", "zh-hans"),
    (Role.ADMINISTRATOR, "冯燕", "group", "zh-hans"),
)
FOREIGN_MARKETER = ("Jonas Weber", "aurora", "en")


def make_group() -> None:
    """Make companies, brands, regions and dealers. Repeating it changes nothing."""
    ensure_group(name="Xinghe Group", name_zh="星河集团")
    for code, name, name_zh, country in ENTITIES:
        if not _exists(code):
            add_legal_entity(code=code, name=name, name_zh=name_zh, country=country)
    for brand in BRANDS:
        if not _exists(brand.code):
            _make_brand(brand)


def dealer_code(brand: BrandPlan, region: int, dealer: int) -> str:
    """Return the code of a dealer; both numbers count from 0."""
    return f"{brand.code}-{REGIONS[region][0]}-{dealer + 1:02d}"


def make_staff(password: str) -> list[dict[str, str]]:
    """Make one colleague per role, and return how each signs in."""
    people = [*STAFF, (Role.MARKETER, *FOREIGN_MARKETER)]
    return [_make_colleague(*person, password=password) for person in people]


def _make_brand(brand: BrandPlan) -> None:
    add_unit(
        parent_code=brand.entity, code=brand.code, name=brand.name, name_zh=brand.name_zh,
        time_zone=brand.time_zone, currency=brand.currency,
    )  # fmt: skip
    for place, (code, name, name_zh) in enumerate(REGIONS):
        region = f"{brand.code}-{code}"
        add_unit(parent_code=brand.code, code=region, name=name, name_zh=name_zh if brand.name_zh else "")
        dealers = [
            (
                dealer_code(brand, place, number),
                f"{brand.name} {name} {number + 1:02d}",
                f"{brand.name_zh}{name_zh}{number + 1:02d}店" if brand.name_zh else "",
            )
            for number in range(DEALERS_PER_REGION)
        ]
        add_units(parent_code=region, units=dealers)


def _make_colleague(role: Role, name: str, unit: str, language: str, *, password: str) -> dict[str, str]:
    email = f"{role.value.replace('_', '-')}.{unit}@xinghe.example.com"
    zone = "Europe/Berlin" if language == "en" else "Asia/Shanghai"
    # No language of their own: whoever tries the sample reads it in their browser's.
    add_staff(email=email, name=name, password=password, time_zone=zone)
    assign_role(email=email, unit_code=unit, role=role)
    return {"role": str(role.value), "email": email, "password": password, "place": unit, "name": name}


def _exists(code: str) -> bool:
    try:
        get_unit(code)
    except UnitNotFound:
        return False
    return True
