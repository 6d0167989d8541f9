//! Conditions on the rows of a table, given as SQL: read by Postgres' own parser, and evaluated without a query.

use pgrx::pg_sys;
use std::cell::Cell;
use std::ffi::CString;

/// A condition on the rows of the table that it was read for.
pub struct Condition {
    expression: *mut pg_sys::Node,
    /// Where it was read, and lives.
    memory: pg_sys::MemoryContext,
    /// Ready to be evaluated; not after an error, until it is evaluated again.
    prepared: Cell<Option<Prepared>>,
}

#[derive(Clone, Copy)]
struct Prepared {
    expression: *mut pg_sys::ExprState,
    executor: *mut pg_sys::EState,
    context: *mut pg_sys::ExprContext,
}

impl Prepared {
    /// # Safety
    /// The node must be an expression that the parser has analysed.
    unsafe fn new(expression: *mut pg_sys::Node) -> Prepared {
        // SAFETY: all memory is of the executor's own.
        unsafe {
            let executor = pg_sys::CreateExecutorState();
            let context = pg_sys::MakePerTupleExprContext(executor);
            let expression = pg_sys::ExecPrepareExpr(expression.cast(), executor);
            Prepared { expression, executor, context }
        }
    }
}

/// Why a text is no condition, in words that follow its name.
pub const NOT_ONE_EXPRESSION: &str = "it is not one expression";

impl Condition {
    /// Reads a condition on a table. Names resolve as the search_path says; raises what Postgres has to say about it.
    ///
    /// # Safety
    /// The relation must be open, and stay so as long as the condition is used.
    pub unsafe fn new(text: &str, relation: pg_sys::Relation) -> Result<Condition, &'static str> {
        // SAFETY: parsing and planning of one expression; all memory is of the current context.
        unsafe {
            let expression = parse(text, relation)?;
            let memory = pg_sys::CurrentMemoryContext;
            Ok(Condition { expression, memory, prepared: Cell::new(Some(Prepared::new(expression))) })
        }
    }

    /// The numbers of the columns that it reads; 0 stands for the whole row.
    pub fn columns(&self) -> Vec<i32> {
        // SAFETY: the expression reads the only relation that it was read for.
        unsafe { columns(self.expression) }
    }

    /// Whether it holds for the row in a slot; NULL is no.
    ///
    /// # Safety
    /// The slot must hold a row of the table.
    pub unsafe fn holds(&self, slot: *mut pg_sys::TupleTableSlot) -> bool {
        // SAFETY: what ExecEvalExprSwitchContext does. The function may raise, which the boundary turns into a panic.
        unsafe {
            let prepared = self.prepared.take().unwrap_or_else(|| {
                let current = pg_sys::MemoryContextSwitchTo(self.memory);
                let prepared = Prepared::new(self.expression);
                pg_sys::MemoryContextSwitchTo(current);
                prepared
            });
            self.prepared.set(Some(prepared));
            let Prepared { expression, context, .. } = prepared;
            let evaluate = (*expression).evalfunc.expect("ExecPrepareExpr sets it");
            (*context).ecxt_scantuple = slot;
            let memory = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            let mut is_null = false;
            let result =
                pg_sys::ffi::pg_guard_ffi_boundary(|| evaluate(expression, context, std::ptr::addr_of_mut!(is_null)));
            pg_sys::MemoryContextSwitchTo(memory);
            pg_sys::MemoryContextReset((*context).ecxt_per_tuple_memory);
            !is_null && result.value() != 0
        }
    }

    /// Call after evaluating it has raised an error: what the executor held then is not used again, nor shut down, as when
    /// a transaction aborts.
    pub fn forget(&self) {
        if let Some(prepared) = self.prepared.take() {
            // SAFETY: all that was prepared is in this memory.
            unsafe { pg_sys::MemoryContextDelete((*prepared.executor).es_query_cxt) }
        }
    }

    /// Gives its memory back. Not done by dropping: while an error unwinds, Postgres does it itself.
    pub fn close(self) {
        if let Some(prepared) = self.prepared.take() {
            // SAFETY: made by `new` or `holds`, and nobody uses it from here on.
            unsafe { pg_sys::FreeExecutorState(prepared.executor) }
        }
    }
}

/// Reads a condition on a table, as CREATE TRIGGER does for WHEN: no subqueries, aggregates or sets.
unsafe fn parse(text: &str, relation: pg_sys::Relation) -> Result<*mut pg_sys::Node, &'static str> {
    let query = CString::new(text).map_err(|_| "it holds a zero byte")?;
    // SAFETY: the lists and nodes are those that the parser has just made.
    unsafe {
        let target = only_target(pg_sys::raw_parser(query.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_PLPGSQL_EXPR));
        let target = target.ok_or(NOT_ONE_EXPRESSION)?;
        let state = pg_sys::make_parsestate(std::ptr::null_mut());
        (*state).p_sourcetext = query.as_ptr();
        let lock = pg_sys::AccessShareLock as i32;
        let item = pg_sys::addRangeTableEntryForRelation(state, relation, lock, std::ptr::null_mut(), false, false);
        pg_sys::addNSItemToQuery(state, item, false, true, true);
        let expression = pg_sys::transformExpr(state, target, pg_sys::ParseExprKind::EXPR_KIND_TRIGGER_WHEN);
        let expression = pg_sys::coerce_to_boolean(state, expression, c"a condition".as_ptr());
        pg_sys::assign_expr_collations(state, expression);
        pg_sys::free_parsestate(state);
        if reads_hidden_column(expression, relation) {
            Err("it reads a column that triggers never see")
        } else {
            Ok(expression)
        }
    }
}

/// The expression, which the parser hands over as the target of a query; `None` if that is not all there is.
unsafe fn only_target(statements: *mut pg_sys::List) -> Option<*mut pg_sys::Node> {
    // SAFETY: each node is cast to what its tag says.
    unsafe {
        let statement = (*only::<pg_sys::RawStmt>(statements)?).stmt;
        if (*statement).type_ != pg_sys::NodeTag::T_SelectStmt {
            return None;
        }
        let select = &*statement.cast::<pg_sys::SelectStmt>();
        let clauses = [select.distinctClause, select.fromClause, select.groupClause, select.windowClause];
        let more = [select.valuesLists, select.sortClause, select.lockingClause];
        let nodes = [select.whereClause, select.havingClause, select.limitOffset, select.limitCount];
        let is_plain = clauses.iter().chain(&more).all(|clause| clause.is_null())
            && nodes.iter().all(|node| node.is_null())
            && select.intoClause.is_null()
            && select.withClause.is_null()
            && select.op == pg_sys::SetOperation::SETOP_NONE;
        let target = &*only::<pg_sys::ResTarget>(select.targetList)?;
        (is_plain && target.name.is_null() && !is_star(target.val)).then_some(target.val)
    }
}

/// Whether a node is `*` by itself, which stands for columns and is no expression.
unsafe fn is_star(node: *mut pg_sys::Node) -> bool {
    // SAFETY: each node is cast to what its tag says.
    unsafe {
        (*node).type_ == pg_sys::NodeTag::T_ColumnRef
            && only::<pg_sys::Node>((*node.cast::<pg_sys::ColumnRef>()).fields)
                .is_some_and(|field| (*field).type_ == pg_sys::NodeTag::T_A_Star)
    }
}

/// The only element of a list of nodes.
unsafe fn only<T>(list: *mut pg_sys::List) -> Option<*mut T> {
    // SAFETY: a list of nodes holds pointers.
    unsafe { (!list.is_null() && (*list).length == 1).then(|| (*(*list).elements).ptr_value.cast()) }
}

/// The numbers of the columns that an expression reads; negative for system columns, 0 for the whole row.
unsafe fn columns(expression: *mut pg_sys::Node) -> Vec<i32> {
    let mut numbers = Vec::new();
    // SAFETY: the set holds the columns of the only relation, shifted so that none is negative.
    unsafe {
        let mut columns = std::ptr::null_mut();
        pg_sys::pull_varattnos(expression, 1, &raw mut columns);
        let mut found = pg_sys::bms_next_member(columns, -1);
        while found >= 0 {
            numbers.push(found + pg_sys::FirstLowInvalidHeapAttributeNumber);
            found = pg_sys::bms_next_member(columns, found);
        }
    }
    numbers
}

/// Whether an expression reads a system column, or one that is generated when it is read.
unsafe fn reads_hidden_column(expression: *mut pg_sys::Node, relation: pg_sys::Relation) -> bool {
    // SAFETY: the relation is open.
    let description = unsafe { pgrx::PgTupleDesc::from_pg_unchecked((*relation).rd_att) };
    let is_virtual = |index: usize| description.get(index).is_some_and(|column| column.attgenerated as u8 == b'v');
    // SAFETY: the caller's promise is passed on.
    unsafe { columns(expression) }.into_iter().any(|number| match number {
        ..0 => true,
        0 => (0..description.len()).any(is_virtual),
        _ => is_virtual(number as usize - 1),
    })
}

/// Whether a text is a condition on a table. Raises what Postgres has to say about it.
pub fn check(text: &str, table: pg_sys::Oid) -> Result<(), &'static str> {
    // SAFETY: the relation is open between the two calls; if something raises, the abort closes it.
    unsafe {
        let relation = pg_sys::relation_open(table, pg_sys::AccessShareLock as i32);
        let result = Condition::new(text, relation).map(Condition::close);
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as i32);
        result
    }
}
