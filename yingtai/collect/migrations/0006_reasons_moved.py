"""What means nobody, or a crowd, is found out by collect now: notes of sources keep their words."""

from django.db import migrations

EVERYTHING = """
    SELECT set_config('yingtai.scope_lo', '0', true), set_config('yingtai.scope_hi', '9223372036854775807', true)
"""
RENAME = """
    UPDATE collect_sourcenote SET reason = replace(reason, 'customers.', 'collect.')
    WHERE reason IN ('customers.identifier-means-nobody', 'customers.identifier-of-a-crowd')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('collect', '0005_noticed'),
    ]

    operations = [
        migrations.RunSQL(EVERYTHING, migrations.RunSQL.noop),
        migrations.RunSQL(RENAME, migrations.RunSQL.noop),
    ]
