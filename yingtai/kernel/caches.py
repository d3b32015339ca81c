"""Two caches. `default` is shared by all processes: a small table, for limits that libraries keep. `near` is of one
process: for answers that are worth a minute's memory and cost nothing to ask again elsewhere."""

from django.core.cache import caches
from django.utils.connection import ConnectionProxy

near = ConnectionProxy(caches, "near")
