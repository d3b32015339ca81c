"""What can be wrong with an event or a request; the collector answers these codes, quarantine shows them."""

from yingtai.kernel.errors import ProductError


class EventNotAnObject(ProductError):
    code = "collect.event-not-an-object"
    title = "An event arrived that is not an object"
    remedy = "Send every event as a JSON object with a type."
    status = 400


class EventTypeUnknown(ProductError):
    code = "collect.event-type-unknown"
    title = "The type of the event is not one we know"
    remedy = "Send identify, track, page, screen, group or alias as its type."
    status = 400


class EventTooLarge(ProductError):
    code = "collect.event-too-large"
    title = "The event is larger than 32 KB"
    remedy = "Send fewer or shorter properties; large texts and files belong elsewhere."
    status = 400


class EventTooDeep(ProductError):
    code = "collect.event-too-deep"
    title = "The event nests objects or lists too deeply"
    remedy = "Nest at most 20 levels."
    status = 400


class EventNameMissing(ProductError):
    code = "collect.event-name-missing"
    title = "A track event does not say what happened"
    remedy = "Send a non-empty text of at most 200 letters as event."
    status = 400


class EventNameReserved(ProductError):
    code = "collect.event-name-reserved"
    title = "The event has a name that only Yingtai itself records"
    remedy = 'Choose another name, such as "Shop Email Opened" instead of "Email Opened".'
    status = 400


class EventNameIsTitle(ProductError):
    code = "collect.event-name-is-title"
    title = "The event is called what Yingtai shows another event as"
    remedy = (
        "Send a standard event under its own name, such as Product Added for “Put a product into the cart”; "
        "give one of your own another name."
    )
    status = 400


class NobodyNamed(ProductError):
    code = "collect.nobody-named"
    title = "The event does not say who it is about"
    remedy = "Send userId or anonymousId."
    status = 400


class FieldMissing(ProductError):
    code = "collect.field-missing"
    title = "A field that this type of event needs is missing"
    remedy = "Send groupId with group, and previousId with alias."
    status = 400


class FieldOfWrongType(ProductError):
    code = "collect.field-of-wrong-type"
    title = "A field of the event has a type it must not have"
    remedy = "Send ids and names as text, and properties and traits as objects."
    status = 400


class MessageIdTooLong(ProductError):
    code = "collect.message-id-too-long"
    title = "The messageId is longer than 100 letters"
    remedy = "Send a UUID as messageId; repeats are recognized by it."
    status = 400


class TooManyProperties(ProductError):
    code = "collect.too-many-properties"
    title = "The event has more than 300 properties"
    remedy = "Send only properties that somebody will use."
    status = 400


class NullCharacter(ProductError):
    code = "collect.null-character"
    title = "A text of the event holds a null character"
    remedy = "Remove the character \\u0000 before sending."
    status = 400


class TextNotReadable(ProductError):
    code = "collect.text-not-readable"
    title = "The event cannot be read"
    remedy = "Send JSON in UTF-8 with numbers of ordinary size."
    status = 400


class NumberOutOfRange(ProductError):
    code = "collect.number-out-of-range"
    title = "A number was larger than a computer can hold, such as 1e999 or one of 5,000 digits"
    remedy = "It was left out, and the rest of the event was kept. Send such values as text."
    status = 400


class ClockNotReadable(ProductError):
    code = "collect.clock-not-readable"
    title = "The time of the event cannot be read"
    remedy = "Send timestamps in ISO 8601 with a time zone."
    status = 400


class ClockAhead(ProductError):
    code = "collect.clock-ahead"
    title = "The event says it happened more than a day from now"
    remedy = "Check the clock of the device, and send sentAt so that we can correct it."
    status = 400


class ClockBehind(ProductError):
    code = "collect.clock-behind"
    title = "The event is older than this source may send"
    remedy = "Import history from a file, or raise the back-fill limit of the source."
    status = 400


class PlanViolated(ProductError):
    code = "collect.plan-violated"
    title = "The event does not match its declaration in the tracking plan"
    remedy = "Send the declared type, or change the declaration in the tracking plan."
    status = 400


class OrderInNoMoney(ProductError):
    code = "collect.order-in-no-money"
    title = "An order names a currency that nobody pays with"
    remedy = (
        "Send currency as its code in ISO 4217, such as CNY, EUR or GBP, or leave it out for the brand's own."
    )
    status = 400


class RevenueNotReadable(ProductError):
    code = "collect.revenue-not-readable"
    title = "The amount of an order is no number"
    remedy = "Send total, revenue or value as a number, such as 129.5, or leave it out."
    status = 400


class RequestNotReadable(ProductError):
    code = "collect.request-not-readable"
    title = "The body of the request is not readable JSON"
    remedy = "Send a JSON object in UTF-8, plain or compressed with gzip."
    status = 400


class RequestIncomplete(ProductError):
    code = "collect.request-incomplete"
    title = "The body of the request did not arrive whole"
    remedy = "Send it again; if it is sent in chunks, look at how their sizes are written."
    status = 400


class BatchMissing(ProductError):
    code = "collect.batch-missing"
    title = "The request holds no list of events"
    remedy = "Send the events as a non-empty list under batch."
    status = 400


class AllRefused(ProductError):
    code = "collect.all-refused"
    title = "No event of the request was accepted"
    remedy = "See refused for the reason of each; they are kept in quarantine."
    status = 400


class TooManyRefused(ProductError):
    code = "collect.too-many-refused"
    title = "More than a thousand events of the batch were refused, so the rest was not looked at"
    remedy = "Nothing of the batch was accepted. Send a few of its events to see what is wrong, then send it again."
    status = 400


class KeyUnknown(ProductError):
    code = "collect.key-unknown"
    title = "The write key is missing, unknown or revoked"
    remedy = (
        "Send a live write key of the source as the user name of HTTP Basic, without a password. In the body it is "
        "looked for in the first 64 KB only."
    )
    status = 401


class OriginNotAllowed(ProductError):
    code = "collect.origin-not-allowed"
    title = "This write key may not be used from this website"
    remedy = "Add the website's origin to the allowed origins of the source."
    status = 403


class PathUnknown(ProductError):
    code = "collect.path-unknown"
    title = "Nothing is collected at this address"
    remedy = "Post to /v1/batch or to /v1/ with identify, track, page, screen, group, alias or import."
    status = 404


class MethodNotAllowed(ProductError):
    code = "collect.method-not-allowed"
    title = "Events are sent with POST"
    remedy = "Use POST."
    status = 405


class RequestTooSlow(ProductError):
    code = "collect.request-too-slow"
    title = "The body of the request did not arrive in time"
    remedy = "Nothing was accepted. Send it again, in smaller batches over a slow line."
    status = 408


class RequestTooLarge(ProductError):
    code = "collect.request-too-large"
    title = "The request is larger than 500 KB or holds too many events"
    remedy = "Send smaller batches."
    status = 413


class EncodingUnknown(ProductError):
    code = "collect.encoding-unknown"
    title = "The request is compressed in a way we do not read"
    remedy = "Send it plain or with gzip."
    status = 415


class TooManyEvents(ProductError):
    code = "collect.too-many-events"
    title = "This write key sends more events than it may"
    remedy = "Wait as long as Retry-After says, then send again."
    status = 429


class CollectorBusy(ProductError):
    code = "collect.busy"
    title = "More arrives than we can keep at this moment"
    remedy = "Wait as long as Retry-After says, then send again."
    status = 503


class StoreUnavailable(ProductError):
    code = "collect.store-unavailable"
    title = "The events could not be kept just now"
    remedy = "Nothing was accepted. Wait as long as Retry-After says, then send again."
    status = 503


class IdentifierMeansNobody(ProductError):
    code = "collect.identifier-means-nobody"
    title = "An identifier was a placeholder, such as null, 无 or 13800138000"
    remedy = "It was left out, or strangers would become one person. Send nothing when nobody is known."
    status = 422


class IdentifierOfACrowd(ProductError):
    code = "collect.identifier-of-a-crowd"
    title = "A phone number, a device or another identifier came with several people"
    remedy = "It was left out where it would have made them one. Look whether it is a hotline or a showroom's tablet."
    status = 422
