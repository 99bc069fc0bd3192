//! The bytes that a run is made of.

/// Bytes, taken from the front. When they are used up, zeros come.
pub struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    /// From the first byte on.
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// Whether they are used up.
    pub const fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    /// A number below another, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_le_bytes(self.array())) % end
    }

    /// A number of milliseconds, forwards or back: up to a day, or up to a thousand years.
    pub fn ms(&mut self) -> i64 {
        let far = self.byte() & 1 == 1;
        let number = i64::from(i32::from_le_bytes(self.array()));
        if far { number * 14_600 } else { number / 25 }
    }

    /// So many bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let (now, rest) = self.0.split_at(self.0.len().min(N));
        self.0 = rest;
        let mut array = [0; N];
        array[..now.len()].copy_from_slice(now);
        array
    }

    /// A run of bytes: its length comes first.
    pub fn run(&mut self) -> &'b [u8] {
        let length = usize::from(u16::from_le_bytes(self.array())).min(self.0.len());
        let (now, rest) = self.0.split_at(length);
        self.0 = rest;
        now
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'b [u8] {
        std::mem::take(&mut self.0)
    }

    /// Bytes as they are, but for one to four changes.
    pub fn altered(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.byte() % 4 {
            self.alter(&mut bytes);
        }
        bytes
    }

    fn alter(&mut self, bytes: &mut Vec<u8>) {
        let kind = self.byte();
        let at = self.below(bytes.len() + 1);
        match (kind % 5, bytes.get_mut(at)) {
            (0, Some(byte)) => *byte ^= 1 << (kind / 5 % 8),
            (1, Some(byte)) => *byte = self.byte(),
            (2, _) => bytes.truncate(at),
            (3, _) => {
                let end = (at + usize::from(self.byte())).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let more: [u8; 8] = self.array();
                bytes.splice(at..at, more[..1 + usize::from(kind / 5 % 8)].iter().copied());
            }
        }
    }
}
