//! Tests over a small city built from CSV text.

mod city;
mod datml;
mod federal;
mod money;
mod properties;
mod registers;
mod rules;
mod speed;
mod state;
