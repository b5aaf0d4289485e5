//! gemmactl
fn main() {}
