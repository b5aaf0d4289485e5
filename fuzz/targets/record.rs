#![no_main]

fuzz::target!(fuzzing::record);
