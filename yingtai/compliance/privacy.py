"""What compliance keeps of a person: what they answered, and how that is given out and forgotten."""

from django.utils.translation import gettext_lazy as _

from yingtai.compliance.queries import answers_of
from yingtai.compliance.services.forgetting import forget_answers
from yingtai.kernel.contributions import Holder, privacy_holders

privacy_holders.register(
    "compliance",
    Holder(
        title=_("Consents: what they answered"),
        erasing=_(
            "Nothing they agreed to holds any more; the log stays as proof, under a number of nobody. Keyed hashes "
            "of their identifiers stay, so that an old file brings back no old yes."
        ),
        export=answers_of,
        erase=forget_answers,
    ),
    order=20,
)
