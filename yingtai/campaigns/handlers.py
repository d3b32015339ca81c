from yingtai.campaigns.jobs import follow_merges
from yingtai.customers.events import ProfilesMerged
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import handles


@handles(ProfilesMerged)
def sends_follow_the_survivor(acting: Acting, fact: ProfilesMerged) -> None:
    follow_merges.enqueue(acting, survivor_no=fact.survivor_no, duplicate_nos=list(fact.duplicate_nos))
