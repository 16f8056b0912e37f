//! The checks on the model of the shop.

use aether::{
    domain::event_schemas,
    eventstorming::{Model, check::Severity},
};
use aether_examples::order_fulfilment::Shop;

#[test]
fn nothing_is_found_in_the_shop_not_even_a_remark() {
    let model = Model::of::<Shop>().with_schemas(event_schemas::<Shop>());
    let report = model.check();
    let found = report.text(Severity::Info, &|_| None);
    assert_eq!(found, "nothing found, 1 allowed\n");
    let reasons = report.allowed().filter_map(|one| one.allowed.as_deref());
    let reasons: Vec<&str> = reasons.collect();
    assert_eq!(reasons, ["each country has its warehouse."]);
}
