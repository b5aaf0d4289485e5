#![no_main]

fuzz::target!(fuzzing::spec);
