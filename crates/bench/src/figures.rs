//! Figures of one start, and what is made of many.

use std::time::Duration;

use serde::Serialize;

/// What one process did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// From the start of the process to the arrival of its first answer.
    pub(super) cold: Duration,
    /// Processor time until then.
    pub(super) cold_cpu: Duration,
    /// Peak of resident memory until then, in KiB.
    pub(super) cold_memory: u64,
    pub(super) warm: Warm,
    /// Peak of resident memory of the whole run, in KiB.
    pub(super) memory: u64,
}

/// What a process did once it had answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Warm {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    /// Processor time of one request.
    pub(super) cpu: Duration,
    /// From the first request's being handed out to the last answer's arrival, for one request.
    pub(super) each: Duration,
}

impl Warm {
    /// Summarises a batch.
    pub(super) fn of(mut latencies: Vec<Duration>, cpu: Duration, took: Duration) -> Self {
        latencies.sort_unstable();
        let requests = u32::try_from(latencies.len()).unwrap_or(u32::MAX).max(1);
        Self {
            p50: percentile(&latencies, 50),
            p99: percentile(&latencies, 99),
            cpu: cpu / requests,
            each: took / requests,
        }
    }
}

/// Medians of all runs of a scenario. Names carry the unit, because this is printed as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Figures {
    pub(super) cold_ms: f64,
    pub(super) cold_cpu_ms: f64,
    #[serde(rename = "coldMemoryMiB")]
    pub(super) cold_memory: f64,
    pub(super) warm_p50_us: f64,
    pub(super) warm_p99_us: f64,
    pub(super) warm_cpu_us: f64,
    pub(super) requests_per_second: f64,
    #[serde(rename = "memoryMiB")]
    pub(super) memory: f64,
}

impl Figures {
    /// The medians of at least one run.
    pub(super) fn of(runs: &[Run]) -> Self {
        let median = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
        let each = median(|run| run.warm.each.as_secs_f64());
        Self {
            cold_ms: median(|run| milliseconds(run.cold)),
            cold_cpu_ms: median(|run| milliseconds(run.cold_cpu)),
            cold_memory: median(|run| mebibytes(run.cold_memory)),
            warm_p50_us: median(|run| microseconds(run.warm.p50)),
            warm_p99_us: median(|run| microseconds(run.warm.p99)),
            warm_cpu_us: median(|run| microseconds(run.warm.cpu)),
            requests_per_second: 1.0 / each,
            memory: median(|run| mebibytes(run.memory)),
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "memory of a Lambda is small")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

/// The smallest value that at least so many per cent of the sorted values do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_counts() {
        assert!((median(vec![3.0, 1.0, 90.0]) - 3.0).abs() < 1e-9);
        assert!((median(vec![4.0, 1.0, 2.0, 90.0]) - 3.0).abs() < 1e-9);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<_> = (1..=100).map(Duration::from_micros).collect();
        assert_eq!(percentile(&hundred, 50), Duration::from_micros(50));
        assert_eq!(percentile(&hundred, 99), Duration::from_micros(99));
        assert_eq!(percentile(&hundred[..1], 99), Duration::from_micros(1));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }

    #[test]
    fn a_batch_is_divided_among_its_requests() {
        let latencies = vec![Duration::from_micros(10); 4];
        let warm = Warm::of(
            latencies,
            Duration::from_micros(40),
            Duration::from_micros(80),
        );
        assert_eq!(warm.cpu, Duration::from_micros(10));
        assert_eq!(warm.each, Duration::from_micros(20));
        let run = Run {
            cold: Duration::from_millis(2),
            cold_cpu: Duration::from_millis(1),
            cold_memory: 1024,
            warm,
            memory: 2048,
        };
        let figures = Figures::of(&[run]);
        assert!((figures.requests_per_second - 50_000.0).abs() < 1.0);
        assert!((figures.memory - 2.0).abs() < 1e-9);
    }
}
