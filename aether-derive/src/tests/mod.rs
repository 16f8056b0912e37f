//! What each macro writes, as a person reads it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote};

use crate::{ctxt::Ctxt, write};

/// What is written, formatted; or the first mistake.
fn pretty(write: impl FnOnce(&Ctxt) -> TokenStream) -> String {
    let cx = Ctxt::new();
    let written = write(&cx);
    if let Err(error) = cx.check() {
        return format!("error: {error}");
    }
    let file = syn::parse2(written).expect("what is written is Rust");
    prettyplease::unparse(&file)
}

fn derived(write: fn(&Ctxt, &DeriveInput) -> TokenStream, item: &DeriveInput) -> String {
    pretty(|cx| write(cx, item))
}

/// The struct of an event with all keys.
fn event() -> DeriveInput {
    parse_quote! {
        /// A customer placed an order.
        ///
        /// Hotspot: how many?
        #[event(version = 3, upcast(V1, V2), alias("OrderSubmitted"), pivotal = "Sales")]
        pub struct OrderPlaced { order: String }
    }
}

fn set() -> DeriveInput {
    parse_quote! {
        pub enum OrderEvent {
            Placed(OrderPlaced),
            Shipped(Box<OrderShipped>),
        }
    }
}

fn set_with_other() -> DeriveInput {
    parse_quote! {
        enum Seen {
            Placed(OrderPlaced),
            #[event(other)]
            Unknown(RawEvent),
        }
    }
}

fn inline_set() -> DeriveInput {
    parse_quote! {
        #[event(prefix = "Stock")]
        enum StockEvent {
            /// Goods came in.
            #[event(upcast(ReceivedV1))]
            Received { quantity: u32 },
            #[event(alias("StockChecked"))]
            Counted,
        }
    }
}

fn subset() -> DeriveInput {
    parse_quote! {
        #[event(subset_of = stock::StockEvent)]
        enum StockTaken {
            Counted,
            r#Received { quantity: u32 },
        }
    }
}

fn command() -> DeriveInput {
    parse_quote! {
        /// Place an order.
        struct PlaceOrder { #[command(id)] order: OrderId, total: u64 }
    }
}

fn aggregate() -> DeriveInput {
    parse_quote! {
        /// A customer's order.
        #[aggregate(events(OrderPlaced, Box<web::OrderShipped>), context = Ordering)]
        pub(crate) struct Order { total: u64 }
    }
}

fn aggregate_of_own_events() -> DeriveInput {
    parse_quote! {
        #[aggregate(event = PriceEvent, name = "Price")]
        struct Pricing<R: Rates> where R: Clone { rates: R }
    }
}

fn policy() -> DeriveInput {
    parse_quote! {
        #[policy(name = "ShipAtOnce", context = Ordering)]
        struct ShipWhenPlaced;
    }
}

fn process_manager() -> DeriveInput {
    parse_quote! {
        /// Ships what is paid.
        #[process_manager(key = OrderId, context = Ordering)]
        struct Fulfilment { paid: bool }
    }
}

fn projection() -> DeriveInput {
    parse_quote! {
        #[projection(read_by(Customer, Clerk))]
        struct Orders { rows: Vec<Row> }
    }
}

fn persona() -> DeriveInput {
    parse_quote! {
        /// Someone who buys.
        struct Customer;
    }
}

fn external_system() -> DeriveInput {
    parse_quote! {
        #[external_system(notified_of(OrderPlaced), handles(Charge), emits(Charged, Declined))]
        struct CardProcessor;
    }
}

fn id() -> DeriveInput {
    parse_quote!(
        struct OrderId(String);
    )
}

fn block() -> TokenStream {
    quote! {
        impl Order {
            /// Only once.
            #[handle(by(Customer), informed_by(Orders))]
            pub fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, Refusal> { todo() }
            #[handle]
            fn ship(&self, command: ShipOrder, context: &Context) -> Decision<OrderShipped> { todo() }
            #[apply]
            fn other(&mut self, event: RawEvent) {}
            #[cfg(feature = "placing")]
            #[apply]
            fn placed(&mut self, event: &OrderPlaced, origin: &Origin<'_>) { self.total = 1 }
            const fn helper(&self) -> u64 { self.total }
        }
    }
}

fn reacting_block() -> TokenStream {
    quote! {
        impl ThankWhenShipped {
            /// Once.
            #[react]
            fn shipped(&self, event: &OrderShipped) -> Option<Thank> { None }
        }
    }
}

fn keyed_block() -> TokenStream {
    quote! {
        impl Fulfilment {
            #[cfg(feature = "paying")]
            #[apply(key = at.order())]
            fn paid(&mut self, event: &OrderPaid) { self.paid = true }
            #[react]
            fn on_paid(&self, event: &OrderPaid) -> Option<ShipOrder> { None }
            #[react(key = order)]
            fn placed(&self, event: &OrderPlaced) -> After<CancelOrder, Hours<24>> { todo() }
            #[cfg(feature = "dunning")]
            #[react(key = |event| event.order())]
            fn dunned(&self, event: &OrderDunned) {}
        }
    }
}

fn context() -> TokenStream {
    quote! {
        /// Takes orders.
        pub Ordering {
            owner: "Team Checkout",
            aggregates: [Order],
            policies: [ShipWhenPlaced],
            process_managers: [Fulfilment],
            projections: [Orders],
            external_systems: [CardProcessor],
            upstream: [Billing],
        }
    }
}

macro_rules! snapshots {
    ($($fact:ident: $write:ident of $item:ident;)+) => {$(
        #[test]
        fn $fact() {
            insta::assert_snapshot!(derived(write::$write, &$item()));
        }
    )+};
}

snapshots! {
    an_event_becomes_its_metadata_and_upcasters: event of event;
    a_set_becomes_short_matches: event of set;
    a_set_with_other_keeps_what_it_does_not_know: event of set_with_other;
    inline_variants_go_through_the_serde_impls_of_their_enum: event of inline_set;
    a_subset_becomes_its_set: event of subset;
    a_command_becomes_its_metadata_and_key: command of command;
    an_aggregate_becomes_the_enum_of_its_events: aggregate of aggregate;
    an_aggregate_takes_an_enum_that_is_written: aggregate of aggregate_of_own_events;
    a_policy_becomes_its_metadata: policy of policy;
    a_process_manager_becomes_its_metadata: process_manager of process_manager;
    a_projection_becomes_its_metadata: projection of projection;
    a_persona_becomes_an_initiator: persona of persona;
    an_external_system_becomes_an_initiator: external_system of external_system;
    an_id_becomes_text_and_back: id of id;
}

#[test]
fn handlers_become_impls_and_tables() {
    insta::assert_snapshot!(pretty(|cx| write::handlers(
        cx,
        TokenStream::new(),
        block()
    )));
}

#[test]
fn reactions_become_impls_and_a_table() {
    insta::assert_snapshot!(pretty(|cx| write::handlers(
        cx,
        TokenStream::new(),
        reacting_block()
    )));
}

#[test]
fn keys_become_impls_and_a_table() {
    insta::assert_snapshot!(pretty(|cx| write::handlers(
        cx,
        TokenStream::new(),
        keyed_block()
    )));
}

#[test]
fn a_context_becomes_its_list_and_the_checks_on_it() {
    insta::assert_snapshot!(pretty(|cx| write::bounded_context(cx, context())));
}

/// What an editor sends while someone types: bodies are passed on as they are, and an item that is
/// not one yet takes nothing from the others.
#[test]
fn what_is_being_typed_is_kept_and_what_stands_beside_it_is_read() {
    let cx = Ctxt::new();
    let written = write::handlers(
        &cx,
        TokenStream::new(),
        quote! {
            impl Order {
                #[handle]
                fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, Refusal> {
                    if self.total > command. { let x = match }
                }
                #[apply]
                fn shipped(&mut self, event: &OrderShi
                    ) -> ;
                #[apply]
                fn
                pub const LIMIT: u64 = ;
                #[apply]
                fn placed(&mut self, event: &OrderPlaced) { self. }
            }
        },
    );
    let errors: Vec<String> = cx
        .check()
        .unwrap_err()
        .into_iter()
        .map(|it| it.to_string())
        .collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    let written = written.to_string();
    for kept in [
        "if self . total > command . { let x = match }",
        "event : & OrderShi",
        "pub const LIMIT : u64 = ;",
        "{ self . }",
        "Handle < PlaceOrder > for Order",
        "Apply < OrderPlaced > for Order",
    ] {
        assert!(written.contains(kept), "{kept} in {written}");
    }
}

/// The item with `crate = my::events` among the keys of an attribute.
fn renamed(attr: &str, mut item: DeriveInput) -> DeriveInput {
    let attr = syn::Ident::new(attr, proc_macro2::Span::call_site());
    item.attrs.push(parse_quote!(#[#attr(crate = my::events)]));
    item
}

#[test]
fn a_renamed_aether_is_named_everywhere() {
    let written = [
        derived(write::event, &renamed("event", event())),
        derived(write::event, &renamed("event", set())),
        derived(write::event, &renamed("event", set_with_other())),
        derived(write::event, &renamed("event", inline_set())),
        derived(write::command, &renamed("command", command())),
        derived(write::aggregate, &renamed("aggregate", aggregate())),
        derived(write::policy, &renamed("policy", policy())),
        derived(
            write::process_manager,
            &renamed("process_manager", process_manager()),
        ),
        derived(write::projection, &renamed("projection", projection())),
        derived(write::persona, &renamed("persona", persona())),
        derived(
            write::external_system,
            &renamed("external_system", external_system()),
        ),
        derived(write::id, &renamed("id", id())),
        pretty(|cx| write::handlers(cx, quote!(crate = my::events), block())),
        pretty(|cx| write::handlers(cx, quote!(crate = my::events), reacting_block())),
        pretty(|cx| write::handlers(cx, quote!(crate = my::events), keyed_block())),
        pretty(|cx| {
            let context = context();
            write::bounded_context(cx, quote!(crate = my::events; #context))
        }),
    ];
    for written in written {
        assert!(written.contains("my::events::__private::"), "{written}");
        assert!(!written.contains("aether"), "{written}");
    }
}

#[test]
fn every_path_that_is_written_is_private_or_the_users() {
    let written = [
        derived(write::event, &event()),
        derived(write::event, &inline_set()),
        derived(write::aggregate, &aggregate()),
        pretty(|cx| write::handlers(cx, TokenStream::new(), block())),
        pretty(|cx| write::bounded_context(cx, context())),
    ];
    let roots = [
        "::aether::__private::",
        "::core::file!",
        "::core::line!",
        "::core::matches!",
    ];
    for written in written {
        let text: String = roots
            .iter()
            .fold(written, |text, root| text.replace(root, ""));
        for path in [" ::aether", " ::core", " ::std", "std::"] {
            assert!(!text.contains(path), "{path} in {text}");
        }
    }
}
