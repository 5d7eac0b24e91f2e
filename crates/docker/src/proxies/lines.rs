//! JSON in lines, as they come in parts.

use serde::{Serialize, de::DeserializeOwned};

/// The beginning of a line whose end has not come yet.
#[derive(Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Adds a part, and tells the values whose lines are complete. Lines that are none of these are passed over: a newer
    /// program may say more than we know.
    pub fn add<T: DeserializeOwned>(&mut self, part: &[u8]) -> Vec<T> {
        self.0.extend_from_slice(part);
        let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
        let rest = self.0.split_off(end + 1);
        let whole = std::mem::replace(&mut self.0, rest);
        let values = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        values
            .filter_map(|line| match serde_json::from_slice(line) {
                Ok(value) => Some(value),
                Err(error) => {
                    tracing::debug!(line = error.line(), "a line was not understood");
                    None
                }
            })
            .collect()
    }

    /// A value as a line.
    pub fn line(value: &impl Serialize) -> Vec<u8> {
        // Neither the types of the lines nor a vector can fail to be written.
        let mut line = serde_json::to_vec(value).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_anywhere() {
        let mut lines = Lines::default();
        assert_eq!(lines.add::<u8>(b"1"), Vec::<u8>::new());
        assert_eq!(lines.add::<u8>(b"2\n\n3\nx\n4"), [12, 3]);
        assert_eq!(lines.add::<u8>(b"\n"), [4]);
        assert_eq!(Lines::line(&7), b"7\n");
    }
}
