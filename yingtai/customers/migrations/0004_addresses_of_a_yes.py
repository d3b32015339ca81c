"""What people agreed to before addresses were kept with it covers the addresses they were known by then."""

from django.db import migrations

EVERYTHING = """
    SELECT set_config('yingtai.scope_lo', '0', true), set_config('yingtai.scope_hi', '9223372036854775807', true)
"""
COVER = """
    UPDATE compliance_consent_now AS held SET alias_nos = ARRAY(
        SELECT known.alias_no FROM customers_identifier AS known
        WHERE known.profile_no = held.profile_no AND known.sealed IS NOT NULL
        ORDER BY 1)
    WHERE held.status = 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_counted_sets'),
        ('compliance', '0003_addresses_of_a_yes'),
    ]

    operations = [
        migrations.RunSQL(EVERYTHING, migrations.RunSQL.noop),
        migrations.RunSQL(COVER, migrations.RunSQL.noop),
    ]
