//! One trace from an HTTP request to the read model that shows what came of it.

use aether_tests::spans::{SpanRecorder, Spans};

use crate::{
    client::ask,
    shop::{Shop, order},
};

const JSON: (&str, &str) = ("content-type", "application/json");

/// Places an order that the shop has no goods for, and waits for what follows.
async fn placed(shop: &Shop, id: &str, headers: &[(&str, &str)]) {
    let body = order(id).to_string();
    ask(shop.at, ("POST", "/orders"), headers, &body)
        .await
        .is(201);
    shop.service.aether().settled().await.unwrap();
}

/// The spans of one order that is placed, in a shop that has begun to follow its log.
async fn recorded(headers: &[(&str, &str)]) -> Spans {
    let shop = Shop::new().await;
    placed(&shop, "before", &[JSON]).await;
    let recorder = SpanRecorder::start();
    placed(&shop, "7", headers).await;
    shop.service.close().await;
    recorder.spans()
}

/// From the request over two contexts and back to what the customer sees.
fn check(spans: &Spans) {
    let request = spans.of("request  ").next().unwrap();
    assert_eq!(spans.outside(request), [""; 0], "of no or another trace");
    let rejected = [
        "request  ",
        "command  PlaceOrder",
        "follow policy ReserveStockWhenPlaced",
        "command  ReserveStock",
        "follow policy RejectOrderWhenUnfulfillable",
        "command  RejectOrder",
    ];
    assert_eq!(spans.way("command  RejectOrder"), rejected);
    let shown = spans.of("follow projection OrderTracking");
    let ways: Vec<_> = shown.map(|it| spans.way_to(it)).collect();
    let of_rejection = rejected.iter().chain(&["follow projection OrderTracking"]);
    let of_rejection: Vec<_> = of_rejection.map(ToString::to_string).collect();
    assert!(ways.contains(&of_rejection), "{ways:?}");
}

#[tokio::test]
async fn from_a_request_to_the_read_model_all_is_one_trace() {
    check(&recorded(&[JSON]).await);
}

#[tokio::test]
async fn a_request_that_names_its_trace_is_part_of_it() {
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let parent = format!("00-{trace}-{span}-01");
    let spans = recorded(&[JSON, ("traceparent", &parent)]).await;
    check(&spans);
    let request = spans.of("request  ").next().unwrap();
    assert_eq!(request.span_context.trace_id().to_string(), trace);
    assert_eq!(request.parent_span_id.to_string(), span);
}
