"""What a template starts from can be sent as it is: in every language, for people with a name and without."""

import pytest

from yingtai.collect.api import declare_preset
from yingtai.compliance.testing import signed_in
from yingtai.content import queries, services
from yingtai.content.checking import check_draft
from yingtai.content.models import Basis
from yingtai.content.rendering import compile_template
from yingtai.content.starting import BASES, LANGUAGES, THANKS, start_of
from yingtai.organization.api import get_unit

EVERY = [(key, language) for key in BASES for language in LANGUAGES]
MAIL = {"unsubscribe_url": "#u", "view_url": "#v", "brand": {"name": "Nova"}}


@pytest.mark.parametrize(("key", "language"), EVERY)
def test_an_example_has_no_problem_and_no_warning(acting, brand, key, language):
    declare_preset(acting, brand.node_no, "commerce")
    start = start_of(key, language)

    check = check_draft(
        acting,
        subject=start.subject,
        html=start.html,
        brand_name="Nova",
        node_no=brand.node_no,
        basis=start.basis,
    )

    assert (check.problems, check.warnings) == ([], [])


@pytest.mark.parametrize(("key", "language"), EVERY)
def test_an_example_greets_somebody_without_a_name(key, language):
    start = start_of(key, language)

    made = compile_template(start.subject, start.html).render(MAIL | {"person": {}})

    assert "{" not in made.subject + made.text
    assert "Nova" in made.text


def test_a_version_of_each_can_be_made(acting, brand):
    for language in LANGUAGES:
        start = start_of(THANKS, language)
        made = services.create_template(
            acting,
            node_no=brand.node_no,
            name=start.name,
            subject=start.subject,
            html=start.html,
            basis=start.basis,
        )
        assert services.make_version(acting, made.id).basis == Basis.CONTRACT


def test_a_new_template_is_the_example_that_was_chosen_in_its_language(acting, brand):
    marketer = signed_in(brand.code, "marketer")

    asked = marketer.get("/content/new").content.decode()
    marketer.post("/content/new", {"start": THANKS, "language": "de"})

    assert "Deutsch" in asked
    assert "optional" not in asked
    [made] = queries.list_templates(acting).rows
    assert (made.name, made.basis) == ("Dank für die Bestellung (Service)", "contract")
    assert "vielen Dank für Ihr Vertrauen" in queries.get_template(acting, made.id).draft_html


def test_whoever_chooses_nothing_gets_a_blank_one_in_the_brands_language(acting, brand):
    marketer = signed_in(brand.code, "marketer")

    marketer.post("/content/new", {})

    [made] = queries.list_templates(acting).rows
    assert get_unit(brand.code).country == "CN"
    assert made.draft_subject == "来自{{ brand.name }}的消息"
