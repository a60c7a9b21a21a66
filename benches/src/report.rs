//! The figures as Markdown tables.

use std::io::{self, Write};

use crate::cold::Cold;
use crate::contenders::{Contender, Kind};
use crate::email::Email;
use crate::flood::{self, FloodResult, Throughput};
use crate::input::Input;
use crate::memory::Growth;
use crate::over_http::OverHttp;
use crate::paired::{Ratio, Sample, median};
use crate::sample::Samples;
use crate::table::Table;
use crate::tokens::ALGORITHMS;

/// Returns a table with a column for each algorithm.
fn table_by_algorithm() -> Table {
    let names = ALGORITHMS.map(|algorithm| format!("{algorithm:?}"));
    Table::new(std::iter::once(String::new()).chain(names))
}

/// Prints the throughput as a share of bare axum's, by the clock and by the CPU time of the server.
pub(crate) fn over_http(
    out: &mut impl Write,
    contenders: &[Contender],
    measured: &[OverHttp],
) -> io::Result<()> {
    let by_clock = http_table(
        contenders,
        measured,
        |sample| sample.elapsed,
        |time| format!("{:.0} thousand/s", 1e3 / time),
    );
    let by_cpu_time = http_table(
        contenders,
        measured,
        |sample| sample.cpu_time,
        |time| format!("{time:.2} µs"),
    );
    writeln!(
        out,
        "### HTTP throughput relative to bare axum, one repeated token\n\n{by_clock}\n\
         ### The same by the server's CPU time\n\n{by_cpu_time}"
    )
}

/// Returns a table of the ratios to bare axum, whose time `absolute` describes.
fn http_table(
    contenders: &[Contender],
    measured: &[OverHttp],
    time: fn(&Sample) -> f64,
    absolute: fn(f64) -> String,
) -> Table {
    let mut table = table_by_algorithm();
    let ratio = |run: &OverHttp, own: Option<&Vec<Sample>>| {
        let pair = run.same_token.first().zip(own);
        pair.map_or_else(unknown, |(bare, own)| {
            Ratio::of(bare, own, time).to_string()
        })
    };
    for (at, contender) in contenders.iter().enumerate() {
        let figures = measured.iter().map(|run| {
            let own = run.same_token.get(at);
            if contender.kind == Kind::Bare {
                return cell(own.map(|own| median(own.iter().map(time))), absolute);
            }
            ratio(run, own)
        });
        table.row(contender.name, figures);
    }
    let new_tokens = measured.iter().map(|run| ratio(run, Some(&run.new_tokens)));
    table.row("Palisade, new tokens", new_tokens);
    table
}

/// Prints the time that a guard adds to bare axum's.
pub(crate) fn in_process(
    out: &mut impl Write,
    contenders: &[Contender],
    measured: &[Vec<Samples>],
) -> io::Result<()> {
    let mut table = table_by_algorithm();
    for (at, contender) in contenders.iter().enumerate() {
        let figures = measured.iter().map(|run| {
            let (bare, own) = (run.first(), run.get(at));
            if contender.kind == Kind::Bare {
                return cell(own.map(Samples::typical), |own| format!("{own:.2} µs"));
            }
            let added = own
                .zip(bare)
                .map(|(own, bare)| own.typical() - bare.typical());
            cell(added, |added| format!("+{added:.2} µs"))
        });
        table.row(contender.name, figures);
    }
    writeln!(
        out,
        "### Time added to a request of bare axum in process, one repeated token\n\n{table}"
    )
}

/// Prints the time that a guard adds for a new token, as a multiple of the raw signature check.
pub(crate) fn cold(
    out: &mut impl Write,
    contenders: &[Contender],
    measured: &[Cold],
) -> io::Result<()> {
    let mut table = table_by_algorithm();
    let raw = measured.iter().map(|run| run.raw.typical());
    table.row(
        "raw signature check, parsed key",
        raw.map(|raw| format!("{raw:.2} µs")),
    );
    let multiple = |run: &Cold, own: f64| {
        let times = own / run.raw.typical();
        cell(Some(times), |times| format!("{times:.2} ({own:.1} µs)"))
    };
    let decode = measured
        .iter()
        .map(|run| multiple(run, run.decode.typical()));
    table.row("`jsonwebtoken::decode` alone", decode);
    for (at, contender) in contenders.iter().enumerate() {
        if !contender.kind.is_guarded() {
            continue;
        }
        let figures = measured.iter().map(|run| {
            let bare = run.contenders.first().map_or(f64::NAN, Samples::typical);
            let own = run.contenders.get(at).map_or(f64::NAN, Samples::typical);
            multiple(run, own - bare)
        });
        table.row(contender.name, figures);
    }
    writeln!(
        out,
        "### Time added to a request of bare axum in process, new tokens, as a multiple of the raw signature check\n\n{table}"
    )
}

/// Prints the figures for introspected tokens: a share of bare axum over HTTP, and the time added in process.
pub(crate) fn opaque(
    out: &mut impl Write,
    contenders: &[Contender],
    (over_http, in_process): &(Vec<Vec<Sample>>, Vec<Samples>),
) -> io::Result<()> {
    let mut table = Table::new(["", "over HTTP", "in process"]);
    for (at, contender) in contenders.iter().enumerate() {
        let http = over_http.first().zip(over_http.get(at));
        let pair = |run: &[Samples]| Some((run.first()?.typical(), run.get(at)?.typical()));
        let process = pair(in_process);
        let figures = if contender.kind == Kind::Bare {
            let rate = http.map(|(_, own)| 1e3 / median(own.iter().map(|sample| sample.elapsed)));
            let time = process.map(|(_, own)| own);
            [
                cell(rate, |rate| format!("{rate:.0} thousand/s")),
                cell(time, |time| format!("{time:.2} µs")),
            ]
        } else {
            let ratio = |(bare, own): (&Vec<_>, &Vec<_>)| {
                Ratio::of(bare, own, |sample| sample.elapsed).to_string()
            };
            let added = process.map(|(bare, own)| own - bare);
            [
                http.map_or_else(unknown, ratio),
                cell(added, |added| format!("+{added:.2} µs")),
            ]
        };
        table.row(contender.name, figures);
    }
    writeln!(
        out,
        "### Opaque tokens: one repeated token, introspected once a minute\n\n{table}"
    )
}

/// Prints the throughput of two threads compared with one.
pub(crate) fn flood(out: &mut impl Write, floods: &[FloodResult]) -> io::Result<()> {
    let mut table = Table::new([
        "",
        "one thread",
        "two threads",
        "speed-up",
        "CPU time per token",
        "context switches per 1,000 tokens",
    ]);
    for one in floods {
        let rate = |throughput: &Throughput| {
            format!("{:.1} thousand/s", throughput.samples.per_second() / 1e3)
        };
        let (one_thread, two_threads) = (&one.one_thread, &one.two_threads);
        table.row(
            &format!("{}, {} tokens", one.name, one.tokens),
            [
                rate(one_thread),
                rate(two_threads),
                format!("{:.2}", one.speed_up()),
                format!(
                    "{:.1} → {:.1} µs",
                    one_thread.cpu_time(),
                    two_threads.cpu_time()
                ),
                format!(
                    "{:.2} → {:.2}",
                    one_thread.switches(),
                    two_threads.switches()
                ),
            ],
        );
    }
    let algorithm = flood::ALGORITHM;
    writeln!(
        out,
        "### Flood of distinct tokens ({algorithm:?}) on one and two threads\n\n{table}"
    )
}

/// Prints the growth of resident memory under a flood.
pub(crate) fn memory(out: &mut impl Write, growths: &[Growth]) -> io::Result<()> {
    let mut table = Table::new(["Palisade after", "growth of resident memory", "per token"]);
    for growth in growths {
        let tokens = growth.tokens;
        let name = if growth.forged {
            format!("{tokens} more forged tokens")
        } else {
            format!("{tokens} distinct valid tokens")
        };
        let kibibytes = growth.kibibytes;
        let figures = [
            kibibytes.map_or_else(unknown, |grown| format!("{grown:+} KiB")),
            growth
                .bytes_per_token()
                .filter(|_| !growth.forged)
                .map_or_else(unknown, |each| format!("{each:.0} bytes")),
        ];
        table.row(&name, figures);
    }
    writeln!(
        out,
        "### Memory after a flood of distinct tokens\n\n{table}"
    )
}

/// Prints the time of `Valid<Json<T>>` compared with the same checks by hand.
pub(crate) fn input(out: &mut impl Write, measured: &Input) -> io::Result<()> {
    let mut table = Table::new([String::new(), "ten members".to_owned()]);
    let (by_hand, valid) = (measured.by_hand.typical(), measured.valid.typical());
    table.row(
        "`axum::Json<T>`, then `garde::Validate`",
        [format!("{by_hand:.2} µs")],
    );
    table.row(
        "`Valid<Json<T>>`",
        [format!("{:.2} ({valid:.2} µs)", valid / by_hand)],
    );
    writeln!(out, "### JSON body: decode and validate\n\n{table}")
}

/// Prints the time of `EmailAddress` compared with garde's rule.
pub(crate) fn email(out: &mut impl Write, measured: &[Email]) -> io::Result<()> {
    let lengths = measured
        .iter()
        .map(|one| format!("{} characters", one.length));
    let mut table = Table::new(std::iter::once(String::new()).chain(lengths));
    let nanoseconds = |samples: &Samples| samples.typical() * 1e3;
    let garde = measured
        .iter()
        .map(|one| format!("{:.0} ns", nanoseconds(&one.garde)));
    table.row("`String` with garde's `email`", garde);
    let palisade = measured.iter().map(|one| {
        let own = nanoseconds(&one.palisade);
        format!("{:.2} ({own:.0} ns)", own / nanoseconds(&one.garde))
    });
    table.row("`EmailAddress`", palisade);
    writeln!(out, "### Email address: copy and validate\n\n{table}")
}

/// Prints the method.
pub(crate) fn notes(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", include_str!("notes.md").trim_end())
}

fn cell(figure: Option<f64>, show: impl Fn(f64) -> String) -> String {
    figure
        .filter(|figure| figure.is_finite())
        .map_or_else(unknown, show)
}

fn unknown() -> String {
    "—".to_owned()
}
