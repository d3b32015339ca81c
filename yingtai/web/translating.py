"""`yingtai translate`: collect the texts of every module and compile their translations."""

from yingtai.ui.translation import main

__all__ = ["main"]
