"""Work that insights does later."""

from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job
from yingtai.lake.summarizing import summarize


@job("insights.summarize_lake", queue="reports")
def summarize_lake(acting: Acting) -> None:
    """Sum up days that changed, so that figures are read from few files. A repeat finds them summed up."""
    summarize()
