//! What the extension needs of Postgres itself, beside SQL: values, settings, identity, snapshots, invalidation.

pub mod condition;
pub mod cursor;
pub mod entropy;
pub mod identity;
pub mod invalidation;
pub mod jsonb;
pub mod judged_row;
pub mod memory;
pub mod numeric;
pub mod read_only;
pub mod report;
pub mod roles;
pub mod sequence;
pub mod settings;
pub mod snapshot;
pub mod subtransaction;
pub mod timestamp;
pub mod transaction;
pub mod unique_index;
pub mod value;
