"""The people of one brand: when they came, whether we know them, by what, and who is in twice."""

from dataclasses import dataclass

import numpy as np

from yingtai.sample.group import DEALERS_PER_REGION, REGIONS, BrandPlan

DAYS = 730
KNOWN, WITH_EMAIL, WITH_PHONE, WITH_MEMBER_NO, IN_TWICE = 0.7, 0.85, 0.9, 0.55, 0.04

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉萍红宇浩欣怡子涵梓萱"
FAMILY_EN = ("Weber", "Novak", "Rossi", "Martin", "Larsen", "Kowalski", "Silva", "Janssen", "Meyer", "Dubois")
GIVEN_EN = ("Anna", "Lukas", "Marie", "Jan", "Sofia", "Paul", "Clara", "Tom", "Elena", "Max", "Lea", "Felix")
CITIES = (
    ("北京", "CN-BJ"), ("上海", "CN-SH"), ("广州", "CN-GD"), ("武汉", "CN-HB"), ("成都", "CN-SC"), ("沈阳", "CN-LN"),
)  # fmt: skip
CITIES_EN = (
    ("Hamburg", "DE-HH"), ("Berlin", "DE-BE"), ("Munich", "DE-BY"), ("Frankfurt", "DE-HE"),
    ("Cologne", "DE-NW"), ("Dresden", "DE-SN"),
)  # fmt: skip
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55+")


@dataclass(frozen=True)
class People:
    """One array per fact, one element per person; times are days since the start of the sample.

    twin  for the second record of a person who is in twice: the number of the first; else -1. A second record
          comes from a dealer's book: it has a member number and no user id
    same_phone  whether the second record has the same phone (rules find it) or a mistyped one (they do not)
    """

    brand: BrandPlan
    joined: np.ndarray
    known_from: np.ndarray
    is_known: np.ndarray
    has_email: np.ndarray
    has_phone: np.ndarray
    has_member_no: np.ndarray
    region: np.ndarray
    dealer: np.ndarray
    family: np.ndarray
    given: np.ndarray
    age: np.ndarray
    devices: np.ndarray
    activity: np.ndarray
    twin: np.ndarray
    same_phone: np.ndarray

    def __len__(self) -> int:
        return len(self.joined)

    @property
    def is_twin(self) -> np.ndarray:
        return self.twin >= 0

    @property
    def cities(self) -> tuple[tuple[str, str], ...]:
        """(city, ISO 3166-2 code) of each region, in their order."""
        return CITIES if self.brand.language == "zh" else CITIES_EN


def make_people(brand: BrandPlan, count: int, random: np.random.Generator) -> People:
    """Return the people of a brand; more come every month."""
    joined = DAYS * random.power(1.6, count) * 0.985
    is_known = random.random(count) < KNOWN
    twin = np.full(count, -1)
    doubles = np.flatnonzero(is_known & (random.random(count) < IN_TWICE))
    firsts = np.flatnonzero(is_known)
    twin[doubles] = random.choice(firsts, len(doubles))
    twin[doubles[np.isin(twin[doubles], doubles)]] = -1
    family, given = random.integers(0, 1000, count), random.integers(0, 1000, count)
    is_twin = twin >= 0
    family[is_twin], given[is_twin] = family[twin[is_twin]], given[twin[is_twin]]
    return People(
        brand=brand, joined=joined, is_known=is_known, twin=twin, family=family, given=given,
        known_from=np.minimum(joined + random.exponential(9, count), DAYS - 0.2),
        has_email=random.random(count) < WITH_EMAIL, has_phone=(random.random(count) < WITH_PHONE) | is_twin,
        has_member_no=(random.random(count) < WITH_MEMBER_NO) | is_twin,
        region=random.integers(0, len(REGIONS), count),
        dealer=np.minimum(random.zipf(1.6, count) - 1, DEALERS_PER_REGION - 1),
        age=random.choice(len(AGE_BANDS), count, p=(0.12, 0.34, 0.28, 0.17, 0.09)),
        devices=1 + (random.random(count) < 0.35) + (random.random(count) < 0.08),
        activity=random.gamma(0.7, 1 / 0.7, count), same_phone=random.random(count) < 0.5,
    )  # fmt: skip
