//! How far aliases may inflate a document: goyaml's own limit, so that what kubectl reads we read.

/// Counts the values of a document as goyaml decodes them.
#[derive(Debug, Default)]
pub(super) struct Budget {
    decoded: usize,
    from_aliases: usize,
}

/// Up to this many values, nearly all may come from aliases.
const SMALL: usize = 400_000;
/// From this many values on, hardly any may.
const LARGE: usize = 4_000_000;

impl Budget {
    /// The values so far, those of aliases included.
    pub(super) fn decoded(&self) -> usize {
        self.decoded
    }

    /// Counts one value that is written in the file.
    pub(super) fn count(&mut self) -> bool {
        self.decoded += 1;
        self.is_kept()
    }

    /// Counts an alias and the values behind it; false if that is too many.
    pub(super) fn count_alias(&mut self, values: usize) -> bool {
        self.decoded = self.decoded.saturating_add(values).saturating_add(1);
        self.from_aliases = self.from_aliases.saturating_add(values);
        self.is_kept()
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts far below 2^52")]
    fn is_kept(&self) -> bool {
        if self.from_aliases <= 100 || self.decoded <= 1000 {
            return true;
        }
        let ratio = self.from_aliases as f64 / self.decoded as f64;
        let share = (self.decoded.clamp(SMALL, LARGE) - SMALL) as f64 / (LARGE - SMALL) as f64;
        ratio <= 0.99 - 0.89 * share
    }
}
