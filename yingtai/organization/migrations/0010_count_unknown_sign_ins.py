from django.db import migrations

from yingtai.organization import schema


class Migration(migrations.Migration):

    dependencies = [
        ('axes', '0010_accessattemptexpiration'),
        ('organization', '0009_deeds_by_time'),
    ]

    operations = [
        migrations.RunSQL(
            [schema.COUNT_UNKNOWN, schema.GRANTS_UNKNOWN], ["DROP FUNCTION organization_count_unknown_sign_ins"]
        ),
    ]
