"""The metrics of insights in words."""

from django.utils.translation import gettext_lazy as _

from yingtai.kernel.contributions import MetricWords, metric_words

for name, title, definition in (
    (
        "insights.active_profiles",
        _("Active people"),
        _(
            "How many different people did anything at all in a period. A person who comes back counts once. "
            "A mail that was sent to them, and a robot that opened it, are nothing they did."
        ),
    ),
    (
        "insights.orders",
        _("Orders"),
        _("How many orders were completed in a period. A later refund takes nothing back."),
    ),
    (
        "insights.net_revenue",
        _("Net revenue"),
        _(
            "What completed orders brought in a period, less refunds. A refund counts on the day it was made; "
            "every currency stands for itself."
        ),
    ),
    (
        "insights.net_revenue_in_all",
        _("Net revenue in all"),
        _(
            "What completed orders brought in the whole time looked at, less refunds, for every currency by itself."
        ),
    ),
    (
        "insights.average_order_value",
        _("Average order value"),
        _("The value of all completed orders divided by their number, for every currency by itself."),
    ),
    (
        "insights.sales_in_all",
        _("Sales in all"),
        _(
            "Net revenue in all and the average order value of the whole time looked at, for every currency by itself."
        ),
    ),
    (
        "insights.repeat_rate",
        _("Repeat rate"),
        _(
            "Of the people who ordered in the time looked at: the share that had ordered at least twice by its "
            "end, counting every order they ever made. The band says how sure that is, from the number of buyers."
        ),
    ),
    (
        "insights.new_profiles",
        _("New people"),
        _(
            "How many people were seen for the first time in a period, known ones and anonymous visitors alike."
        ),
    ),
    (
        "insights.top_products",
        _("Top products"),
        _(
            "Which products brought the most in the time looked at; ranked for every currency by itself. Money and "
            "pieces are less returns. Orders are all there were: one that was returned later still counts."
        ),
    ),
    (
        "insights.steps_to_order",
        _("From looking to ordering"),
        _(
            "How many people viewed a product, then put one into the cart or asked, then ordered: each step counts "
            "only after the one before."
        ),
    ),
    (
        "insights.orders_by_year",
        _("Orders by year"),
        _(
            "How many orders were completed in each year, so that history is found when nothing was ordered lately."
        ),
    ),
    (
        "insights.time_covered",
        _("Time covered"),
        _("From which day to which day there are events, so that the dashboard opens where the data is."),
    ),
):
    metric_words.register(name, MetricWords(title, definition))
