//! The database has the schema of an older program, or of a newer one.

use super::{Update, until_not_ready, until_ready};
use crate::on_both_engines;
use crate::world::{Engine, TestWorld};

const OLD_IDS: &str = "CREATE TABLE transaction_ids (transaction_hash BLOB NOT NULL PRIMARY KEY, request BIGINT NOT NULL) WITHOUT ROWID";
const OLD_MERGED: &str =
    "CREATE TABLE transaction_ids_merged (id BIGINT NOT NULL PRIMARY KEY, upto BIGINT NOT NULL)";
const OLD_TRIGGER: &str = "CREATE TRIGGER requests_expired AFTER DELETE ON requests BEGIN
    DELETE FROM transaction_ids WHERE transaction_hash = OLD.transaction_hash AND request = OLD.seq; END";

on_both_engines! {
    an_older_schema_is_brought_up_to_date;
    a_newer_schema_is_refused_until_it_is_gone;
}

async fn an_older_schema_is_brought_up_to_date(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    assert!(!Update::new(1).works(&world).await);
    // As it was before the ladder's last steps; whoever adds one undoes it here.
    world.nodes.clear();
    if engine == Engine::Sqlite {
        for undo in
            ["DROP TABLE transaction_ids", "DROP TABLE transaction_runs", OLD_IDS, OLD_MERGED, OLD_TRIGGER]
        {
            world.execute(undo).await;
        }
    }
    world.execute("DROP TABLE identities").await;
    world.execute("DELETE FROM _sqlx_migrations WHERE version >= 12").await;
    assert!(!world.try_add_node(&[("HOOKLINE_MIGRATE", "false")]));
    let said = std::fs::read_to_string(world.log_path()).unwrap();
    assert!(said.contains("has schema 11 and needs 14; run `hookline migrate`"), "{said}");
    world.add_node();
    assert_eq!(world.count("SELECT COUNT(*) FROM identities").await, 0);
    assert!(Update::new(1).works(&world).await, "what was there is there");
}

async fn a_newer_schema_is_refused_until_it_is_gone(engine: Engine) {
    let mut world = TestWorld::start(engine).await;
    let bytes = if engine == Engine::Sqlite { "x''" } else { "''" };
    world
        .execute(&format!(
            "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
             VALUES (99, 'of a newer program', CURRENT_TIMESTAMP, TRUE, {bytes}, 0)"
        ))
        .await;
    until_not_ready(&world, "database", "run the newer program").await;
    if engine == Engine::Postgres {
        assert!(!world.try_add_node(&[]));
        let said = std::fs::read_to_string(world.log_path()).unwrap();
        assert!(said.contains("has schema 99, newer than this program's"), "{said}");
    }
    world.execute("DELETE FROM _sqlx_migrations WHERE version = 99").await;
    until_ready(&world).await;
    assert!(!Update::new(1).works(&world).await);
}
