from django.db import migrations

from yingtai.customers.schema import BATCH_NUMBERS


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0010_doubted'),
    ]

    operations = [migrations.RunSQL(BATCH_NUMBERS, "DROP SEQUENCE customers_batch_no")]
