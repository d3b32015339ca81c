"""Processes of their own for tests: begun from one that has the lake loaded and has used nothing of it yet."""

import multiprocessing

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["yingtai.lake.reading", "yingtai.lake.testing", "yingtai.lake.writing"])
