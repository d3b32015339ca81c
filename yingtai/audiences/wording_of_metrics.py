"""The metrics of audiences in words."""

from django.utils.translation import gettext_lazy as _

from yingtai.kernel.contributions import MetricWords, metric_words

for name, title, definition in (
    (
        "audiences.rfm_scores",
        _("RFM scores"),
        _(
            "Everyone who ordered, scored by how recently, how often and for how much: 1 is the lowest fifth of the "
            "brand, 5 the highest. Equal people share a score. Money is what was paid in the currency of most of the "
            "brand’s orders; whoever paid in other currencies only has no score for money."
        ),
    ),
    (
        "audiences.rfm_grid",
        _("People by recency and frequency"),
        _("How many people there are for each pair of recency and frequency scores."),
    ),
    (
        "audiences.rfm_score_bounds",
        _("Where RFM scores begin"),
        _(
            "The lowest value of each score, so that the scores of one person are read without counting the others."
        ),
    ),
):
    metric_words.register(name, MetricWords(title, definition))
