//! Every event that the shop has ever released is still read.

use aether_examples::order_fulfilment::Shop;

#[test]
fn every_event_that_was_released_is_read() {
    aether::assert_contracts!(Shop, "order-fulfilment/contracts");
}
