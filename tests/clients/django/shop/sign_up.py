"""Signing up: Django's own users, with the code of whoever sent them."""

# [sign-up]
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.db.models import F, Func, TextField
from django.db.models.functions import Cast


def sign_up(username, code="", using="default"):
    tell = "SELECT set_config('shop.referred_by', %s, true)"
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        # For this transaction alone, so it is safe behind pgbouncer, and in it for this user alone.
        cursor.execute(tell, [code])
        user = User.objects.db_manager(using).create_user(username)
        cursor.execute(tell, [""])
    return user


def with_codes(users):
    """Each user with their code; a key is text, whatever the column is."""
    return users.annotate(code=Func(Cast(F("pk"), TextField()), function="referrals.code_of", output_field=TextField()))
# [end]
