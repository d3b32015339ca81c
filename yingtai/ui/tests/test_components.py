from django import forms
from django.template import engines
from django.test import RequestFactory

from yingtai.kernel.errors import ProductError
from yingtai.ui import components, widgets


class StrangeOrder(ProductError):
    code = "ui.strange-order"
    title = "Order {number} is not ours"
    remedy = "Check the number on the receipt."


class Invitation(forms.Form):
    name = forms.CharField(help_text="As colleagues know you.")
    size = forms.ChoiceField(choices=[("s", "S"), ("l", "L")], widget=forms.RadioSelect)


def render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return engines["django"].from_string(source).render(context, request)


def test_a_sortable_header_sorts_then_turns_round_and_forgets_the_cursor():
    first = render('{% th "Name" sort="name" %}', "/profiles?search=li&after=abc")
    again = render('{% th "Name" sort="name" %}', "/profiles?sort=name")

    assert 'href="/profiles?search=li&amp;sort=name"' in first
    assert "aria-sort" not in first
    assert 'href="/profiles?sort=-name"' in again
    assert 'aria-sort="ascending"' in again


def test_a_list_goes_on_only_when_there_is_more():
    assert render("{% more cursor 3 %}", cursor=None).strip() == ""
    assert 'hx-get="/people?search=li&amp;after=next"' in render(
        "{% more cursor 3 %}", "/people?search=li", cursor="next"
    )


def test_the_summary_leads_to_the_fields():
    form = Invitation({})

    shown = render("{% problem form %}", form=form)

    assert '<a href="#id_name">Name: This field is required.</a>' in shown
    assert '<a href="#id_size_0">Size: This field is required.</a>' in shown


def test_a_form_without_problems_shows_no_summary():
    assert render("{% problem form %}", form=Invitation()).strip() == ""


def test_a_product_error_speaks_its_title_and_its_remedy():
    shown = render("{% problem error %}", error=StrangeOrder(number="A-17", field="number"))

    assert '<a href="#id_number">Order A-17 is not ours</a>' in shown
    assert "Check the number on the receipt." in shown


def test_a_problem_within_text_is_escaped():
    shown = render("{% problem error %}", error=StrangeOrder(number="<script>"))

    assert "Order &lt;script&gt; is not ours" in shown


def test_an_input_points_to_its_help_and_its_problem():
    form = Invitation({})

    shown = render("{% field form.name %}", form=form)

    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_error"' in shown


def test_radio_buttons_stand_in_a_group_with_a_legend():
    shown = render("{% field form.size %}", form=Invitation())

    assert "<legend>Size</legend>" in shown
    assert shown.count('type="radio"') == 2
    assert widgets.kind_of(Invitation()["size"]) == "group"


def test_a_card_does_not_see_the_words_of_the_page_around_it():
    shown = render('{% card "Consent" %}inside{% endcard %}', url="/elsewhere", note="secret")

    assert "/elsewhere" not in shown
    assert "secret" not in shown


def test_what_stands_in_a_card_stays_escaped():
    assert "&lt;b&gt;" in render('{% card "x" %}{{ name }}{% endcard %}', name="<b>")


def test_a_change_too_small_to_be_shown_goes_neither_up_nor_down():
    shown = render('{% stat "Net revenue" "€335,128" change=-0.0004 %}')

    assert "tone-neutral" in shown
    assert "arrow" not in shown
    assert "−0" not in shown


def test_a_change_for_the_worse_is_told_by_sign_and_not_by_colour_alone():
    shown = render('{% stat "Unsubscribed" 0.003 unit_code="ratio" change=0.2 better="down" %}')

    assert "tone-bad" in shown
    assert "+20.0%" in shown


def test_a_running_task_asks_again_and_a_finished_one_does_not():
    running = components.Progress(title="Import", url="/imports/1", is_running=True, done=5, total=10)
    finished = components.Progress(title="Import", url="/imports/1", is_running=False, done=10, total=10)

    assert 'hx-get="/imports/1"' in render("{% progress task %}", task=running)
    assert 'value="50"' in render("{% progress task %}", task=running)
    assert "hx-get" not in render("{% progress task %}", task=finished)


def test_steps_done_link_back_and_later_ones_do_not():
    made = components.steps(["Upload", "Mapping", "Import"], 2, ["/1", "/2", "/3"])

    assert [(step.state, step.url) for step in made] == [("done", "/1"), ("current", ""), ("later", "")]
