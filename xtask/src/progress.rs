//! How far things are: "[2/6] trunk 0.22.1 …", with the time each step took.
use std::fmt;
use std::time::{Duration, Instant};

/// Numbers the steps of a longer task and says each one's time.
pub struct Progress {
    started: Instant,
    step: usize,
    steps: usize,
}

impl Progress {
    /// A task of so many steps, starting now.
    pub fn new(steps: usize) -> Self {
        Self { started: Instant::now(), step: 0, steps }
    }

    /// Says which step begins, and how long the task has been running.
    pub fn begin(&mut self, what: impl fmt::Display) {
        self.step += 1;
        println!("[{}/{}] {what} (after {})", self.step, self.steps, Spent(self.started.elapsed()));
    }

    /// Says how the step ended, under its line.
    pub fn note(&self, what: impl fmt::Display) {
        println!("      {what}");
    }

    /// The time since the task began.
    pub fn elapsed(&self) -> Spent {
        Spent(self.started.elapsed())
    }
}

/// A duration as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
#[derive(Clone, Copy)]
pub struct Spent(pub Duration);

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let text = match seconds {
            0..10 => format!("{:.1} s", self.0.as_secs_f64()),
            10..60 => format!("{seconds} s"),
            _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_a_person_says_it() {
        for (millis, text) in [(440, "0.4 s"), (12_300, "12 s"), (185_000, "3 min 05 s")] {
            assert_eq!(Spent(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
