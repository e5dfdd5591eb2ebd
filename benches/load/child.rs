//! The service as a process of its own: this program again, or `dotation` itself.

use crate::client::{Connection, request};
use crate::place::now;
use dotation::clock::Clock;
use dotation::db::Writing;
use dotation::server::{self, Options, start};
use dotation::settings::{Secret, Settings, Wire};
use dotation::telemetry;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A service that ends with this value.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first 200 of `/readyz`.
    pub(crate) ready_after: Duration,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Served {
    /// Starts this program as a service that writes in the way of `writing`, with its clock in the
    /// days of the letter. Its log goes where a log goes, but to nobody.
    pub(crate) fn measured(database: &str, writing: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("our own name"));
        let address = free_address();
        command.args(["serve", writing, database, &address.to_string()]);
        Self::wait(command, address)
    }

    /// Starts `dotation serve`.
    pub(crate) fn installed(database: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dotation"));
        let address = free_address();
        command
            .arg("serve")
            // a variable of ours that it does not know would be a fault of its settings
            .env_clear()
            .env("DOTATION_DATABASE_URL", database)
            .env("DOTATION_MAIL_URL", "memory:")
            // one token asks for everybody here
            .env("DOTATION_ACCOUNT_READS_PER_MINUTE", "0")
            .env("DOTATION_ACCOUNT_WRITES_PER_MINUTE", "0")
            .env("DOTATION_ACCOUNT_HEAVY_PER_MINUTE", "0")
            .env("DOTATION_LISTEN", address.to_string());
        Self::wait(command, address)
    }

    fn wait(mut command: Command, address: SocketAddr) -> Self {
        let start = Instant::now();
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let mut served = Self {
            child,
            address,
            ready_after: Duration::ZERO,
        };
        let mut ready = String::new();
        request(&mut ready, "GET /readyz", "-", None, "");
        loop {
            if TcpStream::connect(address).is_ok()
                && Connection::open(address)
                    .ask(&ready)
                    .starts_with("HTTP/1.1 200")
            {
                served.ready_after = start.elapsed();
                return served;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "never ready");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Processor time that it has used, in ticks of a hundredth of a second: `utime` and `stime` of
    /// Linux. Unlike a rate, it hardly changes when others use the machine.
    pub(crate) fn ticks(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_whitespace().skip(11);
        let mut next = || fields.next()?.parse::<f64>().ok();
        Some(next()? + next()?)
    }

    /// Memory that it has in use, in MiB: `VmRSS` of Linux.
    pub(crate) fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
        let kb: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kb / 1024.0)
    }
}

fn free_address() -> SocketAddr {
    let bound = TcpListener::bind("127.0.0.1:0").expect("a port");
    bound.local_addr().expect("its number")
}

/// What the child does: serves until it is killed.
pub(crate) fn serve(writing: &str, database: &str, address: &str) {
    telemetry::init(telemetry::Format::Json, "info").expect("a log");
    let settings = Settings {
        database_url: Secret::new(database),
        listen: address.parse().expect("an address"),
        mail_url: Secret::new("memory:"),
        wire: Wire::default().without_rates(),
        ..Settings::default()
    };
    let writing = match writing {
        "alone" => Writing::Alone,
        _ => Writing::Together,
    };
    server::block_on(async {
        let options = Options {
            writing: Some(writing),
            ..Options::default()
        };
        let running = start(&settings, Clock::simulated(now()), options).await?;
        running.run_obeying_signals().await
    })
    .expect("a service");
}
