from django.db import migrations

from yingtai.collect import schema


class Migration(migrations.Migration):
    """The tables that the collector touches: inbox in slices, write keys, plan snapshots (plain SQL)."""

    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(list(schema.UP), list(schema.DOWN)),
    ]
