package org.cloakwork.client.base;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Links that can be closed whatever they do. */
final class CheckedTransport extends Checked<GatewayTransport> implements GatewayTransport {

    private static final Logger LOG = LoggerFactory.getLogger(CheckedTransport.class);

    private final Method connect = new Method("connect", Parts.BUDGET);
    private final Method send = new Method("send", Parts.BUDGET);
    private final Method ping = new Method("ping", Parts.BUDGET);
    private final Method pendingBytes = new Method("pendingBytes", Parts.BUDGET);
    private final Method close = new Method("close", Parts.BUDGET);
    private final Method finish = new Method("finish", Parts.BUDGET);
    private final Method frame = new Method("frames received", Parts.BUDGET);

    CheckedTransport(Parts parts, GatewayTransport part, String name) {
        super(parts, PartKind.TRANSPORT, part, name);
    }

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        CheckedLink link = new CheckedLink(handler);
        connect.run(() -> {
            try {
                link.link = present(part().connect(endpoint, link));
            } catch (IllegalArgumentException e) {
                // Where gateways listen others say, and the part cannot help it.
                link.closed(String.valueOf(e.getMessage()));
            }
        });
        return link;
    }

    /** Never throws: a link that does what it must not is closed. */
    private final class CheckedLink implements GatewayLink, GatewayLink.Handler {

        private final Handler handler;
        private final AtomicBoolean opened = new AtomicBoolean();
        private final AtomicBoolean closed = new AtomicBoolean();
        private GatewayLink link;

        private CheckedLink(Handler handler) {
            this.handler = handler;
        }

        private void run(Method method, Runnable body) {
            call(method, () -> {
                body.run();
                return null;
            }, null);
        }

        /** @param otherwise the answer of a link that is closed */
        private <R> R call(Method method, Supplier<R> body, R otherwise) {
            if (closed.get()) {
                return otherwise;
            }
            if (isHung()) {
                closed("the transport hangs");
                return otherwise;
            }
            try {
                return method.call(body);
            } catch (PartFailure e) {
                closed(e.getMessage());
                if (method != close && !isHung()) {
                    abandon();
                }
                return otherwise;
            }
        }

        private void abandon() {
            try {
                close.run(link::close);
            } catch (PartFailure e) {
                LOG.debug("nor can its link be closed", e);
            }
        }

        @Override
        public void send(String text) {
            run(send, () -> link.send(text));
        }

        @Override
        public void send(byte[] binary) {
            run(send, () -> link.send(binary));
        }

        @Override
        public void ping(byte[] payload) {
            run(ping, () -> link.ping(payload));
        }

        @Override
        public long pendingBytes() {
            return call(pendingBytes, () -> {
                long pending = link.pendingBytes();
                if (pending < 0) {
                    throw new Refused("returned " + pending + "; allowed is 0 or more");
                }
                return pending;
            }, 0L);
        }

        @Override
        public void close() {
            run(close, () -> link.close());
        }

        @Override
        public void finish() {
            run(finish, () -> link.finish());
        }

        @Override
        public void opened() {
            if (opened.compareAndSet(false, true)) {
                handler.opened();
            }
        }

        @Override
        public void text(String text) {
            if (isFrame(text == null ? -1 : text.length())) {
                handler.text(text);
            }
        }

        @Override
        public void binary(byte[] binary) {
            if (isFrame(binary == null ? -1 : binary.length)) {
                handler.binary(binary);
            }
        }

        private boolean isFrame(int length) {
            if (length < 0 || length > MAX_FRAME_BYTES) {
                closed(frame.failed(new Refused("handed over " + (length < 0 ? "null" : length + " bytes")
                        + "; allowed is at most " + MAX_FRAME_BYTES)).getMessage());
                return false;
            }
            return true;
        }

        @Override
        public void pong(byte[] payload) {
            handler.pong(payload);
        }

        @Override
        public void drained() {
            handler.drained();
        }

        @Override
        public void closed(String reason) {
            if (closed.compareAndSet(false, true)) {
                handler.closed(reason == null ? "no reason given" : reason);
            }
        }
    }
}
