package org.cloakwork.itests.hostile;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderRequest;

/** An exit that writes down who asks for what, and answers nobody. */
final class CollectingExit implements AutoCloseable {

    /** One line of its list. */
    record Visit(SenderTag sender, String target) {
    }

    private final MixnetClient client;
    private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();

    CollectingExit(LocalNetwork network) throws Exception {
        client = MixnetClient.builder().network(network).start();
        client.awaitReady(Duration.ofMinutes(2));
        client.subscribe(this::received);
    }

    private void received(ReceivedMessage message) {
        try {
            if (ProviderRequest.parse(message.payload()) instanceof ProviderRequest.Connect connect) {
                visits.add(new Visit(message.sender().orElseThrow(), connect.target()));
            }
        } catch (WireException e) {
            throw new IllegalStateException(e);
        }
    }

    MixnetAddress address() {
        return client.address();
    }

    /** {@return the next visit, which may come in another order than it was made} */
    Visit next() throws InterruptedException {
        Visit visit = visits.poll(60, TimeUnit.SECONDS);
        if (visit == null) {
            throw new AssertionError("nobody came");
        }
        return visit;
    }

    @Override
    public void close() {
        client.close();
    }
}
