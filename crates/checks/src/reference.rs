//! The reference of all checks, generated into `docs/checks.md`.

use std::fmt::Write as _;

use crate::rules::CHECKS;

const HEAD: &str = "# Checks

<!-- Generated from crates/checks: GEMMACTL_UPDATE=1 cargo test -p gemmactl --test tidy -->

`gemmactl validate`, `plan` and `apply` look whether the settings of a spec agree with each other and with what the
[catalogue](decisions/0012-catalogue.md) knows, and ask nobody for it. Each finding has its place in the file, and the sum
where there is one.

| level | what it means | what it does |
|---|---|---|
| error | Cloud Run refuses it, or it cannot serve as it is meant to | `validate`, `plan` and `apply` end with exit code 1, before anything is asked |
| warning | it works, but not as well, as safely or as surely as it should | shown; stops nothing |
| info | worth knowing | shown; stops nothing |

What you have decided otherwise is ignored by its id, with the reason for whoever reads the spec next:

    lint:
      ignore:
        - check: weights-too-large
          reason: one image is simpler, and this service is always warm

An id that is none is an error (`unknown-check`); an entry that nothing is found for is told as info (`ignore-unused`).
`destroy` is never stopped by a check.
";

/// The page.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for check in CHECKS {
        let _ = write!(
            page,
            "\n## {}\n\n{}: {}.\n\n{}\n\nWhat to do: {}.\n\nSource: {}, {}.\n",
            check.id,
            capital(check.severity.word()),
            check.title,
            check.reason,
            check.fix,
            check.source,
            check.date,
        );
    }
    page
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
