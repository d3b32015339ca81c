"""Who we are: group, legal entities, brands, regions, dealers, staff and their roles."""
