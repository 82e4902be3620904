//! The result: figures, ratios to the no-op, and the goals that they are for.

use anyhow::Result;
use serde::Serialize;

use super::Options;
use super::figures::Figures;
use super::scenario::scenarios;

/// Everything that was found out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// Starts of each program.
    pub(super) runs: usize,
    /// Warm requests after each start.
    pub(super) requests: usize,
    pub(super) processor: String,
    pub(super) processors: usize,
    pub(super) programs: Vec<Row>,
    pub(super) goals: Vec<Goal>,
}

/// One scenario.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) name: &'static str,
    #[serde(flatten)]
    pub(super) figures: Figures,
    /// The program's size, in bytes.
    pub(super) size: u64,
    /// The size of its zip, in bytes.
    pub(super) zip: u64,
}

/// One goal and how it went.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Goal {
    pub(super) name: &'static str,
    pub(super) measured: f64,
    pub(super) at_most: f64,
    /// `x` for a multiple of the no-op.
    pub(super) unit: &'static str,
    pub(super) held: bool,
}

/// Bytes of a megabyte, as Lambda counts a package.
const MEGABYTE: f64 = 1_000_000.0;

impl Report {
    /// Compares figures, in the order of [`scenarios`], with the goals.
    pub(super) fn new(options: &Options, processors: usize, figures: &[Figures]) -> Result<Self> {
        let rows = scenarios(options.table)
            .iter()
            .zip(figures)
            .map(|(scenario, figures)| {
                let (size, zip) = scenario.program.sizes(&options.folder)?;
                Ok(Row {
                    name: scenario.name,
                    figures: *figures,
                    size,
                    zip,
                })
            });
        let programs = rows.collect::<Result<Vec<_>>>()?;
        Ok(Self {
            runs: options.runs,
            requests: options.requests,
            processor: processor(),
            processors,
            goals: goals(&programs),
            programs,
        })
    }

    /// The result as people read it.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!(
                "medians of {} starts and of {} warm requests after each; ratios to the no-op",
                self.runs, self.requests
            ),
            format!("{} processors, {}", self.processors, self.processor),
            String::new(),
            format!(
                "{:<14} {:>16} {:>16} {:>16} {:>16} {:>9} {:>16} {:>9} {:>9}",
                "",
                "cold ms",
                "cold CPU ms",
                "peak MiB",
                "warm p50 µs",
                "p99 µs",
                "CPU µs/request",
                "req/s",
                "zip KB"
            ),
        ];
        let base = self.programs.first().map(|row| row.figures);
        for row in &self.programs {
            let figures = &row.figures;
            let base = base.as_ref().unwrap_or(figures);
            let ratio = |figure: fn(&Figures) -> f64| {
                let value = figure(figures);
                format!("{value:.2} ({:.2}x)", value / figure(base))
            };
            lines.push(format!(
                "{:<14} {:>16} {:>16} {:>16} {:>16} {:>9.1} {:>16} {:>9.0} {:>9}",
                row.name,
                ratio(|figures| figures.cold_ms),
                ratio(|figures| figures.cold_cpu_ms),
                ratio(|figures| figures.memory),
                ratio(|figures| figures.warm_p50_us),
                figures.warm_p99_us,
                ratio(|figures| figures.warm_cpu_us),
                figures.requests_per_second,
                row.zip / 1000,
            ));
        }
        lines.push(String::new());
        lines.extend(self.goals.iter().map(Goal::line));
        lines
    }
}

impl Goal {
    fn new(name: &'static str, measured: f64, at_most: f64, unit: &'static str) -> Self {
        Self {
            name,
            measured,
            at_most,
            unit,
            held: measured <= at_most,
        }
    }

    fn line(&self) -> String {
        let verdict = if self.held { "held" } else { "MISSED" };
        let unit = self.unit;
        format!(
            "{verdict:<6}  {:<58} {:.2}{unit}, at most {}{unit}",
            self.name, self.measured, self.at_most
        )
    }
}

fn goals(rows: &[Row]) -> Vec<Goal> {
    let [
        no_op,
        unlinked,
        linked,
        unlinked_sdk,
        linked_sdk,
        table @ ..,
    ] = rows
    else {
        return Vec::new();
    };
    let ratio =
        |row: &Row, figure: fn(&Figures) -> f64| figure(&row.figures) / figure(&no_op.figures);
    let cold = |figures: &Figures| figures.cold_ms;
    let memory = |figures: &Figures| figures.memory;
    let warm = |figures: &Figures| figures.warm_cpu_us;
    #[expect(clippy::cast_precision_loss, reason = "a package is small")]
    let zip = unlinked.zip.max(unlinked_sdk.zip) as f64 / MEGABYTE;
    let table = table.first().map(|table| {
        let name = "cold start, linked: keys, verification, one read of a table over TLS";
        Goal::new(name, ratio(table, cold), 3.5, "x")
    });
    let goals = vec![
        Goal::new("cold start, unlinked", ratio(unlinked, cold), 1.5, "x"),
        Goal::new(
            "cold start, linked: keys, verification, userInfo over TLS",
            ratio(linked, cold),
            3.0,
            "x",
        ),
        Goal::new(
            "cold start, linked: keys, verification, GetUser by the SDK",
            ratio(linked_sdk, cold),
            6.0,
            "x",
        ),
        Goal::new(
            "CPU of a warm request, linked, profile cached",
            ratio(linked, warm),
            3.0,
            "x",
        ),
        Goal::new("peak memory, linked", ratio(linked, memory), 2.0, "x"),
        Goal::new(
            "peak memory, linked, SDK in use",
            ratio(linked_sdk, memory),
            3.0,
            "x",
        ),
        Goal::new("zip, the larger of both builds", zip, 3.0, " MB"),
    ];
    goals.into_iter().chain(table).collect()
}

/// What the processor calls itself.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .filter(|line| line.starts_with("model name"))
        .find_map(|line| Some(line.split_once(':')?.1.trim().to_owned()));
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(factor: f64) -> Figures {
        Figures {
            cold_ms: 2.0 * factor,
            cold_cpu_ms: factor,
            cold_memory: 3.0 * factor,
            warm_p50_us: 20.0 * factor,
            warm_p99_us: 40.0 * factor,
            warm_cpu_us: 20.0 * factor,
            requests_per_second: 1.0 / factor,
            memory: 3.0 * factor,
        }
    }

    fn report<const ROWS: usize>(factors: [f64; ROWS], zip: u64) -> Report {
        let rows = scenarios(true)
            .iter()
            .zip(factors)
            .map(|(scenario, factor)| Row {
                name: scenario.name,
                figures: figures(factor),
                size: 2 * zip,
                zip,
            });
        let programs: Vec<Row> = rows.collect();
        Report {
            runs: 3,
            requests: 100,
            processor: "fast".to_owned(),
            processors: 2,
            goals: goals(&programs),
            programs,
        }
    }

    fn missed(report: &Report) -> Vec<&str> {
        let missed = report.goals.iter().filter(|goal| !goal.held);
        missed.map(|goal| goal.name).collect()
    }

    #[test]
    fn goals_are_ratios_to_the_no_op() {
        let good = report([1.0, 1.5, 2.0, 1.5, 3.0], 3_000_000);
        assert_eq!(missed(&good), <[&str; 0]>::default());
        let slow = report([1.0, 1.6, 3.1, 1.5, 6.1], 3_000_001);
        assert_eq!(missed(&slow).len(), slow.goals.len());
        let table = report([1.0, 1.5, 2.0, 1.5, 3.0, 3.6], 3_000_000);
        assert_eq!(
            missed(&table),
            ["cold start, linked: keys, verification, one read of a table over TLS"]
        );
    }

    #[test]
    fn the_table_has_a_row_for_each_scenario_and_goal() {
        let report = report([1.0, 1.25, 2.0, 1.25, 4.0], 2_500_000);
        let text = report.lines().join("\n");
        assert!(text.contains("2.50 (1.25x)"), "{text}");
        assert!(
            text.contains("MISSED  peak memory, linked, SDK in use"),
            "{text}"
        );
        assert!(text.contains("2.50 MB, at most 3 MB"), "{text}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["programs"][2]["name"], "linked");
        assert_eq!(json["programs"][4]["zip"], 2_500_000);
        assert_eq!(json["goals"][0]["held"], true);
    }
}
