#![no_main]

fuzz::target!(fuzzing::credentials);
