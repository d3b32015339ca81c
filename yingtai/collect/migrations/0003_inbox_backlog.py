from django.db import migrations

from yingtai.collect import schema


class Migration(migrations.Migration):
    """A way to tell how much waits in the inbox without a right to read it."""

    dependencies = [
        ('collect', '0002_plan_sources_imports'),
    ]
    operations = [
        migrations.RunSQL([schema.BACKLOG, schema.BACKLOG_GRANTS], ["DROP FUNCTION collect_backlog"]),
    ]
