//! The one place where an error of the extension becomes a Postgres error.

use pgrx::PgLogLevel;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::PgSqlErrorCode;

/// What an error tells the caller.
pub struct Report {
    /// SQLSTATE.
    pub code: PgSqlErrorCode,
    /// What was wrong.
    pub message: String,
    /// The figures, if they help.
    pub detail: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Report {
    /// A report with a message alone.
    pub fn new(code: PgSqlErrorCode, message: impl Into<String>) -> Report {
        Report { code, message: message.into(), detail: None, hint: None }
    }

    /// Adds the figures.
    pub fn detail(mut self, detail: impl Into<String>) -> Report {
        self.detail = Some(detail.into());
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Report {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Report> for ErrorReport {
    fn from(report: Report) -> ErrorReport {
        let mut error = ErrorReport::new(report.code, report.message, "");
        if let Some(detail) = report.detail {
            error = error.set_detail(detail);
        }
        if let Some(hint) = report.hint {
            error = error.set_hint(hint);
        }
        error
    }
}

/// Raises an error from where none can be returned, such as a trigger.
pub fn raise(report: impl Into<Report>) -> ! {
    ErrorReport::from(report.into()).report(PgLogLevel::ERROR);
    panic!("an error report of level ERROR does not return")
}
