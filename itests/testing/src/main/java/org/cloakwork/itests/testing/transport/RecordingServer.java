package org.cloakwork.itests.testing.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;

/** A server whose links are kept with what they were told. */
public final class RecordingServer implements AutoCloseable {

    /** One link, and what it was told. */
    public record Accepted(GatewayLink link, Recorder recorder) {
    }

    public final GatewayServer server;
    public final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
    public final GatewayServer.Listening listening;

    /** @param server its own; closed with this */
    public RecordingServer(GatewayServer server, Function<GatewayLink, Recorder> recorders) throws IOException {
        this.server = server;
        listening = server.listen(Net.ANY_PORT, link -> {
            Recorder recorder = recorders.apply(link);
            accepted.add(new Accepted(link, recorder));
            return recorder;
        });
    }

    /** {@return a server that sends back what it gets} */
    public static RecordingServer echo(GatewayServer server) throws IOException {
        return new RecordingServer(server, link -> new Recorder() {
            @Override
            public void text(String text) {
                link.send(text);
            }

            @Override
            public void binary(byte[] binary) {
                link.send(binary);
            }
        });
    }

    /** {@return where it listens} */
    public InetSocketAddress address() {
        return listening.address();
    }

    /** {@return the next link, waited for} */
    public Accepted next() throws InterruptedException {
        Accepted next = accepted.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no link within 10 s");
        }
        return next;
    }

    @Override
    public void close() throws Exception {
        ((AutoCloseable) server).close();
    }
}
