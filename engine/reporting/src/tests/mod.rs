//! Tests over a small city built from CSV text.

mod city;
mod federal;
mod properties;
mod rules;
mod state;
