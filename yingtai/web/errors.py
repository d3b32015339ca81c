from yingtai.kernel.errors import ProductError


class MailNotFound(ProductError):
    code = "web.mail-not-found"
    title = "This mail is not in the development mailbox"
    remedy = "It may have made room for newer ones, or the product was started again. Send it once more."
    status = 404


class DatabasesNotPrepared(ProductError):
    code = "web.databases-not-prepared"
    title = "The databases do not have this release's shape yet"
    remedy = "Run `yingtai migrate` first; `yingtai run` does so by itself."
    status = 503


class BooksAreNewer(ProductError):
    code = "web.books-are-newer"
    title = "These books were made by a newer release: {unknown}"
    remedy = "Start that release or a later one, or put back the backup that was taken before it. Nothing was changed."
    status = 500


class BodyDidNotArrive(ProductError):
    code = "web.body-did-not-arrive"
    title = "What was sent did not arrive whole"
    remedy = "Nothing was changed. Look at your connection, then send it again."
    status = 400


class BooksDoNotAnswer(ProductError):
    code = "web.books-do-not-answer"
    title = "The database does not answer just now"
    remedy = "Nothing was changed. It is usually back within a minute: go back and try again then."
    status = 503


class EventsCannotBeRead(ProductError):
    code = "web.events-cannot-be-read"
    title = "Some stored events cannot be read just now"
    remedy = (
        "Nothing was changed. Tell your operator: System status names the damaged files, and they have to be brought "
        "back from a backup. Pages that do not need them work."
    )
    status = 503


class JobNotFailed(ProductError):
    code = "web.job-not-failed"
    title = "This job has not failed, or is no longer kept"
    remedy = "Somebody may have let it try again already. Look at the list once more."
    status = 404


class FactNotParked(ProductError):
    code = "web.fact-not-parked"
    title = "This internal message is not parked"
    remedy = "Somebody may have had it delivered again already. Look at the list once more."
    status = 404


class EqualJobWaits(ProductError):
    code = "web.equal-job-waits"
    title = "An equal job waits already"
    remedy = "It does the same work. Wait for it; nothing else is needed."
    status = 409
