//! The parts of the story, in their order.

use crate::report::Report;
use crate::{Typed, connect, one, sign_up};
use bytes::Bytes;
use futures_util::future::{join_all, try_join_all};
use futures_util::{SinkExt, pin_mut};
use rust_decimal::Decimal;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, GenericClient};

const PLAN: &str = include_str!("../../plan.json");
const BAD_PLAN: &str =
    r#"{"currency": "USD", "tiers": [{"name": "Bronze", "from": 0, "rates": {"signup": {"percent": "5"}}}]}"#;
const WORKERS: usize = 6;
const EACH: usize = 10;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("it is a number")
}

/// What so many sign-ups of one referrer earn: 0.10, and from the second on 0.20.
fn sign_ups(number: usize) -> Vec<Decimal> {
    (0..number).map(|i| decimal(if i == 0 { "0.10" } else { "0.20" })).collect()
}

async fn accrued(client: &impl GenericClient, id: i64) -> Result<Decimal, Error> {
    let sql = "SELECT accrued FROM referrals.dashboard WHERE user_key = 'rust:' || $1";
    Ok(one(client, sql, &[(&id, Type::INT8)]).await?.get(0))
}

pub async fn prepare(owner: &Client) -> Result<(), Error> {
    owner
        .batch_execute(
            "CREATE TABLE rust_users (
               id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, wanted_code text, referred_by text);
             GRANT SELECT, INSERT ON rust_users TO clients_app;
             GRANT INSERT ON rust_users TO clients_web",
        )
        .await?;
    // [program]
    one(owner, "SELECT referrals.define_program('rust', $1::text::jsonb)", &[(&PLAN, Type::TEXT)]).await?;
    let attach = "SELECT referrals.attach('rust_users', program => 'rust', code => 'wanted_code', label => 'name',
                                          key_prefix => 'rust:')";
    one(owner, attach, &[]).await?;
    // [end]
    Ok(())
}

pub async fn codes(app: &Client, report: &mut Report) -> Result<(), Error> {
    report.equal("a wanted code", "RUSTMARIA".to_owned(), sign_up(app, "Maria", None, Some("rust-maria")).await?.1);
    let memorable = sign_up(app, "Chloe", None, None).await?.1;
    report.check("a memorable code", memorable.starts_with("CHLOE"), &memorable);
    report.equal("a random code", 8, sign_up(app, "", None, None).await?.1.len());
    report.made(3, &[]);
    Ok(())
}

pub async fn one_transaction(app: &mut Client, report: &mut Report) -> Result<(), Error> {
    // [transaction]
    let transaction = app.transaction().await?;
    let (ben, _) = sign_up(&transaction, "Ben", Some("RUST MARIA"), None).await?;
    let (eve, _) = sign_up(&transaction, "Eve", Some("rustmaria"), None).await?;
    let sql = "SELECT referee, amount FROM referrals.commission_ledger WHERE program = 'rust' ORDER BY id";
    let earned: Vec<(String, Decimal)> =
        transaction.query_typed(sql, &[]).await?.iter().map(|row| (row.get(0), row.get(1))).collect();
    transaction.commit().await?;
    // [end]
    let expected = vec![(format!("rust:{ben}"), decimal("0.10")), (format!("rust:{eve}"), decimal("0.20"))];
    report.equal("the sign-ups earned in their transaction", expected, earned);
    report.made(2, &sign_ups(2));

    let mut transaction = app.transaction().await?;
    let savepoint = transaction.savepoint("half").await?;
    sign_up(&savepoint, "Half", Some("RUSTMARIA"), None).await?;
    savepoint.rollback().await?;
    report.equal("a savepoint that was rolled back earned nothing", decimal("0.30"), accrued(&transaction, 1).await?);
    let (gone, code) = sign_up(&transaction, "Gone", Some("RUSTMARIA"), Some("RUSTGONE")).await?;
    transaction.rollback().await?;
    let sql = "SELECT referrals.code_of('rust:' || $1), referrals.lookup($2)";
    let left = one(app, sql, &[(&gone, Type::INT8), (&code, Type::TEXT)]).await?;
    let none: (Option<String>, Option<String>) = (None, None);
    report.equal("a rollback leaves nothing", none, (left.get(0), left.get(1)));
    Ok(())
}

pub async fn pipeline(app: &mut Client, report: &mut Report) -> Result<(), Error> {
    let (partner, code) = sign_up(app, "Pipeline", None, None).await?;
    let transaction = app.transaction().await?;
    // [pipeline]
    // Futures that are polled together are sent together, and wait for no answer in between.
    let names: Vec<String> = (0..200).map(|i| format!("p{i}")).collect();
    let insert = "INSERT INTO rust_users (name, referred_by) VALUES ($1, $2)";
    let values: Vec<[Typed; 2]> =
        names.iter().map(|name| [(name as _, Type::TEXT), (&code as _, Type::TEXT)]).collect();
    try_join_all(values.iter().map(|values| transaction.query_typed(insert, values))).await?;
    // [end]
    transaction.commit().await?;
    report.equal("a pipeline of sign-ups", decimal("39.90"), accrued(app, partner).await?);
    report.made(201, &sign_ups(200));
    Ok(())
}

pub async fn copy(app: &mut Client, report: &mut Report) -> Result<(), Error> {
    let (partner, code) = sign_up(app, "Copy", None, None).await?;
    let transaction = app.transaction().await?;
    // [copy]
    let sink = transaction.copy_in("COPY rust_users (name, referred_by) FROM STDIN (FORMAT BINARY)").await?;
    let writer = BinaryCopyInWriter::new(sink, &[Type::TEXT, Type::TEXT]);
    pin_mut!(writer);
    for i in 0..1000 {
        writer.as_mut().write(&[&format!("k{i}"), &code]).await?;
    }
    writer.finish().await?;
    // [end]
    let sink = transaction.copy_in::<_, Bytes>("COPY rust_users (name, wanted_code, referred_by) FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(Bytes::from_static(b"First\tRUSTFIRST\t\\N\nSecond\t\\N\tRUSTFIRST\n")).await?;
    sink.finish().await?;
    transaction.commit().await?;
    report.equal("a COPY of sign-ups", decimal("199.90"), accrued(app, partner).await?);
    report.made(1003, &[sign_ups(1000), sign_ups(1)].concat());
    Ok(())
}

pub async fn money(app: &mut Client, report: &mut Report) -> Result<(), Error> {
    let amounts = ["567890123456789.01", "1234567890.01", "0.10", "0.20"].map(decimal);
    let (partner, code) = sign_up(app, "Rich", None, None).await?;
    let payer = format!("rust:{}", sign_up(app, "Payer", Some(&code), None).await?.0);
    for (number, amount) in amounts.iter().enumerate() {
        let key = format!("rust-{number}");
        // [accrue]
        let accrue = "SELECT referrals.accrue('payment', $1, $2, $3)";
        let values: [Typed; 3] = [(&key, Type::TEXT), (&payer, Type::TEXT), (amount, Type::NUMERIC)];
        let line: Option<i64> = one(app, accrue, &values).await?.get(0);
        // [end]
        report.check("a payment has its line", line.is_some(), "it was refused");
    }
    // [read]
    let sql = "SELECT amount FROM referrals.commission_ledger
               WHERE referrer = 'rust:' || $1 AND event_kind = 'payment' ORDER BY id";
    let rows = app.query_typed(sql, &[(&partner, Type::INT8)]).await?;
    let read: Vec<Decimal> = rows.iter().map(|row| row.get(0)).collect();
    // [end]
    report.equal("amounts are exact", amounts.to_vec(), read);
    report.equal("so is their sum", decimal("567891358024679.42"), accrued(app, partner).await?);
    report.made(2, &[sign_ups(1), amounts.to_vec()].concat());

    // Straight to the server, or inside one transaction, statements can be prepared as ever.
    let transaction = app.transaction().await?;
    let row = transaction.query_one("SELECT referrals.code_of($1), referrals.tier_of($1)", &[&payer]).await?;
    report.check("a prepared statement", row.get::<_, Option<String>>(0).is_some(), "there is no code");
    transaction.commit().await
}

pub async fn errors(owner: &Client, app: &Client, report: &mut Report) -> Result<(), Error> {
    // [errors]
    let sql = "SELECT referrals.accrue('payment', 'rust-0', 'rust:1', 1.00)";
    let error = app.query_typed(sql, &[]).await.expect_err("it is recorded with another amount");
    let sent_twice = error.code() == Some(&SqlState::UNIQUE_VIOLATION);
    let hint = error.as_db_error().and_then(|told| told.hint()).unwrap_or_default();
    // [end]
    report.check("23505", sent_twice && hint.starts_with("An event earns once"), &format!("{error:?}"));

    let define = "SELECT referrals.define_program('rust', $1::text::jsonb)";
    let refused = owner.query_typed(define, &[(&BAD_PLAN, Type::TEXT)]).await;
    report.refused(refused, &SqlState::INVALID_PARAMETER_VALUE, "$.tiers[0].rates.signup");

    let web = connect("clients_web").await?;
    let refused = web.query_typed("SELECT * FROM referrals.dashboard", &[]).await;
    report.refused(refused, &SqlState::INSUFFICIENT_PRIVILEGE, "permission denied for schema referrals");
    web.query_typed("INSERT INTO rust_users (name, referred_by) VALUES ('From the web', 'RUSTMARIA')", &[]).await?;
    report.made(1, &[decimal("0.20")]);

    let superuser = connect("postgres").await?;
    let refused = superuser.query_typed("DELETE FROM referrals.commission", &[]).await;
    let hint = report.refused(refused, &SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "never changed or deleted");
    report.check("and its hint", hint.starts_with("A correction is another entry"), &hint);
    Ok(())
}

/// Many at once: through pgbouncer they share a few server connections.
pub async fn workers(app: &Client, report: &mut Report) -> Result<(), Error> {
    let worked = join_all((0..WORKERS).map(|i| async move {
        let mut client = connect("clients_app").await?;
        let (partner, code) = sign_up(&client, &format!("Worker {i}"), None, None).await?;
        let mut backends = Vec::new();
        for number in 0..EACH {
            let transaction = client.transaction().await?;
            backends.push(one(&transaction, "SELECT pg_backend_pid()", &[]).await?.get::<_, i32>(0));
            sign_up(&transaction, &format!("w{number}"), Some(&code), None).await?;
            transaction.commit().await?;
        }
        Ok::<_, Error>((partner, backends))
    }));
    for one in worked.await {
        let (partner, backends) = one?;
        report.backends.extend(backends);
        report.equal("sign-ups of many at once", decimal("1.90"), accrued(app, partner).await?);
        report.made(1 + EACH, &sign_ups(EACH));
    }
    Ok(())
}
