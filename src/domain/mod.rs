//! The rules, as pure functions over plain values. Nothing in here knows that Postgres exists.

pub mod attachment;
pub mod code;
pub mod code_maker;
pub mod column_type;
pub mod currency;
pub mod mode;
pub mod plan;
pub mod plan_json;
pub mod plan_shape;
pub mod progress;
pub mod rating;
pub mod sign_up;
pub mod standing;
pub mod timestamp;
pub mod window;
