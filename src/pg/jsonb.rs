//! `jsonb` as the server's own binary form: read, combined and tested without going through text.

use std::ffi::{CStr, CString, c_char};
use std::panic::AssertUnwindSafe;

use pgrx::datum::{Datum, FromDatum, IntoDatum, UnboxDatum};
use pgrx::pg_sys;
use pgrx::prelude::{PgSqlErrorCode, PgTryBuilder};

use super::jsonpath::JsonPath;
use super::varlena::Varlena;

/// An owned `jsonb` value; a clone is a pointer.
#[derive(Clone)]
pub struct Jsonb(Varlena);

impl Jsonb {
    /// Reads JSON text. Raises what `jsonb` raises for text that it cannot hold.
    pub fn parse(text: &str) -> Self {
        let text = CString::new(text).unwrap_or_default();
        // SAFETY: jsonb_in takes a C string and answers a jsonb.
        unsafe {
            let datum =
                pgrx::direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(pg_sys::Datum::from(text.as_ptr()))]);
            Jsonb(Varlena::copy(datum.expect("jsonb_in is strict and got an argument")))
        }
    }

    /// A JSON string.
    pub fn string(text: &str) -> Self {
        Self::from_value(string_value(text))
    }

    /// A JSON null.
    pub fn null() -> Self {
        Self::parse("null")
    }

    /// An object made by `fill`.
    pub fn object(fill: impl FnOnce(&mut Object)) -> Self {
        let mut object = Object::new();
        object.push(pg_sys::JsonbIteratorToken::WJB_BEGIN_OBJECT, None);
        fill(&mut object);
        Self::finish(&mut object.state, pg_sys::JsonbIteratorToken::WJB_END_OBJECT)
    }

    /// An array of values.
    pub fn array<'a>(values: impl IntoIterator<Item = &'a Jsonb>) -> Self {
        let mut array = Object::new();
        array.push(pg_sys::JsonbIteratorToken::WJB_BEGIN_ARRAY, None);
        for value in values {
            array.push(pg_sys::JsonbIteratorToken::WJB_ELEM, Some(value.as_value()));
        }
        Self::finish(&mut array.state, pg_sys::JsonbIteratorToken::WJB_END_ARRAY)
    }

    fn finish(state: &mut *mut pg_sys::JsonbParseState, end: pg_sys::JsonbIteratorToken::Type) -> Self {
        // SAFETY: the outermost container is closed, which gives the finished value.
        unsafe {
            let value = pg_sys::pushJsonbValue(state, end, std::ptr::null_mut());
            Self::from_value(*value)
        }
    }

    fn from_value(mut value: pg_sys::JsonbValue) -> Self {
        // SAFETY: the value is complete; its binary form is copied out and freed.
        unsafe {
            let binary = pg_sys::JsonbValueToJsonb(&mut value);
            let copy = Varlena::copy(pg_sys::Datum::from(binary));
            pg_sys::pfree(binary.cast());
            Jsonb(copy)
        }
    }

    /// This value as a part of a larger one.
    fn as_value(&self) -> pg_sys::JsonbValue {
        // SAFETY: the builder reads the container in place. It takes scalars apart when they are pushed, but keeps
        // pointers to their strings and numbers until it is finished: the value must live as long.
        unsafe {
            let mut value: pg_sys::JsonbValue = std::mem::zeroed();
            value.type_ = pg_sys::jbvType::jbvBinary;
            value.val.binary.len = (self.0.size() - pg_sys::VARHDRSZ) as i32;
            value.val.binary.data = self.container();
            value
        }
    }

    fn container(&self) -> *mut pg_sys::JsonbContainer {
        // SAFETY: the container begins behind the four-byte header.
        unsafe { self.0.datum().cast_mut_ptr::<u8>().add(pg_sys::VARHDRSZ).cast() }
    }

    /// Is this an object?
    pub fn is_object(&self) -> bool {
        // SAFETY: every container begins with its header.
        unsafe { (*self.container()).header & pg_sys::JB_FOBJECT != 0 }
    }

    /// Bytes of the binary form.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// As JSON text.
    pub fn to_text(&self) -> String {
        // SAFETY: the server prints the container as a palloc'ed C string, which is copied and freed.
        unsafe {
            let text = pg_sys::JsonbToCString(std::ptr::null_mut(), self.container(), self.size() as i32);
            let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
            pg_sys::pfree(text.cast());
            copy
        }
    }

    /// The text of a JSON string; None for any other value.
    pub fn as_str(&self) -> Option<String> {
        match serde_json::from_str(&self.to_text()) {
            Ok(serde_json::Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// What `->>` gives for the value as a whole: a string without its quotes, null as None, else its JSON text.
    pub fn as_plain_text(&self) -> Option<String> {
        let text = self.to_text();
        match text.as_bytes().first() {
            Some(b'"') => self.as_str(),
            Some(b'n') => None,
            _ => Some(text),
        }
    }

    /// This object with the keys of another set over it (`||`).
    pub fn concat(&self, over: &Jsonb) -> Self {
        // SAFETY: jsonb_concat takes two jsonb and answers one.
        unsafe {
            let datum = pgrx::direct_function_call_as_datum(
                pg_sys::jsonb_concat,
                &[Some(self.0.datum()), Some(over.0.datum())],
            );
            Jsonb(Varlena::copy(datum.expect("jsonb_concat is strict and got its arguments")))
        }
    }

    /// `jsonb_path_match`, silent: None where the predicate is unknown.
    pub fn path_match(&self, path: &JsonPath, vars: &Jsonb) -> Option<bool> {
        // SAFETY: the function answers a boolean or null.
        unsafe { self.path(pg_sys::jsonb_path_match, path, vars) }.map(|datum| datum.value() != 0)
    }

    /// `jsonb_path_query_first`, silent: None where the path finds nothing or fails.
    pub fn path_first(&self, path: &JsonPath, vars: &Jsonb) -> Option<Jsonb> {
        // SAFETY: the function answers a jsonb or null.
        unsafe { self.path(pg_sys::jsonb_path_query_first, path, vars).map(|datum| Jsonb(Varlena::copy(datum))) }
    }

    unsafe fn path(
        &self,
        function: unsafe fn(pg_sys::FunctionCallInfo) -> pg_sys::Datum,
        path: &JsonPath,
        vars: &Jsonb,
    ) -> Option<pg_sys::Datum> {
        let silent = Some(pg_sys::Datum::from(true));
        let arguments = [Some(self.0.datum()), Some(path.datum()), Some(vars.0.datum()), silent];
        // SAFETY: the jsonb_path functions take (jsonb, jsonpath, jsonb, boolean).
        PgTryBuilder::new(AssertUnwindSafe(|| unsafe { pgrx::direct_function_call_as_datum(function, &arguments) }))
            // Raised in spite of `silent` where a comparison needs a time zone.
            .catch_when(PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED, |_| None)
            .execute()
    }

    /// The value in place, for a statement that only reads it.
    pub(super) fn datum(&self) -> pg_sys::Datum {
        self.0.datum()
    }
}

/// An object under construction.
pub struct Object {
    state: *mut pg_sys::JsonbParseState,
    /// What `state` points into.
    parts: Vec<Jsonb>,
}

impl Object {
    fn new() -> Self {
        Object { state: std::ptr::null_mut(), parts: Vec::new() }
    }

    /// Sets a key to a value; of a key set twice the last stays.
    pub fn set(&mut self, key: &str, value: &Jsonb) {
        self.parts.push(value.clone());
        self.push(pg_sys::JsonbIteratorToken::WJB_KEY, Some(string_value(key)));
        self.push(pg_sys::JsonbIteratorToken::WJB_VALUE, Some(value.as_value()));
    }

    /// Sets a key to a string.
    pub fn set_text(&mut self, key: &str, value: &str) {
        self.push(pg_sys::JsonbIteratorToken::WJB_KEY, Some(string_value(key)));
        self.push(pg_sys::JsonbIteratorToken::WJB_VALUE, Some(string_value(value)));
    }

    fn push(&mut self, token: pg_sys::JsonbIteratorToken::Type, value: Option<pg_sys::JsonbValue>) {
        // SAFETY: tokens come in the order that the grammar of the builder asks for; it copies strings only at the
        // end, so a string's bytes are palloc'ed (see string_value).
        unsafe {
            match value {
                Some(mut value) => pg_sys::pushJsonbValue(&mut self.state, token, &mut value),
                None => pg_sys::pushJsonbValue(&mut self.state, token, std::ptr::null_mut()),
            };
        }
    }
}

/// A JSON string whose bytes live in the current memory context, as the builder needs them.
fn string_value(text: &str) -> pg_sys::JsonbValue {
    // SAFETY: the block has the length of the text; the union is read by the tag that is set here.
    unsafe {
        let bytes = pg_sys::palloc(text.len().max(1)).cast::<c_char>();
        std::ptr::copy_nonoverlapping(text.as_ptr().cast::<c_char>(), bytes, text.len());
        let mut value: pg_sys::JsonbValue = std::mem::zeroed();
        value.type_ = pg_sys::jbvType::jbvString;
        value.val.string.len = text.len() as i32;
        value.val.string.val = bytes;
        value
    }
}

impl FromDatum for Jsonb {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Self> {
        // SAFETY: the caller promises a jsonb.
        (!is_null).then(|| Jsonb(unsafe { Varlena::copy(datum) }))
    }
}

impl IntoDatum for Jsonb {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0.to_palloc())
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::JSONBOID
    }
}

super::sql_type!(Jsonb, "jsonb");

// SAFETY: the datum of a jsonb is copied; nothing of its source is kept.
unsafe impl UnboxDatum for Jsonb {
    type As<'src> = Jsonb;

    unsafe fn unbox<'src>(datum: Datum<'src>) -> Self::As<'src>
    where
        Self: 'src,
    {
        // SAFETY: the caller promises a jsonb that is not null.
        Jsonb(unsafe { Varlena::copy(datum.sans_lifetime()) })
    }
}

/// The text of a `json` value, as it was written.
pub struct JsonText(pub String);

impl FromDatum for JsonText {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, oid: pg_sys::Oid) -> Option<Self> {
        // SAFETY: json is stored as text is.
        unsafe { String::from_polymorphic_datum(datum, is_null, oid) }.map(JsonText)
    }
}

impl IntoDatum for JsonText {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        self.0.into_datum()
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::JSONOID
    }
}

super::sql_type!(JsonText, "json");
