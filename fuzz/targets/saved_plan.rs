#![no_main]

fuzz::target!(fuzzing::saved_plan);
