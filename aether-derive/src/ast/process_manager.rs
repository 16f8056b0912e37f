use syn::{DeriveInput, Type};

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CONTEXT, CRATE, KEY, NAME, PROCESS_MANAGER},
};

/// What `#[derive(ProcessManager)]` stands on.
pub(crate) struct ProcessManager {
    pub(crate) noun: Noun,
    /// What tells its instances apart.
    pub(crate) key: Type,
}

const STRUCT: Spec = Spec {
    attr: PROCESS_MANAGER,
    keys: &[
        (KEY, Form::Type),
        (NAME, Form::Text),
        (CONTEXT, Form::Type),
        (CRATE, Form::Path),
    ],
};

impl ProcessManager {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        if noun.name.contains('.') {
            let message = "the name of a process manager holds no dot: it is the first token of its instances' ids, which dots separate";
            cx.error(args.text(NAME), message);
        }
        if args.key(KEY).is_none() && cx.is_clean() {
            let message = "say what tells its instances apart: `#[process_manager(key = OrderId)]`";
            cx.error(&noun.ident, message);
        }
        let key = args.ty(KEY)?.clone();
        Some(Self { noun, key })
    }
}
