"""What only pages gave of somebody whom something else proves is a claim, as it is from now on."""

from django.db import migrations

EVERYTHING = """
    SELECT set_config('yingtai.scope_lo', '0', true), set_config('yingtai.scope_hi', '9223372036854775807', true)
"""
# Kinds as they stood: 5 is a device, 9 a browser.
DOUBT = """
    UPDATE customers_identifier AS one SET standing = 0
    WHERE one.standing = 1 AND one.kind NOT IN (5, 9) AND EXISTS (
        SELECT 1 FROM customers_identifier AS sure
        WHERE sure.profile_no = one.profile_no AND sure.standing = 2 AND sure.kind <> 9)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0009_retention'),
    ]

    operations = [
        migrations.RunSQL(EVERYTHING, migrations.RunSQL.noop),
        migrations.RunSQL(DOUBT, migrations.RunSQL.noop),
    ]
