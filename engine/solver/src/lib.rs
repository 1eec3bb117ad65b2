//! Linear and mixed-integer models; the only crate that compiles C++.
