"""What a sample brand sells: six car models, and thirty things for the car."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from yingtai.sample.group import BrandPlan

MODELS = (
    ("City", "compact", 0.55), ("Sedan", "sedan", 0.8), ("SUV", "suv", 1.0), ("SUV Max", "suv", 1.35),
    ("Touring", "wagon", 0.95), ("GT", "coupe", 1.7),
)  # fmt: skip
THINGS = (
    ("Wall box 7 kW", "charging", 380_000), ("Portable charger", "charging", 129_900),
    ("All-weather mats", "interior", 59_900), ("Roof box", "exterior", 269_900),
    ("Child seat", "safety", 189_900), ("Dash camera", "electronics", 79_900),
    ("Winter tyres, set", "service", 480_000), ("Seat covers", "interior", 99_900),
    ("Tow bar", "exterior", 329_900), ("Care kit", "care", 19_900),
    ("Key case", "lifestyle", 12_900), ("Travel mug", "lifestyle", 9_900),
    ("Inspection 10 000 km", "service", 69_900), ("Inspection 20 000 km", "service", 129_900),
    ("Brake pads", "service", 89_900), ("Air filter", "service", 18_900),
    ("Wiper blades", "service", 15_900), ("Cap", "lifestyle", 8_900), ("Model car 1:18", "lifestyle", 39_900),
    ("Picnic set", "lifestyle", 45_900), ("Tent", "lifestyle", 159_900), ("Bike rack", "exterior", 139_900),
    ("Ambient light", "interior", 69_900), ("Phone holder", "electronics", 14_900),
    ("Tyre pump", "electronics", 29_900), ("Sun shade", "interior", 11_900), ("Fragrance", "interior", 16_900),
    ("Paint protection", "care", 399_900), ("Film, front window", "care", 249_900), ("Jacket", "lifestyle", 89_900),
)  # fmt: skip


@dataclass(frozen=True)
class Goods:
    """A brand's products as arrays: number `0..5` are cars, the rest things."""

    brand: BrandPlan

    @property
    def car_count(self) -> int:
        return len(MODELS)

    @cached_property
    def ids(self) -> list[str]:
        mark = self.brand.code[:2].upper()
        cars = [f"{mark}-C{number + 1}" for number in range(len(MODELS))]
        return cars + [f"{mark}-T{number + 1:02d}" for number in range(len(THINGS))]

    @cached_property
    def names(self) -> list[str]:
        return [f"{self.brand.name} {name}" for name, _, _ in MODELS] + [name for name, _, _ in THINGS]

    @cached_property
    def categories(self) -> list[str]:
        return [category for _, category, _ in MODELS] + [category for _, category, _ in THINGS]

    @cached_property
    def prices(self) -> np.ndarray:
        """In the smallest unit of the brand's currency."""
        rate = 0.13 if self.brand.currency == "EUR" else 1.0
        cars = [round(self.brand.price_minor * factor, -4) for _, _, factor in MODELS]
        return np.array(cars + [round(price * rate, -2) for _, _, price in THINGS], dtype=np.int64)

    @cached_property
    def service_fees(self) -> np.ndarray:
        """What a service costs, by the product it is for."""
        return self.prices // 200

    def table(self, node_no: int) -> pa.Table:
        """Return the rows of the lake's `products`."""
        count = len(self.ids)
        return pa.table(
            {
                "product_id": self.ids,
                "name": self.names,
                "category": self.categories,
                "price_minor": self.prices,
                "currency": [self.brand.currency] * count,
                "node_no": pa.array([node_no] * count, pa.int64()),
            }
        )
