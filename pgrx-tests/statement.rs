//! Kept plans, and the errors that come out of statements.

#[pgrx::pg_schema]
mod tests {
    use pgrx::Uuid;
    use pgrx::prelude::*;

    use crate::error::Error;
    use crate::pg::error::PgError;
    use crate::pg::jsonb::Jsonb;
    use crate::pg::spi::Statement;
    use crate::pg::subtransaction::subtransaction;
    use crate::pg::time::Timestamp;

    fn report(result: Result<impl Sized, Error>) -> PgError {
        match result {
            Err(Error::Postgres(report)) => *report,
            Err(Error::Failure(failure)) => panic!("a failure of ours: {failure:?}"),
            Ok(_) => panic!("no error"),
        }
    }

    #[pg_test]
    fn plans_of_ours_neither_compile_nor_sort_by_halves() {
        let settings = "SELECT current_setting('jit') || ' ' || current_setting('enable_incremental_sort')";
        let ask = |statement: &Statement| {
            statement.first(&[], |row| row.required::<String>(1)).unwrap_or_else(|_| panic!("an error")).unwrap()
        };
        Spi::run("SET jit = on").unwrap();
        assert_eq!(ask(&Statement::new(settings)), "off off");
        assert_eq!(ask(&Statement::owned(settings.to_owned())), "on on");
        // An error leaves the session as it was.
        report(Statement::new("SELECT 1 / (SELECT 0)").execute(&[]));
        assert_eq!(ask(&Statement::owned(settings.to_owned())), "on on");
    }

    #[pg_test]
    fn statements_take_and_give_every_type() {
        let id = Uuid::from_bytes([7; 16]);
        let moment = Timestamp::parse("2026-03-02 09:00:00.123456+00").unwrap();
        let texts = vec!["a".to_owned(), "b \" , {} NULL".to_owned()];
        let row = Statement::new(
            "SELECT $1, $2, $3, $4, $5, $6, $7, cardinality($8::uuid[]), array_to_string($9, '|', '-'), $10, cardinality($11)",
        )
        .first(
            &[
                &true,
                &-5_i32,
                &i64::MAX,
                &1.5_f32,
                &"text",
                &id,
                &moment,
                &vec![id, id],
                &vec![Some("x".to_owned()), None],
                &vec![0_u8, 255],
                &texts,
            ],
            |row| {
                assert!(row.required::<bool>(1)?);
                assert_eq!(row.required::<i32>(2)?, -5);
                assert_eq!(row.required::<i64>(3)?, i64::MAX);
                assert_eq!(row.required::<f32>(4)?, 1.5);
                assert_eq!(row.required::<String>(5)?, "text");
                assert_eq!(row.required::<Uuid>(6)?, id);
                assert_eq!(row.required::<Timestamp>(7)?, moment);
                assert_eq!(row.required::<i32>(8)?, 2);
                assert_eq!(row.required::<String>(9)?, "x|-");
                assert_eq!(row.required::<Vec<u8>>(10)?, [0, 255]);
                assert_eq!(row.required::<i32>(11)?, 2);
                Ok(())
            },
        );
        assert!(matches!(row, Ok(Some(()))), "{row:?}");
        let nulls = Statement::new("SELECT $1, $2, $3, $4, $5").first(
            &[&None::<bool>, &None::<&str>, &None::<Uuid>, &None::<Jsonb>, &None::<Timestamp>],
            |row| {
                let all = row.get::<bool>(1).is_none()
                    && row.get::<String>(2).is_none()
                    && row.get::<Uuid>(3).is_none()
                    && row.get::<Jsonb>(4).is_none()
                    && row.get::<Timestamp>(5).is_none();
                assert!(row.required::<bool>(1).is_err());
                Ok(all)
            },
        );
        assert!(matches!(nulls, Ok(Some(true))), "{nulls:?}");
    }

    #[pg_test]
    fn statements_count_and_read_rows() {
        Spi::run("CREATE TEMP TABLE t (n integer)").unwrap();
        let insert = Statement::new("INSERT INTO t SELECT generate_series(1, $1)");
        assert_eq!(insert.execute(&[&1_000]).unwrap(), 1_000);
        assert_eq!(insert.execute(&[&0]).unwrap(), 0);
        let rows = Statement::new("SELECT n FROM t WHERE n <= $1 ORDER BY n");
        assert_eq!(rows.rows(&[&3], |row| row.required::<i32>(1)).unwrap(), [1, 2, 3]);
        assert_eq!(rows.first(&[&3], |row| row.required::<i32>(1)).unwrap(), Some(1));
        assert_eq!(rows.first(&[&0], |row| row.required::<i32>(1)).unwrap(), None);
        let changed = Statement::new("UPDATE t SET n = -n WHERE n > $1 RETURNING n");
        assert_eq!(changed.rows(&[&998], |row| row.required::<i32>(1)).unwrap(), [-999, -1_000]);
    }

    /// Whatever a user's function raises comes back as it is.
    #[pg_test]
    fn errors_keep_their_sqlstate_and_fields() {
        Spi::run(
            "CREATE FUNCTION pg_temp.raises(state text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'message of %', state USING ERRCODE = state, DETAIL = 'facts', HINT = 'advice',
                    SCHEMA = 's', TABLE = 't', COLUMN = 'c', CONSTRAINT = 'k', DATATYPE = 'd';
            END $$",
        )
        .unwrap();
        let raises = Statement::new("SELECT pg_temp.raises($1)");
        for state in ["HR042", "WF004", "40001", "23505", "P0001", "ZZZZZ", "00001"] {
            let error = report(subtransaction(|| raises.execute(&[&state])));
            assert_eq!(error.sqlstate.to_string(), state);
            assert_eq!(error.message, format!("message of {state}"));
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            let fields = [&error.detail, &error.hint, &error.schema, &error.table, &error.column, &error.constraint];
            assert_eq!(fields.map(text), ["facts", "advice", "s", "t", "c", "k"]);
            assert_eq!(text(&error.datatype), "d");
            assert!(text(&error.context).contains("PL/pgSQL function"), "{error:?}");
        }
    }

    #[pg_test]
    fn errors_of_the_server_are_values() {
        let state =
            |sql: &'static str| report(subtransaction(|| Statement::new(sql).execute(&[]))).sqlstate.to_string();
        assert_eq!(state("SELECT 1 / 0"), "22012");
        assert_eq!(state("SELECT nothing"), "42703");
        assert_eq!(state("SELECT FROM FROM"), "42601");
        assert_eq!(state("SELECT no_such_function()"), "42883");
        assert_eq!(state("INSERT INTO wf.organization SELECT NULL, NULL"), "23502");
    }

    /// Parsed again where the tables below have changed, also where the table is another one.
    #[pg_test]
    fn kept_plans_survive_changes_of_their_tables() {
        static READ: Statement = Statement::new("SELECT kept FROM pg_temp.changing WHERE n = $1");
        let read = || READ.first(&[&1], |row| row.required::<String>(1)).unwrap();
        Spi::run("CREATE TEMP TABLE changing (n integer, kept text)").unwrap();
        Spi::run("INSERT INTO changing VALUES (1, 'first')").unwrap();
        assert_eq!(read().as_deref(), Some("first"));
        Spi::run("ALTER TABLE changing ADD COLUMN more text DEFAULT 'x'").unwrap();
        Spi::run("CREATE INDEX ON changing (n)").unwrap();
        assert_eq!(read().as_deref(), Some("first"));
        Spi::run("DROP TABLE changing").unwrap();
        let gone = report(subtransaction(|| READ.execute(&[&1])));
        assert_eq!(gone.sqlstate.to_string(), "42P01");
        Spi::run("CREATE TEMP TABLE changing (before text, kept text, n integer)").unwrap();
        Spi::run("INSERT INTO changing VALUES ('x', 'second', 1)").unwrap();
        assert_eq!(read().as_deref(), Some("second"));
    }

    /// A plan that was first made in a subtransaction which was rolled back is as good as any.
    #[pg_test]
    fn kept_plans_survive_a_rollback() {
        static READ: Statement = Statement::new("SELECT $1 + 1");
        let failed = subtransaction(|| {
            assert_eq!(READ.first(&[&1], |row| row.required::<i32>(1))?, Some(2));
            Statement::new("SELECT 1 / 0").execute(&[])
        });
        assert_eq!(report(failed).sqlstate.to_string(), "22012");
        assert_eq!(READ.first(&[&2], |row| row.required::<i32>(1)).unwrap(), Some(3));
    }
}
