from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0003_addresses_of_a_yes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erased',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node_no', models.BigIntegerField()),
                ('blind', models.BinaryField(max_length=16)),
                ('erased_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('node_no'), models.F('blind'), name='erased_is_kept_once_per_brand')],
            },
        ),
    ]
