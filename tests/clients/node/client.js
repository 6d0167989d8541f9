"use strict";
// The extension as node-postgres sees it: a pool, transactions, numbers as strings, errors with their SQLSTATE.

const fs = require("node:fs");
const { Pool } = require("pg");

const PLAN = JSON.parse(fs.readFileSync(process.env.CLIENTS_PLAN, "utf8"));
const AMOUNTS = ["567890123456789.01", "1234567890.01", "0.10", "0.20"];
const TOTAL = "567891358024679.32";
const [WORKERS, EACH] = [6, 10];

// The pools take PGHOST, PGPORT and PGDATABASE. node-postgres prepares only what is given a name, so nothing is to be
// set for pgbouncer.
// [pool]
const app = new Pool({ user: "clients_app", max: WORKERS });
// [end]
const owner = new Pool({ user: "clients_owner", max: 1 });
const web = new Pool({ user: "clients_web", max: 1 });
const superuser = new Pool({ user: "postgres", max: 1 });
const pools = [app, owner, web, superuser];

const notices = [];
const backends = new Set();
let failed = 0;
let people = 0;
let lines = 0;
let cents = 0n;

function check(what, holds, detail = "") {
  failed += holds ? 0 : 1;
  console.log(holds ? `ok ${what}` : `FAILED ${what}: ${detail}`);
}

function equal(what, expected, got) {
  const [wanted, given] = [JSON.stringify(expected), JSON.stringify(got)];
  check(what, wanted === given, `expected ${wanted}, got ${given}`);
}

// Counts people who were registered and lines that they earned somebody.
function made(number, ...amounts) {
  people += number;
  lines += amounts.length;
  for (const amount of amounts) cents += BigInt(amount.replace(".", ""));
}

const times = (number, amount) => Array(number).fill(amount);

async function one(client, sql, values) {
  return (await client.query({ text: sql, values, rowMode: "array" })).rows[0];
}

// [transaction]
async function transaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
// [end]

// [sign-up]
async function signUp(client, name, referredBy = null, wantedCode = null) {
  const { rows: [user] } = await client.query(
    "INSERT INTO node_users (name, referred_by, wanted_code) VALUES ($1, $2, $3) RETURNING id",
    [name, referredBy, wantedCode]);
  const { rows: [{ code }] } = await client.query("SELECT referrals.code_of('node:' || $1) AS code", [user.id]);
  return { id: user.id, code };
}
// [end]

async function referred(key) {
  return one(app, "SELECT referrals, accrued FROM referrals.dashboard WHERE user_key = $1", [`node:${key}`]);
}

async function prepare() {
  await owner.query(`CREATE TABLE node_users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, wanted_code text, referred_by text)`);
  await owner.query("GRANT SELECT, INSERT ON node_users TO clients_app");
  await owner.query("GRANT INSERT ON node_users TO clients_web");
  // [program]
  await owner.query("SELECT referrals.define_program('node', $1)", [PLAN]);
  await owner.query("SELECT referrals.attach($1, program => $2, code => $3, label => $4, key_prefix => $5)",
    ["node_users", "node", "wanted_code", "name", "node:"]);
  // [end]
}

async function codes() {
  equal("a wanted code", "NODEMARIA", (await signUp(app, "Maria", null, "node-maria")).code);
  check("a memorable code", (await signUp(app, "Chloe")).code.startsWith("CHLOE"));
  equal("a random code", 8, (await signUp(app, "")).code.length);
  equal("RETURNING is before the trigger", [null],
    await one(app, "INSERT INTO node_users (name) VALUES ('Zed') RETURNING referrals.code_of('node:' || id)"));
  made(4);
}

async function oneTransaction() {
  await transaction(app, async (client) => {
    const ben = await signUp(client, "Ben", "NODE MARIA");
    const eve = await signUp(client, "Eve", "nodemaria");
    const { rows } = await client.query("SELECT referee, amount FROM referrals.commission_ledger WHERE program = 'node' ORDER BY id");
    equal("the sign-ups earned in their transaction",
      [{ referee: `node:${ben.id}`, amount: "0.10" }, { referee: `node:${eve.id}`, amount: "0.20" }], rows);
  });
  made(2, "0.10", "0.20");
  let gone;
  try {
    await transaction(app, async (client) => {
      gone = await signUp(client, "Gone", "NODEMARIA", "NODEGONE");
      throw new RangeError("as in the handler of a request");
    });
  } catch (error) {
    check("the error of the application comes through", error instanceof RangeError, error);
  }
  equal("a rollback leaves nothing", [null, null],
    await one(app, "SELECT referrals.code_of($1), referrals.lookup($2)", [`node:${gone.id}`, gone.code]));
  equal("nor did it earn anything", [2, "0.30"], (await referred(1)).map((value, i) => (i === 0 ? Number(value) : value)));
}

async function bulk() {
  const partner = await signUp(app, "Bulk");
  // [bulk]
  await app.query("INSERT INTO node_users (name, referred_by) SELECT name, $2 FROM unnest($1::text[]) AS name",
    [Array.from({ length: 500 }, (_, i) => `b${i}`), partner.code]);
  // [end]
  equal("many in one statement", "99.90", (await referred(partner.id))[1]);
  made(501, "0.10", ...times(499, "0.20"));
}

async function money() {
  const partner = await signUp(app, "Rich");
  const payer = await signUp(app, "Payer", partner.code);
  for (const [number, amount] of AMOUNTS.entries()) {
    // [accrue]
    // Amounts go and come as strings, and so does the line's id: a JavaScript number would lose a cent.
    const { rows: [{ line }] } = await app.query("SELECT referrals.accrue('payment', $1, $2, $3) AS line",
      [`node-${number}`, `node:${payer.id}`, amount]);
    // [end]
    equal("sent again it is the same line", [line],
      await one(app, "SELECT referrals.accrue('payment', $1, $2, $3, currency => $4)",
        [`node-${number}`, `node:${payer.id}`, amount, null]));
  }
  // [read]
  const { rows } = await app.query(
    `SELECT amount FROM referrals.commission_ledger
     WHERE referrer = $1 AND event_kind = 'payment' ORDER BY id`, [`node:${partner.id}`]);
  // [end]
  equal("amounts are exact", AMOUNTS, rows.map((row) => row.amount));
  equal("so is their sum", "567891358024679.42", (await referred(partner.id))[1]);
  check("which numbers are not", AMOUNTS.map(Number).reduce((sum, amount) => sum + amount).toFixed(2) !== TOTAL);
  made(2, "0.10", ...AMOUNTS);
  await timesOfEvents(payer);
}

// A Date has milliseconds: what was read as one and is sent again is another event. As text it is the same.
async function timesOfEvents(payer) {
  const accrue = "SELECT referrals.accrue('payment', 'node-time', $1, 5, occurred_at => $2)";
  const [line] = await one(app, accrue, [`node:${payer.id}`, "2025-03-01 09:00:00.123456+00"]);
  const [date, text] = await one(app, "SELECT occurred_at, occurred_at::text FROM referrals.commission_ledger WHERE id = $1", [line]);
  check("a time is read as a Date", date instanceof Date, date);
  await refused("which is not the same any more", "23505", "node-time", () => app.query(accrue, [`node:${payer.id}`, date]));
  equal("as text it is", [line], await one(app, accrue, [`node:${payer.id}`, text]));
  made(0, "5.00");
}

async function refused(what, sqlstate, text, action) {
  try {
    await action();
    check(what, false, "no error");
  } catch (error) {
    check(what, error.code === sqlstate && error.message.includes(text), `${error.code} ${error.message}`);
    return error;
  }
}

async function errors() {
  let message, hint;
  // [errors]
  try {
    await app.query("SELECT referrals.accrue('payment', 'node-0', 'node:1', 1.00)");
  } catch (error) {
    if (error.code !== "23505") throw error;
    ({ message, hint } = error);
  }
  // [end]
  check("23505", message === 'event "payment" "node-0" is recorded with other content', message);
  check("and its hint", hint?.startsWith("An event earns once"), hint);
  const bad = { currency: "USD", tiers: [{ name: "Bronze", from: 0, rates: { signup: { percent: "5" } } }] };
  await refused("22023", "22023", "$.tiers[0].rates.signup", () => owner.query("SELECT referrals.define_program('node', $1)", [bad]));
  await refused("a sum of floats: 22003", "22003", "amount",
    () => app.query("SELECT referrals.accrue('payment', 'node-float', 'node:1', $1)", [0.1 + 0.2]));
  await refused("42501", "42501", "permission denied for schema referrals", () => web.query("SELECT * FROM referrals.dashboard"));
  await web.query("INSERT INTO node_users (name, referred_by) VALUES ('From the web', 'NODEMARIA')");
  made(1, "0.20");
  const error = await refused("55000", "55000", "never changed or deleted", () => superuser.query("DELETE FROM referrals.commission"));
  check("and its hint", error.hint.startsWith("A correction is another entry"), error.hint);
  // A statement that failed in a transaction ends it; a savepoint keeps what was before.
  await transaction(app, async (client) => {
    const kept = await signUp(client, "Kept");
    await client.query("SAVEPOINT payment");
    await refused("an error behind a savepoint", "23505", "node-0",
      () => client.query("SELECT referrals.accrue('payment', 'node-0', 'node:1', 1.00)"));
    await client.query("ROLLBACK TO payment");
    equal("what came before it stays", [kept.code], await one(client, "SELECT referrals.code_of($1)", [`node:${kept.id}`]));
  });
  made(1);
}

async function workers() {
  const partners = await Promise.all(Array.from({ length: WORKERS }, (_, i) => signUp(app, `Worker ${i}`)));
  await Promise.all(partners.map(async (partner) => {
    for (let number = 0; number < EACH; number++) {
      await transaction(app, async (client) => {
        backends.add((await one(client, "SELECT pg_backend_pid()"))[0]);
        await signUp(client, `w${number}`, partner.code);
      });
    }
  }));
  const earned = await Promise.all(partners.map((partner) => referred(partner.id)));
  equal("sign-ups of many at once", times(WORKERS, "1.90"), earned.map((row) => row[1]));
  made(WORKERS + WORKERS * EACH, ...times(WORKERS, "0.10"), ...times(WORKERS * (EACH - 1), "0.20"));
}

async function main() {
  for (const pool of pools) {
    pool.on("connect", (client) => client.on("notice", (notice) => notices.push(notice.message)));
  }
  await prepare();
  for (const part of [codes, oneTransaction, bulk, money, errors, workers]) await part();
  equal("no notice and no warning", [], notices);
  await Promise.all(pools.map((pool) => pool.end()));
  console.log("made", people, lines, `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`);
  console.log("backends", ...backends);
  process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
