//! Tests of the report's page that take all of it.

mod contrast;
mod page;
