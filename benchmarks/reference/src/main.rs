//! Times the published crate `sphinx-packet`. Reads orders "NAME COUNT", one a line; answers each with the nanoseconds
//! of CPU time that COUNT runs took. So whoever measures can take turns between this and something else.

use sphinx_packet::header::delays;
use sphinx_packet::packet::builder::SphinxPacketBuilder;
use sphinx_packet::route::{Destination, DestinationAddressBytes, Node, NodeAddressBytes};
use sphinx_packet::SphinxPacket;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Duration;
use x25519_dalek::{PublicKey, StaticSecret};

const NODES: usize = 240;
const HOPS: usize = 4;
const ROUTES: usize = 512;
const DATA_PAYLOAD: usize = 2065;
const ACK_PAYLOAD: usize = 38;
const OVERHEAD: usize = 17;

struct Bench {
    routes: Vec<(Vec<Node>, Vec<delays::Delay>)>,
    destination: Destination,
    first_hop: StaticSecret,
    incoming: Vec<Vec<u8>>,
    next: usize,
}

impl Bench {
    fn new() -> Bench {
        let secrets: Vec<StaticSecret> = (0..NODES).map(|_| StaticSecret::random()).collect();
        let nodes: Vec<Node> = secrets
            .iter()
            .enumerate()
            .map(|(i, secret)| Node::new(NodeAddressBytes::from_bytes([i as u8; 32]), PublicKey::from(secret)))
            .collect();
        // Any spread over the nodes will do: 7, 57, 107 and 157 further on, from each node in turn.
        let routes = (0..ROUTES)
            .map(|i| {
                let route = (0..HOPS).map(|hop| nodes[(i * 7 + hop * 50 + 7) % NODES].clone()).collect();
                (route, delays::generate_from_average_duration(HOPS, Duration::from_millis(50)))
            })
            .collect();
        let mut bench = Bench {
            routes,
            destination: Destination::new(DestinationAddressBytes::from_bytes([3; 32]), [0; 16]),
            first_hop: secrets[7].clone(),
            incoming: Vec::new(),
            next: 0,
        };
        bench.incoming = (0..ROUTES)
            .map(|_| {
                bench.next = 0;
                bench.seal(DATA_PAYLOAD).to_bytes()
            })
            .collect();
        bench
    }

    fn seal(&mut self, payload: usize) -> SphinxPacket {
        let (route, delays) = &self.routes[self.next % ROUTES];
        self.next += 1;
        SphinxPacketBuilder::new()
            .with_payload_size(payload)
            .build_packet(vec![0; payload - OVERHEAD], route, &self.destination, delays)
            .unwrap()
    }

    fn run(&mut self, name: &str) {
        match name {
            "data" => drop(black_box(self.seal(DATA_PAYLOAD))),
            "ack" => drop(black_box(self.seal(ACK_PAYLOAD))),
            "pair" => {
                black_box(self.seal(ACK_PAYLOAD));
                black_box(self.seal(DATA_PAYLOAD));
            }
            // What a node does, but for writing the packet out again: from bytes, one layer off.
            "process" => {
                let bytes = &self.incoming[self.next % ROUTES];
                self.next += 1;
                let packet = SphinxPacket::from_bytes(bytes).unwrap();
                black_box(packet.process(&self.first_hop).unwrap());
            }
            _ => panic!("unknown order {name}"),
        }
    }
}

fn cpu_nanos() -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    assert_eq!(0, unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) });
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

fn main() {
    let mut bench = Bench::new();
    let mut output = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (name, count) = line.split_once(' ').expect("NAME COUNT");
        let count: u32 = count.parse().expect("COUNT");
        let start = cpu_nanos();
        for _ in 0..count {
            bench.run(name);
        }
        writeln!(output, "{}", cpu_nanos() - start).unwrap();
        output.flush().unwrap();
    }
}
