//! Going on after an error.

#[pgrx::pg_schema]
mod tests {
    use pgrx::prelude::*;

    use crate::error::{Code, Error};
    use crate::pg::spi::Statement;
    use crate::pg::subtransaction::{catch_panic, subtransaction};

    fn insert(n: i32) -> Result<u64, Error> {
        Statement::new("INSERT INTO pg_temp.kept VALUES ($1)").execute(&[&n])
    }

    fn kept() -> Vec<i32> {
        Statement::new("SELECT n FROM pg_temp.kept ORDER BY n").rows(&[], |row| row.required(1)).unwrap()
    }

    fn table() {
        Spi::run("CREATE TEMP TABLE kept (n integer UNIQUE)").unwrap();
    }

    #[pg_test]
    fn subtransaction_keeps_what_succeeds() {
        table();
        assert_eq!(subtransaction(|| insert(1)).unwrap(), 1);
        assert_eq!(kept(), [1]);
    }

    #[pg_test]
    fn subtransaction_undoes_what_fails() {
        table();
        insert(1).unwrap();
        // A failure of ours, an error of the server, an error that pgrx carries as a panic, and a panic.
        let ours = subtransaction(|| {
            insert(2)?;
            Err::<(), _>(Error::new(Code::TimerNotDue, "no"))
        });
        assert_eq!(ours.unwrap_err().code(), Some(Code::TimerNotDue));
        let server = subtransaction(|| {
            insert(3)?;
            insert(1)
        });
        let report = server.unwrap_err().into_report();
        assert_eq!((report.sqlstate.to_string().as_str(), report.table.as_deref()), ("23505", Some("kept")));
        let raised = subtransaction(|| {
            insert(4)?;
            ereport!(PgLogLevel::ERROR, PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION, "raised", "facts");
            Ok(())
        });
        let report = raised.unwrap_err().into_report();
        assert_eq!((report.sqlstate.to_string().as_str(), report.message.as_str()), ("P0001", "raised"));
        assert_eq!(report.detail.as_deref(), Some("facts"));
        let wrapped = subtransaction(|| {
            insert(5)?;
            Spi::run("SELECT 1 / 0").map_err(|error| Error::internal(error.to_string()))
        });
        assert_eq!(wrapped.unwrap_err().into_report().sqlstate.to_string(), "22012");
        let panicked = subtransaction(|| {
            insert(6)?;
            if kept().len() == 2 {
                panic!("at the disco");
            }
            Ok(())
        });
        assert!(panicked.unwrap_err().into_report().message.contains("at the disco"));
        assert_eq!(kept(), [1]);
        assert_eq!(subtransaction(|| insert(7)).unwrap(), 1);
        assert_eq!(kept(), [1, 7]);
    }

    #[pg_test]
    fn subtransactions_nest() {
        table();
        let outer = subtransaction(|| {
            insert(1)?;
            let inner = subtransaction(|| {
                insert(2)?;
                insert(2)
            });
            assert!(inner.is_err());
            subtransaction(|| insert(3))?;
            Ok(kept())
        });
        assert_eq!(outer.unwrap(), [1, 3]);
        let outer = subtransaction(|| {
            subtransaction(|| insert(4))?;
            assert_eq!(kept(), [1, 3, 4]);
            insert(1)
        });
        assert!(outer.is_err());
        assert_eq!(kept(), [1, 3]);
        // Many, one after another.
        for n in 100..300 {
            let result = subtransaction(|| {
                insert(n)?;
                if n % 2 == 0 { insert(n) } else { Ok(0) }
            });
            assert_eq!(result.is_err(), n % 2 == 0);
        }
        assert_eq!(kept().len(), 102);
    }

    /// The memory context and the resource owner in force before are those in force after.
    #[pg_test]
    fn subtransaction_puts_the_surroundings_back() {
        let now = || {
            // SAFETY: reads variables of the backend.
            unsafe {
                (pg_sys::CurrentMemoryContext, pg_sys::CurrentResourceOwner, pg_sys::GetCurrentTransactionNestLevel())
            }
        };
        let before = now();
        subtransaction(|| {
            assert_ne!(now().1, before.1);
            assert_eq!(now().2, before.2 + 1);
            Ok(())
        })
        .unwrap();
        assert_eq!(now(), before);
        subtransaction(|| Statement::new("SELECT 1 / 0").execute(&[])).unwrap_err();
        assert_eq!(now(), before);
    }

    #[pg_test]
    fn catch_panic_gives_errors_of_parsers() {
        let error = catch_panic(|| Ok(crate::pg::jsonb::Jsonb::parse("{")));
        assert_eq!(error.err().unwrap().into_report().sqlstate.to_string(), "22P02");
        assert_eq!(catch_panic(|| Ok(5)).unwrap(), 5);
    }
}
