pub fn event(_: &crate::ui::state::View, _: &crate::smartbox::Event) -> String { String::new() }
