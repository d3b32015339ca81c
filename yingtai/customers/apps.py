from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "yingtai.customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yingtai.compliance.api import install_people
        from yingtai.customers.contacts import ADDRESSES_OF, HASHES_OF
        from yingtai.customers.queries import people_of
        from yingtai.kernel.contributions import starters

        starters.register(
            "customers.people",
            lambda: install_people(people_of, addresses=ADDRESSES_OF, hashes=HASHES_OF),
            order=20,
        )
