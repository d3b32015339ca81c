from yingtai.collect.collector.serving import serve

serve()
