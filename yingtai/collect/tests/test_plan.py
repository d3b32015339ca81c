"""What the plan lets through, and what it keeps sealed."""

from hypothesis import given
from hypothesis import strategies as st

from yingtai.collect.plan import EVENT, HIDDEN_NAME, PROPERTY, TRAIT, Declared, Plan, kept_name, snapshot
from yingtai.collect.presets import commerce
from yingtai.kernel.labels import Label

PLAN = Plan(
    1,
    [
        Declared(EVENT, "", "Order Completed", "object", Label.L2),
        Declared(PROPERTY, "Order Completed", "total", "number", Label.L2),
        Declared(PROPERTY, "Order Completed", "note", "string", Label.L3),
        Declared(PROPERTY, "Order Completed", "products", "array", Label.L2),
        Declared(PROPERTY, "Order Completed", "products[].sku", "string", Label.L2),
        Declared(PROPERTY, "", "channel", "string", Label.L2),
        Declared(TRAIT, "", "city", "string", Label.L2),
        Declared(TRAIT, "", "phone", "string", Label.L3),
    ],
)


def test_only_what_is_declared_for_the_event_may_be_known():
    sent = {"total": 12.5, "note": "ring twice", "channel": "web", "search": "anna"}

    l2, private, unseen = PLAN.split(sent, "Order Completed")

    assert l2 == {"total": 12.5, "channel": "web"}
    assert private == {"note": "ring twice", "search": "anna"}
    assert unseen == ["search"]


def test_another_events_declaration_does_not_count():
    assert PLAN.split({"total": 1, "channel": "web"}, "Page Viewed") == (
        {"channel": "web"},
        {"total": 1},
        ["total"],
    )


def test_a_value_of_another_type_than_declared_stays_sealed():
    assert PLAN.split({"total": "anna@example.com"}, "Order Completed").l2 == {}
    assert PLAN.split({"total": True}, "Order Completed").l2 == {}


def test_lists_keep_what_is_declared_inside_them():
    products = [{"sku": "A", "gift_note": "for Anna"}, {"sku": "B"}]

    l2, private, unseen = PLAN.split({"products": products}, "Order Completed")

    assert l2 == {"products": [{"sku": "A"}, {"sku": "B"}]}
    assert private == {"products": [{"gift_note": "for Anna"}, {}]}
    assert unseen == ["products[].gift_note"]


def test_traits_are_split_the_same_way():
    assert PLAN.split_traits({"city": "Köln", "phone": "13800000000", "x": None}) == (
        {"city": "Köln"},
        {"phone": "13800000000", "x": None},
        ["x"],
    )


def test_names_that_could_tell_a_person_are_not_kept():
    assert kept_name("Order Completed") == "Order Completed"
    assert kept_name("商品浏览") == "商品浏览"
    pictured = {"奇怪事件😀", "Loved ❤️", "👩\u200d👧 joined"}
    assert {kept_name(name) for name in pictured} == pictured
    assert kept_name("user１３８０００") == HIDDEN_NAME
    assert kept_name("Seen\u200d") == HIDDEN_NAME
    assert {kept_name(name) for name in ("anna@example.com", "user_13800000000", "", "x" * 101, "a\0b")} == {
        HIDDEN_NAME
    }


def test_the_snapshot_for_the_collector_names_types_by_event():
    document = snapshot(PLAN, "block")

    assert document["on_violation"] == "block"
    assert document["events"]["Order Completed"]["properties"]["total"] == {
        "type": "number",
        "required": False,
        "label": 2,
    }
    assert "products[].sku" not in document["events"]["Order Completed"]["properties"]


def test_the_commerce_preset_says_everything_once():
    lines = list(commerce())

    assert len({(line.subject, line.event, line.name) for line in lines}) == len(lines)
    assert {line.name for line in lines if line.label >= Label.L3} >= {"email", "phone", "name"}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["total", "note", "products", "channel", "?"]) | st.text(), values))
def test_whatever_arrives_nothing_is_lost_and_nothing_undeclared_is_known(sent):
    l2, private, unseen = PLAN.split(sent, "Order Completed")

    assert set(l2) | set(private) == set(sent)
    assert set(l2) <= {"total", "products", "channel"}
    assert {name for name in sent if name not in {"total", "note", "products", "channel"}} <= set(unseen)
