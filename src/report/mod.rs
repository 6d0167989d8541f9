//! How the report looks: one HTML page from plain values. Nothing in here knows that Postgres exists.
//!
//! [`figures`] are what the page is about. Each screen is put into [`content`] by a file of its own, [`dashboard`],
//! [`ledger`] and [`progress`], with charts drawn by [`chart`]; [`page`] writes it all out by a template that escapes what
//! it is given.

mod buckets;
mod chart;
mod content;
mod dashboard;
pub mod figures;
mod ledger;
mod page;
mod progress;
pub mod series;
mod words;

pub use page::html;
