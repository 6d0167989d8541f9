"""Whether a database is sound, by its own account: verify(), reconcile() and seal()."""

from psql import literal


def has(session, function):
    """Whether there is such a function, such as verify(text)."""
    return session.value(f"SELECT to_regprocedure({literal('referrals.' + function)})") is not None


def check_sound(checks, what, session, reconciled=()):
    """verify() finds nothing, and reconcile() nothing but what it found in the original."""
    if has(session, "verify(text)"):
        checks.equal(f"{what}: verify() finds nothing", [], session.query("SELECT * FROM referrals.verify()"))
    if has(session, "reconcile()"):
        checks.equal(f"{what}: reconcile() finds nothing new", sorted(reconciled), reconcile(session))


def reconcile(session):
    """What reconcile() finds."""
    return sorted(session.query("SELECT * FROM referrals.reconcile()")) if has(session, "reconcile()") else []


def check_sealing(checks, what, session, epochs):
    """What is new is sealed, beside the blocks of before; there are so many epochs then."""
    if not has(session, "seal()"):
        return
    blocks = int(session.value("SELECT count(*) FROM referrals.block"))
    sealed = session.query("SELECT * FROM referrals.seal()")
    checks.true(f"{what}: what is new is sealed", sealed)
    checks.equal(f"{what}: the epochs", str(epochs), session.value("SELECT count(*) FROM referrals.epoch"))
    checks.equal(f"{what}: the blocks of before, and the new ones", str(blocks + len(sealed)), session.value("SELECT count(*) FROM referrals.block"))
    checks.equal(f"{what}: nothing is left to seal", [], session.query("SELECT * FROM referrals.seal()"))
    check_sound(checks, f"{what}, sealed", session, reconcile(session))
