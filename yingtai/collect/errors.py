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
    remedy = "Send a UUID as messageId; repeats are recognised by it."
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


class KeyUnknown(ProductError):
    code = "collect.key-unknown"
    title = "The write key is missing, unknown or revoked"
    remedy = "Send a live write key of the source as the user name of HTTP Basic, without a password."
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


class QuarantineNotFound(ProductError):
    code = "collect.quarantine-not-found"
    title = "We could not find that refused event"
    remedy = "Refused events are kept for thirty days. Open the list again."
    status = 404


class FileMissing(ProductError):
    code = "collect.file-missing"
    title = "There is no file {name} that can be read"
    remedy = "Check the path and that you may read it."
    status = 404


class FileEmpty(ProductError):
    code = "collect.file-empty"
    title = "The file holds no rows"
    remedy = "Export it again; the first line must name the columns."


class FileNotATable(ProductError):
    code = "collect.file-not-a-table"
    title = "The file is {found}, which is not a table we read"
    remedy = "Save it as CSV, Excel (.xlsx), Parquet or JSON lines, plain or compressed with gzip."


class FileDamaged(ProductError):
    code = "collect.file-damaged"
    title = "The file is damaged or was cut off: {detail}"
    remedy = "Export or upload it again."


class FileTooLarge(ProductError):
    code = "collect.file-too-large"
    title = "The file is larger than {limit} when unpacked"
    remedy = "Split it into smaller files; they may be imported one after the other."
    status = 413


class LineTooLong(ProductError):
    code = "collect.line-too-long"
    title = "A line of the file has no end within {limit}"
    remedy = "This is not a table of lines. Look for a quote that is never closed, or export the file again."
    status = 413


class FileExpired(ProductError):
    code = "collect.file-expired"
    title = "The uploaded file is no longer kept"
    remedy = "Uploaded files are removed after three days. Upload it again."
    status = 410


class EncodingNotKnown(ProductError):
    code = "collect.encoding-not-known"
    title = "There is no encoding called {name}"
    remedy = "Write utf-8, gb18030, utf-16 or windows-1252, or leave it out to have it detected."


class ColumnTwice(ProductError):
    code = "collect.column-twice"
    title = "Two columns of the file are called {column}"
    remedy = "Rename one of them in the first line of the file."


class TraitNameHasDots(ProductError):
    code = "collect.trait-name-has-dots"
    title = "A trait cannot be called {name}: a dot leads into an object, and audiences ask for plain values"
    remedy = "Send the value under a name without dots, such as member_level, and declare that."
    status = 422


class TraitTwice(ProductError):
    code = "collect.trait-twice"
    title = "Two columns point at the same trait: {columns}"
    remedy = "Choose which of them it is; the other can be left out or become a trait of its own."
    status = 422


class ColumnNotInFile(ProductError):
    code = "collect.column-not-in-file"
    title = "The mapping takes {key} from a column {column} that the file does not have"
    remedy = "Use one of: {columns}."


class MappingNotReadable(ProductError):
    code = "collect.mapping-not-readable"
    title = "The mapping is not readable TOML: {detail}"
    remedy = "Start from an example in docs/examples and change the column names."


class MappingKeyUnknown(ProductError):
    code = "collect.mapping-key-unknown"
    title = "The mapping has a key {key} that the shape {shape} does not know"
    remedy = "Remove it or use one of: {known}."


class MappingKeyMissing(ProductError):
    code = "collect.mapping-key-missing"
    title = "The mapping does not say {key}"
    remedy = "Add it; the shape {shape} needs it."


class MappingValueNotUsable(ProductError):
    code = "collect.mapping-value-not-usable"
    title = "The mapping's {key} cannot be used"
    remedy = "It must be {expected}."


class ImportNotMapped(ProductError):
    code = "collect.import-not-mapped"
    title = "Nobody has said yet what the columns of this file mean"
    remedy = "Choose it on the page of the columns first."
    status = 409


class ImportNotFound(ProductError):
    code = "collect.import-not-found"
    title = "We could not find that import"
    remedy = "It may belong to another brand. Choose one from the list of imports."
    status = 404


class ImportUnderWay(ProductError):
    code = "collect.import-under-way"
    title = "This import is running or done already"
    remedy = "Follow it on its page, or start a new import."
    status = 409


class CellMissing(ProductError):
    code = "collect.cell-missing"
    title = "A cell is empty that must not be"
    remedy = "Fill the cell, or map the field to another column."


class CellsTooFew(ProductError):
    code = "collect.cells-too-few"
    title = "The line has fewer cells than the header"
    remedy = "Look for a missing delimiter or a line break inside a cell without quotes."


class CellsTooMany(ProductError):
    code = "collect.cells-too-many"
    title = "The line has more cells than the header"
    remedy = "Put quotes around cells that hold the delimiter."


class QuoteNotClosed(ProductError):
    code = "collect.quote-not-closed"
    title = "A quote is opened and never closed, so the lines after it cannot be told apart"
    remedy = "Close the quote in the first of these lines, or remove it, and import the file again."


class NumberRounded(ProductError):
    code = "collect.number-rounded"
    title = "A long number was rounded by a spreadsheet, such as 1.39E+10"
    remedy = "Format the column as text in the spreadsheet, fill it again from the source, and export the file anew."


class AnswerNotUnderstood(ProductError):
    code = "collect.answer-not-understood"
    title = "A cell about consent says neither yes nor no"
    remedy = "The line was taken without an answer. State the words for yes and no in the mapping."


class CellTooLarge(ProductError):
    code = "collect.cell-too-large"
    title = "A cell or line is larger than 128 KB"
    remedy = "Look for a quote that is never closed; large texts do not belong in this file."


class CellNotReadable(ProductError):
    code = "collect.cell-not-readable"
    title = "A cell holds bytes that are not of the file's encoding, or a null character"
    remedy = "State the right encoding, or save the file again as UTF-8."


class LineNotReadable(ProductError):
    code = "collect.line-not-readable"
    title = "The line is not a JSON object"
    remedy = "Write one JSON object per line."


class NumberNotReadable(ProductError):
    code = "collect.number-not-readable"
    title = "A number cannot be read"
    remedy = "Write it like 1234.56, or state the decimal sign in the mapping."


class NumberTooLarge(ProductError):
    code = "collect.number-too-large"
    title = "A number or amount is larger than can be kept"
    remedy = "Check the cell; the columns may have been shifted."


class TimeNotReadable(ProductError):
    code = "collect.time-not-readable"
    title = "A date or time cannot be read"
    remedy = "Write it like 2026-03-02 09:30, or state its format in the mapping."


class TimeOutOfBounds(ProductError):
    code = "collect.time-out-of-bounds"
    title = "A date lies before 1980 or more than a day from now"
    remedy = "Check the cell and the format in the mapping; day and month may have changed places."


class PlaceNotKnown(ProductError):
    code = "collect.place-not-known"
    title = "The region or dealer of a line is not known or not yours"
    remedy = "Use the codes of your organization."


class LineNamesNobody(ProductError):
    code = "collect.line-names-nobody"
    title = "The line holds no identifier that can be used"
    remedy = "A person needs at least one of the mapped identifiers in its usual form."


class IdentifierNotUsable(ProductError):
    code = "collect.identifier-not-usable"
    title = "An identifier does not have the form of its kind"
    remedy = "The line was taken without it. Check e-mail addresses and phone numbers in the source."


class ValueOfOtherType(ProductError):
    code = "collect.value-of-other-type"
    title = "A value is not of the type its property was declared with"
    remedy = "The line was taken and the value kept sealed. Change the declaration or the file."
