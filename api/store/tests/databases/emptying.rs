//! An emptied store is as good as a new one.

use store::ProcedureStore as _;

use crate::city::*;
use crate::database::Subject;
use crate::story::{does, found};

async fn tells_the_same_again(subject: &Subject) {
    let mut store = subject.store.clone();
    let mut heads = Vec::new();
    for _ in 0..3 {
        found(&store, &["c1"]).await;
        does(&store, &submit("c1", &[wish("a1", "A", 1)])).await;
        does(&store, &make_offer("c1", "o1", "a1")).await;
        let concluded = does(&store, &conclude("c1", "k1", "o1")).await;
        let newest = concluded.changes.last().unwrap().sequence;
        assert_eq!(store.snapshot().await.unwrap().sequence(), newest);
        heads.push(store.verify_logs().await.unwrap());
        store = store.emptied().await.unwrap();
        assert_eq!(store.snapshot().await.unwrap().sequence(), 0);
    }
    assert_eq!(heads[0].fault, None);
    assert_eq!(heads[0], heads[1], "the same history has the same hashes");
    assert_eq!(heads[0], heads[2]);
}

#[tokio::test]
async fn an_emptied_store_in_memory_tells_the_same_again() {
    tells_the_same_again(&Subject::memory().await.unwrap()).await;
}

#[tokio::test]
async fn an_emptied_database_of_tests_tells_the_same_again() {
    if let Some(subject) = Subject::postgres().await {
        tells_the_same_again(&subject).await;
        subject.store.close().await;
    }
}
