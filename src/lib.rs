//! pg_workflow: a workflow engine inside Postgres.

mod api;
mod calendar;
pub mod chart;
mod clock;
mod engine;
mod error;
mod pg;
mod settings;
mod store;
mod wake;
mod worker;

pgrx::pg_module_magic!();

/// Called by the server when it loads the library.
#[pgrx::pg_guard]
extern "C-unwind" fn _PG_init() {
    settings::define();
    worker::init();
}

pgrx::extension_sql_file!("../sql/schema/00_schema.sql", name = "schema", bootstrap);
pgrx::extension_sql_file!("../sql/schema/10_definition.sql", name = "definition", requires = ["schema"]);
pgrx::extension_sql_file!("../sql/schema/11_feature_flag.sql", name = "feature_flag", requires = ["definition"]);
pgrx::extension_sql_file!("../sql/schema/20_instance.sql", name = "instance", requires = ["definition"]);
pgrx::extension_sql_file!("../sql/schema/30_work.sql", name = "work", requires = ["instance"]);
pgrx::extension_sql_file!("../sql/schema/32_handler.sql", name = "handler", requires = ["work"]);
pgrx::extension_sql_file!("../sql/schema/33_effect_hold.sql", name = "effect_hold", requires = ["work"]);
pgrx::extension_sql_file!("../sql/schema/80_views.sql", name = "views", requires = ["work", api::clock::wf::now]);
pgrx::extension_sql_file!(
    "../sql/schema/81_error_codes.sql",
    name = "error_codes",
    requires = [api::errors::wf::error_codes]
);
pgrx::extension_sql_file!(
    "../sql/schema/82_instances.sql",
    name = "instances",
    requires = ["views", api::errors::wf::raise, api::errors::wf::session_organization]
);
pgrx::extension_sql_file!(
    "../sql/schema/84_tasks.sql",
    name = "tasks",
    requires = ["instances", api::task::wf::candidate_tasks]
);
pgrx::extension_sql_file!("../sql/schema/31_scheduler_run.sql", name = "scheduler_run", requires = ["work"]);
pgrx::extension_sql_file!("../sql/schema/38_retention.sql", name = "retention", requires = ["work"]);
pgrx::extension_sql_file!(
    "../sql/schema/83_scheduler.sql",
    name = "scheduler",
    requires = ["scheduler_run", api::scheduler::wf_scheduler_tick, api::errors::wf::raise, api::clock::wf::now]
);
pgrx::extension_sql_file!(
    "../sql/schema/84_outbox.sql",
    name = "outbox",
    requires = [
        "effect_hold",
        api::by_hand::wf_retry_effects,
        api::by_hand::wf_skip_effect,
        api::by_hand::wf_hold_effects,
        api::by_hand::wf_release_effects
    ]
);
pgrx::extension_sql_file!(
    "../sql/schema/84_calendars.sql",
    name = "calendars",
    requires = ["definition", api::calendar::wf_set_calendar]
);
pgrx::extension_sql_file!("../sql/schema/32_sla.sql", name = "sla", requires = ["instance"]);
pgrx::extension_sql_file!(
    "../sql/schema/85_sla.sql",
    name = "sla_view",
    requires = ["sla", api::sla::wf_sla_recalc, api::sla::wf::working_time, api::clock::wf::now]
);
pgrx::extension_sql_file!(
    "../sql/schema/84_feature_flags.sql",
    name = "feature_flags",
    requires = ["feature_flag", api::feature_flag::wf_set_feature_flag, api::feature_flag::wf_check_feature_flag]
);
pgrx::extension_sql_file!(
    "../sql/schema/85_operations.sql",
    name = "operations",
    requires = [
        "retention",
        "views",
        api::errors::wf::raise,
        api::errors::wf::session_organization,
        api::check::wf_check,
        api::health::wf_health,
        api::health::wf_metrics,
        api::health::wf_metrics_text,
        api::retention::wf_purge,
        api::retention::wf_hold_instance,
        api::retention::wf_release_instance
    ]
);
pgrx::extension_sql_file!(
    "../sql/schema/40_member.sql",
    name = "member",
    requires = ["definition", api::member::wf::member_changed]
);
pgrx::extension_sql_file!("../sql/schema/41_secret.sql", name = "secret", requires = ["schema"]);
pgrx::extension_sql_file!(
    "../sql/schema/84_member.sql",
    name = "member_views",
    requires = ["member", api::member::wf::sees_support]
);
pgrx::extension_sql_file!(
    "../sql/schema/90_finish.sql",
    name = "finish",
    requires = ["tasks", "error_codes", "feature_flags", "outbox", "operations", "member_views", "secret"],
    finalize
);

#[cfg(any(test, feature = "pg_test"))]
#[path = "../pgrx-tests/mod.rs"]
mod pg_tests;

/// What pgrx's test framework asks for before it starts its server.
#[cfg(test)]
pub mod pg_test {
    pub fn setup(_options: Vec<&str>) {}

    #[must_use]
    pub fn postgresql_conf_options() -> Vec<&'static str> {
        vec!["timezone = 'UTC'"]
    }
}
