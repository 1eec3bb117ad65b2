//! What the store promises, the same on SQLite in memory, on a file, and on PostgreSQL.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

mod city;
mod city_load;
mod database;
mod emptying;
mod feeds;
mod files;
mod kept;
mod logs;
mod races;
mod requests;
mod run_queue;
mod scenarios;
mod story;
