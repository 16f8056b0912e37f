//! A report as SARIF 2.1.0, which code hosts and editors read.

use serde_json::{Value, json};

use super::Report;
use crate::{
    check::{Code, Finding, Severity},
    json::{object, pretty},
    model::Location,
};

impl Report {
    /// The report as SARIF 2.1.0. What is allowed is there as suppressed.
    pub fn sarif(&self) -> String {
        let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
        let results: Vec<Value> = self.findings.iter().map(result).collect();
        pretty(&json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "eventstorming",
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "originalUriBaseIds": { "SRCROOT": {
                    "description": { "text": "The root of the workspace." },
                }},
                "results": results,
            }],
        }))
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: Code) -> Value {
    let body = code
        .explanation()
        .split_once("\n\n")
        .map_or("", |(_, body)| body);
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": body.split("\n\n## ").next().unwrap_or_default().trim() },
        "help": { "text": body.trim(), "markdown": code.explanation().trim() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(finding: &Finding) -> Value {
    let help = finding.help.iter().map(|help| format!("\n{help}"));
    let text: String = std::iter::once(finding.message.clone())
        .chain(help)
        .collect();
    let fingerprint = finding
        .element
        .as_ref()
        .map(|id| format!("{} {id}", finding.code));
    let allowed = finding.allowed.as_ref();
    object([
        ("ruleId", Some(finding.code.as_str().into())),
        (
            "ruleIndex",
            Code::ALL
                .iter()
                .position(|code| *code == finding.code)
                .map(Value::from),
        ),
        ("level", Some(level(finding.severity).into())),
        ("message", Some(json!({ "text": text }))),
        ("locations", Some(json!([place(finding)]))),
        (
            "partialFingerprints",
            fingerprint.map(|print| json!({ "element/v1": print })),
        ),
        ("codeFlows", flow(finding)),
        (
            "suppressions",
            allowed.map(|reason| json!([{ "kind": "inSource", "justification": reason }])),
        ),
    ])
}

fn flow(finding: &Finding) -> Option<Value> {
    let steps = finding.path.iter().map(|step| {
        let message = json!({ "text": step.message });
        let physical = step.location.as_ref().map(physical);
        json!({ "location": object([("physicalLocation", physical), ("message", Some(message))]) })
    });
    let steps: Vec<Value> = steps.collect();
    (!steps.is_empty()).then(|| json!([{ "threadFlows": [{ "locations": steps }] }]))
}

fn place(finding: &Finding) -> Value {
    let element = finding.element.as_ref();
    let logical =
        element.map(|id| json!([{ "name": id.name(), "fullyQualifiedName": id.to_string() }]));
    let physical = finding.location.as_ref().map(physical);
    object([
        ("physicalLocation", physical),
        ("logicalLocations", logical),
    ])
}

fn physical(Location { file, line }: &Location) -> Value {
    json!({
        "artifactLocation": { "uri": uri(file), "uriBaseId": "SRCROOT" },
        "region": { "startLine": line },
    })
}

/// A path as the relative URI that SARIF asks for.
fn uri(file: &str) -> String {
    file.replace('\\', "/")
        .replace('%', "%25")
        .replace(' ', "%20")
}
