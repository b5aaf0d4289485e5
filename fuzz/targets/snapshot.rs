#![no_main]

fuzz::target!(fuzzing::snapshot);
