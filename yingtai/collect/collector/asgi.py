"""The collector's ASGI application with the settings of this process."""

from yingtai.collect.collector.app import Collector
from yingtai.collect.collector.sealing import VaultSealer
from yingtai.kernel.env import dsn

app = Collector(dsn("collector"), VaultSealer())
