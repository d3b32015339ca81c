"""No scope, no rows; and no way to look into the neighbour's."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from yingtai.kernel.env import dsn
from yingtai.kernel.errors import DangerousRole, ScopeIsFixed
from yingtai.kernel.grants import IS_DANGEROUS, refuse_dangerous_role
from yingtai.kernel.models import Task
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import find_task, list_tasks, start_task
from yingtai.kernel.testing import MONDAY, make_acting


def test_without_a_scope_there_are_no_rows(brand, acting):
    start_task(acting, "kernel.example", node_no=brand.node_no)

    with transaction.atomic():
        assert not Task.objects.exists()


def test_the_neighbour_sees_nothing(brand, acting, neighbour_acting):
    task_id = start_task(acting, "kernel.example", node_no=brand.node_no)

    assert find_task(acting, task_id).name == "kernel.example"
    assert find_task(neighbour_acting, task_id) is None
    assert list_tasks(neighbour_acting, name="kernel.example") == []


def test_a_dealer_sees_neither_the_brand_nor_another_dealer(brand, acting):
    of_brand = start_task(acting, "kernel.example", node_no=brand.node_no)
    of_other = start_task(acting, "kernel.example", node_no=brand.other_dealer_no)
    own = start_task(acting, "kernel.example", node_no=brand.dealer_no)
    dealer = make_acting(brand.dealer_no)

    assert find_task(dealer, own) is not None
    assert find_task(dealer, of_brand) is None
    assert find_task(dealer, of_other) is None


def test_several_places_are_seen_without_what_lies_between(brand, neighbour):
    low, high = sorted((brand, neighbour), key=lambda one: one.node_no)
    both = make_acting(low.dealer_no, high.dealer_no)
    between = start_task(make_acting(low.node_no), "kernel.example", node_no=low.other_dealer_no)
    own = start_task(both, "kernel.example", node_no=high.dealer_no)

    assert find_task(both, own) is not None
    assert find_task(both, between) is None


def test_nobody_writes_outside_the_scope(brand, neighbour, acting):
    with pytest.raises(ProgrammingError, match="row-level security"):
        start_task(acting, "kernel.example", node_no=neighbour.node_no)


def test_the_scope_is_gone_when_the_transaction_ends(brand, acting):
    start_task(acting, "kernel.example", node_no=brand.node_no)

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('yingtai.scope_lo', true), '')")
        assert cursor.fetchone() == ("",)


def test_a_transaction_keeps_the_scope_it_began_with(acting, neighbour_acting):
    with acting_transaction(acting), pytest.raises(ScopeIsFixed), acting_transaction(neighbour_acting):
        pass


def test_an_empty_scope_sees_nothing(brand, acting):
    start_task(acting, "kernel.example", node_no=brand.node_no)
    nobody = make_acting()

    assert nobody.scope == Scope(())
    assert list_tasks(nobody, name="kernel.example") == []


def test_the_product_runs_with_a_harmless_role(books):
    refuse_dangerous_role()


def test_a_role_that_bypasses_the_walls_is_refused(books):
    with psycopg.connect(dsn("migrator")) as dangerous:
        assert dangerous.execute(IS_DANGEROUS).fetchone() == (True,)
    assert DangerousRole(role="migrator").status == 500


def test_time_comes_from_the_edge(brand, acting):
    task_id = start_task(acting, "kernel.example", node_no=brand.node_no)

    assert find_task(acting, task_id).created_at == MONDAY
