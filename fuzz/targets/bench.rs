#![no_main]

fuzz::target!(fuzzing::bench);
