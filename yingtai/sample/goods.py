"""What a sample brand sells: six car models, and thirty things for the car."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from yingtai.sample.group import BrandPlan

MODELS = (
    ("City", "都市版", "compact", 0.55), ("Sedan", "轿车", "sedan", 0.8), ("SUV", "SUV", "suv", 1.0),
    ("SUV Max", "SUV 旗舰版", "suv", 1.35), ("Touring", "旅行版", "wagon", 0.95), ("GT", "GT", "coupe", 1.7),
)  # fmt: skip
THINGS = (
    ("Wall box 7 kW", "7 kW 家用充电桩", "charging", 380_000),
    ("Portable charger", "便携式充电枪", "charging", 129_900),
    ("All-weather mats", "全天候脚垫", "interior", 59_900), ("Roof box", "车顶箱", "exterior", 269_900),
    ("Child seat", "儿童安全座椅", "safety", 189_900), ("Dash camera", "行车记录仪", "electronics", 79_900),
    ("Winter tyres, set", "冬季轮胎（套）", "service", 480_000), ("Seat covers", "座椅套", "interior", 99_900),
    ("Tow bar", "拖车钩", "exterior", 329_900), ("Care kit", "洗车养护套装", "care", 19_900),
    ("Key case", "车钥匙包", "lifestyle", 12_900), ("Travel mug", "随行杯", "lifestyle", 9_900),
    ("Inspection 10 000 km", "1 万公里保养", "service", 69_900),
    ("Inspection 20 000 km", "2 万公里保养", "service", 129_900),
    ("Brake pads", "刹车片", "service", 89_900), ("Air filter", "空气滤芯", "service", 18_900),
    ("Wiper blades", "雨刮片", "service", 15_900), ("Cap", "棒球帽", "lifestyle", 8_900),
    ("Model car 1:18", "1:18 车模", "lifestyle", 39_900), ("Picnic set", "野餐套装", "lifestyle", 45_900),
    ("Tent", "帐篷", "lifestyle", 159_900), ("Bike rack", "自行车架", "exterior", 139_900),
    ("Ambient light", "氛围灯", "interior", 69_900), ("Phone holder", "手机支架", "electronics", 14_900),
    ("Tyre pump", "充气泵", "electronics", 29_900), ("Sun shade", "遮阳挡", "interior", 11_900),
    ("Fragrance", "车载香氛", "interior", 16_900), ("Paint protection", "漆面保护膜", "care", 399_900),
    ("Film, front window", "前挡贴膜", "care", 249_900), ("Jacket", "夹克", "lifestyle", 89_900),
)  # fmt: skip
CATEGORIES_ZH = {
    "compact": "紧凑型车", "sedan": "轿车", "suv": "SUV", "wagon": "旅行车", "coupe": "轿跑", "charging": "充电",
    "interior": "内饰", "exterior": "外饰", "safety": "安全", "electronics": "电子", "service": "保养维修",
    "care": "养护", "lifestyle": "生活用品",
}  # fmt: skip


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

    @property
    def is_chinese(self) -> bool:
        return self.brand.language == "zh"

    @cached_property
    def names(self) -> list[str]:
        """As the brand's customers read them."""
        if self.is_chinese:
            cars = [f"{self.brand.name_zh} {name}" for _, name, _, _ in MODELS]
            return cars + [name for _, name, _, _ in THINGS]
        return [f"{self.brand.name} {name}" for name, _, _, _ in MODELS] + [name for name, _, _, _ in THINGS]

    @cached_property
    def categories(self) -> list[str]:
        found = [category for _, _, category, _ in (*MODELS, *THINGS)]
        return [CATEGORIES_ZH[category] for category in found] if self.is_chinese else found

    @cached_property
    def prices(self) -> np.ndarray:
        """In the smallest unit of the brand's currency."""
        rate = 0.13 if self.brand.currency == "EUR" else 1.0
        cars = [round(self.brand.price_minor * factor, -4) for _, _, _, factor in MODELS]
        return np.array(cars + [round(price * rate, -2) for _, _, _, price in THINGS], dtype=np.int64)

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
