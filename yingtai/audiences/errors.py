from yingtai.kernel.errors import ProductError


class AudienceNotFound(ProductError):
    code = "audiences.audience-not-found"
    title = "We could not find that audience"
    remedy = "It may have been archived, or belong to a place you do not work in. Choose one from the list."
    status = 404


class DefinitionNotUnderstood(ProductError):
    code = "audiences.definition-not-understood"
    title = "One sentence of this audience cannot be read: {what}"
    remedy = "Correct or remove that sentence; the builder offers everything that can be asked."
    # Of a name nobody knows there are three facts more: `said`, `near`, the names it may have been meant for, and
    # `wrong`, which is `what` without these.


class BlankEmpty(DefinitionNotUnderstood):
    code = "audiences.blank-empty"
    title = "Fill in “{blank}” of the sentence “{sentence}”"
    remedy = "Choose or type what is missing, or remove that sentence."


class DefinitionTooDeep(ProductError):
    code = "audiences.definition-too-deep"
    title = "This audience nests groups more than {depth} deep or has more than {count} sentences"
    remedy = "Save a part of it as an audience of its own and name that audience here."


class AudienceRefersToItself(ProductError):
    code = "audiences.audience-refers-to-itself"
    title = "An audience cannot be made of itself, not even by way of another one"
    remedy = "Choose another audience in the sentence about audiences."


class AudienceIsInUse(ProductError):
    code = "audiences.audience-is-in-use"
    title = "Other audiences are made of this one: {names}"
    remedy = "Take it out of their sentences first, or archive them."
    status = 409


class AudienceIsNotArchived(ProductError):
    code = "audiences.audience-is-not-archived"
    title = "Only an archived audience can be deleted"
    remedy = "Archive it first."
    status = 409


class AudienceWasUsed(ProductError):
    code = "audiences.audience-was-used"
    title = "The audience cannot be deleted: {names} need it"
    remedy = (
        "It stays archived, where it disturbs nobody. "
        "Audiences that are made of it can be changed or deleted first."
    )
    status = 409


class NameIsMissing(ProductError):
    code = "audiences.name-is-missing"
    title = "The audience has no name yet"
    remedy = "Give it a name that colleagues will recognize."


class NameIsTooLong(ProductError):
    code = "audiences.name-is-too-long"
    title = "The name or the note is too long, or holds a character that cannot be stored"
    remedy = "Keep the name within 120 characters and the note within 400."


class PlaceNotYours(ProductError):
    code = "audiences.place-not-yours"
    title = "You cannot keep an audience in that place"
    remedy = "Choose a place you work in."
    status = 403
