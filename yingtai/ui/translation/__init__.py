"""Translations without GNU gettext: Babel extracts, keeps and compiles the messages of every module.

Each module keeps its own `locale/zh_Hans/LC_MESSAGES/django.po`; English is the source and needs no file.
"""

from yingtai.ui.translation.catalogues import compile_stale, extract, missing, modules, update
from yingtai.ui.translation.command import main

__all__ = ["compile_stale", "extract", "main", "missing", "modules", "update"]
