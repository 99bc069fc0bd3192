//! What runs beside the views: effects and tasks, behind a box, so that the runtime's part of them is compiled once.

/// Something that runs now, and again each time that a signal it read has changed, as long as the current owner lives.
pub struct Effect;

impl Effect {
    /// Begins it. It is given what it answered the time before.
    #[expect(clippy::new_ret_no_self, reason = "it is used as Leptos' own is")]
    pub fn new<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
        let mut last = None;
        effect(Box::new(move || last = Some(run(last.take()))));
    }
}

fn effect(mut run: Box<dyn FnMut()>) {
    leptos::prelude::Effect::new(move |_: Option<()>| run());
}

/// Runs a future to its end, in this tab.
pub fn spawn_local(task: impl Future<Output = ()> + 'static) {
    spawn(Box::pin(task));
}

fn spawn(task: std::pin::Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(task);
}
