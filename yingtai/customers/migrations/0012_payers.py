"""One number of an order may be said by several: a proving door and each browser stand for themselves.

What was in the books before counts as proven.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0011_batch_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='payer',
            field=models.BinaryField(db_default=bytes(16), default=bytes(16), max_length=16),
        ),
        migrations.RemoveConstraint(
            model_name='order',
            name='order_belongs_to_one_profile',
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(models.F('brand_no'), models.F('blind'), models.F('payer'), name='order_is_paid_once_by_each'),
        ),
    ]
