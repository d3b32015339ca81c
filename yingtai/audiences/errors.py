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


class DefinitionTooDeep(ProductError):
    code = "audiences.definition-too-deep"
    title = "This audience nests groups more than {depth} deep or has more than {count} sentences"
    remedy = "Save a part of it as an audience of its own and name that audience here."


class AudienceRefersToItself(ProductError):
    code = "audiences.audience-refers-to-itself"
    title = "An audience cannot be made of itself"
    remedy = "Choose another audience in the sentence about audiences."


class NameIsMissing(ProductError):
    code = "audiences.name-is-missing"
    title = "The audience has no name yet"
    remedy = "Give it a name that colleagues will recognize."
