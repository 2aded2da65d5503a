//! What the planner should know of a policy that is a function `f(column uuid, visible uuid[])`: how many rows it lets
//! through, and that `column = ANY (visible)` can be looked up in an index.
//!
//! Written as that condition itself, a policy would be looked up in every index that the query's own `column = …` is
//! looked up in, once for each element of the array. Here the planner gets the condition only where the query leaves
//! the column open and few elements are listed. It narrows down what is read and never decides: the function is asked
//! again for each row that an index gives.

use pgrx::datum::{FromDatum, IntoDatum};
use pgrx::{PgList, Uuid, pg_sys};

use crate::error::Error;

/// What the planner asks a support function.
pub struct Request(pg_sys::Datum);

impl FromDatum for Request {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _oid: pg_sys::Oid) -> Option<Self> {
        (!is_null).then_some(Request(datum))
    }
}

impl IntoDatum for Request {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0)
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::INTERNALOID
    }
}

super::sql_type!(Request, "internal");

/// A sorted uuid[], read in place. One that holds only NULL stands for every uuid.
pub struct Visible(*const pg_sys::ArrayType);

impl Visible {
    /// Where the elements of an array of one dimension without NULLs begin.
    const HEADER: usize = (size_of::<pg_sys::ArrayType>() + 2 * size_of::<i32>()).next_multiple_of(8);

    /// An array of these, in order; of NULL where there is no list.
    pub fn new(list: Option<&[Uuid]>) -> Self {
        let Some(list) = list else {
            let everything = vec![None::<Uuid>].into_datum();
            return Visible(everything.map_or(std::ptr::null(), |datum| datum.cast_mut_ptr()));
        };
        let size = Self::HEADER + size_of_val(list);
        // SAFETY: a block of this size is filled as a flat array: header, its one dimension, the elements.
        unsafe {
            let array = pg_sys::palloc0(size).cast::<pg_sys::ArrayType>();
            pgrx::set_varsize_4b(array.cast(), size as i32);
            (*array).ndim = (!list.is_empty()).into();
            (*array).elemtype = pg_sys::UUIDOID;
            array.add(1).cast::<[i32; 2]>().write([list.len() as i32, 1]);
            let first = array.cast::<u8>().add(Self::HEADER).cast::<Uuid>();
            std::ptr::copy_nonoverlapping(list.as_ptr(), first, list.len());
            Visible(array)
        }
    }

    /// Is every uuid among them?
    pub fn is_everything(&self) -> bool {
        // SAFETY: a flat array. Only one with NULLs says where its elements begin.
        unsafe { (*self.0).dataoffset != 0 }
    }

    /// Is the uuid among them?
    pub fn has(&self, wanted: Uuid) -> bool {
        if self.is_everything() {
            return true;
        }
        // SAFETY: the elements of an array of uuids without NULLs follow its header one after the other.
        let elements = unsafe {
            let array = &*self.0;
            if array.elemtype != pg_sys::UUIDOID || array.ndim != 1 {
                return false;
            }
            let count = *self.0.add(1).cast::<i32>();
            let first = self.0.cast::<u8>().add(Self::HEADER).cast::<Uuid>();
            std::slice::from_raw_parts(first, usize::try_from(count).unwrap_or_default())
        };
        elements.binary_search_by(|element| element.as_bytes().cmp(wanted.as_bytes())).is_ok()
    }
}

impl FromDatum for Visible {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _oid: pg_sys::Oid) -> Option<Self> {
        // SAFETY: an array. Nearly always it is flat already, and to ask the server for each row would cost more than `has`.
        (!is_null).then(|| unsafe {
            let value = datum.cast_mut_ptr::<pg_sys::varlena>();
            Visible(if pgrx::varatt_is_4b_u(value) { value.cast() } else { pg_sys::pg_detoast_datum(value).cast() })
        })
    }
}

impl IntoDatum for Visible {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(pg_sys::Datum::from(self.0))
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::UUIDARRAYOID
    }
}

super::sql_type!(Visible, "uuid[]");

/// The version of the calling convention, which the server asks for.
#[unsafe(no_mangle)]
pub extern "C" fn pg_finfo_wf_sees() -> *const pg_sys::Pg_finfo_record {
    static VERSION: pg_sys::Pg_finfo_record = pg_sys::Pg_finfo_record { api_version: 1 };
    &raw const VERSION
}

/// `wf.sees(organization_id uuid, visible uuid[])`: asked for every row, so without what pgrx puts around a function (300
/// of 340 ns). It neither fails nor calls the server unless the array is compressed or elsewhere.
///
/// # Safety
/// Called by the server as a strict function of these arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn wf_sees(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: two arguments that are not NULL, a uuid of 16 bytes and an array.
    unsafe {
        let arguments = (*call).args.as_slice(2);
        let organization = *arguments[0].value.cast_mut_ptr::<Uuid>();
        let visible = Visible::from_polymorphic_datum(arguments[1].value, false, pg_sys::UUIDARRAYOID);
        pg_sys::Datum::from(visible.is_some_and(|visible| visible.has(organization)))
    }
}

/// So many are always looked up; of longer lists so many are looked at to estimate.
const FEW: usize = 32;

/// Answers the planner. `visible`: what the policy's second argument is for whom the statement is planned, None for
/// everything; a kept plan may run with another. `lister`: the function of schema wf, `(uuid[]) returns uuid[]`, that
/// makes a list of what the second argument holds.
pub fn advise(
    request: Request,
    lister: &std::ffi::CStr,
    visible: impl FnOnce() -> Result<Option<Vec<Uuid>>, Error>,
) -> Result<Request, Error> {
    let node = request.0.cast_mut_ptr::<pg_sys::Node>();
    // SAFETY: the planner's request, of the type that its tag says.
    let answer = unsafe {
        match (*node).type_ {
            pg_sys::NodeTag::T_SupportRequestSelectivity => {
                (*node.cast::<pg_sys::SupportRequestSelectivity>()).selectivity = selectivity(node.cast(), visible()?);
                request.0
            }
            pg_sys::NodeTag::T_SupportRequestIndexCondition => {
                let request = &mut *node.cast::<pg_sys::SupportRequestIndexCondition>();
                match open_column(request) {
                    Some((column, equal)) if pays(request, visible()?) => {
                        index_condition(request, column, equal, lister)
                    }
                    _ => pg_sys::Datum::null(),
                }
            }
            _ => pg_sys::Datum::null(),
        }
    };
    Ok(Request(answer))
}

/// The column, and its operator `=`, where an index can give what it lists in order, and the query does not say itself
/// what the column is.
unsafe fn open_column(request: &pg_sys::SupportRequestIndexCondition) -> Option<(*mut pg_sys::Node, pg_sys::Oid)> {
    // SAFETY: the planner's nodes: a call of our function, the index and its relation.
    unsafe {
        // Only in the first column an index is in order under several values.
        let index = &*request.index;
        if !index.amsearcharray || request.indexcol != 0 || request.indexarg != 0 {
            return None;
        }
        let strategy = pg_sys::BTEqualStrategyNumber as i16;
        let equal = pg_sys::get_opfamily_member(request.opfamily, pg_sys::UUIDOID, pg_sys::UUIDOID, strategy);
        let column = call_arguments(request.node)?.get_ptr(0)?;
        if equal == pg_sys::InvalidOid {
            return None;
        }
        let restrictions = PgList::<pg_sys::RestrictInfo>::from_pg((*index.rel).baserestrictinfo);
        let is_named = restrictions.iter_ptr().any(|restriction| names((*restriction).clause.cast(), column, equal));
        (!is_named).then_some((column, equal))
    }
}

unsafe fn call_arguments(node: *mut pg_sys::Node) -> Option<PgList<pg_sys::Node>> {
    // SAFETY: a node of the type that its tag says.
    unsafe {
        let is_call = (*node).type_ == pg_sys::NodeTag::T_FuncExpr;
        is_call.then(|| PgList::from_pg((*node.cast::<pg_sys::FuncExpr>()).args))
    }
}

/// Is the clause `column = …` or `column = ANY (…)`?
unsafe fn names(clause: *mut pg_sys::Node, column: *mut pg_sys::Node, equal: pg_sys::Oid) -> bool {
    // SAFETY: nodes of the types that their tags say.
    unsafe {
        let (operator, arguments) = match (*clause).type_ {
            pg_sys::NodeTag::T_OpExpr => {
                let clause = &*clause.cast::<pg_sys::OpExpr>();
                (clause.opno, clause.args)
            }
            pg_sys::NodeTag::T_ScalarArrayOpExpr => {
                let clause = &*clause.cast::<pg_sys::ScalarArrayOpExpr>();
                (clause.opno, if clause.useOr { clause.args } else { std::ptr::null_mut() })
            }
            _ => return false,
        };
        let mut arguments = PgList::<pg_sys::Node>::from_pg(arguments).iter_ptr().collect::<Vec<_>>().into_iter();
        operator == equal && arguments.any(|argument| pg_sys::equal(argument.cast(), column.cast()))
    }
}

/// Is it worth while to look up each that the role sees? Where they are few; else once, not for each row of another
/// relation, and where they are all only if the query says what the index's next column is.
unsafe fn pays(request: &pg_sys::SupportRequestIndexCondition, visible: Option<Vec<Uuid>>) -> bool {
    // SAFETY: the planner's nodes: the index, its relation and the query's conditions on that.
    unsafe {
        let (index, relation) = (&*request.index, &*(*request.index).rel);
        match visible {
            Some(list) if list.len() <= FEW => true,
            _ if relation.has_eclass_joins || !relation.joininfo.is_null() => false,
            Some(_) => true,
            None if index.nkeycolumns < 2 => false,
            None => PgList::<pg_sys::RestrictInfo>::from_pg(relation.baserestrictinfo).iter_ptr().any(|restriction| {
                let clause = (*restriction).clause.cast::<pg_sys::OpExpr>();
                if (*clause).xpr.type_ != pg_sys::NodeTag::T_OpExpr {
                    return false;
                }
                let is_equality = pg_sys::get_op_opfamily_strategy((*clause).opno, *index.opfamily.add(1))
                    == pg_sys::BTEqualStrategyNumber as i32;
                let mut arguments =
                    PgList::<pg_sys::Node>::from_pg((*clause).args).iter_ptr().collect::<Vec<_>>().into_iter();
                is_equality && arguments.any(|argument| pg_sys::match_index_to_operand(argument, 1, request.index))
            }),
        }
    }
}

/// `column = ANY (lister(visible))`, as the list of one that the planner wants.
unsafe fn index_condition(
    request: &mut pg_sys::SupportRequestIndexCondition,
    column: *mut pg_sys::Node,
    equal: pg_sys::Oid,
    lister: &std::ffi::CStr,
) -> pg_sys::Datum {
    // SAFETY: nodes are made in the planner's memory; those of the query are copied.
    unsafe {
        let mut name = PgList::<std::ffi::c_void>::new();
        for part in [c"wf", lister] {
            name.push(pg_sys::makeString(pg_sys::pstrdup(part.as_ptr())).cast());
        }
        let function = pg_sys::LookupFuncName(name.into_pg(), 1, &pg_sys::UUIDARRAYOID, true);
        let visible = call_arguments(request.node).and_then(|arguments| arguments.get_ptr(1));
        let (Some(visible), true) = (visible, function != pg_sys::InvalidOid) else {
            return pg_sys::Datum::null();
        };
        let mut arguments = PgList::<pg_sys::Node>::new();
        arguments.push(pg_sys::copyObjectImpl(visible.cast()).cast());
        let list = pg_sys::makeFuncExpr(
            function,
            pg_sys::UUIDARRAYOID,
            arguments.into_pg(),
            pg_sys::InvalidOid,
            pg_sys::InvalidOid,
            pg_sys::CoercionForm::COERCE_EXPLICIT_CALL,
        );
        let mut conditions = PgList::<pg_sys::Node>::new();
        conditions.push(any_of(column, list.cast(), equal));
        request.lossy = true;
        pg_sys::Datum::from(conditions.into_pg())
    }
}

/// `column = ANY (list)`.
unsafe fn any_of(column: *mut pg_sys::Node, list: *mut pg_sys::Node, equal: pg_sys::Oid) -> *mut pg_sys::Node {
    // SAFETY: a node of this size and tag; what it does not say is zero.
    unsafe {
        let clause = pg_sys::palloc0(size_of::<pg_sys::ScalarArrayOpExpr>()).cast::<pg_sys::ScalarArrayOpExpr>();
        let mut arguments = PgList::<pg_sys::Node>::new();
        arguments.push(pg_sys::copyObjectImpl(column.cast()).cast());
        arguments.push(list);
        (*clause).xpr.type_ = pg_sys::NodeTag::T_ScalarArrayOpExpr;
        (*clause).opno = equal;
        (*clause).opfuncid = pg_sys::get_opcode(equal);
        (*clause).useOr = true;
        (*clause).args = arguments.into_pg();
        (*clause).location = -1;
        clause.cast()
    }
}

/// The share of rows that a role sees, by what is known of the column's values.
unsafe fn selectivity(request: *mut pg_sys::SupportRequestSelectivity, visible: Option<Vec<Uuid>>) -> f64 {
    let Some(list) = visible else {
        return 1.0;
    };
    let sample: Vec<Uuid> = list.iter().copied().take(FEW).collect();
    let sampled = sample.len().max(1) as f64;
    // SAFETY: the planner's request; the operator is that of the column's type.
    unsafe {
        let request = &*request;
        let cache = pg_sys::lookup_type_cache(pg_sys::UUIDOID, pg_sys::TYPECACHE_EQ_OPR as i32);
        let column = PgList::<pg_sys::Node>::from_pg(request.args).get_ptr(0);
        let (Some(column), Some(array)) = (column, sample.into_datum()) else {
            return 1.0;
        };
        let list_of_sample = pg_sys::makeConst(pg_sys::UUIDARRAYOID, -1, pg_sys::InvalidOid, -1, array, false, false);
        let clause = any_of(column, list_of_sample.cast(), (*cache).eq_opr);
        let share =
            pg_sys::clause_selectivity(request.root, clause, request.varRelid, request.jointype, request.sjinfo);
        (share * list.len() as f64 / sampled).clamp(0.0, 1.0)
    }
}
