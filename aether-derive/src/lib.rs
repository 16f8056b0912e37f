//! The macros of Aether: domain types in, plain Rust and model metadata out.
//!
//! Derive on nouns, `#[handlers]` on behaviour, `bounded_context!` at the root. Each macro reads
//! tokens into an `ast`, with every mistake put into a `Ctxt`, checks it and expands it. Where
//! there are mistakes, all of them are shown, each at its own token, and what is expanded all the
//! same (or a `fallback`) keeps rustc from complaining of what is missing in consequence.
//!
//! Every macro takes `crate = path` for an `aether` that is renamed or re-exported.

mod ast;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod symbol;
mod write;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use crate::ctxt::Ctxt;

/// Makes a struct one kind of event, and an enum a set of events.
///
/// # A struct
/// ```
/// use aether::prelude::*;
///
/// /// A customer placed an order.
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// #[event(version = 2, upcast(OrderPlacedV1), alias("OrderSubmitted"), pivotal = "Sales")]
/// pub struct OrderPlaced { pub order: String, pub currency: String }
///
/// #[derive(Deserialize)]
/// pub struct OrderPlacedV1 { order: String }
///
/// impl From<OrderPlacedV1> for OrderPlaced {
///     fn from(v1: OrderPlacedV1) -> Self {
///         Self { order: v1.order, currency: "EUR".to_owned() }
///     }
/// }
/// ```
/// - `name = ".."`: the name it is stored under; else that of the type.
/// - `alias("..", ..)`: names under which earlier builds stored it.
/// - `upcast(V1, V2, ..)`: the payloads of the earlier versions, oldest first. Each is turned into
///   the next by `From`, the last into the event.
/// - `version = N`: the version of the payload, for the reader: one more than there are upcasters.
/// - `pivotal`, `pivotal = "Phase"`: the event opens a phase of the business.
/// - `private`: no other context may consume it; one that does is not built. `public`: it is part
///   of what the context promises.
/// - `deprecated(since = "..", instead = OrderConfirmed)`: a handler that still returns it by name
///   is warned of. It is read as ever.
/// - `retired`: it is read as ever, and a handler that returns it is not built.
/// - On a field of the type `Personal<T>`, `#[personal(subject = customer)]`: it is personal data
///   of whom the field `customer` names, or `customer.id` within it; `#[personal]` alone: of whom
///   the actor's key names. A `SealedStore` encrypts it.
///
/// # An enum
/// Its variants either hold event structs, perhaps in a `Box`, or are events with fields of their
/// own; the variant's form decides, and all have one form.
/// ```
/// # use aether::prelude::*;
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// #[event(prefix = "Stock")]
/// pub enum StockEvent {
///     /// Stored as `StockReceived`.
///     Received { quantity: u32 },
///     #[event(alias("StockChecked"))]
///     Counted,
/// }
/// ```
/// - `prefix = ".."`: what the stored names of the variants begin with.
/// - A variant with fields of its own takes the keys of a struct.
/// - `#[event(set)] Payment(PaymentEvent)`, beside variants that hold event structs: the variant
///   holds a set itself, whose events are stored and read as if they stood here. With one such
///   variant, a handler returns the events of that set as they are; with several, it returns the
///   set: `Result<PaymentEvent, _>`.
/// - `subset_of = StockEvent`: the variants are some of those of an enum whose variants are events,
///   written as there. It is what a handler returns that gives no others, `Result<StockTaken, _>`;
///   the board then shows these alone. It is no set of its own: it is not stored, applied or reacted
///   to.
/// - `#[event(other)] Unknown(RawEvent)` keeps what no other variant takes, and what is newer than
///   this build, as it was stored. A set with it can be read, not emitted.
#[proc_macro_derive(Event, attributes(event, personal))]
pub fn event(input: TokenStream) -> TokenStream {
    derive(input, write::event)
}

/// Makes a struct a command, and an enum one of several things that a reaction asks for.
///
/// # A struct
/// ```
/// use aether::prelude::*;
///
/// /// Place an order.
/// #[derive(Command, Serialize, Deserialize)]
/// pub struct PlaceOrder {
///     #[command(id)]
///     pub order: String,
///     pub total: u64,
/// }
/// ```
/// - `#[command(id)]`: the field that addresses the instance.
/// - `name = ".."`: the name it travels under; else that of the type.
/// - `alias("..", ..)`: names under which earlier builds asked for it, so that what they left
///   pending, in a timer say, is still carried out.
/// - `#[personal(subject = customer)]`: as for an event; `#[personal]` alone: of whom the key of the
///   addressed instance names.
///
/// # An enum
/// Each variant holds a command, or whatever else a reaction may return: an `After`, a `Cancel`, an
/// `Option`, a `Vec` or a tuple of commands, or another such enum. The board shows that it is one
/// of them.
/// ```
/// # use aether::prelude::*;
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct ShipOrder { #[command(id)] pub order: String }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct RemindCustomer { #[command(id)] pub order: String }
/// #[derive(Command)]
/// pub enum NextStep {
///     Ship(ShipOrder),
///     Remind(After<RemindCustomer, Days<3>>),
/// }
/// ```
#[proc_macro_derive(Command, attributes(command, personal))]
pub fn command(input: TokenStream) -> TokenStream {
    derive(input, write::command)
}

/// Makes a struct an aggregate.
///
/// - `events(OrderPlaced, Box<OrderShipped>, ..)`: generates the enum of its events, `OrderEvent`
///   for an `Order`, with a variant named after each struct. It derives `Debug`, `Clone` and
///   `PartialEq`, and so each event does; where one cannot, write the enum yourself.
/// - `event = OrderEvent`: an enum of your own instead. Beside `events(..)`: the name of the enum
///   to generate.
/// - `name = ".."`: the first token of its actors' ids; else the name of the type. It holds no dot.
///   Whoever renames the type writes the earlier name here, for it stands in the log.
/// - `context = Ordering`: a build fails in which that context does not list it.
/// - `snapshot`: its state is kept, so that a load need not begin at the first event; it needs
///   serde's derives. `snapshot(version = 2)`: the fold means something else than before, though
///   its types are the same; snapshots of another version are not used.
///   `snapshot(version = 2, trusted)`: also a state of which a part cannot be looked into, such as
///   `serde_json::Value`, is kept; the version is raised when such a part changes.
///
/// What it does is written in a [`macro@handlers`] block.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    derive(input, write::aggregate)
}

/// Makes a type a policy: whenever this happened, that is asked for.
///
/// - `name = ".."`: the name under which is kept how far it has read, and from which the ids of its
///   commands follow; else the name of the type. Whoever renames the type writes the earlier name
///   here: under another name it reads the log from the start, and issues everything again.
/// - `context = Ordering`: as for an aggregate.
///
/// What it does is written in `#[react]` methods of a [`macro@handlers`] block.
#[proc_macro_derive(Policy, attributes(policy))]
pub fn policy(input: TokenStream) -> TokenStream {
    derive(input, write::policy)
}

/// Makes a type a process manager: a policy with a memory, of which there is an instance for each
/// key.
///
/// - `key = OrderId`: the type that tells its instances apart. It is displayed.
/// - `name = ".."`: the first token of its instances' ids; else the name of the type. It holds no
///   dot. Whoever renames the type writes the earlier name here, for it stands in the log.
/// - `context = Ordering`: as for an aggregate.
///
/// What it does is written in `#[apply(key = ..)]` and `#[react(key = ..)]` methods of a
/// [`macro@handlers`] block.
#[proc_macro_derive(ProcessManager, attributes(process_manager))]
pub fn process_manager(input: TokenStream) -> TokenStream {
    derive(input, write::process_manager)
}

/// Makes a type a projection: what is known, derived from events.
///
/// - `read_by(Customer, ..)`: the personas that read it.
/// - `snapshot`: its state is kept with how far it has come, so that a runtime that starts goes on
///   from there; it needs serde's derives. `snapshot(version = 2)`, `snapshot(trusted)`: as for an
///   aggregate.
/// - `inline`: a command is answered only when its events are in the projection.
/// - `name = ".."`, `context = Ordering`: as for an aggregate.
///
/// What it does is written in `#[apply]` methods of a [`macro@handlers`] block.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn projection(input: TokenStream) -> TokenStream {
    derive(input, write::projection)
}

/// Makes a type a query: a question that a projection answers.
///
/// - `name = ".."`: its name in the model; else that of the type.
///
/// Which projection answers it, and with what, is said by the `#[answer]` method that takes it:
/// see [`macro@handlers`].
#[proc_macro_derive(Query, attributes(query))]
pub fn query(input: TokenStream) -> TokenStream {
    derive(input, write::query)
}

/// Lets the model say why a command may be refused: the variants of the refusal.
///
/// It is a help, not a need: any error may refuse a command, and the model then knows its type.
#[proc_macro_derive(Rejection, attributes(rejection))]
pub fn rejection(input: TokenStream) -> TokenStream {
    derive(input, write::rejection)
}

/// Makes a type a persona: someone who acts on the system.
///
/// - `name = ".."`: its name in the model; else that of the type.
#[proc_macro_derive(Persona, attributes(persona))]
pub fn persona(input: TokenStream) -> TokenStream {
    derive(input, write::persona)
}

/// Makes a type an external system: one that is not ours, so that what it does is declared.
///
/// - `notified_of(PaymentRequested, ..)`: the events it is told of.
/// - `handles(Refund, ..)`: the commands it carries out.
/// - `emits(PaymentCaptured, ..)`: the events it writes itself.
/// - `name = ".."`: its name in the model, under which is kept how far its adapter has read; else
///   that of the type. As for a policy, whoever renames the type writes the earlier name here.
#[proc_macro_derive(ExternalSystem, attributes(external_system))]
pub fn external_system(input: TokenStream) -> TokenStream {
    derive(input, write::external_system)
}

/// Makes a struct of one value an id: it is displayed, read from text and made from that value.
///
/// ```
/// use aether::prelude::*;
///
/// #[derive(Id, Debug, PartialEq)]
/// pub struct OrderId(u64);
///
/// let order: OrderId = "7".parse()?;
/// assert_eq!((order.to_string(), order), ("7".to_owned(), OrderId::from(7)));
/// assert!("seven".parse::<OrderId>().is_err());
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
///
/// The error of reading is that of the value. An id that wraps a `String` is made from a `&str`
/// as well. The value may have a name: `struct OrderId { number: u64 }`; how serde writes it is
/// serde's affair, as ever (`#[serde(transparent)]`).
#[proc_macro_derive(Id, attributes(id))]
pub fn id(input: TokenStream) -> TokenStream {
    derive(input, write::id)
}

/// Makes the marked methods of an impl block what a type does.
///
/// ```
/// use aether::prelude::*;
/// use std::convert::Infallible;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { by: u32 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct Count { #[command(id)] counter: String }
/// # #[derive(Persona)]
/// # pub struct Clerk;
/// #[derive(Aggregate, Default)]
/// #[aggregate(events(Counted))]
/// pub struct Counter { total: u32 }
///
/// #[handlers]
/// impl Counter {
///     #[handle(by(Clerk))]
///     fn count(&self, command: Count) -> Result<Counted, Infallible> {
///         Ok(Counted { by: 1 })
///     }
///
///     #[apply]
///     fn counted(&mut self, event: &Counted) {
///         self.total += event.by;
///     }
/// }
/// ```
/// - `#[handle]`: `&self, command: C`, and `context: &Context` if wanted, to `Result<events,
///   refusal>`. The events are one, or an `Option`, `Vec`, tuple or set of them: the model shows
///   what the type permits. `by(Customer, ..)` says who issues the command from outside, and
///   `informed_by(PickingList, ..)` which projections they look at.
/// - `#[apply]`: `&mut self, event: &E` or `event: E`, and `origin: &Origin<'_>` if wanted.
/// - `#[react]`: `&self, event: &E`, and `origin: &Origin<'_>` if wanted, to commands: one, or an
///   `Option`, `Vec` or tuple of them.
///
/// - `#[answer]`: `&self, query: Q`, to whatever the answer is. `by(Customer, ..)` says who asks.
///   One projection answers a query; in a generic block, the query cannot be asked of the runtime.
///
/// In the block of a process manager, `key = ..` says which instance an event concerns: a field of
/// the event (`key = order`), what lies in one (`key = order.id`), a method of it
/// (`key = order()`), or a function of it (`key = OrderPlaced::order`, `key = |event| ..`). It
/// gives a key, a reference to one, or an `Option` of either: an event without a key concerns no
/// instance. Of two methods that take one event, one says it. `#[react]` sees the state with the
/// event already applied.
///
/// # Several blocks
/// A type has one block, which may list others, each with a name of its own. What they do counts
/// as if it stood in the block that lists them; one that is not listed does not compile.
/// ```
/// # use aether::prelude::*;
/// # use std::convert::Infallible;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { by: u32 }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct Count { #[command(id)] counter: String }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(events(Counted))]
/// # pub struct Counter { total: u32 }
/// #[handlers(parts(counting))]
/// impl Counter {
///     #[apply]
///     fn counted(&mut self, event: &Counted) {
///         self.total += event.by;
///     }
/// }
///
/// #[handlers(part = counting)]
/// impl Counter {
///     #[handle]
///     fn count(&self, command: Count) -> Result<Counted, Infallible> {
///         Ok(Counted { by: 1 })
///     }
/// }
/// ```
/// In one block of a process manager, some method says the key of an event; in the others it need
/// not. A generic process manager has one block only.
///
/// The block stays as it is written, so its methods can be called as well.
#[proc_macro_attribute]
pub fn handlers(args: TokenStream, input: TokenStream) -> TokenStream {
    written(|cx| write::handlers(cx, args.into(), input.into()))
}

/// Marks a method of a [`macro@handlers`] block that decides what comes of a command:
/// `#[handle(by(Customer))] fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, Refusal>`.
///
/// It is read by the block, and means nothing elsewhere.
#[proc_macro_attribute]
pub fn handle(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("handle", item)
}

/// Marks a method of a [`macro@handlers`] block that folds an event into the state:
/// `#[apply] fn placed(&mut self, event: &OrderPlaced)`.
///
/// It is read by the block, and means nothing elsewhere.
#[proc_macro_attribute]
pub fn apply(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("apply", item)
}

/// Marks a method of a [`macro@handlers`] block that asks for commands upon an event:
/// `#[react] fn placed(&self, event: &OrderPlaced) -> RequestPayment`.
///
/// It is read by the block, and means nothing elsewhere.
#[proc_macro_attribute]
pub fn react(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("react", item)
}

/// Marks a method of a [`macro@handlers`] block that answers a query:
/// `#[answer(by(Customer))] fn of_customer(&self, query: OrdersOf) -> Vec<Row>`.
///
/// It is read by the block, and means nothing elsewhere.
#[proc_macro_attribute]
pub fn answer(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("answer", item)
}

/// A marker that no `#[handlers]` block has taken off.
fn outside(marker: &str, item: TokenStream) -> TokenStream {
    let message = format!(
        "`#[{marker}]` marks a method of a `#[handlers]` block: write `#[handlers]` above the impl block"
    );
    let error = syn::Error::new(proc_macro2::Span::call_site(), message).to_compile_error();
    let item = TokenStream2::from(item);
    quote!(#item #error).into()
}

/// Declares a bounded context: its members, once, for the model and for the runtime.
///
/// ```
/// # use aether::prelude::*;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced {}
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(events(OrderPlaced))]
/// # pub struct Order {}
/// # #[handlers]
/// # impl Order { #[apply] fn placed(&mut self, _: OrderPlaced) {} }
/// # #[derive(ExternalSystem)]
/// # #[external_system(emits(OrderPlaced))]
/// # pub struct WebShop;
/// # #[derive(Projection, Default)]
/// # pub struct OrderSummaries {}
/// # #[handlers]
/// # impl OrderSummaries { #[apply] fn placed(&mut self, _: OrderPlaced) {} }
/// # bounded_context! { pub Billing {} }
/// bounded_context! {
///     /// Takes orders and gets them out of the door.
///     pub Ordering {
///         owner: "Team Checkout",
///         aggregates: [Order],
///         policies: [],
///         process_managers: [],
///         projections: [OrderSummaries],
///         external_systems: [WebShop],
///         upstream: [Billing],
///     }
/// }
/// ```
/// Every line between the braces may be left out.
///
/// The build fails, at the member, if a policy reacts to what nothing emits or issues what nothing
/// handles, if a projection or an external system waits for what nothing emits, if one consumes
/// what is private to another context, if two aggregates handle one command, or if two store an
/// event under one name. What the contexts `upstream` emit
/// and handle counts; two contexts may be upstream of each other.
///
/// With a renamed `aether`: `bounded_context! { crate = path; pub Ordering { .. } }`.
#[proc_macro]
pub fn bounded_context(input: TokenStream) -> TokenStream {
    written(|cx| write::bounded_context(cx, input.into()))
}

/// What a derive writes for an item.
fn derive(input: TokenStream, write: fn(&Ctxt, &DeriveInput) -> TokenStream2) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    written(|cx| write(cx, &input))
}

/// What is written, and every error behind it.
fn written(write: impl FnOnce(&Ctxt) -> TokenStream2) -> TokenStream {
    let cx = Ctxt::new();
    let written = write(&cx);
    let errors = cx.check().err().map(|error| error.to_compile_error());
    quote!(#written #errors).into()
}

#[cfg(test)]
mod tests;
