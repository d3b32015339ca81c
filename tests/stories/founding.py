"""Fills an empty product with a small shop; runs as a program inside the product's home, while it runs.

Two brands as neighbours, a dealer, colleagues, and what a shop brings along: an address book with consent, and the
orders of last week. Everything comes through the product's own doors.
"""

import csv
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from yingtai.web.start import become

PEOPLE = 120
CITIES = ("上海", "北京", "成都", "杭州")
STAFF = {
    "marketer": "tea",
    "brand_manager": "tea",
    "compliance_officer": "tea",
    "dealer": "tea-bund",
    "integrator": "tea",
}

PEOPLE_MAP = """
shape = "profiles"
source = "Address book"
time_zone = "Asia/Shanghai"
region = "CN"
person = { phone = "phone", email = "email", member_no = "member" }
place = { code = "store" }
traits = { name = "name", first_name = "given", city = "city" }

[[consent]]
purpose = "marketing.email"
channel = "email"
column = "mails"
yes = ["yes"]
no = ["no"]
at = "since"
"""
ORDERS_MAP = """
shape = "order-lines"
source = "Till"
time_zone = "Asia/Shanghai"
currency = "CNY"
order = { id = "order", occurred_at = "at", channel = { value = "store" } }
line = { product_id = "sku", product_name = "tea", quantity = "quantity", unit_price = "price" }
person = { member_no = "member" }
"""


def people() -> list[dict[str, str]]:
    """The address book: of six people four said yes, one said no, one was never asked."""
    return [
        {
            "phone": f"1380000{number:04d}",
            "email": f"guest{number}@example.com",
            "member": f"M{number:05d}",
            "store": "tea-bund" if number % 3 == 0 else "tea-lake",
            "name": f"Guest {number}",
            "given": f"Guest-{number}",
            "city": CITIES[number % len(CITIES)],
            "mails": {4: "no", 5: ""}.get(number % 6, "yes"),
            "since": "2026-01-05 10:00",
        }
        for number in range(PEOPLE)
    ]


def orders(now: datetime) -> list[dict[str, str]]:
    """One order of two lines per person, over the last eight days."""
    teas = (("T-1", "Longjing", "128.00"), ("T-2", "Pu'er", "96.50"), ("T-3", "Tieguanyin", "210.00"))
    return [
        {
            "order": f"A-{number:05d}",
            "at": (now - timedelta(hours=2 + number * 1.6)).strftime("%Y-%m-%d %H:%M"),
            "sku": sku,
            "tea": tea,
            "quantity": str(1 + number % 3),
            "price": price,
            "member": f"M{number:05d}",
        }
        for number in range(PEOPLE)
        for sku, tea, price in (teas[number % 3], teas[(number + 1) % 3])
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def found(password: str, folder: Path) -> None:
    """Make the tree, the colleagues and the purposes, and bring in people and orders."""
    organization = import_module("yingtai.organization.api")
    organization.ensure_group(name="Story Group")
    organization.add_legal_entity(code="tea-company", name="Tea Company")
    for brand, name in (("tea", "Cloud Tea"), ("coffee", "Plain Coffee")):
        organization.add_unit(parent_code="tea-company", code=brand, name=name)
    organization.add_unit(parent_code="tea", code="tea-east", name="East")
    for dealer, name in (("tea-bund", "Bund store"), ("tea-lake", "Lake store")):
        organization.add_unit(parent_code="tea-east", code=dealer, name=name)
    for role, place in STAFF.items():
        email = f"{role}@staff.example.com"
        organization.add_staff(
            email=email, name=role.title(), password=password, language="en", time_zone="Asia/Shanghai"
        )
        organization.assign_role(email=email, unit_code=place, role=role)
    _register_purposes(organization.get_unit("tea").node_no)
    load = import_module("yingtai.customers.importing").main
    for name, mapping, rows in (
        ("people", PEOPLE_MAP, people()),
        ("orders", ORDERS_MAP, orders(datetime.now(UTC) + timedelta(hours=8))),
    ):
        (folder / f"{name}.toml").write_text(mapping)
        write_csv(folder / f"{name}.csv", rows)
        code = load([str(folder / f"{name}.csv"), "--brand", "tea", "--map", str(folder / f"{name}.toml")])
        if code:
            raise SystemExit(f"{name} could not be imported")


def _register_purposes(node_no: int) -> None:
    system = import_module("yingtai.kernel.acting").system
    scope = import_module("yingtai.kernel.scope").Scope.of(node_no)
    acting = system("story.founding", scope, datetime.now(UTC))
    import_module("yingtai.compliance.api").install_standard_purposes(acting, node_no=node_no)


if __name__ == "__main__":
    become("worker")
    found(sys.argv[1], Path(sys.argv[2]))
