"""The partner program of the site. auth_user stays Django's: it gets a column that Django does not know, which takes
the code that the transaction was told (shop.sign_up.sign_up)."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations


# [migration]
class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        # Of use where it is not there yet, as in the database that Django makes for tests; that takes a superuser.
        CreateExtension("referrals"),
        migrations.RunSQL(
            """ALTER TABLE auth_user ADD COLUMN referred_by text
                 DEFAULT nullif(current_setting('shop.referred_by', true), '');
               SELECT referrals.attach('auth_user', program => 'django', label => 'username',
                                       registered_at => 'date_joined')""",
            "SELECT referrals.detach('auth_user'); ALTER TABLE auth_user DROP COLUMN referred_by"),
        # [end]
        migrations.RunSQL(
            """SELECT referrals.attach('shop_member', program => 'django', code => 'wanted_code', label => 'name',
                                       registered_at => 'joined_at', key_prefix => 'member:')""",
            "SELECT referrals.detach('shop_member')"),
        # [events]
        migrations.RunSQL(
            """SELECT referrals.attach_events('shop_payment', kind => 'payment', key => 'id', referee => 'user_id',
                 amount => 'amount', occurred_at => 'paid_at', accrue_when => $$status = 'paid'$$,
                 reverse_when => $$status = 'refunded'$$)""",
            "SELECT referrals.detach('shop_payment')"),
        # [end]
        migrations.RunSQL(
            """GRANT SELECT, INSERT, UPDATE, DELETE ON auth_user, auth_group, shop_member, shop_payment TO clients_app;
               GRANT SELECT ON django_migrations TO clients_app;
               GRANT SELECT, INSERT ON auth_user TO clients_web""", ""),
    ]
