#![no_main]

fuzz::target!(fuzzing::refusal);
