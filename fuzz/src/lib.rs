//! Runs a target under libFuzzer, which changes inputs by its own means and by those of the ordinary tests in turn.

use fastrand::Rng;

pub use libfuzzer_sys::{fuzz_mutator, fuzz_target};

/// Makes the program of a target.
#[macro_export]
macro_rules! target {
    ($target:path) => {
        $crate::fuzz_target!(|data: &[u8]| $target(data));
        $crate::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::change(data, size, max_size, seed)
        });
    };
}

/// Changes the first `size` bytes and gives their new number, at most `most`.
pub fn change(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut random = Rng::with_seed(seed.into());
    if random.bool() {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    let changed = fuzzing::mutate(&data[..size], &[], &mut random);
    if changed.len() > most || changed.is_empty() {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}
