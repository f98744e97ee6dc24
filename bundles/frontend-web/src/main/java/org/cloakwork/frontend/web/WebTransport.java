package org.cloakwork.frontend.web;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * Links of the host. A WebSocket of a browser has no pings and does not tell when it is empty: pings are answered here,
 * and the rest is looked at now and then.
 */
final class WebTransport implements GatewayTransport {

    private static final Duration LOOK = Duration.ofMillis(2);

    private final Host host;
    private final Loop loop;
    private final Map<Integer, Link> links = new HashMap<>();
    private int linksMade;

    WebTransport(Host host, Loop loop) {
        this.host = host;
        this.loop = loop;
    }

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        Link link = new Link(++linksMade, handler);
        links.put(link.number, link);
        host.open(link.number, endpoint.identity().toString(),
                endpoint.uris().stream().map(URI::toString).toArray(String[]::new));
        return link;
    }

    void opened(int number) {
        Link link = links.get(number);
        if (link != null) {
            link.handler.opened();
        }
    }

    void text(int number, String text) {
        Link link = links.get(number);
        if (link != null) {
            link.handler.text(text);
        }
    }

    void binary(int number, byte[] bytes) {
        Link link = links.get(number);
        if (link != null) {
            link.handler.binary(bytes);
        }
    }

    void closed(int number, String reason) {
        Link link = links.remove(number);
        if (link != null) {
            link.handler.closed(reason);
        }
    }

    private final class Link implements GatewayLink {

        private final int number;
        private final Handler handler;
        private boolean watched;

        Link(int number, Handler handler) {
            this.number = number;
            this.handler = handler;
        }

        @Override
        public boolean isOpen() {
            return links.get(number) == this;
        }

        @Override
        public void send(String text) {
            if (isOpen()) {
                host.sendText(number, text);
                watch();
            }
        }

        @Override
        public void send(byte[] binary) {
            if (isOpen()) {
                host.sendBinary(number, Int8Array.copyFromJavaArray(binary));
                watch();
            }
        }

        @Override
        public void ping(byte[] payload) {
            loop.execute(() -> {
                if (isOpen()) {
                    handler.pong(payload);
                }
            });
        }

        @Override
        public long pendingBytes() {
            return isOpen() ? (long) host.pendingBytes(number) : 0;
        }

        @Override
        public void close() {
            if (isOpen()) {
                host.close(number);
            }
        }

        @Override
        public void finish() {
            if (isOpen()) {
                host.finish(number);
            }
        }

        private void watch() {
            if (!watched && pendingBytes() > 0) {
                watched = true;
                loop.schedule(LOOK, this::look);
            }
        }

        private void look() {
            if (pendingBytes() > 0) {
                loop.schedule(LOOK, this::look);
            } else {
                watched = false;
                if (isOpen()) {
                    handler.drained();
                }
            }
        }
    }
}
