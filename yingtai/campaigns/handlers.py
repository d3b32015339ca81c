from yingtai.campaigns.jobs import follow_merges, forget_people
from yingtai.customers.events import PersonErased, ProfilesMerged
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import handles


@handles(ProfilesMerged)
def sends_follow_the_survivor(acting: Acting, fact: ProfilesMerged) -> None:
    follow_merges.enqueue(acting, survivor_no=fact.survivor_no, duplicate_nos=list(fact.duplicate_nos))


@handles(PersonErased)
def nothing_is_owed_to_the_erased(acting: Acting, fact: PersonErased) -> None:
    forget_people.enqueue(acting, profile_nos=list(fact.profile_nos))
