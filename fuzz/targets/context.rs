#![no_main]

fuzz::target!(fuzzing::context);
