//! Tables of the application that triggers are put on: whether the caller may, and whether their columns suit.

use super::error::Error;
use crate::pg::{roles, snapshot};
use crate::store::attachment::{self, Table};
use pgrx::pg_sys::Oid;

/// Locks a table, if the caller owns it. Nobody else can write to it or change it from here on.
pub fn lock(oid: Oid) -> Result<(), Error> {
    let check = || match roles::caller_has_rights_of(roles::owner_of(oid).ok_or_else(|| no_table(oid))?) {
        true => Ok(()),
        false => Err(Error::MayNotAttach { table: attachment::name(oid).unwrap_or_default() }),
    };
    check()?;
    roles::lock_table(oid);
    // It may be somebody else's since this waited for the lock.
    check()
}

/// The locked table, if it is one that can have a trigger of ours.
pub fn describe(oid: Oid) -> Result<Table, Error> {
    let table = snapshot::latest(|| attachment::describe(oid)).ok_or_else(|| no_table(oid))?;
    if !['r', 'p'].contains(&table.kind) || table.is_ours {
        return Err(Error::NotAUsersTable { table: table.qualified_name });
    }
    Ok(table)
}

/// The locked table, if it is one to attach.
///
/// Reading it runs code of its owner and of those of its partitions, so the caller must have the owner's rights already,
/// and the partitions must not be somebody else's.
pub fn describe_to_attach(oid: Oid) -> Result<Table, Error> {
    let table = describe(oid)?;
    if table.is_partition {
        return Err(Error::NotAUsersTable { table: table.qualified_name });
    }
    if snapshot::latest(|| attachment::has_foreign_partitions(&table)) {
        return Err(Error::ForeignPartitions { table: table.qualified_name });
    }
    Ok(table)
}

fn no_table(oid: Oid) -> Error {
    Error::NotAUsersTable { table: oid.to_u32().to_string() }
}

/// Checks that a column is there, and that its type, a name and a category of pg_type, suits the purpose.
pub fn check_column(
    table: &Table,
    name: Option<&str>,
    purpose: &'static str,
    suits: impl Fn(&str, char) -> bool,
) -> Result<(), Error> {
    let Some(name) = name else { return Ok(()) };
    let (table_name, column) = (table.qualified_name.clone(), name.to_owned());
    match table.columns.iter().find(|column| column.name == name) {
        None => Err(Error::UnknownColumn { table: table_name, column }),
        Some(found) if found.is_virtual => Err(Error::VirtualColumn { table: table_name, column }),
        Some(found) if !suits(&found.type_name, found.type_category) => {
            Err(Error::UnsuitableColumn { table: table_name, column, type_name: found.type_label.clone(), purpose })
        }
        Some(_) => Ok(()),
    }
}
