from yingtai.kernel.errors import ProductError


class PurposeNotFound(ProductError):
    code = "compliance.purpose-not-found"
    title = "This brand has no purpose called {purpose}"
    remedy = "Register it under Compliance, Purposes, or use one of the purposes listed there."
    status = 404


class ChannelNotInPurpose(ProductError):
    code = "compliance.channel-not-in-purpose"
    title = "The purpose {purpose} does not use the channel {channel}"
    remedy = "Choose one of its channels, or register a purpose for this channel."


class NoticeNotFound(ProductError):
    code = "compliance.notice-not-found"
    title = "There is no published notice version {version} for {purpose}"
    remedy = "Publish the notice first, then record consents that were given on it."
    status = 404


class EvidenceHoldsPersonalData(ProductError):
    code = "compliance.evidence-holds-personal-data"
    title = "The evidence {key} looks like personal data"
    remedy = (
        "Evidence says how consent was given, such as form, page or import; leave out names and addresses."
    )


class EvidenceNotUnderstood(ProductError):
    code = "compliance.evidence-not-understood"
    title = "The evidence {key} cannot be kept"
    remedy = "Use the keys listed in the compliance README, with short texts or numbers as values."


class StatusNotUnderstood(ProductError):
    code = "compliance.status-not-understood"
    title = "A consent cannot be {status}"
    remedy = "Send granted, denied or withdrawn."


class PersonNotFound(ProductError):
    code = "compliance.person-not-found"
    title = "We could not find the profile this consent is about"
    remedy = "Check the profile id; it may belong to another brand or have been erased."
    status = 404


class PurposeIsTaken(ProductError):
    code = "compliance.purpose-is-taken"
    title = "{brand} already has a purpose called {purpose}"
    remedy = "Open the existing purpose, or choose another code."
    status = 409


class PurposeIsArchived(ProductError):
    code = "compliance.purpose-is-archived"
    title = "The purpose {purpose} is archived"
    remedy = "Choose a purpose that is in use, or have this one restored."
    status = 409


class SourceHoldsPersonalData(ProductError):
    code = "compliance.source-holds-personal-data"
    title = "The {what} of a consent looks like personal data"
    remedy = (
        "Name where the answer was given, such as newsletter form or shop; leave out names and addresses."
    )


class SourceNotUnderstood(ProductError):
    code = "compliance.source-not-understood"
    title = "The {what} of a consent cannot be kept"
    remedy = "Write a short name on one line, such as newsletter form or shop."


class ErasureStands(ProductError):
    code = "compliance.erasure-stands"
    title = "A yes from before the person was erased does not count"
    remedy = "Ask them again. Give the column that says when they agreed, if it was after they were erased."


class WithdrawalStands(ProductError):
    code = "compliance.withdrawal-stands"
    title = "A yes without a time of its own does not undo a withdrawal"
    remedy = (
        "The person stays unsubscribed. Give the column that says when they agreed, if it was after that."
    )
