#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| palisade::fuzzing::sealed_text(bytes));
