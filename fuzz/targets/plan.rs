#![no_main]

fuzz::target!(fuzzing::plan);
