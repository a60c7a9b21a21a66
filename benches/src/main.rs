//! x
mod contenders; mod outcome; mod tokens;
#[tokio::main(flavor="current_thread")]
async fn main() {
    for c in contenders::all().await.unwrap() { for a in tokens::ALGORITHMS { println!("{} {:?} {:?}", c.name, a, contenders::check(&c, a).await); } }
}
