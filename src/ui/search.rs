use leptos::prelude::*;
#[derive(Clone, Copy)] pub struct SearchText(pub RwSignal<String>);
impl SearchText { pub fn provide() { provide_context(Self(RwSignal::new(String::new()))) } pub fn here() -> Self { expect_context() } }
