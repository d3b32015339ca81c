from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job
from yingtai.sample.mailing import finish_campaign


@job("sample.finish_campaign", queue="sending", max_attempts=20)
def finish(acting: Acting, *, campaign_no: int) -> None:
    """Idempotent: a campaign is launched once, a mail is sent once, and opened once by whoever opens it."""
    finish_campaign(acting, campaign_no)
