from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0004_score_bounds_in_one_currency'),
    ]

    operations = [
        migrations.AddField(
            model_name='audience',
            name='changed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
    ]
