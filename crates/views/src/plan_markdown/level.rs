//! How much of a plan is written: from all of it down to what must never be left out.

/// From most to least. What every level shows: the verdict, what is open to everybody, access, what is deleted, the fingerprint
/// and the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Everything: causes of fields, the lines around a change of a text, the graph, every ignored field.
    Full,
    /// Without what does not change.
    Changes,
    /// One line a field.
    Fields,
    /// One line a resource.
    Resources,
    /// Of what is neither access nor lost, only how much it is.
    Counts,
    /// The same with the shortest names.
    Least,
}

impl Level {
    /// From most to least.
    pub(crate) const ALL: [Self; 6] =
        [Self::Full, Self::Changes, Self::Fields, Self::Resources, Self::Counts, Self::Least];

    /// What is written at the first of these levels at which it fits with all its rows. Where it fits at none, what is written at the
    /// last, and the rows that were left out are counted there.
    pub(crate) fn first_that_fits(
        levels: &[Self],
        max_bytes: usize,
        write: impl Fn(Self) -> (String, usize),
    ) -> String {
        let mut text = String::new();
        for level in levels {
            let (written, omitted) = write(*level);
            text = written;
            if omitted == 0 && text.len() <= max_bytes {
                break;
            }
        }
        text
    }

    /// What is left out, in words; none when nothing is.
    pub(crate) fn shortened(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::Changes => Some("without what does not change"),
            Self::Fields => Some("one line a field"),
            Self::Resources => Some("one line a resource"),
            Self::Counts | Self::Least => Some("of most changes only their number"),
        }
    }

    /// Bytes for a name, such as a resource's or a member's.
    pub(crate) fn name(self) -> usize {
        match self {
            Self::Full | Self::Changes | Self::Fields => usize::MAX,
            Self::Resources => 160,
            Self::Counts => 64,
            Self::Least => 32,
        }
    }

    /// Bytes for a sentence, a value or a reason.
    pub(crate) fn sentence(self) -> usize {
        match self {
            Self::Full | Self::Changes => usize::MAX,
            Self::Fields => 240,
            Self::Resources => 120,
            Self::Counts => 60,
            Self::Least => 24,
        }
    }
}
