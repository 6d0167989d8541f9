"""Whether a database is sound, by its own account: verify(), reconcile() and seal()."""


def check_sound(checks, what, session, reconciled=()):
    """verify() finds nothing, and reconcile() nothing but what it found in the original."""
    checks.equal(f"{what}: verify() finds nothing", [], session.query("SELECT * FROM referrals.verify()"))
    checks.equal(f"{what}: reconcile() finds nothing new", sorted(reconciled), reconcile(session))


def reconcile(session):
    """What reconcile() finds."""
    return sorted(session.query("SELECT * FROM referrals.reconcile()"))


def last_root(session):
    """What is kept outside: the root of the last block, which vouches for all before it."""
    return session.value("SELECT encode(root, 'hex') FROM referrals.block ORDER BY block_id DESC LIMIT 1")


def check_root(checks, what, session, root):
    """The blocks are those of the original, by a root kept outside."""
    checks.equal(f"{what}: verify() knows the root of the original", [], session.query(f"SELECT * FROM referrals.verify('{root}')"))


def check_sealing(checks, what, session, epochs):
    """What is new is sealed, beside the blocks of before; there are so many epochs then."""
    blocks = int(session.value("SELECT count(*) FROM referrals.block"))
    sealed = session.query("SELECT * FROM referrals.seal()")
    checks.true(f"{what}: what is new is sealed", sealed)
    checks.equal(f"{what}: the epochs", str(epochs), session.value("SELECT count(*) FROM referrals.epoch"))
    checks.equal(f"{what}: the blocks of before, and the new ones", str(blocks + len(sealed)), session.value("SELECT count(*) FROM referrals.block"))
    checks.equal(f"{what}: nothing is left to seal", [], session.query("SELECT * FROM referrals.seal()"))
    check_sound(checks, f"{what}, sealed", session, reconcile(session))
