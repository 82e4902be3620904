//! Serving a listener: connections that can be reset, a time limit for headers, and an end for
//! connections that nobody uses.

use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use axum::serve::Listener as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::wire;

/// How long a connection may take until the headers of its next request are there. Longer than HTTP
/// clients keep connections that they do not use, so that it is the client who closes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Serves a router until the stage stops; requests that are being answered are waited for.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
    patience: Duration,
) {
    let mut listener = wire::listen(listener);
    let connections = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    loop {
        let (connection, _) = tokio::select! {
            accepted = listener.accept() => accepted,
            // An error means that the stage itself is gone.
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let service = router
            .clone()
            .layer(Extension(ConnectInfo(connection.wire())));
        let served =
            http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(service));
        let served = connections.watch(served);
        tokio::spawn(async move {
            // A connection that breaks, or that takes too long, is its client's affair.
            let _ = served.await;
        });
    }
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn slow_headers_and_idle_connections_are_ended() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let router = Router::new().route("/", get(async || "here"));
        let patience = Duration::from_millis(100);
        let server = tokio::spawn(serve(listener, router, stopped, patience));

        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        // The end of the stream is the proof: it would not come.
        slow.read_to_end(&mut answer).await.unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 200"));

        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        idle.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"));

        stop.send_replace(true);
        server.await.unwrap();
    }
}
