//! The settings of the extension, and the one of others that it reads.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, pg_sys};
use std::ffi::{CStr, CString};

/// The first key to live mode. Set in the server's configuration alone, so that neither a role nor a dump carries it.
static ALLOW_LIVE: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Whose rows the views `my_*` show.
static USER_KEY: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);

/// Makes the settings known. Called once, when the library is loaded.
pub fn define() {
    // SAFETY: a look-up by name, in a backend.
    let was_set = unsafe { !pg_sys::GetConfigOption(c"referrals.allow_live".as_ptr(), true, false).is_null() };
    GucRegistry::define_bool_guc(
        c"referrals.allow_live",
        c"Allows go_live() to switch this server's programs to real money.",
        c"Off by default; set it in postgresql.conf of the production server only.",
        &ALLOW_LIVE,
        GucContext::Sighup,
        GucFlags::default(),
    );
    // Whoever speaks for a user sets it before this library is loaded, as a name that Postgres does not know yet: the value
    // is taken over, with what it goes back to at the end of the transaction.
    GucRegistry::define_string_guc(
        c"referrals.user_key",
        c"Names the user whose rows referrals.my_dashboard, my_commission_ledger and my_tier_progress show.",
        c"Set by the layer that has authenticated the user, for each transaction. Where it is not set, the sub claim of request.jwt.claims counts.",
        &USER_KEY,
        GucContext::Userset,
        GucFlags::default(),
    );
    // SAFETY: the name is a constant; from here on a mistyped referrals.* setting is an error.
    unsafe { pg_sys::MarkGUCPrefixReserved(c"referrals".as_ptr()) }
    if was_set && !allow_live() {
        read_configuration();
    }
}

/// Takes the value from the server's configuration, which a value set before the library was loaded may hide: by the
/// client's options, a role or a database. Such a value is refused, and would leave the default behind.
fn read_configuration() {
    // The files are read as they are now: what was changed and not reloaded yet holds in this session already.
    // SAFETY: what every backend does when the server reloads its configuration; the postmaster reads it by itself.
    unsafe {
        if pg_sys::IsUnderPostmaster {
            pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP);
        }
    }
}

/// Whether the server may go live.
pub fn allow_live() -> bool {
    ALLOW_LIVE.get()
}

/// The user named by `referrals.user_key`; `None` where it is not set.
pub fn user_key() -> Option<String> {
    USER_KEY.get().map(|key| key.to_string_lossy().into_owned())
}

/// The claims of the web token on whose behalf a request is made; `None` outside of one.
pub fn claims() -> Option<String> {
    // SAFETY: a look-up by name; the text is copied before anything can change it.
    unsafe {
        let claims = pg_sys::GetConfigOption(c"request.jwt.claims".as_ptr(), true, false);
        (!claims.is_null()).then(|| CStr::from_ptr(claims).to_string_lossy().into_owned())
    }
}
