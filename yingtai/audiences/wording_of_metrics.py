"""The metrics of audiences in words."""

from django.utils.translation import gettext_lazy as _

from yingtai.kernel.contributions import MetricWords, metric_words

for name, title, definition in (
    (
        "audiences.rfm",
        _("RFM scores"),
        _(
            "Everyone who ordered, scored by how recently, how often and for how much: 1 is the lowest fifth of the "
            "brand, 5 the highest. Equal people share a score."
        ),
    ),
    (
        "audiences.rfm_grid",
        _("People by recency and frequency"),
        _("How many people there are for each pair of recency and frequency scores, and what they spent."),
    ),
    (
        "audiences.rfm_bounds",
        _("Where RFM scores begin"),
        _(
            "The lowest value of each score, so that the scores of one person are read without counting the others."
        ),
    ),
):
    metric_words.register(name, MetricWords(title, definition))
