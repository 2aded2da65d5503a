//! The only room with `unsafe`: what pgrx does not offer in the form that a workflow engine needs.
//!
//! Each file wraps one facility of the server and gives the rest of the crate a safe face. Nothing here knows
//! what a workflow is. Errors of the server come back as values (`error::PgError`), with their SQLSTATE intact,
//! because user code runs below us and its errors are data for retries and reports.

pub mod background;
pub mod call;
pub mod control;
pub mod database;
pub mod error;
pub mod extension;
pub mod function;
pub mod guc;
pub mod hook;
pub mod jsonb;
pub mod jsonpath;
pub mod lock;
pub mod memory;
mod portal;
pub mod process;
pub mod relcache;
pub mod row_security;
pub mod shmem;
pub mod spi;
pub mod subtransaction;
pub mod table;
pub mod time;
pub mod timeout;
pub mod transaction;
pub mod user;
mod varlena;

/// Lets a type with `FromDatum` and `IntoDatum` stand in the signature of a SQL function.
macro_rules! sql_type {
    ($type:ty, $sql:literal) => {
        // SAFETY: FromDatum of the type reads the datum of the SQL type named.
        unsafe impl<'fcx> pgrx::callconv::ArgAbi<'fcx> for $type {
            unsafe fn unbox_arg_unchecked(arg: pgrx::callconv::Arg<'_, 'fcx>) -> Self {
                // SAFETY: the caller promises an argument of this type that is not null.
                unsafe { arg.unbox_arg_using_from_datum() }.expect("an argument that is not null")
            }

            unsafe fn unbox_nullable_arg(arg: pgrx::callconv::Arg<'_, 'fcx>) -> pgrx::nullable::Nullable<Self> {
                // SAFETY: the caller promises an argument of this type.
                unsafe { arg.unbox_arg_using_from_datum() }.into()
            }
        }

        // SAFETY: IntoDatum of the type makes a datum of the SQL type named, in the current memory context.
        unsafe impl pgrx::callconv::BoxRet for $type {
            unsafe fn box_into<'fcx>(self, fcinfo: &mut pgrx::callconv::FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
                match pgrx::datum::IntoDatum::into_datum(self) {
                    // SAFETY: the datum belongs to the type that the function was declared with.
                    Some(datum) => unsafe { fcinfo.return_raw_datum(datum) },
                    None => fcinfo.return_null(),
                }
            }
        }

        pgrx::impl_sql_translatable!($type, $sql);
    };
}
use sql_type;
