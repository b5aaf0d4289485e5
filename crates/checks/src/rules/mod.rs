//! The checks, one file each, and the list of them in the order of the reference.

mod base_image_unpinned;
mod concurrency_above_queue;
mod concurrency_above_sequences;
mod concurrency_above_slots;
mod concurrency_below_slots;
mod concurrency_far_above_slots;
mod context_above_model;
mod context_unset;
mod cpu_above_new_project;
mod gpu_cpu_below;
mod gpu_generation;
mod gpu_instance_above;
mod gpu_memory_exceeded;
mod gpu_memory_tight;
mod gpu_ram_below;
mod gpu_throttled;
mod gpu_unknown;
mod image_unpinned;
mod keep_alive_short;
mod max_instances_above_quota;
mod max_instances_unset;
mod memory_above_new_project;
mod ollama_driver;
mod probe_before_model;
mod probe_window_long;
mod probe_window_short;
mod public_model_management;
mod region_by_invitation;
mod region_without_gpu;
mod timeout_below_start;
mod timeout_short;
mod weights_too_large;

use crate::check::Check;

/// Every check.
pub static CHECKS: &[&Check] = &[
    &gpu_unknown::CHECK,
    &gpu_cpu_below::CHECK,
    &gpu_ram_below::CHECK,
    &gpu_instance_above::CHECK,
    &gpu_throttled::CHECK,
    &gpu_generation::CHECK,
    &region_without_gpu::CHECK,
    &region_by_invitation::CHECK,
    &max_instances_unset::CHECK,
    &max_instances_above_quota::CHECK,
    &cpu_above_new_project::CHECK,
    &memory_above_new_project::CHECK,
    &concurrency_below_slots::CHECK,
    &concurrency_above_slots::CHECK,
    &concurrency_far_above_slots::CHECK,
    &concurrency_above_queue::CHECK,
    &concurrency_above_sequences::CHECK,
    &gpu_memory_exceeded::CHECK,
    &gpu_memory_tight::CHECK,
    &context_unset::CHECK,
    &context_above_model::CHECK,
    &keep_alive_short::CHECK,
    &weights_too_large::CHECK,
    &base_image_unpinned::CHECK,
    &image_unpinned::CHECK,
    &ollama_driver::CHECK,
    &probe_before_model::CHECK,
    &probe_window_short::CHECK,
    &probe_window_long::CHECK,
    &timeout_below_start::CHECK,
    &timeout_short::CHECK,
    &public_model_management::CHECK,
];
