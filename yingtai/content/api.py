"""The one door into `content`. Other modules import this file, nothing else."""

from yingtai.content.addresses import unescaped, with_links
from yingtai.content.checking import NOWHERE, invented_mail, mentioned
from yingtai.content.colors import edge_of, ink_on
from yingtai.content.errors import (
    AddressRefused,
    DraftChanged,
    FieldMissing,
    OfferInService,
    RenderingStopped,
    TemplateNotFound,
    TemplateNotUnderstood,
    TemplateTooHeavy,
    TemplateTooLarge,
)
from yingtai.content.looks import Look, keep_look, look_of
from yingtai.content.people import Person, find_person, may_see_clear, values_of
from yingtai.content.queries import (
    TemplateView,
    VersionView,
    compiled,
    get_template,
    get_version,
    list_ready,
    list_templates,
)
from yingtai.content.rendering import CompiledTemplate, Rendered, compile_template
from yingtai.content.services import create_template, make_version
from yingtai.content.starting import REACTIVATION, THANKS, WELCOME, Start, language_of, start_of
from yingtai.content.trial import try_out

__all__ = [
    "NOWHERE",
    "REACTIVATION",
    "THANKS",
    "WELCOME",
    "AddressRefused",
    "CompiledTemplate",
    "DraftChanged",
    "FieldMissing",
    "Look",
    "OfferInService",
    "Person",
    "Rendered",
    "RenderingStopped",
    "Start",
    "TemplateNotFound",
    "TemplateNotUnderstood",
    "TemplateTooHeavy",
    "TemplateTooLarge",
    "TemplateView",
    "VersionView",
    "compile_template",
    "compiled",
    "create_template",
    "edge_of",
    "find_person",
    "get_template",
    "get_version",
    "ink_on",
    "invented_mail",
    "keep_look",
    "language_of",
    "list_ready",
    "list_templates",
    "look_of",
    "make_version",
    "may_see_clear",
    "mentioned",
    "start_of",
    "try_out",
    "unescaped",
    "values_of",
    "with_links",
]
