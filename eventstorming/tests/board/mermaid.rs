use crate::{fixture::order_to_delivery, generate};

#[test]
fn a_flowchart_has_every_element_and_relation() {
    let model = order_to_delivery();
    let chart = model.mermaid();
    assert!(chart.starts_with("flowchart LR\n"));
    assert_eq!(chart.matches("subgraph").count(), 4);
    assert_eq!(chart.matches(":::").count(), 47);
    assert_eq!(
        chart.matches("-->|").count() + chart.matches("-.-").count(),
        model.relations().len()
    );
    assert!(chart.contains(r#"{{"Whenever an order is placed, reserve its stock"}}:::policy"#));
}

#[test]
fn nothing_in_a_label_is_taken_for_markup() {
    for seed in 0..50 {
        for line in generate::model(seed, 12)
            .mermaid()
            .lines()
            .filter(|line| line.contains(":::"))
        {
            assert_eq!(line.matches('"').count(), 2, "{line}");
            assert!(!line.contains("<b>"), "{line}");
        }
    }
}
