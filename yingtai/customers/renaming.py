"""Which products of a brand a file would call otherwise, before anything of it is loaded."""

from collections.abc import Mapping

from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope, brand_node
from yingtai.lake import api as lake

NAMES_NOW = "SELECT product_id, name FROM products WHERE name IS NOT NULL"


def renamed_products(acting: Acting, node_no: int, came: Mapping[str, str | None]) -> list[str]:
    """Return the present names of products that get another one, in their order; nothing of a brand out of scope.

    Cost: one scoped read of the brand's products; none when the file names none
    """
    brand = Scope.of(brand_node(node_no))
    if not any(came.values()) or not acting.scope.meets(brand):
        return []
    known = lake.scoped(brand).query(NAMES_NOW).to_pylist()
    return sorted(
        row["name"] for row in known if (name := came.get(row["product_id"])) and name != row["name"]
    )
