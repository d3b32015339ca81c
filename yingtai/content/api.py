"""The one door into `content`. Other modules import this file, nothing else."""

from yingtai.content.errors import (
    FieldMissing,
    RenderingStopped,
    TemplateNotFound,
    TemplateNotUnderstood,
    TemplateTooLarge,
)
from yingtai.content.people import values_of
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

__all__ = [
    "CompiledTemplate",
    "FieldMissing",
    "Rendered",
    "RenderingStopped",
    "TemplateNotFound",
    "TemplateNotUnderstood",
    "TemplateTooLarge",
    "TemplateView",
    "VersionView",
    "compile_template",
    "compiled",
    "create_template",
    "get_template",
    "get_version",
    "list_ready",
    "list_templates",
    "make_version",
    "values_of",
]
