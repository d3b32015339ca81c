"""The metrics of campaigns in words."""

from django.utils.translation import gettext_lazy as _

from yingtai.kernel.contributions import MetricWords, metric_words

for name, title, definition in (
    (
        "campaigns.outcomes",
        _("Outcome of a campaign"),
        _("How many of those given the mail and of those held out reached the goal, and what they spent."),
    ),
    (
        "campaigns.lift",
        _("Lift of a campaign"),
        _(
            "By how much the mail raised the share of people who reached the goal, compared with those held out, "
            "and how sure that is."
        ),
    ),
    (
        "campaigns.conversions_by_day",
        _("Conversions by day"),
        _(
            "For each day since the campaign was decided: who reached the goal for the first time, given the mail "
            "and held out."
        ),
    ),
):
    metric_words.register(name, MetricWords(title, definition))
