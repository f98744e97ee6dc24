package org.cloakwork.itests.line;

import java.nio.charset.StandardCharsets;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * Writes down what a client and its gateway say to each other, where there is no socket to be watched.
 *
 * @param watched makes the links
 * @param trace   where it is written down
 */
record WatchedTransport(GatewayTransport watched, Trace trace) implements GatewayTransport {

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        return new Up(watched.connect(endpoint, new Down(handler, trace)), trace);
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private record Down(GatewayLink.Handler to, Trace trace) implements GatewayLink.Handler {

        @Override
        public void opened() {
            to.opened();
        }

        @Override
        public void text(String text) {
            trace.add(false, length(text));
            to.text(text);
        }

        @Override
        public void binary(byte[] binary) {
            trace.add(false, binary.length);
            to.binary(binary);
        }

        @Override
        public void pong(byte[] payload) {
            trace.add(false, payload.length);
            to.pong(payload);
        }

        @Override
        public void drained() {
            to.drained();
        }

        @Override
        public void closed(String reason) {
            to.closed(reason);
        }
    }

    private record Up(GatewayLink to, Trace trace) implements GatewayLink {

        @Override
        public void send(String text) {
            trace.add(true, length(text));
            to.send(text);
        }

        @Override
        public void send(byte[] binary) {
            trace.add(true, binary.length);
            to.send(binary);
        }

        @Override
        public void ping(byte[] payload) {
            trace.add(true, payload.length);
            to.ping(payload);
        }

        @Override
        public long pendingBytes() {
            return to.pendingBytes();
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        @Override
        public void close() {
            to.close();
        }

        @Override
        public void finish() {
            to.finish();
        }
    }
}
