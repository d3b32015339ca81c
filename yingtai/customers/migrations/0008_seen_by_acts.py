"""Somebody is seen when they do something: mails of ours moved it, and are taken back as far as a timeline tells."""

from django.db import migrations, models

EVERYTHING = """
    SELECT set_config('yingtai.scope_lo', '0', true), set_config('yingtai.scope_hi', '9223372036854775807', true)
"""
ACTS_ONLY = """
    UPDATE customers_recenttimeline AS held SET latest_seen_at = (
        SELECT max('epoch'::timestamptz + (event->>'at')::bigint * interval '1 microsecond')
        FROM jsonb_array_elements(held.events) AS event
        WHERE event->>'event' NOT IN ('Email Sent', 'Email Delivered', 'Email Bounced'))
    WHERE held.events->0->>'event' IN ('Email Sent', 'Email Delivered', 'Email Bounced')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0007_noticed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='recenttimeline',
            name='latest_seen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(EVERYTHING, migrations.RunSQL.noop),
        migrations.RunSQL(ACTS_ONLY, migrations.RunSQL.noop),
    ]
