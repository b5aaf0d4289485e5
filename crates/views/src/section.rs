//! The order in which every surface shows a plan. Each surface goes through [`Section::ORDER`] and matches on it, so the order
//! is the same everywhere, and a section that is added here is asked for by the compiler on every surface.

/// One part of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// What for, where, how much, and what stands in the way.
    Verdict,
    /// Who gains or loses what; what is open to everybody.
    Access,
    /// What is lost.
    Destructive,
    /// Everything else that happens, in running order, with its cause; then what stays.
    Changes,
    /// What is different from an earlier plan, where one is given.
    Since,
    /// What checks found in the spec; it stops nothing.
    Checks,
    /// Whether what its calls rely on holds: billing, permissions, quotas.
    Preflight,
    /// What it costs, before and after.
    Cost,
    /// What was left alone on live objects.
    Ignored,
    /// By what the plan is approved, and how it is carried out.
    Footer,
}

impl Section {
    /// From first to last.
    pub(crate) const ORDER: [Self; 10] = [
        Self::Verdict,
        Self::Access,
        Self::Destructive,
        Self::Changes,
        Self::Since,
        Self::Checks,
        Self::Preflight,
        Self::Cost,
        Self::Ignored,
        Self::Footer,
    ];
}
