"""What can be wrong with sources, the tracking plan and quarantine."""

from yingtai.kernel.errors import ProductError


class SourceNotFound(ProductError):
    code = "collect.source-not-found"
    title = "We could not find that source"
    remedy = "It may belong to another brand. Choose one from the list of sources."
    status = 404


class SourceNameTaken(ProductError):
    code = "collect.source-name-taken"
    title = "There is a source with the name {name} already"
    remedy = "Choose another name, or use the source that is there."
    status = 409


class TimeZoneNotKnown(ProductError):
    code = "collect.time-zone-not-known"
    title = "There is no time zone called {name}"
    remedy = "Write it as in the IANA list, for example Asia/Shanghai or Europe/London."


class CurrencyNotKnown(ProductError):
    code = "collect.currency-not-known"
    title = "There is no currency with the code {code}"
    remedy = "Write it as in ISO 4217, for example CNY, EUR or GBP."


class OriginNotUnderstood(ProductError):
    code = "collect.origin-not-understood"
    title = "{origin} is not the origin of a website"
    remedy = "Write it like https://www.example.com, without a path."


class PresetNotFound(ProductError):
    code = "collect.preset-not-found"
    title = "There is no plan preset called {name}"
    remedy = "Choose commerce."
    status = 404


class DeclarationNotUnderstood(ProductError):
    code = "collect.declaration-not-understood"
    title = "The declaration of {name} cannot be used"
    remedy = "Give it a name, a type and a label from the lists."


class TooManyOpened(ProductError):
    code = "collect.too-many-opened"
    title = "More than {most} refused events were opened within a day"
    remedy = "Fix what the first of them show, then look at what is refused after that. You can open more tomorrow."
    status = 429


class RetentionTooShort(ProductError):
    code = "collect.retention-too-short"
    title = "{name} may not be kept for less than {days} days by your role"
    remedy = "What is older may be removed every night, and nothing brings it back. Ask a compliance officer."
    status = 403


class QuarantineNotFound(ProductError):
    code = "collect.quarantine-not-found"
    title = "We could not find that refused event"
    remedy = "Refused events are kept for thirty days. Open the list again."
    status = 404
