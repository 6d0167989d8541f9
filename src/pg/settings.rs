//! The settings of the extension in the server's configuration.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, pg_sys};

/// The first key to live mode. Set in the server's configuration alone, so that neither a role nor a dump carries it.
static ALLOW_LIVE: GucSetting<bool> = GucSetting::<bool>::new(false);

/// Makes the settings known. Called once, when the library is loaded.
pub fn define() {
    GucRegistry::define_bool_guc(
        c"referrals.allow_live",
        c"Allows go_live() to switch this server's programs to real money.",
        c"Off by default; set it in postgresql.conf of the production server only.",
        &ALLOW_LIVE,
        GucContext::Sighup,
        GucFlags::default(),
    );
    // SAFETY: the name is a constant; from here on a mistyped referrals.* setting is an error.
    unsafe { pg_sys::MarkGUCPrefixReserved(c"referrals".as_ptr()) }
}

/// Whether the server may go live.
pub fn allow_live() -> bool {
    ALLOW_LIVE.get()
}
