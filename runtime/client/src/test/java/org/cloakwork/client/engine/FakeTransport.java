package org.cloakwork.client.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;

/** Frames between a client and the gateways of a world, in order, with a latency and, if wanted, a rate. */
final class FakeTransport implements GatewayTransport {

    static final Duration LATENCY = Duration.ofMillis(5);

    /** Links made so far, the newest last. */
    final List<Link> links = new ArrayList<>();
    /** Bytes a second towards the gateway; 0: no limit. */
    long bytesPerSecond;
    /** Links cannot be opened. */
    boolean unreachable;
    /** Links that were open or being opened at the same time. */
    long mostOpen;
    /** Links that are finished stay open. */
    boolean neverFinishes;

    private final World world;

    FakeTransport(World world) {
        this.world = world;
    }

    @Override
    public Link connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        FakeGateway gateway = world.gateways.stream()
                .filter(candidate -> candidate.identity().equals(endpoint.identity())).findFirst().orElseThrow();
        Link link = new Link(gateway, endpoint, handler);
        links.add(link);
        mostOpen = Math.max(mostOpen, open());
        world.host.schedule(gateway.distance, () -> {
            if (unreachable || gateway.unreachable || gateway.noTls && link.isSecure()) {
                link.breakOff("cannot be reached");
            } else if (link.open) {
                link.session = gateway.accept(link);
                handler.opened();
            }
        });
        return link;
    }

    Link link() {
        return links.getLast();
    }

    /** {@return everybody a link was to be opened to} */
    Set<FakeGateway> gateways() {
        return links.stream().map(link -> link.gateway).collect(Collectors.toSet());
    }

    void breakAll() {
        links.forEach(link -> link.breakOff("the process ended"));
    }

    long open() {
        return links.stream().filter(link -> link.open).count();
    }

    /** One connection, seen from both ends. */
    final class Link implements GatewayLink {

        private final FakeGateway gateway;
        private final GatewayEndpoint endpoint;
        private final Handler handler;
        private FakeGateway.Session session;
        private boolean open = true;
        private boolean finishing;
        private boolean broken;
        private long pendingBytes;
        private long busyUntilNanos;
        int pings;

        private Link(FakeGateway gateway, GatewayEndpoint endpoint, Handler handler) {
            this.gateway = gateway;
            this.endpoint = endpoint;
            this.handler = handler;
        }

        @Override
        public void send(String text) {
            toGateway(text.length(), () -> session.text(text));
        }

        @Override
        public void send(byte[] binary) {
            toGateway(binary.length, () -> session.binary(binary));
        }

        private void toGateway(int length, Runnable arrival) {
            if (!open || finishing || gateway.hung) {
                return;
            }
            if (bytesPerSecond == 0) {
                world.host.schedule(LATENCY, () -> ifWhole(arrival));
                return;
            }
            pendingBytes += length;
            long now = world.time.nanoTime();
            busyUntilNanos = Math.max(now, busyUntilNanos) + length * 1_000_000_000L / bytesPerSecond;
            world.host.schedule(Duration.ofNanos(busyUntilNanos - now), () -> {
                pendingBytes -= length;
                if (open && pendingBytes == 0) {
                    handler.drained();
                }
                world.host.schedule(LATENCY, () -> ifWhole(arrival));
            });
        }

        private void ifWhole(Runnable arrival) {
            if (!broken && session != null) {
                arrival.run();
            }
        }

        private void ifOpen(Runnable arrival) {
            if (open && session != null) {
                arrival.run();
            }
        }

        void toClient(String text) {
            world.host.schedule(LATENCY, () -> ifOpen(() -> handler.text(text)));
        }

        void toClient(byte[] binary) {
            world.host.schedule(LATENCY, () -> ifOpen(() -> handler.binary(binary)));
        }

        @Override
        public void ping(byte[] payload) {
            pings++;
            if (!gateway.hung && !gateway.losesPings) {
                world.host.schedule(LATENCY.multipliedBy(2), () -> ifOpen(() -> handler.pong(payload)));
            }
        }

        @Override
        public long pendingBytes() {
            return pendingBytes;
        }

        /** What was sent still arrives. */
        @Override
        public void close() {
            if (open) {
                open = false;
                world.host.schedule(LATENCY, () -> {
                    if (session != null) {
                        session.closed();
                    }
                });
                world.host.execute(() -> handler.closed("closed"));
            }
        }

        /** What is on its way in both directions still arrives, then the link closes. */
        @Override
        public void finish() {
            finishing = true;
            if (neverFinishes) {
                return;
            }
            world.host.schedule(LATENCY, () -> {
                if (open && session != null) {
                    session.closed();
                }
                world.host.schedule(LATENCY, () -> breakOff("finished"));
            });
        }

        /** The connection breaks; frames on their way are lost. */
        void breakOff(String reason) {
            broken = true;
            if (open) {
                open = false;
                if (session != null) {
                    session.closed();
                }
                world.host.execute(() -> handler.closed(reason));
            }
        }

        boolean isSecure() {
            return endpoint.uris().getFirst().getScheme().equals("wss");
        }

        @Override
        public boolean isOpen() {
            return open;
        }
    }
}
