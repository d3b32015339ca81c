"""Tests see the product as the product sees itself: through the role `app`, behind the walls."""

from django.db import connection

from yingtai.kernel.grants import refuse_dangerous_role


def test_the_tests_run_as_a_role_that_cannot_read_around_the_walls(books):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]

    assert role == "app"
    refuse_dangerous_role()


def test_every_test_gets_a_brand_of_its_own(brand, neighbour, acting):
    assert brand.node_no != neighbour.node_no
    assert acting.scope.covers(brand.dealer_no)
    assert not acting.scope.covers(neighbour.node_no)
