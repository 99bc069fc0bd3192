//! Writes a template's lines, and leaves out those that say nothing any more.

/// What has been written, line by line.
#[derive(Default)]
pub(super) struct Lines {
    written: String,
    /// Where the last line begins.
    begun: usize,
    /// Whether anything but spaces stands in it.
    said: bool,
    /// Whether a section of it vanished.
    vanished: bool,
    /// Whether the line before it vanished: then an empty line that follows an empty line, or nothing, does so, too.
    after_vanished: bool,
}

impl Lines {
    /// Adds words of the template.
    pub(super) fn text(&mut self, text: &str) {
        for part in text.split_inclusive('\n') {
            let words = part.trim_end_matches('\n');
            self.value(words);
            if words.len() < part.len() {
                self.end_line();
            }
        }
    }

    /// Adds words of a value: line breaks in them are its own.
    pub(super) fn value(&mut self, words: &str) {
        self.said |= !words.trim().is_empty();
        self.written.push_str(words);
    }

    /// A section of the line is left out.
    pub(super) fn section_vanished(&mut self) {
        self.vanished = true;
    }

    fn end_line(&mut self) {
        let before = &self.written[..self.begun];
        let doubled = self.after_vanished && (before.is_empty() || before.ends_with("\n\n"));
        let vanishes = !self.said && (self.vanished || doubled);
        if vanishes {
            self.written.truncate(self.begun);
        } else {
            self.written.push('\n');
        }
        self.begun = self.written.len();
        (self.said, self.vanished, self.after_vanished) = (false, false, vanishes);
    }

    /// What was written, without spaces at its end.
    pub(super) fn end(mut self) -> String {
        self.written.truncate(self.written.trim_end().len());
        self.written
    }
}
