from django.utils.translation import gettext_noop

from yingtai.kernel.errors import ProductError

PARTS = (gettext_noop("subject"), gettext_noop("HTML"), gettext_noop("text"))
"""The parts of a template, as errors name them."""


class TemplateNotFound(ProductError):
    code = "content.template-not-found"
    title = "We could not find that template"
    remedy = "It may belong to another brand. Open it again from the list of templates."
    status = 404


class MistakeInPart(ProductError):
    """What is wrong with one part of a template: the part's name is a word, and often what is wrong."""

    worded = ("part", "what")


class TemplateNotUnderstood(MistakeInPart):
    code = "content.template-not-understood"
    title = "Line {line} of the {part} cannot be read: {what}"
    remedy = "Correct the line; the editor's help lists what a template may hold."


class FilterUnknown(MistakeInPart):
    code = "content.filter-unknown"
    title = "Line {line} of the {part}: there is no filter called {name}"
    remedy = "Did you mean {alike}? The editor's help lists what a template may hold."


class TagUnknown(MistakeInPart):
    code = "content.tag-unknown"
    title = "Line {line} of the {part}: the tag {name} is unknown, or stands where it may not"
    remedy = "Use a tag there is, such as {alike}. The editor's help lists what a template may hold."


class TagNotClosed(MistakeInPart):
    code = "content.tag-not-closed"
    title = "Line {line} of the {part}: the tag {name} is missing"
    remedy = "Correct the line; the editor's help lists what a template may hold."


class TemplateWasUsed(ProductError):
    code = "content.template-was-used"
    title = "“{name}” has a published version, so it cannot be deleted"
    remedy = "Archive it: it leaves the lists, and what campaigns sent can still be looked up."


class TemplateTooLarge(MistakeInPart):
    code = "content.template-too-large"
    title = "The {part} is too large: {what}"
    remedy = "Shorten it; host pictures elsewhere and link to them."


class FieldMissing(MistakeInPart):
    code = "content.field-missing"
    title = "The {part} needs {name}, which this person does not have"
    remedy = "Give a fallback with the filter default, such as a friendly greeting, or leave the person out."


class RenderingStopped(MistakeInPart):
    code = "content.rendering-stopped"
    title = "The {part} cannot be made: {what}"
    remedy = "Make the template simpler; loops, sizes and time are limited."


class AddressRefused(RenderingStopped):
    code = "content.address-refused"
    title = "The {part} holds an address that cannot be sent: {what}"
    remedy = (
        "Write links as https://, mailto: or tel:, and the addresses of pictures and fonts letter by letter, "
        "without a value of the person."
    )


class MarkupRefused(AddressRefused):
    code = "content.markup-refused"
    title = "Line {line} of the {part} holds what a mail cannot: {what}"
    remedy = "Leave out scripts, frames, forms, drawings, videos and whatever else mail programs do not show."


class AttributeRefused(MarkupRefused):
    code = "content.attribute-refused"
    title = "Line {line} of the {part} holds an attribute, or a value of one, that a mail cannot: {what}"
    remedy = (
        "Leave the attribute out. Mails hold those that mail programs know for text, tables, pictures and links, and "
        "of other files only style sheets: <link rel='stylesheet'>."
    )


class InsideRefused(MarkupRefused):
    code = "content.inside-refused"
    title = "Line {line} of the {part}: {what} is not closed, or a < stands in it"
    remedy = "Close it, as with </style> or </title>; in CSS, write (max-width: 600px) or leave a blank behind the <."


class SignRefused(MarkupRefused):
    code = "content.sign-refused"
    title = "Line {line} of the {part}: a < begins no whole element: {what}"
    remedy = (
        "Write &lt; for a < that is meant as text, also in the value of an attribute. For an element, close it with >, "
        "close quotation marks, leave a blank between attributes, and write no sign like @ in their names."
    )


class PersonInLink(AddressRefused):
    code = "content.person-in-link"
    title = "A link of the {part} would take values of a person elsewhere: {what}"
    remedy = (
        "Leave the value out of the link, or lead it to a website of the brand: one that a source under Data names "
        "among the websites that may send with its keys."
    )


class TemplateTooHeavy(ProductError):
    code = "content.template-too-heavy"
    title = "The template takes too long or too much memory"
    remedy = "Make it simpler: fewer and shorter tags, no large tables of values."


class OfferInService(ProductError):
    code = "content.offer-in-service"
    title = "A service mail cannot hold an offer: {what}"
    remedy = "Take the offer out, or declare the template as marketing; then only people who agreed get it."


class PersonInAddress(ProductError):
    code = "content.person-in-address"
    title = "Words to find a person by may not be part of an address"
    remedy = "Type it into “Preview as” of the editor, or give the id of a profile."
    status = 400


class DraftChanged(ProductError):
    code = "content.draft-changed"
    title = "Somebody else just changed the draft"
    remedy = "Look at it again, then publish it."
    status = 409


class ColorNotUnderstood(ProductError):
    code = "content.color-not-understood"
    title = "That is not a color"
    remedy = "Choose one, or write it as # and six digits, such as #1f6feb."


class LogoRefused(ProductError):
    code = "content.logo-refused"
    title = "That logo cannot be used"
    remedy = "Choose a PNG, JPEG or WebP of at most 100 KB and 2,000 pixels on each side."
