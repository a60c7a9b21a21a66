//! The orders API of a small shop.

mod handlers;
mod model;
mod scope;
mod store;

use palisade::openapi::Info;
use palisade::routing::get;
use palisade::{Api, SecureRouter};

pub use self::store::Store;

/// Returns every route of the API, without a state and a resource server.
pub fn routes() -> SecureRouter<Store> {
    SecureRouter::new()
        .route("/health", get(handlers::health))
        .route("/whoami", get(handlers::whoami))
        .route(
            "/orders",
            get(handlers::list_orders).post(handlers::create_order),
        )
        .route(
            "/orders/{id}",
            get(handlers::show_order).delete(handlers::delete_order),
        )
}

/// Returns the title, version and description of the API.
#[must_use]
pub fn info() -> Info {
    Info::new("Orders", env!("CARGO_PKG_VERSION")).description("The orders of a small shop.")
}

/// Publishes the description of the API.
#[must_use]
pub fn described(api: Api) -> Api {
    api.publish_openapi(
        info(),
        "clients are generated from the description, and the API of this shop is no secret",
    )
}

#[cfg(test)]
mod tests {
    use palisade::evidence::AttackResults;
    use palisade::report::Report;
    use palisade::testing::TestApi;
    use palisade::testing::attack::{Attack, Expected};
    use serde_json::Value;

    use super::*;
    use crate::documents::{report, statements};

    async fn api() -> TestApi {
        let api = TestApi::new(routes().with_state(Store::default())).await;
        api.map_api(described)
    }

    /// Attacks the routes of `orders` and of the quickstart.
    async fn attacked(api: &TestApi) -> AttackResults {
        let (write, delete) = ("orders:write", "orders:write orders:delete");
        let results = Attack::new(api)
            .expect("GET /orders", Expected::scopes("orders:read"))
            .expect("POST /orders", Expected::scopes(write))
            .expect("GET /orders/{id}", Expected::scopes("orders:read"))
            .expect(
                "DELETE /orders/{id}",
                Expected::scopes("admin").or(Expected::scopes(delete)),
            )
            .run()
            .await
            .assert_refused();
        let results = results.with_commit("0123abc").unwrap();
        results.with_date("2026-11-29").unwrap()
    }

    #[tokio::test]
    async fn attacks_on_orders_are_refused() {
        let api = api().await;
        let results = attacked(&api).await;
        assert_eq!(results.routes().len(), 9);
        let complete = report(api.api().inventory(), Some(results));
        complete.require_complete().unwrap();
    }

    /// Returns the lines of the standard by their ids.
    fn cells(report: &Report<'_>) -> Vec<(String, Value)> {
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        let lines = json["standard"].as_array().unwrap().iter();
        lines
            .map(|line| (line["id"].as_str().unwrap().to_owned(), line.clone()))
            .collect()
    }

    /// Asserts that the report has gaps, and that the cells that they name are others than before.
    fn assert_incomplete(report: &Report<'_>, before: &[(String, Value)], removed: &str) {
        let Err(incomplete) = report.require_complete() else {
            panic!("the report is complete without {removed}");
        };
        let after = cells(report);
        for gap in incomplete.gaps() {
            let id = gap.split(':').next().unwrap();
            let of = |cells: &[(String, Value)]| {
                let mut cells = cells.iter();
                let (_, cell) = cells.find(|(other, _)| other == id).unwrap();
                cell.clone()
            };
            assert_ne!(of(before), of(&after), "{removed}: {gap}");
            assert_eq!(of(&after)["status"], "gap", "{removed}: {gap}");
        }
    }

    #[tokio::test]
    async fn removed_statement_or_attack_result_is_a_gap_of_the_report() {
        let api = api().await;
        let inventory = api.api().inventory();
        let results = attacked(&api).await;
        let complete = cells(&report(inventory, Some(results.clone())));
        for missing in statements() {
            let others = statements()
                .into_iter()
                .filter(|statement| statement.topic() != missing.topic());
            let report = others
                .fold(Report::new("Orders API", inventory), Report::statement)
                .attack_results(results.clone());
            assert_incomplete(&report, &complete, &missing.topic().to_string());
        }
        let json: Value = serde_json::from_str(&results.to_json()).unwrap();
        let without = |remove: &dyn Fn(&mut Value)| {
            let mut json = json.clone();
            remove(&mut json);
            report(
                inventory,
                Some(AttackResults::parse(&json.to_string()).unwrap()),
            )
        };
        for (at, route) in results.routes().iter().enumerate() {
            let name = format!("{} {}", route.method(), route.path());
            let report = without(&|json| drop(json["routes"].as_array_mut().unwrap().remove(at)));
            assert_incomplete(&report, &complete, &name);
            for (class_at, class) in route.classes().iter().enumerate() {
                let report = without(&|json| {
                    let classes = json["routes"][at]["classes"].as_array_mut().unwrap();
                    classes.remove(class_at);
                });
                assert_incomplete(&report, &complete, &format!("{} on {name}", class.class()));
            }
        }
        for member in ["commit", "date"] {
            let report = without(&|json| drop(json.as_object_mut().unwrap().remove(member)));
            let incomplete = report.require_complete().unwrap_err();
            let [gap] = incomplete.gaps() else {
                panic!("{incomplete}");
            };
            assert!(gap.contains(&format!("have no {member}")), "{gap}");
            let is_proved = |(_, cell): &(String, Value)| cell["status"] == "proved";
            assert!(complete.iter().any(is_proved) && !cells(&report).iter().any(is_proved));
        }
    }
}
