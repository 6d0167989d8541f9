//! The extension as tokio-postgres sees it: transactions, pipelines, COPY, exact decimals, errors with their SQLSTATE.
//!
//! Where the server is comes from PGHOST, PGPORT and PGDATABASE; CLIENTS_POOLED is set where that is pgbouncer.

mod parts;
mod report;

use report::Report;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, GenericClient, NoTls, Row};

/// A parameter with its type. Statements with typed parameters are not prepared under a name, which is what pgbouncer in
/// transaction mode needs: the next transaction may have another server connection.
type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

// [connect]
async fn connect(user: &str) -> Result<Client, Error> {
    let variable = |name| std::env::var(name).expect("the suite sets it");
    let port = variable("PGPORT").parse().expect("a port is a number");
    let (client, connection) = Config::new()
        .host(variable("PGHOST"))
        .port(port)
        .dbname(variable("PGDATABASE"))
        .user(user)
        .connect(NoTls)
        .await?;
    tokio::spawn(connection);
    Ok(client)
}
// [end]

/// The only row of a statement.
async fn one(client: &impl GenericClient, sql: &str, parameters: &[Typed<'_>]) -> Result<Row, Error> {
    Ok(client.query_typed(sql, parameters).await?.remove(0))
}

// [sign-up]
/// The new user's id and code; in the caller's transaction, like everything that the sign-up earned.
async fn sign_up(
    client: &impl GenericClient,
    name: &str,
    referred_by: Option<&str>,
    wanted_code: Option<&str>,
) -> Result<(i64, String), Error> {
    let insert = "INSERT INTO rust_users (name, referred_by, wanted_code) VALUES ($1, $2, $3) RETURNING id";
    let values: [Typed; 3] = [(&name, Type::TEXT), (&referred_by, Type::TEXT), (&wanted_code, Type::TEXT)];
    let id: i64 = one(client, insert, &values).await?.get(0);
    let code = one(client, "SELECT referrals.code_of('rust:' || $1)", &[(&id, Type::INT8)]).await?;
    Ok((id, code.get(0)))
}
// [end]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut report = Report::default();
    let owner = connect("clients_owner").await?;
    let mut app = connect("clients_app").await?;
    parts::prepare(&owner).await?;
    parts::codes(&app, &mut report).await?;
    parts::one_transaction(&mut app, &mut report).await?;
    parts::pipeline(&mut app, &mut report).await?;
    parts::copy(&mut app, &mut report).await?;
    parts::money(&mut app, &mut report).await?;
    parts::errors(&owner, &app, &mut report).await?;
    parts::workers(&app, &mut report).await?;
    report.finish()
}
