package org.cloakwork.itests.web;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/**
 * A local network with two clients of the JVM: an exit to this machine, and a peer. The peer answers what has reply
 * blocks with the same bytes; a message {@code N ADDRESS} has it send N bytes to the address.
 */
final class WebWorld implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final Pattern ORDER = Pattern.compile("([0-9]{1,7}) ([0-9A-Za-z.@]+)");
    private static final int MOST_ORDER_BYTES = 200;

    private final LocalNetwork network = LocalNetwork.builder().start();
    private final MixnetClient exit = MixnetClient.builder().network(network).start();
    private final MixnetClient peer = MixnetClient.builder().network(network).start();
    private final FrontEnd.Serving serving;

    WebWorld() throws Exception {
        exit.awaitReady(READY);
        peer.awaitReady(READY);
        peer.subscribe(this::answer);
        serving = new ExitFrontEnd(Map.of()).serve(exit,
                Map.of("policy", "reject *:9, accept 127.0.0.0/8:*, accept [::1]:*", "allow-private", "true"));
    }

    private void answer(ReceivedMessage message) {
        if (message.sender().isPresent()) {
            peer.reply(message.sender().get(), message.payload());
        } else if (message.payload().length < MOST_ORDER_BYTES) {
            Matcher order = ORDER.matcher(message.text());
            if (order.matches()) {
                peer.send(MixnetAddress.parse(order.group(2)), new byte[Integer.parseInt(order.group(1))]);
            }
        }
    }

    /** Where things are, for tests in Node. */
    Map<String, String> environment() {
        return Map.of("CLOAKWORK_DIRECTORY", network.directory().toString(), "CLOAKWORK_EXIT",
                exit.address().toString(), "CLOAKWORK_PEER", peer.address().toString());
    }

    @Override
    public void close() {
        serving.close();
        peer.close();
        exit.close();
        network.close();
    }
}
