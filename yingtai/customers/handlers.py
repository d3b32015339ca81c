"""What customers does when others below it say something."""

from yingtai.collect.events import ImportAsked
from yingtai.customers.jobs import run_asked_import
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import handles


@handles(ImportAsked)
def run_the_import(acting: Acting, fact: ImportAsked) -> None:
    run_asked_import.enqueue(acting, import_id=str(fact.import_id), once_per=str(fact.import_id))
