"""What can go wrong with customers, and what to do about it."""

from yingtai.kernel.errors import ProductError


class ProfileNotFound(ProductError):
    code = "customers.profile-not-found"
    title = "We could not find that profile"
    remedy = (
        "It may have been erased, or it belongs to another dealer. Search for the person by phone or e-mail."
    )
    status = 404


class ProfileErased(ProductError):
    code = "customers.profile-erased"
    title = "This person was erased"
    remedy = (
        "Nothing leads from here to what they did, and nothing can be brought back. "
        "Their page says what became of it."
    )
    status = 410


class ProfileAlreadyMerged(ProductError):
    code = "customers.profile-already-merged"
    title = "This profile was merged into another on {merged_on}"
    remedy = "Open the surviving profile and start from there."
    status = 409


class CannotMergeIntoItself(ProductError):
    code = "customers.cannot-merge-into-itself"
    title = "A profile cannot be merged into itself"
    remedy = "Choose two different profiles."


class TwoUserIds(ProductError):
    code = "customers.two-user-ids"
    title = "These profiles are two different accounts"
    remedy = (
        "Two sign-in accounts are never one person by themselves. Join the accounts in the shop system first."
    )
    status = 409


class OtherBrand(ProductError):
    code = "customers.other-brand"
    title = "These profiles belong to different brands"
    remedy = "Choose two profiles of the same brand."


class NothingToSplit(ProductError):
    code = "customers.nothing-to-split"
    title = "This merge was undone already, or never happened"
    remedy = "Open the profile again to see its merges as they are now."
    status = 409


class IngestIsRunning(ProductError):
    code = "customers.ingest-is-running"
    title = "Another process is writing events at this moment"
    remedy = "Wait until it is done, then try again."
    status = 503


class RequestNotIngested(ProductError):
    code = "customers.request-not-ingested"
    title = "A request was accepted, but its events could not be taken in"
    remedy = "Look at the request in quarantine; send its events again when the cause is fixed."
    status = 500


class PersonWasErased(ProductError):
    code = "customers.person-was-erased"
    title = "The private values of this person were erased"
    remedy = "Nothing can bring them back. Collect them anew if the person returns."
    status = 410


class TooManyReveals(ProductError):
    code = "customers.too-many-reveals"
    title = "You have looked at {most} private values within a day"
    remedy = "Go on tomorrow, or ask a compliance officer: for many people there are audiences and campaigns."
    status = 429


class TooManySearches(ProductError):
    code = "customers.too-many-searches"
    title = "You have searched for people too often within a few minutes"
    remedy = "Wait ten minutes. For many people there are audiences; a list to look up can be imported."
    status = 429


class SearchInAddress(ProductError):
    code = "customers.search-in-address"
    title = "Words to find a person by may not be part of an address"
    remedy = (
        "Send it as JSON to /api/v1/profiles/search: POST a document such as a `query` with the whole value."
    )
    status = 400


class LoadIsRunning(ProductError):
    code = "customers.load-is-running"
    title = "This load is running already"
    remedy = "Wait until it is done, or stop it; a repeat goes on where it stopped."
    status = 409


class SetsCameDifferently(ProductError):
    code = "customers.sets-came-differently"
    title = "The file gives other sets than when its load began"
    remedy = "Import the file again from its start: lines that are there already are recognized."
    status = 409


class OrderCameDifferently(ProductError):
    code = "customers.order-came-differently"
    title = "An order of this number came before with another amount, and stays as it was"
    remedy = (
        "If a file was cut in the middle of an order, bring the whole file as another source. Bring what came back "
        "as a return: a negative quantity, or a number with the prefix of returns."
    )
    status = 409


class PersonalValueConcealed(ProductError):
    code = "customers.personal-value-concealed"
    title = "An order number, a path or a property held a phone number or an address of a person"
    remedy = "It was hidden or sealed. Send people's values as traits or identifiers only."
    status = 422


class RefundBeyondPayment(ProductError):
    code = "customers.refund-beyond-payment"
    title = "More was returned of an order than was paid for it"
    remedy = (
        "What is more than was paid does not count. Send with each return its own amount, not the sum so far."
    )
    status = 422


class RefundOfUnknownOrder(ProductError):
    code = "customers.refund-of-unknown-order"
    title = "Something was returned of an order that is not known or somebody else's, by a key that everybody can read"
    remedy = "It was kept without its amount. Send the order first, or the return by a server or a file."
    status = 422


class OrderAlreadyComplete(ProductError):
    code = "customers.order-already-complete"
    title = "An order was completed once more under its number, by a key that everybody can read"
    remedy = "It was kept without its amount. Have the page say it once, also when it is loaded again."
    status = 422


class OrderOfSeveralPeople(ProductError):
    code = "customers.order-of-several-people"
    title = "Several people completed an order under one number, by a key that everybody can read"
    remedy = (
        "Each of them was counted. Number orders in a way that nobody guesses, or send them by a server: its word "
        "holds."
    )
    status = 422


class OrderBelowZero(ProductError):
    code = "customers.order-below-zero"
    title = "A completed order had an amount below zero"
    remedy = "It was kept without its amount. Send what was returned as Order Refunded."
    status = 422


class AmountBeyondPublicKey(ProductError):
    code = "customers.amount-beyond-public-key"
    title = "An amount or a number of pieces was beyond what a key that everybody can read may say"
    remedy = (
        "It was kept without it. Send orders of more than 10 million, or of more than a million pieces, by a server or "
        "a file."
    )
    status = 422


class BooksWentAway(ProductError):
    code = "customers.books-went-away"
    title = (
        "The database ended the conversation: it restarts, its disk is full, or this import slept too long"
    )
    remedy = (
        "Nothing is lost. Start the same import again when the database answers; it goes on where it stopped."
    )
    status = 503
