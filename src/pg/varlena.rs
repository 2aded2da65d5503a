//! An owned copy of a variable-length value, aligned as the server wants it.

use std::rc::Rc;

use pgrx::pg_sys;

/// The bytes of one value, header included, outside every memory context: it lives as long as it is used, and a
/// clone is a pointer.
#[derive(Clone)]
pub struct Varlena(Rc<[u64]>);

impl Varlena {
    /// Copies a value, decompressed and fetched from its TOAST table where needed.
    ///
    /// # Safety
    /// The datum points to a valid varlena.
    pub unsafe fn copy(datum: pg_sys::Datum) -> Self {
        // SAFETY: the detoasted value has a four-byte header that tells its length; what detoasting made is freed.
        unsafe {
            let original = datum.cast_mut_ptr::<pg_sys::varlena>();
            let value = pg_sys::pg_detoast_datum(original);
            let size = pgrx::varsize_any(value);
            let mut words = vec![0u64; size.div_ceil(8)];
            std::ptr::copy_nonoverlapping(value.cast::<u8>(), words.as_mut_ptr().cast(), size);
            if value != original {
                pg_sys::pfree(value.cast());
            }
            Varlena(words.into())
        }
    }

    /// The value in place, for a call that only reads it.
    pub fn datum(&self) -> pg_sys::Datum {
        pg_sys::Datum::from(self.0.as_ptr())
    }

    /// Bytes with the header.
    pub fn size(&self) -> usize {
        // SAFETY: the value was copied whole.
        unsafe { pgrx::varsize_any(self.0.as_ptr().cast()) }
    }

    /// A copy in the current memory context, for values that the server keeps.
    pub fn to_palloc(&self) -> pg_sys::Datum {
        // SAFETY: the new block has the size of what is copied into it.
        unsafe {
            let block = pg_sys::palloc(self.size());
            std::ptr::copy_nonoverlapping(self.0.as_ptr().cast::<u8>(), block.cast(), self.size());
            pg_sys::Datum::from(block)
        }
    }
}
