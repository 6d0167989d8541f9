import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel("Member", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=150)),
            ("wanted_code", models.CharField(max_length=32, null=True)),
            ("referred_by", models.CharField(max_length=40, null=True)),
            ("joined_at", models.DateTimeField(auto_now_add=True)),
        ]),
        migrations.CreateModel("Payment", [
            ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ("amount", models.DecimalField(decimal_places=2, max_digits=17)),
            ("status", models.CharField(max_length=20)),
            ("paid_at", models.DateTimeField(auto_now_add=True)),
        ]),
        migrations.CreateModel("CommissionLine", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("referrer", models.TextField()),
            ("referee", models.TextField()),
            ("event_kind", models.TextField()),
            ("event_key", models.TextField()),
            ("amount", models.DecimalField(decimal_places=4, max_digits=19)),
            ("currency", models.TextField()),
            ("status", models.TextField()),
        ], options={"managed": False, "db_table": '"referrals"."commission_ledger"'}),
        migrations.CreateModel("Dashboard", [
            ("user_key", models.TextField(primary_key=True, serialize=False)),
            ("code", models.TextField()),
            ("tier", models.TextField()),
            ("referrals", models.IntegerField()),
            ("accrued", models.DecimalField(decimal_places=4, max_digits=19)),
            ("balance", models.DecimalField(decimal_places=4, max_digits=19)),
        ], options={"managed": False, "db_table": '"referrals"."dashboard"'}),
    ]
