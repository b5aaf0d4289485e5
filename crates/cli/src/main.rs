//! The `gemmactl` command.
mod view;

fn main() {}
