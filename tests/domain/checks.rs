//! The checks on the model of the shop.

use aether::eventstorming::{Model, check::Severity};
use aether_examples::order_fulfilment::Shop;

#[test]
fn nothing_is_found_in_the_shop_not_even_a_remark() {
    let report = Model::of::<Shop>().check();
    let found = report.text(Severity::Info, &|_| None);
    assert_eq!(found, "nothing found\n");
}
