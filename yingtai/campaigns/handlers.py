from yingtai.campaigns.jobs import follow_merges, note_given_addresses
from yingtai.customers.events import AddressesGiven, ProfilesMerged
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import handles


@handles(ProfilesMerged)
def sends_follow_the_survivor(acting: Acting, fact: ProfilesMerged) -> None:
    follow_merges.enqueue(acting, survivor_no=fact.survivor_no, duplicate_nos=list(fact.duplicate_nos))


@handles(AddressesGiven)
def given_addresses_are_asked(acting: Acting, fact: AddressesGiven) -> None:
    note_given_addresses.enqueue(acting, node_no=fact.node_no, given=fact.given)
