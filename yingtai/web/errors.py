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
