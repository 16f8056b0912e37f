use proc_macro2::Ident;
use syn::{
    Attribute, DataEnum, DeriveInput, Fields, GenericArgument, LitStr, PathArguments, Type,
    Variant, ext::IdentExt as _,
};

use super::{
    Args, Krate, PersonalField, Stored, Subset,
    args::{Form, Spec},
    rename::Rename,
    spelling,
    spelling::ungrouped,
    subset,
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, EVENT, OTHER, PREFIX, SET, SUBSET_OF},
};

/// An enum whose variants hold event structs, or sets of them.
pub(crate) struct Set {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) members: Vec<SetMember>,
    /// The variant that keeps what no other takes.
    pub(crate) other: Option<Ident>,
}

/// A variant that holds an event struct, perhaps in a box.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact about how it is written"
)]
pub(crate) struct SetMember {
    pub(crate) variant: Ident,
    pub(crate) event: Type,
    pub(crate) boxed: bool,
    /// Whether it is marked as a set of events itself.
    pub(crate) is_set: bool,
    /// Whether a variant before it holds the same, which is a mistake.
    pub(crate) repeated: bool,
}

impl Set {
    /// The members that are sets themselves.
    pub(crate) fn nested(&self) -> impl Iterator<Item = &SetMember> + Clone {
        self.members.iter().filter(|member| member.is_set)
    }

    /// The members that are one event each.
    pub(crate) fn single(&self) -> impl Iterator<Item = &SetMember> + Clone {
        self.members.iter().filter(|member| !member.is_set)
    }
}

impl SetMember {
    /// `Placed(Placed)` or `Placed(Box<Placed>)`.
    pub(crate) fn new(variant: Ident, held: &Type) -> Self {
        let inner = boxed(held);
        Self {
            variant,
            boxed: inner.is_some(),
            event: inner.unwrap_or(held).clone(),
            is_set: false,
            repeated: false,
        }
    }
}

/// An enum whose variants are events themselves.
pub(crate) struct InlineSet {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) variants: Vec<InlineVariant>,
    /// The attributes of serde, of the enum and of its variants.
    pub(crate) serde: Vec<Attribute>,
}

/// A variant with fields of its own.
pub(crate) struct InlineVariant {
    /// Its place among all variants, as serde counts them.
    pub(crate) index: u32,
    /// Whether it has braces, and so is an object to serde, rather than its name alone.
    pub(crate) has_fields: bool,
    pub(crate) stored: Stored,
}

/// What an enum turns out to be.
pub(crate) enum EnumItem {
    Set(Set),
    Inline(InlineSet),
    Subset(Subset),
}

const ENUM: Spec = Spec {
    attr: EVENT,
    keys: &[
        (PREFIX, Form::Text),
        (SUBSET_OF, Form::Type),
        (CRATE, Form::Path),
    ],
};

const VARIANT: Spec = {
    let [
        name,
        alias,
        version,
        upcast,
        pivotal,
        private,
        public,
        deprecated,
        retired,
    ] = Stored::KEYS;
    Spec {
        attr: EVENT,
        keys: &[
            name,
            alias,
            version,
            upcast,
            pivotal,
            private,
            public,
            deprecated,
            retired,
            (SET, Form::Flag),
            (OTHER, Form::Flag),
        ],
    }
};

pub(crate) const NO_KEYS: Spec = Spec {
    attr: EVENT,
    keys: &[],
};

/// The variants, told apart by their form.
#[derive(Default)]
struct Variants<'a> {
    held: Vec<SetMember>,
    inline: Vec<(u32, &'a Variant, Args)>,
    other: Option<Ident>,
    /// Whether a variant could not be read, so that a match would not be complete.
    incomplete: bool,
}

impl EnumItem {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, data: &DataEnum) -> Option<Self> {
        let args = Args::of(cx, &input.attrs, ENUM);
        if data.variants.is_empty() {
            cx.error(&input.ident, "a set of events needs at least one variant");
            return None;
        }
        let variants = Variants::read(cx, data);
        if let (Some((_, inline, _)), Some(held)) = (variants.inline.first(), variants.held.first())
        {
            mixed(cx, inline, held);
            return None;
        }
        if variants.incomplete {
            return None;
        }
        if let Some(of) = args.ty(SUBSET_OF).filter(|_| !variants.inline.is_empty()) {
            let inline = variants.inline.iter().map(|(_, variant, _)| *variant);
            return Some(Self::Subset(Subset::read(cx, (input, &args), of, inline)));
        }
        if variants.inline.is_empty() {
            subset::only_inline(cx, &args);
            Some(Self::Set(variants.into_set(cx, input, &args)))
        } else {
            variants.into_inline(cx, input, &args).map(Self::Inline)
        }
    }
}

impl<'a> Variants<'a> {
    fn read(cx: &Ctxt, data: &'a DataEnum) -> Self {
        let mut variants = Self::default();
        for (index, variant) in (0..).zip(&data.variants) {
            for field in &variant.fields {
                Args::of(cx, &field.attrs, NO_KEYS);
            }
            let args = Args::of(cx, &variant.attrs, VARIANT);
            variants.add(cx, index, variant, args);
        }
        variants
    }

    fn add(&mut self, cx: &Ctxt, index: u32, variant: &'a Variant, args: Args) {
        if args.key(OTHER).is_some() {
            self.add_other(cx, variant, &args);
        } else if let Fields::Unnamed(fields) = &variant.fields {
            PersonalField::none(cx, &variant.fields);
            no_keys_but(cx, &args, SET, HELD_HAS_NO_KEYS);
            let Some(field) = only(fields.unnamed.iter()) else {
                cx.error(fields, many_values(&variant.ident, fields.unnamed.len()));
                self.incomplete = true;
                return;
            };
            let mut member = SetMember::new(variant.ident.clone(), &field.ty);
            member.is_set = args.key(SET).is_some();
            self.held.push(member);
        } else {
            if let Some(key) = args.key(SET) {
                cx.error(key, SET_IS_HELD);
            }
            self.inline.push((index, variant, args));
        }
    }

    fn add_other(&mut self, cx: &Ctxt, variant: &Variant, args: &Args) {
        let ident = &variant.ident;
        no_keys_but(cx, args, OTHER, OTHER_HAS_NO_KEYS);
        if !holds_raw_event(&variant.fields) {
            let message = format!("write `{ident}(RawEvent)`: the event is kept as it was stored");
            cx.error(ident, message);
            self.incomplete = true;
        }
        if let Some(first) = &self.other {
            let message = format!("`{first}` already takes the events that no variant covers");
            cx.error(ident, message);
            self.incomplete = true;
        }
        self.other = Some(ident.clone());
    }

    fn into_set(self, cx: &Ctxt, input: &DeriveInput, args: &Args) -> Set {
        if let Some(key) = args.key(PREFIX) {
            cx.error(key, PREFIX_IS_FOR_INLINE);
        }
        Set {
            krate: Krate::of(args),
            ident: input.ident.clone(),
            members: self.held,
            other: self.other,
        }
    }

    fn into_inline(self, cx: &Ctxt, input: &DeriveInput, args: &Args) -> Option<InlineSet> {
        if let Some(other) = &self.other {
            cx.error(other, OTHER_NEEDS_STRUCTS);
            return None;
        }
        let prefix = args.text(PREFIX).map(LitStr::value).unwrap_or_default();
        let serde = serde_attrs(input, self.inline.iter().map(|(_, variant, _)| *variant));
        let read = |(index, variant, args): &(u32, &Variant, Args)| {
            let rust_type = format!("{}::{}", input.ident.unraw(), variant.ident.unraw());
            let item = (&variant.ident, variant.attrs.as_slice(), &variant.fields);
            let mut stored = Stored::read(cx, item, args, rust_type, &prefix);
            let rename = Rename::under("rename_all", &variant.attrs);
            let rename = rename.or_else(|| Rename::under("rename_all_fields", &input.attrs));
            stored.personal = PersonalField::all(cx, &variant.fields, rename.unwrap_or_default());
            InlineVariant {
                index: *index,
                has_fields: !matches!(variant.fields, Fields::Unit),
                stored,
            }
        };
        Some(InlineSet {
            krate: Krate::of(args),
            ident: input.ident.clone(),
            variants: self.inline.iter().map(read).collect(),
            serde,
        })
    }
}

const HELD_HAS_NO_KEYS: &str =
    "name, version and upcasters go on the event struct that this variant holds";
const OTHER_HAS_NO_KEYS: &str = "this variant keeps events under the names they are stored under, so it has no keys but `other`";
const SET_IS_HELD: &str =
    "`set` is for a variant that holds a set of events, such as `Payment(PaymentEvent)`";
const PREFIX_IS_FOR_INLINE: &str =
    "`prefix` is for variants with fields of their own; here each event struct has its own name";
const OTHER_NEEDS_STRUCTS: &str =
    "`other` needs a set whose variants hold event structs, such as `Placed(OrderPlaced)`";

fn mixed(cx: &Ctxt, inline: &Variant, held: &SetMember) {
    let (inline, held) = (&inline.ident, &held.variant);
    let message = format!(
        "`{held}` holds an event struct and `{inline}` has fields of its own; write all variants one way"
    );
    cx.error(inline, message);
}

fn many_values(ident: &Ident, values: usize) -> String {
    format!(
        "`{ident}` holds {values} values: name them, as in `{ident} {{ from: .., to: .. }}`, or hold one event struct"
    )
}

fn no_keys_but(cx: &Ctxt, args: &Args, allowed: &str, message: &str) {
    for (word, _) in VARIANT.keys {
        if let Some(key) = args.key(word).filter(|key| *key != allowed) {
            cx.error(key, message);
        }
    }
}

pub(crate) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    first.filter(|_| items.next().is_none())
}

/// The `T` of a type that is written `Box<T>`.
fn boxed(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Box")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let GenericArgument::Type(inner) = only(arguments.args.iter())? else {
        return None;
    };
    Some(inner)
}

fn holds_raw_event(fields: &Fields) -> bool {
    let held = matches!(fields, Fields::Unnamed(_)).then(|| only(fields.iter()));
    let held = held.flatten().map(|field| spelling(&field.ty));
    held.is_some_and(|ty| ty.rsplit("::").next() == Some("RawEvent"))
}

fn serde_attrs<'a>(
    input: &'a DeriveInput,
    variants: impl Iterator<Item = &'a Variant>,
) -> Vec<Attribute> {
    let of_variants = variants.flat_map(|variant| &variant.attrs);
    let attrs = input.attrs.iter().chain(of_variants);
    attrs
        .filter(|attr| attr.path().is_ident("serde"))
        .cloned()
        .collect()
}
