//! The page: three files, and nothing from anywhere else.

use axum::{
    http::header,
    response::{Html, IntoResponse},
};

/// Only what this host gives. The board brings its own styles.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

pub(crate) async fn html() -> impl IntoResponse {
    let policy = [(header::CONTENT_SECURITY_POLICY, POLICY)];
    (policy, Html(include_str!("../page/page.html")))
}

pub(crate) async fn css() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("../page/page.css"))
}

pub(crate) async fn js() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, include_str!("../page/page.js"))
}
