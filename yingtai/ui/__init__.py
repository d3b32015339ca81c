"""How Yingtai looks: one page frame, components, charts, and the tool for translations."""
