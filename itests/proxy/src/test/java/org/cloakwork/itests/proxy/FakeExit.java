package org.cloakwork.itests.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderRequest;

/** Stands where an exit stands: notes what is asked, and answers what a test wants it to. */
final class FakeExit implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    private final MixnetClient client;
    /** Of the front-end: a client serves one of a kind. */
    private final MixnetClient asking;
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    record Asked(byte[] bytes, ProviderRequest request, Optional<SenderTag> sender) {
    }

    FakeExit(World world) throws Exception {
        client = MixnetClient.builder().network(world.network).start();
        asking = MixnetClient.builder().network(world.network).start();
        client.awaitReady(READY);
        asking.awaitReady(READY);
        client.subscribe(message -> {
            try {
                ProviderRequest request = ProviderRequest.parse(message.payload());
                // Keep-alives and windows are not what tests wait for.
                if (request instanceof ProviderRequest.Connect) {
                    asked.add(new Asked(message.payload(), request, message.sender()));
                }
            } catch (WireException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** {@return the client that asks} */
    MixnetClient asking() {
        return asking;
    }

    /** {@return a SOCKS front-end whose exit this is} */
    FrontEnd.Serving frontEnd(Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of("exit", client.address().toString(), "port", "0"));
        all.putAll(settings);
        return new SocksFrontEnd(Map.of()).serve(asking, all);
    }

    Asked next() throws InterruptedException {
        Asked next = asked.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was asked");
        }
        return next;
    }

    /** Waits until the message is at the asker's gateway, which keeps the order from there on. */
    void answer(Asked to, byte[] message) throws Exception {
        Outcome outcome = client.reply(to.sender().orElseThrow(), message, SendOptions.DEFAULT).outcome()
                .get(2, TimeUnit.MINUTES);
        if (!(outcome instanceof Outcome.Acknowledged)) {
            throw new AssertionError(outcome.toString());
        }
    }

    /** {@return a socket on which everything was said, and nothing of the reply was read but that for the user} */
    Socket ask(FrontEnd.Serving socks, String user, String host, int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", socks.addresses().getFirst().getPort()));
        socket.setSoTimeout(60_000);
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] target = host.getBytes(StandardCharsets.UTF_8);
        if (user.isEmpty()) {
            socket.getOutputStream().write(new byte[] {5, 1, 0});
        } else {
            socket.getOutputStream().write(new byte[] {5, 2, 0, 2, 1, (byte) name.length});
            socket.getOutputStream().write(name);
            socket.getOutputStream().write(new byte[] {1, 'x'});
            socket.getInputStream().readNBytes(2);
        }
        socket.getInputStream().readNBytes(2);
        socket.getOutputStream().write(new byte[] {5, 1, 0, 3, (byte) target.length});
        socket.getOutputStream().write(target);
        socket.getOutputStream().write(new byte[] {(byte) (port >> 8), (byte) port});
        return socket;
    }

    @Override
    public void close() {
        asking.close();
        client.close();
    }
}
