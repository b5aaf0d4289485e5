#![no_main]

fuzz::target!(fuzzing::observe);
