//! One file for each way of acting. Each carries a step out to its end and says how it goes.

mod build;
mod call;
mod empty_bucket;
mod operation;
mod outputs;
mod policy;
mod readback;
mod ready;
mod rollout;
mod upload;

pub(crate) use empty_bucket::encoded;
