"""What can be wrong with a file, its mapping, a line of it or a cell."""

from yingtai.kernel.errors import ProductError


class FileMissing(ProductError):
    code = "collect.file-missing"
    title = "There is no file {name} that can be read"
    remedy = "Check the path and that you may read it."
    status = 404


class FileEmpty(ProductError):
    code = "collect.file-empty"
    title = "The file holds no rows"
    remedy = "Export it again; the first line must name the columns."


class SheetEmpty(ProductError):
    code = "collect.sheet-empty"
    title = "Every cell of the sheet is empty"
    remedy = "Name the sheet that holds the table, or save the workbook with the values of its formulas."


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


class FileGivenUp(ProductError):
    code = "collect.file-given-up"
    title = "Reading was given up: of the first {rows} lines, {rejected} could not be used"
    remedy = (
        "Look at the first reasons, then at the delimiter, the encoding and what the columns mean, and try it again."
        " Lines that were loaded before are kept and count once."
    )
    status = 422


class FileMostlyEmpty(ProductError):
    code = "collect.file-mostly-empty"
    title = "Reading was given up: more than {count} lines are empty, and hardly any other was found"
    remedy = "Export the file again without its empty lines."
    status = 422


class PurposeNotRegistered(ProductError):
    code = "collect.purpose-not-registered"
    title = (
        "The file holds answers for the purpose {purpose} by {channel}, which the brand has not registered"
    )
    remedy = (
        "Register the purpose under Compliance → Purposes, or take it out of the mapping, and import the file then."
        " Nothing of it was loaded."
    )
    status = 422


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


class ConsentWithoutPurpose(ProductError):
    code = "collect.consent-without-purpose"
    title = "The column {column} holds answers, and no purpose is chosen that they answer"
    remedy = "Choose the purpose above, or leave the column out. Purposes are registered under Compliance."
    status = 422


class ConsentTwice(ProductError):
    code = "collect.consent-twice"
    title = "Several columns hold answers to the one purpose that is chosen: {columns}"
    remedy = "Choose the one that answers it, leave out the others, and import the file again for each other purpose."
    status = 422


class ConsentTimeAlone(ProductError):
    code = "collect.consent-time-alone"
    title = "The column {column} says when people agreed, and no column says what they answered"
    remedy = "Choose which column holds the answers, or leave this one out."
    status = 422


class ConsentTimeTwice(ProductError):
    code = "collect.consent-time-twice"
    title = "Several columns say when people agreed: {columns}"
    remedy = "Choose one of them; for answers given at different times, write the mapping as a file."
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


class IdentifierMissing(ProductError):
    code = "collect.identifier-missing"
    title = "No column says who a line is about"
    remedy = (
        "Choose for at least one column what people are known by, such as their phone, e-mail or member number; in a "
        "mapping file this is a key under [person]."
    )


class AmountMissing(ProductError):
    code = "collect.amount-missing"
    title = "Either a unit price or the amount of a line is needed, and not both"
    remedy = "Choose one column for one of them; in a mapping file these are the keys line.unit_price and line.amount."


class NoColumnUsed(ProductError):
    code = "collect.no-column-used"
    title = "No column of the file is used yet"
    remedy = "Choose what at least one column means."


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


class FileCameBefore(ProductError):
    code = "collect.file-came-before"
    title = "An import of this very file as “{source}” began or ended on {at}; now its lines would count a second time"
    remedy = (
        "Give it the source and the columns it had then, or say that it is to be imported again all the same."
    )
    status = 409


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
    remedy = "The line comes in without an answer. State the words for yes and no in the mapping."


class ConsentTimeUnsure(ProductError):
    code = "collect.consent-time-unsure"
    title = "A yes has a time that cannot be read, or that has not come yet"
    remedy = (
        "The line comes in without this answer: a no may be later than it. Correct the time in the source."
    )


class AnswerWithoutAddress(ProductError):
    code = "collect.answer-without-address"
    title = "A yes for a channel, of somebody of whom no address there is known"
    remedy = "The answer was not recorded. Give an e-mail address or a phone number that is theirs alone."


class AnswerOfNobody(ProductError):
    code = "collect.answer-of-nobody"
    title = "An answer about consent belongs to nobody who is known"
    remedy = "The answer was not recorded. Give an identifier that is the person's alone."


class AnswerForNoPurpose(ProductError):
    code = "collect.answer-for-no-purpose"
    title = "An answer is about a purpose or a channel that the brand does not have"
    remedy = "The answer was not recorded. Make the purpose under Compliance before you import the file."


class AnswerSaidBefore(ProductError):
    code = "collect.answer-said-before"
    title = "The very same answer is recorded already"
    remedy = "Nothing needs to be done: what holds stays as it is."


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
    title = "A line is not a JSON object, or is nested too deeply"
    remedy = "Write one JSON object per line, with few levels inside one another."


class NumberNotReadable(ProductError):
    code = "collect.number-not-readable"
    title = "A number cannot be read"
    remedy = "Write it like 1234.56, or state the decimal sign in the mapping."


class NumberTooLarge(ProductError):
    code = "collect.number-too-large"
    title = "A number or amount is larger than can be kept"
    remedy = "Check the cell; the columns may have been shifted."


class NumberIsPhone(ProductError):
    code = "collect.number-is-a-phone-number"
    title = "A phone number stands where an amount or a quantity belongs"
    remedy = (
        "The columns may have been shifted. An amount of that size is read when its thousands are set apart."
    )


class QuantityIsZero(ProductError):
    code = "collect.quantity-is-zero"
    title = "A quantity of 0 sells nothing"
    remedy = "Write how many were bought, a return with a minus, or leave the line out."


class AmountsUnsure(ProductError):
    code = "collect.amounts-unsure"
    title = "Some amounts of the file are far larger than its others, and nobody has said that they are right"
    remedy = "Look at them on the page of the import, and say there that they are right."
    status = 409


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
    remedy = "The line comes in without it. Check e-mail addresses and phone numbers in the source."


class ValueOfOtherType(ProductError):
    code = "collect.value-of-other-type"
    title = "A value is not of the type its property was declared with"
    remedy = "The line comes in and the value is kept sealed. Change the declaration or the file."
