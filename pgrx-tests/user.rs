//! Whose rights are in force, and that they are put back.

#[pgrx::pg_schema]
mod tests {
    use pgrx::prelude::*;

    use crate::error::{Code, Error};
    use crate::pg::spi::Statement;
    use crate::pg::subtransaction::subtransaction;
    use crate::pg::user::{as_owner, as_user_code, current_role, role_name};

    /// Role, security flags and path.
    fn rights() -> (String, i32, String) {
        let (mut role, mut flags) = (pg_sys::InvalidOid, 0);
        // SAFETY: reads variables of the backend.
        unsafe { pg_sys::GetUserIdAndSecContext(&mut role, &mut flags) };
        let path = Statement::new("SELECT current_setting('search_path')").first(&[], |row| row.required(1)).unwrap();
        (role_name(role).unwrap_or_default(), flags, path.unwrap())
    }

    fn role(name: &str) -> pg_sys::Oid {
        Spi::run(&format!("CREATE ROLE {name}")).unwrap();
        let oid = Statement::new("SELECT oid FROM pg_roles WHERE rolname = $1").first(&[&name], |row| row.required(1));
        oid.unwrap().unwrap()
    }

    const LOCAL: i32 = pg_sys::SECURITY_LOCAL_USERID_CHANGE as i32;
    const RESTRICTED: i32 = pg_sys::SECURITY_RESTRICTED_OPERATION as i32;

    #[pg_test]
    fn rights_are_put_back_after_success() {
        let (before, user) = (rights(), role("user_a"));
        let inside = as_user_code(user, "pg_catalog, wf, pg_temp", || Ok(rights())).unwrap();
        assert_eq!(inside, ("user_a".to_owned(), before.1 | LOCAL | RESTRICTED, "pg_catalog, wf, pg_temp".to_owned()));
        assert_eq!(rights(), before);
        assert_eq!(role_name(current_role()), Some(before.0));
    }

    #[pg_test]
    fn rights_are_put_back_after_an_error() {
        let (before, user) = (rights(), role("user_b"));
        let failed: Result<(), _> = as_user_code(user, "wf", || Err(Error::new(Code::TimerNotDue, "no")));
        assert_eq!(failed.unwrap_err().code(), Some(Code::TimerNotDue));
        assert_eq!(rights(), before);
        // An error of the server, as it comes from a statement.
        let failed = subtransaction(|| as_user_code(user, "wf", || Statement::new("SELECT 1 / 0").execute(&[])));
        assert_eq!(failed.unwrap_err().into_report().sqlstate.to_string(), "22012");
        assert_eq!(rights(), before);
        // A jump over the way out: the abort of the subtransaction does it.
        let jumped = subtransaction(|| {
            as_user_code(user, "wf", || {
                ereport!(PgLogLevel::ERROR, PgSqlErrorCode::ERRCODE_RAISE_EXCEPTION, "jumped");
                Ok(())
            })
        });
        assert_eq!(jumped.unwrap_err().into_report().sqlstate.to_string(), "P0001");
        assert_eq!(rights(), before);
    }

    /// Flags are added to those in force; each way out leads back to the level above.
    #[pg_test]
    fn rights_nest() {
        let (before, user) = (rights(), role("user_c"));
        as_user_code(user, "wf", || {
            let outer = rights();
            let owner = as_owner(|| Ok(rights()))?;
            assert_eq!(owner, (before.0.clone(), outer.1, "pg_catalog, pg_temp".to_owned()));
            assert_eq!(rights(), outer);
            let failed: Result<(), _> = as_owner(|| Err(Error::new(Code::TimerNotDue, "no")));
            assert!(failed.is_err());
            assert_eq!(rights(), outer);
            Ok(())
        })
        .unwrap();
        assert_eq!(rights(), before);
        let owner = as_owner(|| Ok(rights())).unwrap();
        assert_eq!(owner, (before.0.clone(), before.1 | LOCAL, "pg_catalog, pg_temp".to_owned()));
        assert_eq!(rights(), before);
    }

    /// Rights that user code has not are refused; what it sets is gone afterwards.
    #[pg_test]
    fn user_code_can_do_no_more_and_leaves_nothing() {
        let user = role("user_d");
        let refused = |sql: &'static str| {
            let result = subtransaction(|| as_user_code(user, "pg_catalog", || Statement::new(sql).execute(&[])));
            result.unwrap_err().into_report().sqlstate.to_string()
        };
        assert_eq!(refused("SELECT * FROM wf.instance"), "42501");
        assert_eq!(refused("SET ROLE NONE"), "42501");
        assert_eq!(refused("SET SESSION AUTHORIZATION DEFAULT"), "42501");
        assert_eq!(refused("CREATE TEMP TABLE left_behind (n integer)"), "42501");
        assert_eq!(refused("SET LOCAL pg_workflow.fake_now = '2000-01-01'"), "42501");
        let before = rights();
        as_user_code(user, "pg_catalog", || {
            Statement::new("SELECT set_config('search_path', 'evil', false), set_config('app.left', 'yes', false)")
                .execute(&[])
        })
        .unwrap();
        assert_eq!(rights(), before);
        let left = Statement::new("SELECT NULLIF(current_setting('app.left', true), '')")
            .first(&[], |row| Ok(row.get::<String>(1)))
            .unwrap();
        assert_eq!(left, Some(None));
    }
}
