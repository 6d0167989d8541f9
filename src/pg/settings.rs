//! The settings of the extension in the server's configuration.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, pg_sys};

/// The first key to live mode. Set in the server's configuration alone, so that neither a role nor a dump carries it.
static ALLOW_LIVE: GucSetting<bool> = GucSetting::<bool>::new(false);

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
