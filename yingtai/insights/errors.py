from yingtai.kernel.errors import ProductError


class MetricNotFound(ProductError):
    code = "insights.metric-not-found"
    title = "There is no metric called {name}"
    remedy = "Choose one from the catalogue of metrics."
    status = 404


class PeriodNotUnderstood(ProductError):
    code = "insights.period-not-understood"
    title = "The period cannot be read"
    remedy = (
        "Give `since` and `until` as dates such as 2026-11-21, the first before the second, and as `grain` day, week "
        "or month."
    )
    status = 400


class SubjectMissing(ProductError):
    code = "insights.subject-missing"
    title = "{name} is about one thing, and it is not said which"
    remedy = "Give its id as `about`: for a metric of campaigns the id of a campaign."
