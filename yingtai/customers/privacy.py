"""What customers keeps of a person, and how it is given out and erased."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from yingtai.customers.services.erasing import erase_person, export_person
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import privacy_holders


@dataclass(frozen=True)
class Holder:
    """A place with personal data: give a person's copy, and erase the person there."""

    export: Callable[[Acting, int], dict[str, Any]]
    erase: Callable[[Acting, UUID], int]


privacy_holders.register(
    "customers",
    Holder(
        export=lambda acting, profile_no: export_person(acting, profile_no=profile_no),
        erase=lambda acting, profile_id: erase_person(acting, profile_id=profile_id),
    ),
    order=10,
)
