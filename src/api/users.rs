//! Users: register one, attach a table of them, move them between programs.

use super::decode::{identifier, required, text, time, writes};
use crate::domain::sign_up::SignUp;
use crate::engine::attach::{self, Request};
use crate::engine::register::{BadInput, Registrar};
use crate::engine::{attribute, membership};
use pgrx::datum::TimestampWithTimeZone;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::ffi::CStr;

#[pg_extern(sql = false)]
fn register(
    user_key: Option<&str>,
    referred_by: Option<&str>,
    program: Option<&str>,
    wanted_code: Option<&str>,
    label: Option<&str>,
    registered_at: Option<TimestampWithTimeZone>,
) -> Result<String, ErrorReport> {
    writes("register")?;
    let sign_up = SignUp {
        user_key: user_key.map(str::to_owned),
        referred_by: referred_by.map(str::to_owned),
        wanted_code: wanted_code.map(str::to_owned),
        label: label.map(str::to_owned),
        registered_at: registered_at.map(time),
    };
    let mut registrar = Registrar::new(required("program", program)?, None, BadInput::Raise)?;
    let registered = registrar.register(&[sign_up])?;
    registrar.finish();
    let issued = registered.into_iter().flatten().next().expect("a bad key was raised");
    Ok(issued.participant().code.clone())
}

#[pg_extern(sql = false)]
#[expect(clippy::too_many_arguments, reason = "the signature of DESIGN 2")]
fn attach(
    users: Option<pg_sys::Oid>,
    key: Option<&CStr>,
    referred_by: Option<&CStr>,
    program: Option<&str>,
    code: Option<&CStr>,
    label: Option<&CStr>,
    registered_at: Option<&CStr>,
    key_prefix: Option<&str>,
) -> Result<i64, ErrorReport> {
    writes("attach")?;
    let request = Request {
        key: identifier(key),
        referred_by: identifier(referred_by),
        program: required("program", program)?,
        code: identifier(code),
        label: identifier(label),
        registered_at: identifier(registered_at),
        key_prefix: key_prefix.unwrap_or_default(),
    };
    Ok(attach::attach(required("users", users)?, &request)?)
}

#[pg_extern(sql = false)]
fn detach(users: Option<pg_sys::Oid>) -> Result<(), ErrorReport> {
    writes("detach")?;
    Ok(attach::detach(required("users", users)?)?)
}

#[pg_extern(sql = false)]
fn enroll(user_key: Option<&str>, program: Option<&str>) -> Result<(), ErrorReport> {
    writes("enroll")?;
    Ok(membership::enroll(required("user_key", user_key)?, required("program", program)?)?)
}

#[pg_extern(sql = false, name = "attribute")]
fn attribute_late(referee: Option<&str>, code: Option<&str>, reason: Option<&str>) -> Result<bool, ErrorReport> {
    writes("attribute")?;
    let (referee, code) = (required("referee", referee)?, required("code", code)?);
    Ok(attribute::attribute(referee, code, text("reason", reason)?)?)
}
