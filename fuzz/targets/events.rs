#![no_main]

fuzz::target!(fuzzing::events);
